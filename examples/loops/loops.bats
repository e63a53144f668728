# loops.bats - the job of the examples in one loop, that of the program $EXAMPLE.

load ../../test/cli/helpers

setup() {
    use_file
    LOCK=first
    FILE=$BATS_TEST_TMPDIR/locks
    OUT=$BATS_TEST_TMPDIR/job
}

teardown() {
    end_holder
}

# start_job [STEPS]: in the background, its process id in $job.
start_job() {
    "$EXAMPLE" "$FILE" "$@" >"$OUT" 2>&1 3>&- &
    job=$!
}

# expect_job STATUS: waits for it, and checks its exit status.
expect_job() {
    local status=0
    wait "$job" || status=$?
    cat "$OUT"
    [ "$status" -eq "$1" ]
}

# It has said by now that it wants SIGTERM, as a handler or a descriptor.
handles_term() {
    local name mask
    while read -r name mask; do
        case $name in
        SigBlk: | SigCgt:) [ $((0x$mask & 0x4000)) -eq 0 ] || return 0 ;;
        esac
    done <"/proc/$job/status"
    return 1
}

expect_free() {
    [[ $(ddblock show "$1") == *free* ]]
}

@test "it works under both locks and gives them back" {
    run -0 "$EXAMPLE" "$FILE"
    [[ $output == *"step 3, tokens 1 and 1"* ]]
    run -0 "$EXAMPLE" "$FILE" 1
    [[ $output == *"step 1, tokens 2 and 2"* ]]
}

@test "a wait is cancelled by a signal" {
    start_holder
    start_job
    wait_until grep -q "waiting for first" "$OUT"
    wait_until handles_term
    kill -TERM "$job"
    expect_job 1
    grep -q "first: the acquisition was cancelled" "$OUT"
    run -1 grep step "$OUT"
}

@test "a wait for the second lock is cancelled, and the first is given back" {
    # shellcheck disable=SC2034 # for start_holder
    LOCK=second
    start_holder
    start_job
    wait_until grep -q "waiting for second" "$OUT"
    kill -TERM "$job"
    expect_job 1
    grep -q "second: the acquisition was cancelled" "$OUT"
    expect_free first
}

@test "a signal ends the work, and both locks are given back" {
    start_job 100000
    wait_until grep -q "step 2" "$OUT"
    kill -TERM "$job"
    expect_job 1
    expect_free first
    expect_free second
}

@test "the loss of a lock ends the work, and the other is given back" {
    start_job 100000
    wait_until grep -q "step 2" "$OUT"
    ddblock break --yes second
    expect_job 1
    grep -q "lost second: " "$OUT"
    expect_free first
}
