# shellcheck shell=bash disable=SC2154,SC2034
# one_lock.bash - what one acquisition and release costs: requests and units, CPU, start and memory, the
# store in a file.

# row_of_trips WHO WHAT REQUESTS WRITES HALF_READS
row_of_trips() {
    printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$(calculate "$3" 1)" "$(calculate "$4" 1)" "$(calculate "$5 / 2" 1)"
}

section_trips() {
    local who line holder figures_held
    forget 'trips-*'
    echo '| client | what | requests | write units | read units |'
    echo '| --- | --- | --- | --- | --- |'
    figures trips-ours "$PROGRAMS/cycles" "$STANDIN" "$(count 200 5)"
    row_of_trips ddblock 'acquire and release' "$(median trips-ours 3)" "$(median trips-ours 4)" "$(median trips-ours 5)"
    figures trips-held "$PROGRAMS/hold_many" "$STANDIN" "$(count 100 2)" "$(count 8 4)"
    figures_held=$(awk '{ print $12 }' "$DATA/trips-held")
    row_of_trips ddblock heartbeat "$figures_held" "$figures_held" 0
    standin_open
    "$TOOL" run --table locks lock -- true
    standin_count >"$scratch/before"
    "$TOOL" run --table locks lock -- true
    line=$(standin_count)
    # shellcheck disable=SC2086
    row_of_trips 'ddblock run' 'acquire, a command, release' $line
    mkfifo "$scratch/held"
    "$TOOL" run --heartbeat 0 --table locks lock -- sh -c "echo held >$scratch/held; exec sleep 30" &
    holder=$!
    started+=("$holder")
    read -r _ <"$scratch/held"
    standin_count >"$scratch/before"
    "$TOOL" run --no-wait --quiet --table locks lock -- true || true
    line=$(standin_count)
    kill "$holder"
    wait "$holder" 2>/dev/null || true
    standin_close
    # shellcheck disable=SC2086
    row_of_trips 'ddblock run --no-wait' 'refused at once' $line
    for who in "${peers[@]}"; do
        [ "$who" != npm-kept ] || continue
        figures "trips-$who" peer "$who" "$STANDIN" cycles "$(count 100 5)" 0
        row_of_trips "$(title "$who")" 'acquire and release' "$(median "trips-$who" 3)" "$(median "trips-$who" 4)" "$(median "trips-$who" 5)"
        [ "$who" = npm ] || continue
        figures trips-npm-held peer npm "$STANDIN" heartbeats "$(count 50 2)" "$(count 8 4)"
        line=$(awk '{ print $4 }' "$DATA/trips-npm-held")
        row_of_trips "$(title npm)" heartbeat "$line" "$line" 0
        read -r -a line <<<"$(peer npm "$STANDIN" refused 0)"
        row_of_trips "$(title npm)" 'refused, after the whole lease of the holder' "${line[@]:0:3}"
    done
    tell_missing
}

# one_cpu WHO: one round of it.
one_cpu() {
    case $1 in
    ours) figures cpu-ours "$PROGRAMS/cycles" "$STANDIN" "$(count 3000 10)" ;;
    floor_*) figures "cpu-$1" "$PROGRAMS/$1" "$STANDIN" "$scratch/record" "$(count 3000 10)" ;;
    drop-in) figures cpu-drop-in peer drop-in "$STANDIN" cycles "$(count 2000 10)" 0 ;;
    *) figures "cpu-$1" peer "$1" "$STANDIN" cycles "$(count 2000 10)" 0 ;;
    esac
}

# events TOOL PATTERN COMMAND…: what valgrind's tool counted of it.
events() {
    local tool=$1 pattern=$2
    shift 2
    # shellcheck disable=SC2086
    valgrind --tool="$tool" ${CALLGRIND:+--callgrind-out-file="$scratch/callgrind"} --child-silent-after-fork=yes "$@" 2>&1 >/dev/null |
        sed -n "s/$pattern/\\1/p" | tr -d ,
}

# for_one NAME TOOL PATTERN COMMAND…: events for one cycle: of many less those of few, over the
# difference. In the command CYCLES stands for their number.
for_one() {
    local name=$1 few many
    few=$(count 200 5) many=$(count 1200 15)
    shift
    printf '%s\n' "$((($(events "${@//CYCLES/$many}") - $(events "${@//CYCLES/$few}")) / (many - few)))" >"$DATA/$name"
}

section_cpu() {
    local who all=(ours floor_curl floor_socket "${peers[@]}") round
    forget 'cpu-*'
    "$PROGRAMS/cycles" "$STANDIN" 5 0 "$scratch/record" >/dev/null
    for ((round = 0; round < ROUNDS; round++)); do
        for who in "${all[@]}"; do
            one_cpu "$who"
        done
    done
    echo '| | CPU of an acquisition and release | least–most | against bare libcurl | time of both |'
    echo '| --- | --- | --- | --- | --- |'
    for who in "${all[@]}"; do
        printf '| %s | %s µs | %s | %s | %s ms |\n' "$(title "$who")" "$(median "cpu-$who" 1)" "$(spread "cpu-$who" 1)" \
            "$(ratio "cpu-$who" cpu-floor_curl 1)" "$(median "cpu-$who" 2)"
    done
    load
    tell_missing
    if ! has_command valgrind; then
        skipped 'instructions and allocations; valgrind is not installed'
        return
    fi
    CALLGRIND=yes for_one cpu-instructions-ours callgrind '.*Collected : \([0-9]*\).*' "$PROGRAMS/cycles" "$STANDIN" CYCLES
    CALLGRIND=yes for_one cpu-instructions-floor callgrind '.*Collected : \([0-9]*\).*' "$PROGRAMS/floor_curl" "$STANDIN" "$scratch/record" CYCLES
    for_one cpu-allocations-ours memcheck '.*total heap usage: \([0-9,]*\) allocs.*' "$PROGRAMS/cycles" "$STANDIN" CYCLES
    for_one cpu-allocations-floor memcheck '.*total heap usage: \([0-9,]*\) allocs.*' "$PROGRAMS/floor_curl" "$STANDIN" "$scratch/record" CYCLES
    printf '\n| | instructions | allocations |\n| --- | --- | --- |\n'
    printf '| %s | %s | %s |\n' ddblock "$(cat "$DATA/cpu-instructions-ours")" "$(cat "$DATA/cpu-allocations-ours")" \
        "$(title floor_curl)" "$(cat "$DATA/cpu-instructions-floor")" "$(cat "$DATA/cpu-allocations-floor")"
}

# resident NAME COMMAND…: the resident set, in MiB, of a command that holds a lock while it runs another.
resident() {
    local name=$1 pid
    shift
    "$@" sh -c "echo held >$scratch/holds; exec sleep 30" &
    pid=$!
    started+=("$pid")
    read -r _ <"$scratch/holds"
    sleep "$(count 2 0)"
    awk '$1 == "VmRSS:" { printf "%.1f\n", $2 / 1024 }' "/proc/$pid/status" >"$DATA/$name"
    kill "$pid"
    wait "$pid" 2>/dev/null || true
}

section_start() {
    local who round commands=() times
    forget 'start-*'
    mkfifo "$scratch/holds"
    standin_open
    commands+=("bare|true")
    ! has_command flock || commands+=("flock|flock $scratch/flock true")
    commands+=("file|$TOOL run --file $scratch/locks lock -- true" "table|$TOOL run --table locks lock -- true")
    ! has_npm || commands+=("node|node -e 0" "npm|node bench/node/peer.js npm $endpoint run true")
    for ((round = 0; round < ROUNDS; round++)); do
        for who in "${commands[@]}"; do
            times=$(count 20 2)
            [[ $who != n* ]] || times=$(count 4 1) # node takes long
            # shellcheck disable=SC2086
            figures "start-${who%%|*}" "$PROGRAMS/run_cost" "$times" ${who#*|}
        done
    done
    echo '| command | time | CPU | greatest resident set |'
    echo '| --- | --- | --- | --- |'
    for who in "${commands[@]}"; do
        # shellcheck disable=SC2016
        printf '| `%s` | %s ms | %s ms | %s MiB |\n' "$(sed "s|$scratch/||g; s|$TOOL|ddblock|; s|bench/node/peer.js npm.*run|with the npm client around|" <<<"${who#*|}")" \
            "$(median "start-${who%%|*}" 1)" "$(median "start-${who%%|*}" 2)" "$(calculate "$(median "start-${who%%|*}" 3) / 1024" 1)"
    done
    resident start-resident-table "$TOOL" run --table locks held --
    resident start-resident-file "$TOOL" run --file "$scratch/locks" held --
    printf '\n| holding one lock | resident |\n| --- | --- |\n'
    # shellcheck disable=SC2016
    printf '| `ddblock run --table` | %s MiB |\n| `ddblock run --file` | %s MiB |\n' "$(cat "$DATA/start-resident-table")" "$(cat "$DATA/start-resident-file")"
    standin_close
    if has_npm; then
        figures start-resident-npm peer npm "$STANDIN" heartbeats 1 "$(count 8 4)"
        printf '| node with the npm client | %s MiB |\n' "$(median start-resident-npm 3)"
    fi
    load
    has_command flock || skipped 'flock, which is not installed'
    tell_missing
}

# syncs CYCLES PROGRAM ARGUMENT…: how often it asks for what was written to be on the disk.
syncs() {
    strace -f -qq -e trace=fsync,fdatasync,sync_file_range,msync -o "$scratch/strace" "${@:2}" "$1" >/dev/null
    grep -cE '(fsync|fdatasync|sync_file_range|msync)\(' "$scratch/strace"
}
# syncs_for_one NAME PROGRAM ARGUMENT…: for a cycle, of 300 less those of 100.
syncs_for_one() {
    local name=$1 few many
    few=$(count 100 2) many=$(count 300 4)
    shift
    calculate "($(rm -f "$scratch"/sync.*; syncs "$many" "$@") - $(rm -f "$scratch"/sync.*; syncs "$few" "$@")) / ($many - $few)" 2 >"$DATA/$name"
}

section_file() {
    local round cycles
    cycles=$(count 500 5)
    forget 'file-*'
    for ((round = 0; round < ROUNDS; round++)); do
        rm -f "$scratch"/floor* "$scratch"/ours*
        figures file-ours "$PROGRAMS/cycles" --file "$scratch/ours.db" "$cycles"
        figures file-floor "$PROGRAMS/sqlite_floor" "$scratch/floor.db" "$cycles"
    done
    echo '| | time of an acquisition and release | least–most | CPU | fsyncs |'
    echo '| --- | --- | --- | --- | --- |'
    if has_command strace; then
        syncs_for_one file-syncs-ours "$PROGRAMS/cycles" --file "$scratch/sync.db"
        syncs_for_one file-syncs-floor "$PROGRAMS/sqlite_floor" "$scratch/sync.db"
    else
        echo '' | tee "$DATA/file-syncs-ours" >"$DATA/file-syncs-floor"
    fi
    printf '| %s | %s ms | %s | %s µs | %s |\n' \
        'ddblock' "$(median file-ours 2)" "$(spread file-ours 2)" "$(median file-ours 1)" "$(cat "$DATA/file-syncs-ours")" \
        'bare SQLite, the same two transactions' "$(median file-floor 2)" "$(spread file-floor 2)" "$(median file-floor 1)" "$(cat "$DATA/file-syncs-floor")"
    printf '\nOurs takes %s times as long (median of the rounds).\n' "$(ratio file-ours file-floor 2)"
    load
    has_command strace || skipped 'fsyncs; strace is not installed'
}
