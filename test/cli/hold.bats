# hold.bats - "ddblock acquire", "status" and "release": a lock that is held across commands.

load helpers

setup() {
    use_empty_file
    LOCK=build
    HOLD=$BATS_TEST_TMPDIR/hold
}

teardown() {
    end_holder
    end_hold
}

# A command substitution ends only when nobody has its pipe any more.
@test "the holder keeps nothing of its caller" {
    local token process
    exec 7</dev/null
    token=$(acquire --lease 20s "$LOCK")
    exec 7<&-
    [ "$token" = 1 ]
    process=$(hold_pid)
    [ "$(readlink "/proc/$process/cwd")" = / ]
    [ "$(readlink "/proc/$process/fd/0")" = /dev/null ]
    [ "$(readlink "/proc/$process/fd/1")" = /dev/null ]
    [ "$(readlink "/proc/$process/fd/2")" = /dev/null ]
    run ! grep -q pipe: <(readlink "/proc/$process"/fd/[3-9])
    [ "$(ps -o sid= -p "$process" | tr -d ' ')" = "$process" ]
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    wait_until is_dead "$process"
}

@test "paths are meant from where acquire was run" {
    cd "$BATS_TEST_TMPDIR"
    run -0 "$DDBLOCK" acquire --hold-file hold --file locks "$LOCK"
    cd /
    status_is 0
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 ddblock show "$LOCK"
    [[ $output == *"free (released)"* ]]
}

@test "exit status: those of the wait, and no hold file" {
    start_holder
    run -75 acquire -n "$LOCK"
    [[ $output == *"the lock is held by"* ]]
    run -9 --separate-stderr acquire -n -q --conflict-exit-code 9 "$LOCK"
    [ -z "$output$stderr" ]
    [ ! -e "$HOLD" ]
    run -64 acquire
    run -64 acquire a b
    run -64 "$DDBLOCK" acquire "${PLACE[@]}" "$LOCK"
    run -64 acquire --while-pid 4194304 "$LOCK" # more than pid_max may be
    run -64 acquire --max-hold soon "$LOCK"
    run -64 "$DDBLOCK" release
    run -64 "$DDBLOCK" release --hold-file x y
    run -69 "$DDBLOCK" acquire --hold-file "$HOLD" --file "$BATS_TEST_TMPDIR/no/locks" "$LOCK"
    [ ! -e "$HOLD" ]
}

@test "a signal ends the wait, and nothing is left" {
    local signal
    start_holder
    for signal in INT TERM HUP QUIT; do
        env --default-signal=INT,QUIT "$DDBLOCK" acquire --hold-file "$HOLD" "${PLACE[@]}" "$LOCK" \
            2>"$BATS_TEST_TMPDIR/err" 3>&- &
        pid=$!
        sleep 0.3
        kill -"$signal" "$pid"
        expect_end $((128 + $(kill -l "$signal"))) "$pid"
        [ ! -e "$HOLD" ]
    done
}

@test "kill -9 while it waits leaves nobody waiting" {
    local waiter
    start_holder
    "$DDBLOCK" acquire --hold-file "$HOLD" "${PLACE[@]}" "$LOCK" 2>/dev/null 3>&- &
    pid=$!
    wait_until pgrep -P "$pid"
    waiter=$(pgrep -P "$pid")
    sleep 0.3
    kill -KILL "$pid"
    expect_end 137 "$pid"
    wait_until is_dead "$waiter"
    [ ! -e "$HOLD" ]
}

@test "a hold file that holds is not taken" {
    run -0 acquire "$LOCK"
    run -73 acquire other
    [[ $output == *'it holds "build" already'* ]]
    status_is 0
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 acquire --fail-closed "$LOCK.closed"
    run -73 acquire other
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "a file that is no hold file is left alone" {
    echo "my notes" >"$HOLD"
    chmod 600 "$HOLD"
    run -73 acquire "$LOCK"
    run -78 "$DDBLOCK" status --hold-file "$HOLD"
    run -78 "$DDBLOCK" release --hold-file "$HOLD"
    [ "$(cat "$HOLD")" = "my notes" ]
    run -0 ddblock show "$LOCK"
    [[ $output == *"free (no item)"* ]]
}

@test "a hold file that others can read is refused" {
    run -0 acquire --fail-closed "$LOCK"
    chmod 640 "$HOLD"
    run -78 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"nobody else can read"* ]]
    chmod 600 "$HOLD"
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "a full disk: the lock is given back" {
    # The whole of a tmpfs is taken.
    unshare -rm true 2>/dev/null || skip "no mount namespace to test with"
    local option
    for option in --fail-closed --lease=20s; do
        run -73 unshare -m bash -c '
            mkdir -p "$1" && mount -t tmpfs -o size=4k,nr_inodes=4 tmpfs "$1" || exit 99
            echo full >"$1/full"
            shift
            "$@"' bash "$BATS_TEST_TMPDIR/disk" \
            "$DDBLOCK" acquire --hold-file "$BATS_TEST_TMPDIR/disk/hold" "${PLACE[@]}" "$option" \
            "$LOCK"
        [[ $output == *"No space left on device"* ]]
        run -0 ddblock run -n "$LOCK" -- true
    done
}

@test "a folder that is not there: the lock is given back" {
    HOLD=$BATS_TEST_TMPDIR/no/hold
    run -73 acquire "$LOCK"
    [[ $output == *"No such file or directory"* ]]
    run -73 acquire --fail-closed "$LOCK.closed"
    run -0 ddblock run -n "$LOCK" -- true
    run -0 ddblock run -n --fail-closed "$LOCK.closed" -- true
}

@test "a token that cannot be told: the lock is given back" {
    local option
    for option in --lease=20s "--heartbeat=0"; do
        run -74 bash -c '"$@" >/dev/full' bash \
            "$DDBLOCK" acquire --hold-file "$HOLD" "${PLACE[@]}" "$option" "$LOCK"
        [[ $output == *"No space left on device"* ]]
        [ ! -e "$HOLD" ]
        run -0 ddblock run -n "$LOCK" -- true
        run -74 bash -c '"$@" >&-' bash \
            "$DDBLOCK" acquire --hold-file "$HOLD" "${PLACE[@]}" "$option" "$LOCK"
        run -0 ddblock run -n "$LOCK" -- true
    done
}

@test "--while-pid: the lock goes when the process does" {
    sleep 60 3>&- &
    local process=$!
    run -0 acquire --while-pid "$process" "$LOCK"
    run -0 "$DDBLOCK" acquire --hold-file "$HOLD.closed" --while-pid "$process" "${PLACE[@]}" \
        --fail-closed "$LOCK.closed"
    sleep 0.5
    status_is 0
    kill "$process"
    wait "$process" || true
    wait_until status_is 75
    [ ! -e "$HOLD" ]
    run -0 ddblock run -n "$LOCK" -- true
    run -0 ddblock run --wait 5s --fail-closed "$LOCK.closed" -- true
    wait_until test ! -e "$HOLD.closed"
}

@test "--while-pid: the wait ends when the process does" {
    start_holder
    sleep 60 3>&- &
    local process=$!
    acquire --while-pid "$process" "$LOCK" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    pid=$!
    sleep 0.5
    kill "$process"
    wait "$process" || true
    expect_end 75 "$pid"
}

@test "--max-hold: the lock goes when the time is over" {
    run -0 acquire --max-hold 4s "$LOCK"
    status_is 0
    wait_until status_is 75
    [ ! -e "$HOLD" ]
    run -0 ddblock run -n "$LOCK" -- true
}

@test "a hold file that is removed ends the hold" {
    local process
    run -0 acquire --lease 5s "$LOCK"
    process=$(hold_pid)
    rm "$HOLD"
    wait_until is_dead "$process"
    run -0 ddblock run -n "$LOCK" -- true
}

@test "kill -9 of the holder: lost, or for a lock that fails closed, still to be released" {
    run -0 acquire --lease 2s "$LOCK"
    kill -KILL "$(hold_pid)"
    wait_until status_is 76
    [[ $(cat "$BATS_TEST_TMPDIR/status") == *"holder        has died"* ]]
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"has died"* ]]
    [ ! -e "$HOLD" ]

    run -0 acquire --max-hold 1h --fail-closed "$LOCK.closed"
    kill -KILL "$(hold_pid)"
    wait_until is_dead "$(hold_pid)"
    status_is 0
    run -73 acquire other
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 ddblock run -n --fail-closed "$LOCK.closed" -- true
}

@test "a stale hold file makes way for a new one" {
    run -0 acquire --lease 1s "$LOCK"
    kill -KILL "$(hold_pid)"
    wait_until status_is 76
    run -0 acquire "$LOCK"
    [ "$output" = 2 ]
    status_is 0
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "after a reboot a lease is lost, and a lock that fails closed is not" {
    run -0 acquire --heartbeat 0 --lease 1h "$LOCK"
    sed -i 's/^boot = ..../boot = 0000/' "$HOLD"
    status_is 76
    run -76 "$DDBLOCK" release --hold-file "$HOLD"

    run -0 acquire --fail-closed "$LOCK.closed"
    sed -i 's/^boot = ..../boot = 0000/' "$HOLD"
    status_is 0
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "a process that has got the holder's number is left alone" {
    run -0 acquire --lease 2s "$LOCK"
    kill -KILL "$(hold_pid)"
    wait_until is_dead "$(hold_pid)"
    sleep 60 3>&- &
    local process=$!
    sed -i "s/^holder = .*/holder = $process/" "$HOLD"
    status_is 76
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    run ! is_dead "$process"
    kill "$process"
}

@test "a stopped holder past its lease has lost; release ends it" {
    local process
    run -0 acquire --lease 1s "$LOCK"
    process=$(hold_pid)
    kill -STOP "$process"
    wait_until status_is 76
    run -0 ddblock run "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    wait_until is_dead "$process"
}

# of NAME: that member of the JSON in $output, by a parser that is not ours.
of() {
    node -p 'JSON.parse(process.argv[1])[process.argv[2]]' "$output" "$1"
}

@test "status --json: held, released, lost, and by which process" {
    run -0 acquire --lease 30s $'two\n"lines"'
    run -0 "$DDBLOCK" status --json --hold-file "$HOLD"
    [ "${#lines[@]}" -eq 1 ]
    [ "$(of lock)" = $'two\n"lines"' ]
    [ "$(of key_type) $(of state) $(of token)" = "S held 1" ]
    [ "$(of holder_pid)" -eq "$(hold_pid)" ]
    [ "$(of remaining_ms)" -gt 0 ]
    [ "$(of remaining_ms)" -le 30000 ]
    kill -KILL "$(hold_pid)"
    wait_until status_is 76
    run -76 "$DDBLOCK" status --json --hold-file "$HOLD"
    [ "$(of state) $(of holder_pid) $(of remaining_ms)" = "lost undefined 0" ]
    rm "$HOLD"
    run -75 --separate-stderr "$DDBLOCK" status --json --hold-file "$HOLD"
    [ -z "$output" ]
    run -0 acquire --fail-closed closed
    run -0 "$DDBLOCK" status --json --hold-file "$HOLD"
    [ "$output" = '{"lock":"closed","key_type":"S","state":"held"}' ]
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "a lock that was broken is lost: nothing of its lease is left to work by" {
    run -0 acquire --lease 3s "$LOCK"
    run -0 "$DDBLOCK" break --yes "${PLACE[@]}" "$LOCK"
    wait_until status_is 76
    run -76 "$DDBLOCK" status --hold-file "$HOLD"
    [[ $output == *"state         lost"*"remaining     0 ms"*"holder        has ended" ]]
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"was lost before it could be given back: what was done after the loss was not guarded" ]]
}

@test "every signal makes the holder give the lock back" {
    local signal
    for signal in INT TERM HUP QUIT USR1 USR2; do
        run -0 acquire "$LOCK"
        kill -"$signal" "$(hold_pid)"
        wait_until status_is 75
        run -0 ddblock run -n "$LOCK" -- true
    done
}

@test "--log-file tells what the holder does" {
    run -0 acquire -v --log-file "$BATS_TEST_TMPDIR/log" "$LOCK"
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $(cat "$BATS_TEST_TMPDIR/log") == *"SIGTERM: \"build\" is given back"*"was given back"* ]]
    [ "$(stat -c %a "$BATS_TEST_TMPDIR/log")" = 600 ]
}

@test "any name will do" {
    local name
    for name in "a b" "it's \"quoted\" \$HOME %41" $'two\nlines' "Schlüssel 🔒" \
        "$(printf 'x%.0s' {1..1024})" $'\t= #'; do
        run -0 acquire --fail-closed "$name"
        status_is 0
        run -0 "$DDBLOCK" release --hold-file "$HOLD"
        run -0 ddblock show "$name"
        [[ $output == *"free (no item)"* ]]
        run -0 acquire "$name.open"
        run -0 "$DDBLOCK" release --hold-file "$HOLD"
    done
}

@test "the right to release is not told to others" {
    run -0 acquire --fail-closed "$LOCK"
    run -0 "$DDBLOCK" status --hold-file "$HOLD"
    [[ $output != *"$(sed -n 's/^export = //p' "$HOLD")"* ]]
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "in another time namespace, whose clock is another, nothing is held" {
    unshare --time --boottime 100 true 2>/dev/null || skip 'no time namespaces are to be had'
    run -0 "$DDBLOCK" acquire "${PLACE[@]}" --lease 1h --heartbeat 0 --hold-file "$HOLD" "$LOCK"
    status_is 0
    # Behind ours by less than the lease: by the clock alone more time would seem to be left.
    run -76 unshare --time --boottime -100 "$DDBLOCK" status --hold-file "$HOLD"
    [[ $output == *"state         lost"*"remaining     0 ms"* ]]
    run -76 unshare --time --boottime -100 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 "$DDBLOCK" break --yes "${PLACE[@]}" "$LOCK"
}
