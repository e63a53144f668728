# lost.bats - what happens to the command when its lock is lost, or is about to be.

load helpers

setup() {
    use_file
    LOCK=build
}

teardown() {
    end_holder
}

@test "SIGTERM comes while there is time to end" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 3s --heartbeat 0 "$LOCK" -- \
        sh -c 'trap "echo ending; exit 0" TERM; sleep 60 & wait'
    [[ $output == *"is about to be lost"*"there are no heartbeats"*"SIGTERM"* ]]
    [[ $output == *"ending"* ]]
    [[ $output != *"killed"* ]]
}

@test "SIGKILL comes before the lease ends" {
    # shellcheck disable=SC2016
    start_ddblock --lease 3s --heartbeat 0 "$LOCK" -- \
        sh -c 'trap "" TERM; echo $$ >"$0"; while :; do sleep 60; done' "$BATS_TEST_TMPDIR/child"
    wait_until test -s "$BATS_TEST_TMPDIR/child"
    holder_pid=$pid
    # Whoever has the lock next finds the command dead.
    # shellcheck disable=SC2016
    run -0 ddblock run "$LOCK" -- bash -c \
        '! grep -q "^State:.[^Z]" "/proc/$1/status" 2>/dev/null && echo "token $DDBLOCK_FENCING_TOKEN"' \
        bash "$(cat "$BATS_TEST_TMPDIR/child")"
    [ "$output" = "token 2" ]
    expect_end 76 "$holder_pid"
    [[ $(cat "$BATS_TEST_TMPDIR/err") == *"SIGTERM"*"the command is killed"* ]]
}

@test "a stopped command can end as well" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 3s --heartbeat 0 "$LOCK" -- \
        sh -c 'trap "echo ending; exit 0" TERM; kill -STOP $$; sleep 60'
    [[ $output == *"ending"* ]]
    [[ $output != *"killed"* ]]
}

@test "children of the command die with it" {
    # shellcheck disable=SC2016
    start_ddblock --lease 3s "$LOCK" -- \
        sh -c 'trap "" TERM; sleep 60 & echo $! >"$0"; wait; sleep 60' "$BATS_TEST_TMPDIR/grandchild"
    wait_until test -s "$BATS_TEST_TMPDIR/grandchild"
    holder_pid=$pid
    run -0 ddblock break --yes "$LOCK"
    expect_end 76 "$holder_pid"
    wait_until is_dead "$(cat "$BATS_TEST_TMPDIR/grandchild")"
}

@test "what a command leaves behind is killed if the lock is about to be lost, else left alone" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 2s --heartbeat 0 "$LOCK" -- \
        sh -c '(trap "" TERM; exec sleep 60) >/dev/null 2>&1 3>&- & echo $! >"$0"; wait' \
        "$BATS_TEST_TMPDIR/left"
    wait_until is_dead "$(cat "$BATS_TEST_TMPDIR/left")"
    # shellcheck disable=SC2016
    run -0 ddblock run "$LOCK" -- sh -c 'sleep 60 >/dev/null 2>&1 3>&- & echo $! >"$0"' \
        "$BATS_TEST_TMPDIR/left"
    run ! is_dead "$(cat "$BATS_TEST_TMPDIR/left")"
    kill -KILL "$(cat "$BATS_TEST_TMPDIR/left")"
}

@test "heartbeats keep the lock beyond its lease" {
    run -0 ddblock run --lease 1s "$LOCK" -- sleep 3
    [ -z "$output" ]
}

@test "a loss that shows only at the release is told" {
    # shellcheck disable=SC2016
    run -76 ddblock run --fail-closed "$LOCK" -- "$DDBLOCK" break --yes "${PLACE[@]}" "$LOCK"
    [[ $output == *"was lost before the command had ended"* ]]
}

@test "--on-lost kill gives no warning" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 2s --heartbeat 0 --on-lost kill "$LOCK" -- \
        sh -c 'trap "echo warned; exit 0" TERM; sleep 60 & wait'
    [[ $output == *"the command is killed"* ]]
    [[ $output != *"warned"* ]]
}

@test "--on-lost ignore leaves the command alone, and tells" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 1s --heartbeat 0 --on-lost ignore "$LOCK" -- \
        sh -c 'trap "echo warned; exit 0" TERM; sleep 2; echo done'
    [[ $output == *"is left alone"*"done"*"may have run beside the next holder"* ]]
    [[ $output != *"warned"* ]]
}

@test "--grace is the time between SIGTERM and SIGKILL" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 4s --heartbeat 0 --grace 3s "$LOCK" -- \
        bash -c 'trap "term=\$EPOCHREALTIME" TERM; while :; do echo "${EPOCHREALTIME/./} ${term/./}" >"$0"; sleep 0.05; done' \
        "$BATS_TEST_TMPDIR/times"
    local last term
    read -r last term <"$BATS_TEST_TMPDIR/times"
    [ $((last - term)) -ge 2000000 ]
    run -64 ddblock run --lease 4s --grace 3s "$LOCK" -- true
    [[ $output == *"--grace: with a lease of 4 s"* ]]
}

@test "--pass-fd tells the command in time, and when ddblock dies" {
    # shellcheck disable=SC2016
    run -76 ddblock run --lease 2s --heartbeat 0 --on-lost ignore --pass-fd "$LOCK" -- \
        bash -c 'read -r -u "$DDBLOCK_LOST_FD"; echo "read $?"; '"$(printf '%q ' "$DDBLOCK" show "${PLACE[@]}" "$LOCK")"'; sleep 2'
    [[ $output == *"read 1"*"held, fails open"*"token         1"* ]]
    # shellcheck disable=SC2016
    start_ddblock --lease 3s --pass-fd "$LOCK" -- bash -c \
        'bash -c "read -r -u \$DDBLOCK_LOST_FD; echo \$? >\"\$0\"" "$0" & wait' "$BATS_TEST_TMPDIR/told"
    holder_pid=$pid
    sleep 1
    [ ! -e "$BATS_TEST_TMPDIR/told" ]
    kill -KILL "$pid"
    wait_until test -s "$BATS_TEST_TMPDIR/told" # a child of the command outlives it, but is told
}

# Standard error is a pipe that is full, and nobody reads it. A terminal after ^S is the same.
@test "the command is ended though nobody takes what we say" {
    local fifo=$BATS_TEST_TMPDIR/stuck
    mkfifo "$fifo"
    exec 5<>"$fifo"
    dd if=/dev/zero of="$fifo" bs=1024 oflag=nonblock 2>/dev/null || true
    "$DDBLOCK" run "${PLACE[@]}" --lease 1s --heartbeat 0 "$LOCK" -- \
        sleep 60 2>"$fifo" 3>&- 5>&- &
    holder_pid=$!
    wait_until is_dead "$holder_pid"
    exec 5>&-
    local status=0
    wait "$holder_pid" || status=$?
    [ "$status" -eq 76 ]
}

@test "a command whose lock is lost before it starts is not started" {
    local fifo=$BATS_TEST_TMPDIR/stuck
    mkfifo "$fifo"
    exec 5<>"$fifo"
    dd if=/dev/zero of="$fifo" bs=1024 oflag=nonblock 2>/dev/null || true
    "$DDBLOCK" run "${PLACE[@]}" -v --lease 1s --heartbeat 0 "$LOCK" -- \
        touch "$BATS_TEST_TMPDIR/ran" 2>"$fifo" 3>&- 5>&- &
    holder_pid=$!
    sleep 2
    cat <&5 >"$BATS_TEST_TMPDIR/said" 3>&- &
    local reader=$!
    expect_end 76 "$holder_pid"
    wait_until grep -aq "was lost before the command was started" "$BATS_TEST_TMPDIR/said"
    kill "$reader"
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    exec 5>&-
}
