#!/usr/bin/env bats
# npm_client.bats - our tool and the npm package dynamodb-lock-client contend for one lock in
# one table: it holds and we wait, we hold and it waits, in both kinds.

bats_require_minimum_version 1.5.0

setup_file() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || return 0 # setup says so
    export AWS_ENDPOINT_URL_DYNAMODB=$DDBLOCK_TEST_DYNAMODB_ENDPOINT
    export AWS_REGION=${AWS_REGION:-us-east-1}
    export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-AKIDEXAMPLE}
    export AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-made-up}
    export TABLE=interop-$$-$RANDOM
    "$DDBLOCK" table create "$TABLE"
}

setup() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] ||
        skip 'DDBLOCK_TEST_DYNAMODB_ENDPOINT is not set: see test/support/engines.js'
    cd "$BATS_TEST_TMPDIR"
    lock=$BATS_TEST_NUMBER
    exec {to_them}>/dev/null # until there is one of theirs
    theirs=
    ours=
}

teardown() {
    [ -z "$theirs" ] || kill "$theirs" 2>/dev/null || true
    [ -z "$ours" ] || kill "$ours" 2>/dev/null || true
}

now_ms() {
    date +%s%3N
}

# npm_start KIND [OPTIONS]: starts their client; "tell" and "hear" speak with it.
npm_start() {
    mkfifo in
    node "$BATS_TEST_DIRNAME/npm-client.js" "$1" "$lock" "${2:-}" <in >out 2>&1 3>&- &
    theirs=$!
    exec {to_them}>in
}

tell() {
    echo "$1" >&"$to_them"
}

# await FILE PATTERN: waits, thirty seconds at most, until a line of the file is like that.
await() {
    for _ in $(seq 300); do
        ! grep -qE "$2" "$1" 2>/dev/null || return 0
        sleep 0.1
    done
    echo "no line like '$2' in $1:"
    cat "$1"
    return 1
}

# refute FILE PATTERN: fails if a line of the file is like that.
refute() {
    if grep -E "$2" "$1"; then
        return 1
    fi
}

# run_start ARGUMENT…: starts our tool on the lock; its child says its token, and holds the lock
# until there is a file "done".
run_start() {
    "$DDBLOCK" run --table "$TABLE" "$@" "$lock" -- sh -c '
        echo "token ${DDBLOCK_FENCING_TOKEN:-none}"
        while ! [ -e done ]; do sleep 0.05; done' >ours 2>&1 {to_them}>&- 3>&- &
    ours=$!
}

run_finish() {
    local pid=$ours
    ours=
    touch done
    wait "$pid"
}

# Fails unless it is less than this many milliseconds since the start.
expect_within() {
    local took=$(($(now_ms) - $2))
    echo "# $BATS_TEST_DESCRIPTION: $took ms" >&3
    [ "$took" -lt "$1" ]
}

# it_holds_we_wait OPTIONS: theirs has token 1, ours gets token 2 well before the lease of ten
# seconds is over.
it_holds_we_wait() {
    npm_start open "$1"
    tell acquire
    await out '^acquired 1$'
    run_start
    sleep 1
    refute ours '^token'
    kill -0 "$ours"
    start=$(now_ms)
    tell release
    await ours '^token 2$'
    expect_within 5000 "$start"
    run_finish
    refute out '^error'
}

@test "fail-open: it holds with heartbeats, we wait and have it soon after its release" {
    # A heartbeat of theirs that is under way at their release undoes it, and they call that
    # released: rare with this period, and then the wait is a lease.
    it_holds_we_wait '{ "leaseDurationMs": 10000, "heartbeatPeriodMs": 800 }'
}

@test "fail-open: it holds without heartbeats, we wait and have it soon after its release" {
    it_holds_we_wait '{ "leaseDurationMs": 10000 }'
}

@test "fail-open: it holds with trustLocalTime, we wait and have it soon after its release" {
    it_holds_we_wait '{ "leaseDurationMs": 10000, "heartbeatPeriodMs": 800,
        "trustLocalTime": true }'
}

# we_hold_it_waits HEARTBEAT OPTIONS: it sleeps our lease of three seconds before it looks again,
# as is its way; ours is a live lock as long as we say so.
we_hold_it_waits() {
    run_start --lease 3s --heartbeat "$1"
    await ours '^token 1$'
    npm_start open "$2"
    tell acquire
    sleep 1
    refute out '^acquired'
    start=$(now_ms)
    run_finish
    await out '^acquired 2$'
    expect_within 9000 "$start"
    tell release
    await out '^released$'
}

@test "fail-open: we hold with heartbeats, it waits and has it after our release" {
    we_hold_it_waits 500ms '{ "leaseDurationMs": 10000, "retryCount": 3 }'
}

@test "fail-open: we hold without heartbeats, it waits and has it after our release" {
    we_hold_it_waits 0 '{ "leaseDurationMs": 10000, "retryCount": 3 }'
}

@test "fail-open: one of its waiters that trusts the clock does not take our live lock" {
    run_start --lease 3s --heartbeat 500ms
    await ours '^token 1$'
    npm_start open '{ "leaseDurationMs": 10000, "retryCount": 0, "trustLocalTime": true }'
    tell acquire
    await out '^failed Failed to acquire lock'
    kill -0 "$ours"
    run_finish
}

@test "fail-open: tokens rise across both, turn by turn" {
    npm_start open '{ "leaseDurationMs": 10000 }'
    for token in 1 3 5; do
        tell acquire
        await out "^acquired $token\$"
        tell release
        await out '^released$'
        : >out
        run --separate-stderr "$DDBLOCK" run --table "$TABLE" "$lock" -- \
            sh -c 'echo "$DDBLOCK_FENCING_TOKEN"' {to_them}>&-
        [ "$status" -eq 0 ]
        [ "$output" -eq $((token + 1)) ]
    done
}

@test "fail-open: its holder dies, we have the lock after its lease" {
    npm_start open '{ "leaseDurationMs": 2000, "heartbeatPeriodMs": 300 }'
    tell acquire
    await out '^acquired 1$'
    run_start
    sleep 3
    refute ours '^token'
    kill -KILL "$theirs"
    start=$(now_ms)
    await ours '^token 2$'
    expect_within 9000 "$start"
    run_finish
}

@test "fail-closed: it holds, we wait and have it after its release" {
    npm_start closed '{ "acquirePeriodMs": 100 }'
    tell acquire
    await out '^acquired 0$'
    run_start --fail-closed
    sleep 1
    refute ours '^token'
    start=$(now_ms)
    tell release
    await ours '^token none$'
    expect_within 5000 "$start"
    run_finish
}

@test "fail-closed: we hold, it waits and has it after our release" {
    run_start --fail-closed
    await ours '^token none$'
    npm_start closed '{ "acquirePeriodMs": 100, "retryCount": 300 }'
    tell acquire
    sleep 1
    refute out '^acquired'
    run_finish
    await out '^acquired 0$'
    tell release
    await out '^released$'
}

@test "a lock that it holds fail-closed is not taken by us fail-open, nor the other way" {
    npm_start closed '{ "acquirePeriodMs": 100 }'
    tell acquire
    await out '^acquired 0$'
    run "$DDBLOCK" run --table "$TABLE" --no-wait "$lock" -- echo started {to_them}>&-
    [ "$status" -ne 0 ]
    [[ $output != *started* ]]
    [[ $output == *dynamodb-lock-client@* ]]
    tell release
    await out '^released$'
}
