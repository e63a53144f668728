# tls.bats - what the tool says of certificates, good and bad.

load front

setup() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || skip "no DynamoDB to test with"
    export AWS_ACCESS_KEY_ID=AKIDTLS AWS_SECRET_ACCESS_KEY=s3cret AWS_REGION=us-east-1
    export HOME=$BATS_TEST_TMPDIR AWS_EC2_METADATA_DISABLED=true
    TABLE="tls_$$_$RANDOM"
}

teardown() {
    stop_front
}

# use_certificate NAME: a front with it.
use_certificate() {
    start_front '{"AKIDTLS": {"secret": "s3cret"}}' "$BATS_TEST_TMPDIR/$1.pem"
    PLACE=(--endpoint "https://127.0.0.1:$front_port" --table "$TABLE")
}

@test "a certificate that is trusted" {
    make_certificate good IP:127.0.0.1 1
    use_certificate good
    export AWS_CA_BUNDLE=$BATS_TEST_TMPDIR/good.crt
    "$DDBLOCK" table create --endpoint "https://127.0.0.1:$front_port" "$TABLE"
    ddblock run lock -- true
    [ "$(tell_front refused)" = 0 ]
    run -0 ddblock doctor
    [[ $output == *"trusted are the certificates in $BATS_TEST_TMPDIR/good.crt"* ]]
}

@test "the CA file of the profile" {
    make_certificate good IP:127.0.0.1 1
    use_certificate good
    mkdir "$BATS_TEST_TMPDIR/.aws"
    printf '[default]\nca_bundle = %s\n' "$BATS_TEST_TMPDIR/good.crt" >"$BATS_TEST_TMPDIR/.aws/config"
    "$DDBLOCK" table create --endpoint "https://127.0.0.1:$front_port" "$TABLE"
}

@test "a certificate that nobody vouches for" {
    make_certificate good IP:127.0.0.1 1
    make_certificate other IP:127.0.0.1 1
    use_certificate good
    run -69 ddblock run lock -- true
    [[ $output == *"certificate problem (trusted are those in /"*"self-signed certificate"* ]]
    AWS_CA_BUNDLE=$BATS_TEST_TMPDIR/other.crt run -69 ddblock run lock -- true
    [[ $output == *"certificate problem (trusted are those in $BATS_TEST_TMPDIR/other.crt"* ]]
    [ "$(tell_front verified)" = 0 ]
}

@test "a certificate for another host" {
    make_certificate elsewhere DNS:elsewhere.test 1
    use_certificate elsewhere
    AWS_CA_BUNDLE=$BATS_TEST_TMPDIR/elsewhere.crt run -69 ddblock run lock -- true
    [[ $output == *"certificate problem"*"127.0.0.1"* ]]
    run -69 env AWS_CA_BUNDLE="$BATS_TEST_TMPDIR/elsewhere.crt" "$DDBLOCK" doctor "${PLACE[@]}"
    [[ $output == *"connection: cannot reach 127.0.0.1:$front_port: certificate problem"* ]]
}

@test "a certificate that is over" {
    make_expired_certificate over
    use_certificate over
    AWS_CA_BUNDLE=$BATS_TEST_TMPDIR/over.crt run -69 ddblock run lock -- true
    [[ $output == *"certificate problem"*"certificate has expired"* ]]
}

@test "a CA file that is not there" {
    run -78 env AWS_CA_BUNDLE=/nonexistent.pem "$DDBLOCK" run \
        --endpoint https://127.0.0.1:1 --table "$TABLE" lock -- true
    [[ $output == *"the file of CA certificates /nonexistent.pem cannot be read"* ]]
}
