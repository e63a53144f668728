# helpers.bash - what the tests of the documents share: no configuration but what a test sets.

ROOT=$BATS_TEST_DIRNAME/../..

without_configuration() {
    export DDBLOCK_CONFIG=/dev/null HOME=$BATS_TEST_TMPDIR AWS_EC2_METADATA_DISABLED=true
    unset AWS_PROFILE AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE
    cd "$BATS_TEST_TMPDIR" || exit
}

# Tables of the test's own on DynamoDB Local: it keeps them apart by access key.
use_dynamodb() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] ||
        skip 'DDBLOCK_TEST_DYNAMODB_ENDPOINT is not set: see test/support/engines.js'
    export AWS_ENDPOINT_URL_DYNAMODB=$DDBLOCK_TEST_DYNAMODB_ENDPOINT AWS_REGION=us-east-1
    export AWS_ACCESS_KEY_ID="DOCS${BATS_TEST_NUMBER}X$$X$RANDOM" AWS_SECRET_ACCESS_KEY=made-up
}
