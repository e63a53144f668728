# signatures.bats - every request is signed as AWS wants it, judged by another implementation;
# what is refused, throttled or out of date is handled; no secret shows.

load front

ID=AKIDSIGNED
SECRET="s3cret/of+the=test"
TOKEN="t0ken/of+the=test"

setup_file() {
    export TABLE="aws_$$_$RANDOM"
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || return 0
    export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
    "$DDBLOCK" table create --endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" "$TABLE"
}

setup() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || skip "no DynamoDB to test with"
    export AWS_ACCESS_KEY_ID=$ID AWS_SECRET_ACCESS_KEY=$SECRET AWS_REGION=us-east-1
    export HOME=$BATS_TEST_TMPDIR AWS_EC2_METADATA_DISABLED=true
    lock_name
}

teardown() {
    stop_front
}

use_front() {
    start_front "$@"
    PLACE=(--endpoint "http://127.0.0.1:$front_port" --table "$TABLE")
}

# Fails if a secret or a signature is in what was said.
no_secret_shows() {
    [[ $output != *"$SECRET"* && $output != *"$TOKEN"* && $output != *AWS4-HMAC* ]]
}

@test "a whole life of a lock, each request verified" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\"}}"
    run -0 ddblock run -v --lease 8s --heartbeat 300ms "$LOCK" -- sleep 2
    no_secret_shows
    [ "$(tell_front refused)" = 0 ]
    [ "$(tell_front verified)" -ge 5 ] # acquire, heartbeats, release
}

@test "fail-closed, shown and broken, each request verified" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\"}}"
    ddblock run --fail-closed "$LOCK" -- true
    run -0 ddblock show "$LOCK"
    [ "$(tell_front refused)" = 0 ]
    [ "$(tell_front verified)" -ge 3 ]
}

@test "a session token is signed" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\", \"token\": \"$TOKEN\"}}"
    export AWS_SESSION_TOKEN=$TOKEN
    run -0 ddblock run -v "$LOCK" -- true
    no_secret_shows
    [ "$(tell_front refused)" = 0 ]
    unset AWS_SESSION_TOKEN
    run -69 ddblock run -v "$LOCK" -- true
    no_secret_shows
}

@test "the front does refuse" {
    use_front "{\"$ID\": {\"secret\": \"another\"}}"
    run -69 ddblock run -v "$LOCK" -- true
    [[ $output == *"is the secret access key from the environment, the region us-east-1 or this machine's clock wrong?"* ]]
    no_secret_shows
    [ "$(tell_front verified)" = 0 ]
}

@test "an unknown key" {
    use_front '{}'
    run -69 ddblock run -v "$LOCK" -- true
    [[ $output == *"does not know the access key from the environment"* ]]
    no_secret_shows
}

@test "keys in the environment that expire are named, and nothing is tried without end" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\"}}"
    tell_front expire "$ID"
    run -69 ddblock run -v "$LOCK" -- true
    [[ $output == *"the keys from the environment have expired"* ]]
    [ "$(tell_front refused)" = 1 ]
}

# use_process SECONDS: keys come from a process, the first ones expire after so many seconds; once
# the file new is there, others do.
use_process() {
    use_front "{\"OLD\": {\"secret\": \"$SECRET\"}, \"NEW\": {\"secret\": \"$SECRET\", \"token\": \"$TOKEN\"}}"
    cat >"$BATS_TEST_TMPDIR/process" <<EOF
#!/bin/sh
echo asked >>"$BATS_TEST_TMPDIR/asked"
if [ -e "$BATS_TEST_TMPDIR/new" ]; then
    echo '{"Version": 1, "AccessKeyId": "NEW", "SecretAccessKey": "$SECRET", "SessionToken": "$TOKEN"}'
else
    echo '{"Version": 1, "AccessKeyId": "OLD", "SecretAccessKey": "$SECRET", "Expiration": "'\$(date -u -d "+$1 seconds" +%Y-%m-%dT%H:%M:%SZ)'"}'
fi
EOF
    chmod +x "$BATS_TEST_TMPDIR/process"
    mkdir "$BATS_TEST_TMPDIR/.aws"
    printf '[default]\ncredential_process = %s\n' "$BATS_TEST_TMPDIR/process" >"$BATS_TEST_TMPDIR/.aws/config"
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

@test "keys that expire soon are fetched anew before" {
    use_process 20
    start_ddblock -v --lease 6s --heartbeat 500ms "$LOCK" -- sleep 13
    wait_until test -e "$BATS_TEST_TMPDIR/asked"
    touch "$BATS_TEST_TMPDIR/new"
    wait "$pid"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" = 2 ]
    [ "$(tell_front refused)" = 0 ]
    output=$(cat "$BATS_TEST_TMPDIR/err")
    [[ $output == *"released"* ]]
    no_secret_shows
}

@test "keys that AWS calls expired while the lock is held are fetched anew" {
    use_process 3600
    start_ddblock -v --lease 6s --heartbeat 500ms "$LOCK" -- sleep 8
    sleep 6 # keys that were given a moment ago are not asked for anew
    touch "$BATS_TEST_TMPDIR/new"
    tell_front expire OLD
    wait "$pid"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" = 2 ]
    [ "$(tell_front refused)" -ge 1 ]
    output=$(cat "$BATS_TEST_TMPDIR/err")
    [[ $output == *"released"* && $output != *"lost"* ]]
    no_secret_shows
}

@test "throttling is waited out, as long as the store says" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\"}}"
    tell_front throttle 1 2000
    local began=$SECONDS
    run -0 ddblock run -v "$LOCK" -- true
    ((SECONDS - began >= 1))
    tell_front throttle 9 1
    run -69 env AWS_MAX_ATTEMPTS=1 "$DDBLOCK" run -v "${PLACE[@]}" "$LOCK" -- true
    [[ $output == *"asks for fewer requests"* ]]
}

@test "a clock that is wrong by an hour" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\"}}"
    tell_front clock 3600
    run -0 ddblock run -v "$LOCK" -- true
    run -0 ddblock doctor
    [[ $output == *"clock: 3"*" s behind DynamoDB's"* ]]
    tell_front clock -3600
    run -0 ddblock doctor
    [[ $output == *" s ahead of DynamoDB's"* ]]
}

@test "a denied action" {
    use_front "{\"$ID\": {\"secret\": \"$SECRET\"}}"
    tell_front answer 400 '{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"User: arn:aws:iam::111122223333:user/bob is not authorized to perform: dynamodb:UpdateItem"}'
    run -69 ddblock run "$LOCK" -- true
    [[ $output == *"{\"Effect\":\"Allow\",\"Action\":\"dynamodb:UpdateItem\",\"Resource\":\"arn:aws:dynamodb:us-east-1:*:table/$TABLE\"}"* ]]
}
