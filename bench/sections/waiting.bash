# shellcheck shell=bash disable=SC2154,SC2034
# waiting.bash - from one holder to the next, and contention.

# row_of_next WHO POLL NAME: a row of the last line of NAME.
row_of_next() {
    awk -v who="$1" -v poll="$2" 'END { printf "| %s | %s | %s | %s ms | %s ms | %s ms | %s | %s |\n",
        who, poll, $1, $2, $3, $4, $5, ($6 < 0) ? "" : $6 }' "$DATA/$3"
}
header_of_next() {
    echo "| client | poll period | samples | $1, median | 99th percentile | longest | read units a second of waiting | write units of a waited acquisition |"
    echo '| --- | --- | --- | --- | --- | --- | --- | --- |'
}

section_next() {
    local poll lease who locks
    lease=$(count 10000 1000) locks=$(count 50 2)
    forget 'next-*'
    header_of_next 'release to next holder'
    for poll in -1 50 100 500 1000; do
        figures "next-ours$poll" "$PROGRAMS/next_holder" "$STANDIN" "$locks" "$(count 10 1)" "$lease" "$poll" 0 "$DATA/next-samples-ours$poll"
        row_of_next ddblock "$( ((poll < 0)) && echo "default, $((lease / 40)) ms" || echo "$poll ms")" "next-ours$poll"
    done
    for who in "${peers[@]}"; do
        [ "$who" != npm-kept ] || continue
        figures "next-$who" peer "$who" "$STANDIN" next "$locks" "$(count 2 1)" "$lease" 0 "$DATA/next-samples-$who"
        row_of_next "$(title "$who")" '' "next-$who"
    done
    load
    tell_missing
}

# All at once: they wait nearly all of the time.
section_crash() {
    local lease locks who pids=() pid
    lease=$(count 10000 1000) locks=$(count 50 2)
    forget 'crash-*'
    figures crash-ours "$PROGRAMS/next_holder" --crash "$STANDIN" "$locks" "$lease" -1 0 "$DATA/crash-samples-ours" &
    pids+=($!)
    for who in "${peers[@]}"; do
        [ "$who" != npm-kept ] || continue
        figures "crash-$who" peer "$who" "$STANDIN" crash "$locks" "$lease" 0 "$DATA/crash-samples-$who" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do
        wait "$pid"
    done
    header_of_next 'kill to next holder'
    row_of_next ddblock "$((lease / 40)) ms" crash-ours
    for who in "${peers[@]}"; do
        [ "$who" = npm-kept ] || row_of_next "$(title "$who")" '' "crash-$who"
    done
    load
    tell_missing
}

row_of_contention() {
    awk -v who="$1" 'END { printf "| %s | %s | %s ms | %s ms | %.1f | %s–%s | %s |\n", who, $1, $2, $3, $3 / $2, $4, $5, $6 }' "$DATA/$2"
}

section_contend() {
    local contenders seconds who
    seconds=$(count 15 1)
    forget 'contend-*'
    echo '| contenders | turns a second | mean wait | longest wait | longest ÷ mean | turns of one, least–most | requests a turn |'
    echo '| --- | --- | --- | --- | --- | --- | --- |'
    for contenders in $(count '2 8 64' 2); do
        figures "contend-threads-$contenders" "$PROGRAMS/contend" "$STANDIN" 1 "$contenders" "$seconds" 0
        row_of_contention "$contenders threads of one process" "contend-threads-$contenders"
    done
    for contenders in $(count '2 8 64' 2); do
        figures "contend-processes-$contenders" "$PROGRAMS/contend" "$STANDIN" "$contenders" 1 "$seconds" 0
        row_of_contention "$contenders processes" "contend-processes-$contenders"
    done
    if has_npm; then
        for contenders in $(count '2 8' 2); do
            figures "contend-npm-$contenders" peer npm "$STANDIN" contend "$contenders" "$seconds" 0
            row_of_contention "$contenders npm clients" "contend-npm-$contenders"
        done
    fi
    load
    tell_missing
}

# turns DELAY_MS TURNS: sixty-four threads that take turns with one lock, as a row.
turns() {
    local line
    read -r -a line <<<"$("$PROGRAMS/hand_over" "$STANDIN" "$(count 64 4)" "$2" "$1")"
    printf '| %s ms | %s | %s | %s | %s ms | %s µs |\n' "$1" "${line[0]}" "${line[3]}" "${line[1]}" "${line[2]}" "${line[4]}"
}
section_turns() {
    echo '| replies after | turns | out of order | requests a turn | time a turn | CPU a turn |'
    echo '| --- | --- | --- | --- | --- | --- |'
    turns 0 "$(count 200 5)"
    turns 20 "$(count 10 1)"
    load
}
