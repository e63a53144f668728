# helpers.bash - what the suites of the tool share.
#
# Every test has the folder $BATS_TEST_TMPDIR and, after use_file or use_dynamodb, the options
# in $PLACE that say where the locks are. $DDBLOCK is the tool.

bats_require_minimum_version 1.5.0

# Nobody's own configuration.
export DDBLOCK_CONFIG=/dev/null

DDBLOCK=${DDBLOCK:-$BATS_TEST_DIRNAME/../../build/dev/cli/ddblock}

use_file() {
    PLACE=(--file "$BATS_TEST_TMPDIR/locks")
}

# An empty file of locks: the commands that only look make none. A lock that fails closed leaves no
# item behind.
use_empty_file() {
    use_file
    ddblock run --fail-closed nothing -- true
}

# Each suite has a table of its own, and each test of it a lock of its own.
use_dynamodb() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || skip "no DynamoDB to test with"
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
    PLACE=(--endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" --table "${1:-$TABLE}")
}

# The lock of this test: one name for a suite's whole table would do, but for their order.
lock_name() {
    LOCK="test $BATS_TEST_NUMBER of $BATS_TEST_FILENAME"
}

# ddblock COMMAND ARGUMENT…: runs the tool on the place.
ddblock() {
    local command=$1
    shift
    "$DDBLOCK" "$command" "${PLACE[@]}" "$@"
}

# start_ddblock ARGUMENT…: "ddblock run" in the background, its process id in $pid, what it
# writes in $BATS_TEST_TMPDIR/out and err. A shell lets background jobs ignore SIGINT and
# SIGQUIT, and bats waits for all that have its descriptor 3.
start_ddblock() {
    env --default-signal=INT,QUIT "$DDBLOCK" run "${PLACE[@]}" "$@" \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    pid=$!
}

# start_holder OPTION…: a background run whose command writes its process id to holder and then
# sleeps; $pid is the tool, $child the command. Returns once the command runs.
start_holder() {
    rm -f "$BATS_TEST_TMPDIR/holder"
    # shellcheck disable=SC2016 # for the inner shell
    start_ddblock "$@" "$LOCK" -- \
        sh -c 'echo $$ >"$1.new" && mv "$1.new" "$1" && exec sleep 60' sh "$BATS_TEST_TMPDIR/holder"
    wait_until test -e "$BATS_TEST_TMPDIR/holder"
    # shellcheck disable=SC2034 # for the tests
    child=$(cat "$BATS_TEST_TMPDIR/holder")
    holder_pid=$pid
}

# wait_until COMMAND…: until it succeeds; fails after 20 seconds.
wait_until() {
    local tries
    for ((tries = 0; tries < 400; tries++)); do
        ! "$@" || return 0
        sleep 0.05
    done
    echo "not within 20 s: $*"
    return 1
}

# A zombie is dead too.
is_dead() {
    ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

# expect_end STATUS PID: waits for a background run and checks its exit status.
expect_end() {
    local status=0
    wait "$2" || status=$?
    [ "$status" -eq "$1" ] || {
        echo "status $status, not $1; it said:"
        cat "$BATS_TEST_TMPDIR/err"
        return 1
    }
}

# For teardown: no test leaves a holder behind.
end_holder() {
    if [ -n "${holder_pid:-}" ]; then
        kill -CONT "$holder_pid" 2>/dev/null || true
        kill -KILL "$holder_pid" 2>/dev/null || true
        wait "$holder_pid" 2>/dev/null || true
    fi
}

# acquire ARGUMENT…: "ddblock acquire" on the place, with the hold file $HOLD.
acquire() {
    ddblock acquire --hold-file "$HOLD" "$@"
}

# status_is STATUS: what "ddblock status" says of $HOLD; for wait_until.
status_is() {
    local status=0
    "$DDBLOCK" status --hold-file "$HOLD" >"$BATS_TEST_TMPDIR/status" 2>&1 || status=$?
    [ "$status" -eq "$1" ]
}

# The process that holds what $HOLD tells of.
hold_pid() {
    sed -n 's/^holder = //p' "$HOLD"
}

# For teardown: what the tests of "acquire" may leave behind.
end_hold() {
    local process
    for process in $(sed -n 's/^holder = //p' "$BATS_TEST_TMPDIR"/hold* 2>/dev/null); do
        [ "$process" -eq 0 ] || kill -KILL "$process" 2>/dev/null || true
    done
}
