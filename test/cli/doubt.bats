# doubt.bats - signals and the end of things while replies do not come, in DynamoDB behind a proxy
# that swallows them.

load helpers

setup_file() {
    export TABLE="doubt_$$_$RANDOM"
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || return 0
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
    "$DDBLOCK" table create --endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" "$TABLE"
}

setup() {
    use_dynamodb
    lock_name
    HOLD=$BATS_TEST_TMPDIR/hold
    coproc PROXY {
        exec node "$BATS_TEST_DIRNAME/../support/fault-proxy.js" \
            "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" 3>&-
    }
    local port
    read -r port <&"${PROXY[0]}"
    PLACE=(--endpoint "http://127.0.0.1:$port" --table "$TABLE")
}

# The proxy ends when its input does.
teardown() {
    end_holder
    end_hold
    [ -z "${PROXY[1]:-}" ] || eval "exec ${PROXY[1]}>&-"
}

# proxy WORD…: gives the proxy a command; its answer is in $answer.
proxy() {
    echo "$*" >&"${PROXY[1]}"
    read -r answer <&"${PROXY[0]}"
}

faults_are() {
    proxy faults
    [ "$answer" -ge "$1" ]
}

# Nothing may be left behind: the next one needs no waiting.
expect_free() {
    run -0 ddblock run -n "$@" "$LOCK" -- true
}

@test "a signal while the acquisition is in doubt: it is given back" {
    local signal
    for signal in INT TERM HUP QUIT USR1 USR2; do
        proxy on UpdateItem 1 swallow-reply
        start_ddblock --lease 2s "$LOCK" -- touch "$BATS_TEST_TMPDIR/ran"
        wait_until faults_are 1
        kill -"$signal" "$pid"
        expect_end $((128 + $(kill -l "$signal"))) "$pid"
        expect_free
        proxy clear
    done
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a signal while a fail-closed acquisition is in doubt: it is given back" {
    proxy on PutItem 1 swallow-reply
    start_ddblock --fail-closed "$LOCK" -- touch "$BATS_TEST_TMPDIR/ran"
    wait_until faults_are 1
    kill -TERM "$pid"
    expect_end 143 "$pid"
    expect_free --fail-closed
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "a signal while acquire is in doubt: it is given back" {
    proxy on UpdateItem 1 swallow-reply
    acquire "$LOCK" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    pid=$!
    wait_until faults_are 1
    pkill -TERM -P "$pid" # the function's shell waits for the tool
    expect_end 143 "$pid"
    [ ! -e "$HOLD" ]
    expect_free
}

@test "signals while the lock is given back change nothing any more" {
    local signal
    for signal in INT TERM HUP QUIT USR1 USR2; do
        proxy on UpdateItem 2 swallow-reply
        start_ddblock --lease 2s "$LOCK" -- sh -c 'exit 3'
        wait_until faults_are 1
        kill -"$signal" "$pid"
        expect_end 3 "$pid"
        expect_free
        proxy clear
    done
}

@test "an acquisition in doubt goes well in the end" {
    proxy on UpdateItem 1 drop-reply
    # shellcheck disable=SC2016
    run -0 ddblock run "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 1 ]
    expect_free
}

@test "a release that is never answered is told, and the status is the command's" {
    start_ddblock --lease 2s "$LOCK" -- sh -c 'sleep 0.5; exit 3'
    sleep 0.3
    proxy on UpdateItem 1+ swallow-reply
    expect_end 3 "$pid"
    [[ $(cat "$BATS_TEST_TMPDIR/err") == *"may stay locked for the rest of its lease"* ]]
}

@test "heartbeats that get no reply end the command in time" {
    start_holder --lease 3s
    proxy on UpdateItem 1+ reset
    expect_end 76 "$holder_pid"
    is_dead "$child"
    [[ $(cat "$BATS_TEST_TMPDIR/err") == *"is about to be lost"* ]]
}

@test "a hold whose heartbeats get no reply is lost, and says so" {
    run -0 acquire --lease 2s "$LOCK"
    proxy on UpdateItem 1+ reset
    wait_until status_is 76
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
}

@test "release in doubt: 69" {
    run -0 acquire --lease 3s "$LOCK"
    proxy on UpdateItem 1+ swallow-reply
    run -69 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"may stay locked"* ]]
}

@test "release of a fail-closed lock in doubt can be tried again" {
    run -0 acquire --fail-closed "$LOCK"
    proxy on DeleteItem 1+ reset
    run -69 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"may stay locked until it is broken"* ]]
    status_is 76
    proxy clear
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    [ ! -e "$HOLD" ]
    expect_free --fail-closed
}
