# run.bats - "ddblock run": its exit statuses, its arguments, its child.

load helpers

setup() {
    use_file
    LOCK=build
}

teardown() {
    end_holder
}

@test "exit status: that of the command" {
    run -0 ddblock run "$LOCK" -- true
    run -7 ddblock run "$LOCK" -- sh -c 'exit 7'
    run -255 ddblock run "$LOCK" -- sh -c 'exit 255'
}

@test "exit status: 128 and the signal that ended the command" {
    run -137 ddblock run "$LOCK" -- sh -c 'kill -KILL $$'
    run -143 ddblock run "$LOCK" -- sh -c 'kill -TERM $$'
}

@test "exit status: 126 and 127 as a shell, and the lock is given back" {
    run -126 ddblock run "$LOCK" -- "$BATS_TEST_TMPDIR"
    run -126 ddblock run "$LOCK" -- "$BATS_TEST_FILENAME"
    # As env(1) and execvp(3) have it, a folder in PATH that may not be searched makes it 126.
    export PATH=/usr/bin:/bin
    run -127 ddblock run "$LOCK" -- no-such-command-anywhere
    [ "$output" = "ddblock: no-such-command-anywhere: No such file or directory" ]
    run -127 ddblock run "$LOCK" -- ""
    run -0 ddblock run -n "$LOCK" -- true
}

@test "exit status: 64 for wrong usage, one sentence, nothing done" {
    local arguments
    for arguments in "" "run" "run build" "run build make" "show" "break" "table" "table drop" \
        "walk" "--nonsense" "run --file x --table y b c" "run --file x --lease 5 b c" \
        "run --file x --lease 1ms b c" "run --file x --lease 4s --heartbeat 3s b c" \
        "run --file x -n --wait 1s b c" "show --file x a b" "run --file x --sort 1 b c"; do
        cd "$BATS_TEST_TMPDIR"
        # shellcheck disable=SC2086 # into words
        run -64 --separate-stderr "$DDBLOCK" $arguments
        [ -z "$output" ]
        [ "${#stderr_lines[@]}" -eq 1 ]
        [[ $stderr == "ddblock: "* ]]
    done
}

@test "exit status: 69 and 78 where the file cannot be had" {
    run -69 "$DDBLOCK" run --file "$BATS_TEST_TMPDIR/no/such/folder" "$LOCK" -- true
    echo "no locks" >"$BATS_TEST_TMPDIR/notes"
    run -78 "$DDBLOCK" run --file "$BATS_TEST_TMPDIR/notes" "$LOCK" -- true
    [ "$(cat "$BATS_TEST_TMPDIR/notes")" = "no locks" ]
}

@test "exit status: 78 where the lock is of the other kind" {
    start_holder --fail-closed
    run -78 ddblock run -n "$LOCK" -- true
    [[ $output == *'"build": it is held as a fail-closed lock by ddblock@'* ]]
}

@test "the command's own options are not eaten" {
    run -0 ddblock run "$LOCK" printf '%s|' -n --wait -- --help
    [ "$output" = "-n|--wait|--|--help|" ]
    run -0 ddblock run "$LOCK" -- printf '%s|' -v --
    [ "$output" = "-v|--|" ]
}

@test "no shell sees the command" {
    run -0 ddblock run "$LOCK" -- printf '%s|' '$HOME' '*' 'a;b' "" $'x\ny'
    [ "$output" = $'$HOME|*|a;b||x\ny|' ]
}

@test "an outer lock is not told to the inner command" {
    run -0 ddblock run outer -- "$DDBLOCK" run "${PLACE[@]}" --fail-closed inner -- \
        sh -c 'echo $DDBLOCK_LOCK ${DDBLOCK_FENCING_TOKEN-none}'
    [ "$output" = "inner none" ]
}

@test "standard input and output are the command's" {
    run -0 bash -c 'echo hello | "$@" | tr a-z A-Z' bash "$DDBLOCK" run "${PLACE[@]}" "$LOCK" cat
    [ "$output" = HELLO ]
}

@test "closed standard descriptors stay closed and harm no file" {
    run -0 bash -c '"$@" <&- >&- 2>&-' bash "$DDBLOCK" run -v "${PLACE[@]}" "$LOCK" -- \
        sh -c 'ls -l /proc/$$/fd >"$0"' "$BATS_TEST_TMPDIR/fds"
    run ! grep -q "locks" "$BATS_TEST_TMPDIR/fds"
    run -0 ddblock show "$LOCK"
    [[ $output == *"token         1"* ]]
}

@test "signals that the caller ignores stay ignored" {
    start_holder
    trap '' HUP
    start_ddblock "$LOCK" -- sh -c 'kill -HUP $$; exit 3'
    trap - HUP
    sleep 0.3
    kill -HUP "$pid"
    sleep 0.3
    kill -TERM "$holder_pid"
    expect_end 3 "$pid"
}

@test "the command has the caller's signal mask and dispositions" {
    local bare
    bare=$(grep '^Sig[BIC]' /proc/self/status)
    run -0 ddblock run "$LOCK" -- grep '^Sig[BIC]' /proc/self/status
    [ "$output" = "$bare" ]
}

@test "the command has its own process group, and the whole group gets signals" {
    # shellcheck disable=SC2016
    start_ddblock "$LOCK" -- sh -c 'sleep 60 & echo $! >"$0"; wait' "$BATS_TEST_TMPDIR/grandchild"
    wait_until test -s "$BATS_TEST_TMPDIR/grandchild"
    kill -TERM "$pid"
    expect_end 143 "$pid"
    wait_until is_dead "$(cat "$BATS_TEST_TMPDIR/grandchild")"
}

@test "-v tells what happens, with times" {
    run -0 --separate-stderr ddblock run -v "$LOCK" -- true
    [ -z "$output" ]
    [[ ${stderr_lines[0]} =~ ^ddblock:\ 20[0-9-]+T[0-9:.]+Z\ .*acquired,\ token\ 1$ ]]
    [[ $stderr == *"the command ended with status 0"*"released"* ]]
}

@test "without -v a run that goes well says nothing" {
    run -0 ddblock run "$LOCK" -- true
    [ -z "$output" ]
}

@test "--shell runs a line, and gives it words" {
    # shellcheck disable=SC2016
    run -0 ddblock run --shell "$LOCK" -- 'echo "$1" "$DDBLOCK_LOCK" | tr a-z A-Z; echo $0' 'a  b'
    [ "${lines[0]}" = "A  B BUILD" ]
    [ "${lines[1]}" = sh ]
    run -3 ddblock run --shell "$LOCK" 'exit 3'
    run -127 ddblock run --shell "$LOCK" -- no-such-command-anywhere
}

@test "--conflict-exit-code is for a lock that was not acquired, and nothing else" {
    start_holder
    run -9 ddblock run -n --conflict-exit-code 9 "$LOCK" -- true
    run -1 ddblock run --conflict-exit-code 9 "$LOCK.other" -- false
    run -78 ddblock run -n --conflict-exit-code 9 --fail-closed "$LOCK" -- true
}

@test "--exec is refused, with the reason" {
    local option
    for option in --exec --no-fork -F; do
        run -64 ddblock run "$option" "$LOCK" -- true
        [[ $output == *"ddblock cannot become the command"* ]]
    done
}

@test "--quiet leaves it to the exit status" {
    start_holder
    run -75 ddblock run -q -n "$LOCK" -- true
    [ -z "$output" ]
    run -64 ddblock run -q "$LOCK"
    [ -n "$output" ]
}

# Every line is an object with these names, whatever the lock is called.
is_json_log() {
    node -e '
        const lines = require("fs").readFileSync(process.argv[1], "utf8").trimEnd().split("\n");
        for (const line of lines) {
            const event = JSON.parse(line);
            if (Number.isNaN(Date.parse(event.time)) || typeof event.event !== "string" ||
                typeof event.message !== "string" || event.lock !== process.argv[2]) {
                throw new Error(line);
            }
        }
        console.log(lines.map(line => JSON.parse(line)).map(e => e.event + ":" + (e.token ?? "-")).join(" "));
    ' "$@"
}

@test "--json-log tells programs what happens" {
    command -v node >/dev/null || skip "no Node.js to read it with"
    local name
    for name in build $'a "b"\n\t\\ \x01\033[31m' "Schlüssel 🔒" "$(printf 'x%.0s' {1..1024})"; do
        "$DDBLOCK" run --json-log "${PLACE[@]}" "$name" -- true 2>"$BATS_TEST_TMPDIR/log"
        run -0 is_json_log "$BATS_TEST_TMPDIR/log" "$name"
        [[ $output == *"acquired:1"*"started:1"*"ended:1"*"released:1"* ]]
    done
    start_holder
    run -75 bash -c '"$@" 2>"$0"' "$BATS_TEST_TMPDIR/log" \
        "$DDBLOCK" run --json-log "${PLACE[@]}" -n "$LOCK" -- true
    run -0 is_json_log "$BATS_TEST_TMPDIR/log" "$LOCK"
    [[ $output == *"not-acquired:-"* ]]
}

@test "--pass-fd gives the command a descriptor, and no other" {
    local bare
    exec 4</dev/null
    # shellcheck disable=SC2016
    bare=$(sh -c 'ls /proc/$$/fd')
    # shellcheck disable=SC2016
    run -0 ddblock run --pass-fd "$LOCK" -- sh -c 'echo "$DDBLOCK_LOST_FD"; ls /proc/$$/fd'
    exec 4<&-
    [ "${lines[0]}" -ge 3 ]
    [ "$(printf "%s\n" "${lines[@]:1}" | sort -n)" = "$(printf "%s\n" "$bare" "${lines[0]}" | sort -n)" ]
    # It stays silent while the lock is held.
    run -142 ddblock run --pass-fd "$LOCK" -- \
        bash -c 'read -r -t 1 -u "$DDBLOCK_LOST_FD"; exit $?'
    # An inner run without it tells of none.
    run -0 ddblock run --pass-fd outer -- "$DDBLOCK" run "${PLACE[@]}" inner -- \
        sh -c 'echo ${DDBLOCK_LOST_FD-none}'
    [ "$output" = none ]
}

@test "options that wait by count" {
    start_holder --lease 1s
    local before=$SECONDS
    run -75 ddblock run --retries 1 "$LOCK" -- true
    [ $((SECONDS - before)) -ge 1 ]
}

@test "a conflict may be no failure: the command does not run, and the status is 0" {
    run -0 "$DDBLOCK" run --file locks.db lock -- \
        "$DDBLOCK" run --no-wait --conflict-exit-code 0 --file locks.db lock -- echo ran
    [[ $output == *"the lock is held by"* && $output != *ran* ]]
    run -0 "$DDBLOCK" run --file locks.db lock -- \
        "$DDBLOCK" acquire --no-wait --conflict-exit-code 0 --hold-file hold --while-pid $$ --file locks.db lock
    [[ $output == *"the lock is held by"* && $output != *[0-9]$ && ! -e hold ]]
}
