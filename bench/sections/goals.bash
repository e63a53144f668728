# shellcheck shell=bash disable=SC2154,SC2034
# goals.bash - the goals of the project, and how the figures that were measured last stand to them.

# goal WHAT GOAL FIGURE CONDITION: a row; the condition is awk's.
goal() {
    printf '| %s | %s | %s | %s |\n' "$1" "$2" "$3" "$(awk "BEGIN { print ($4) ? \"met\" : \"not met\" }")"
}
# measured NAME…: true if all of them were.
measured() {
    local name
    for name in "$@"; do
        [ -s "$DATA/$name" ] || { printf '| (not measured: %s) | | | |\n' "$name"; return 1; }
    done
}

section_goals() {
    local figure other many
    echo '| figure | goal | measured | |'
    echo '| --- | --- | --- | --- |'
    if measured trips-ours trips-held; then
        figure=$(median trips-ours 3) other=$(median trips-held 12)
        goal 'round trips, uncontended: acquire and release, heartbeat' '2, 1' "$(calculate "$figure" 2), $(calculate "$other" 2)" "$figure <= 2 && $other <= 1.001"
    fi
    if measured cpu-ours cpu-npm; then
        figure=$(ratio cpu-npm cpu-ours 1)
        goal 'client CPU of an acquisition and release, against the npm client' 'at most 1/15' "1/$figure" "$figure >= 15"
    fi
    if measured cpu-ours cpu-floor_curl; then
        figure=$(ratio cpu-ours cpu-floor_curl 1)
        goal 'the same, against bare libcurl that sends the same bytes' 'at most 1.3' "$figure" "$figure <= 1.3"
    fi
    if measured next-ours-1; then
        figure=$(median next-ours-1 2) other=$(median next-ours-1 3)
        goal 'release to next holder, default settings, lease 10 s: median, 99th percentile' '150 ms, 400 ms' "$figure ms, $other ms" "$figure <= 150 && $other <= 400"
    fi
    if measured start-resident-table; then
        figure=$(cat "$DATA/start-resident-table")
        goal 'resident memory, holding one lock' 'at most 12 MiB' "$figure MiB" "$figure <= 12"
    fi
    many=$(count 10000 20)
    if measured "held-$many-0-0" "held-$many-20-0"; then
        figure=$(median "held-$many-0-0" 5) other=$(median "held-$many-20-0" 5)
        goal 'CPU per heartbeat, 10,000 locks, replies at once' 'at most 60 µs' "$figure µs" "$figure <= 60"
        goal '… replies after 20 ms' 'at most 60 µs' "$other µs" "$other <= 60"
    fi
    if measured file-ours file-floor file-syncs-ours; then
        figure=$(cat "$DATA/file-syncs-ours")
        goal 'file store, an acquisition and release: fsyncs' 'at most 3' "$figure" "$figure <= 3"
        figure=$(ratio file-ours file-floor 2)
        goal '… time against the same two transactions by bare SQLite' 'at most 2' "$figure" "$figure <= 2"
    fi
}
