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
