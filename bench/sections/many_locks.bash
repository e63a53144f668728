# shellcheck shell=bash disable=SC2154,SC2034
# many_locks.bash - many locks in one process, over time and over a slow network.

# held LOCKS SECONDS DELAY_MS LOST_PERMILLE: locks that are held, as a row.
held() {
    local line name=held-$1-$3-$4
    forget "$name"
    figures "$name" "$PROGRAMS/hold_many" "$STANDIN" "$1" "$2" "$3" "$4"
    read -r -a line <"$DATA/$name"
    printf '| %s | %s ms | %s ‰ | %s | %s | %s | %s µs | %s | %s | %s | %s ms | %s |\n' "$1" "$3" "$4" \
        "${line[1]}" "${line[2]}" "${line[3]}" "${line[4]}" "${line[5]}" "${line[6]}" "${line[7]}" "${line[8]}" \
        "$(cut -d' ' -f1 /proc/loadavg)"
}

section_held() {
    local locks seconds
    seconds=$(count 30 1)
    forget 'held-*'
    echo '| locks | replies after | lost | locks lost | at risk | heartbeats | CPU per heartbeat | bytes a lock | at most | resident | least time left | load |'
    echo '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
    for locks in $(count '1 100 1000' 1); do
        held "$locks" "$seconds" 0 0
    done
    locks=$(count 10000 20)
    held "$locks" "$seconds" 0 0
    held "$locks" "$seconds" 20 0
    held "$locks" "$seconds" 20 10
    if has_npm; then
        printf '\n| locks, npm client | heartbeats | CPU per heartbeat | resident |\n| --- | --- | --- | --- |\n'
        for locks in $(count '1 100 1000' 2); do
            figures "held-npm-$locks" peer npm "$STANDIN" heartbeats "$locks" "$(count 20 4)"
            printf '| %s | %s | %s µs | %s MiB |\n' "$locks" "$(median "held-npm-$locks" 1)" "$(median "held-npm-$locks" 2)" "$(median "held-npm-$locks" 3)"
        done
    fi
    tell_missing
}

# A lease of 24 days, and a heartbeat after eight.
section_idle() {
    local line seconds
    seconds=$(count 20 1)
    forget idle
    figures idle "$PROGRAMS/hold_many" "$STANDIN" "$(count 10000 20)" "$seconds" 0 0 2147483647 715827882
    read -r -a line <"$DATA/idle"
    echo '| locks | held for | heartbeats | CPU of the library | wake-ups |'
    echo '| --- | --- | --- | --- | --- |'
    printf '| %s | %s s | %s | %s ms | %s |\n' "${line[0]}" "$seconds" "${line[3]}" "${line[9]}" "${line[10]}"
    load
}

section_delay() {
    local delay who
    forget 'delay-*'
    echo '| replies after | client | acquire, median | release, median | release to next holder, median | 99th percentile |'
    echo '| --- | --- | --- | --- | --- | --- |'
    for delay in $(count '20 80' 5); do
        figures "delay-ours-$delay" "$PROGRAMS/cycles" "$STANDIN" "$(count 40 2)" "$delay"
        figures "delay-next-$delay" "$PROGRAMS/next_holder" "$STANDIN" "$(count 50 2)" "$(count 6 1)" "$(count 10000 1000)" -1 "$delay"
        printf '| %s ms | ddblock | %s ms | %s ms | %s ms | %s ms |\n' "$delay" "$(median "delay-ours-$delay" 6)" "$(median "delay-ours-$delay" 7)" \
            "$(median "delay-next-$delay" 2)" "$(median "delay-next-$delay" 3)"
        for who in "${peers[@]}"; do
            figures "delay-$who-$delay" peer "$who" "$STANDIN" cycles "$(count 40 2)" "$delay"
            printf '| %s ms | %s | %s ms | %s ms | | |\n' "$delay" "$(title "$who")" "$(median "delay-$who-$delay" 6)" "$(median "delay-$who-$delay" 7)"
        done
    done
    load
    tell_missing
}

# All at once: they sleep nearly all of the time.
section_hour() {
    local lease locks seconds pids=() pid
    locks=$(count 200 5) seconds=$(count 57 2)
    forget 'hour-*'
    for lease in 3000 10000 30000 60000; do
        figures "hour-held-$lease" "$PROGRAMS/hold_many" "$STANDIN" "$locks" "$seconds" 0 0 "$lease" $((lease / 3)) &
        pids+=($!)
        figures "hour-waited-$lease" "$PROGRAMS/next_holder" "$STANDIN" "$(count 50 2)" "$(count 2 1)" "$lease" -1 0 &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    echo '| lease | held: write units an hour, measured | by the formula | waited for: read units an hour, measured | by the formula |'
    echo '| --- | --- | --- | --- | --- |'
    for lease in 3000 10000 30000 60000; do
        calculate "$(median "hour-held-$lease" 4) / $locks * 3600 / $seconds" 0 >"$DATA/hour-writes-$lease"
        calculate "$(median "hour-waited-$lease" 5) * 3600" 0 >"$DATA/hour-reads-$lease"
        printf '| %s s | %s | %s | %s | %s |\n' $((lease / 1000)) "$(cat "$DATA/hour-writes-$lease")" "$(calculate "3600 / (0.95 * $lease / 3000)" 0)" \
            "$(cat "$DATA/hour-reads-$lease")" "$(calculate "3600 / ($lease / 40000) / 2" 0)"
    done
}
