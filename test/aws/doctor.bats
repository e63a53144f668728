# doctor.bats - ddblock doctor on engines and files. Scripted replies are in the unit test.

load front

setup_file() {
    export TABLE="doctor_$$_$RANDOM"
}

setup() {
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 LC_ALL=C
    export HOME=$BATS_TEST_TMPDIR AWS_EC2_METADATA_DISABLED=true
}

on_engine() {
    [ -n "${!1:-}" ] || skip "no engine to test with"
    export AWS_ENDPOINT_URL=${!1}
}

a_table_that_is_well() {
    on_engine "$1"
    "$DDBLOCK" table create "$TABLE"
    run -0 "$DDBLOCK" doctor --table "$TABLE"
    [[ $output != *"BAD "* && $output != *"note"* ]]
    [ "$(grep -c '^ok   permission: ' <<<"$output")" = 4 ]
    # Nothing was written.
    run -0 "$DDBLOCK" show --table "$TABLE" ddblock-doctor
    [[ $output == *"free"* ]]
}

@test "a table that is well, on DynamoDB Local" { a_table_that_is_well DDBLOCK_TEST_DYNAMODB_ENDPOINT; }
@test "a table that is well, on dynalite" { a_table_that_is_well DDBLOCK_TEST_DYNALITE_ENDPOINT; }

@test "no table" {
    on_engine DDBLOCK_TEST_DYNAMODB_ENDPOINT
    run -78 "$DDBLOCK" doctor --table "$TABLE.none" --partition-key pk
    [[ $output == *"BAD  table: there is no table"*"'ddblock table create --region us-east-1 --partition-key pk $TABLE.none' makes it"* ]]
    # What is suggested makes a table in which the lock that was asked for can be.
    run -78 "$DDBLOCK" run --table "$TABLE.typed" --region eu-west-1 --partition-key id:N \
        --sort-key at:B --sort AA== 12 -- true
    local suggested=${output#*"'ddblock "}
    suggested=${suggested%%"'"*}
    [ "$suggested" = "table create --region eu-west-1 --partition-key id:N --sort-key at:B $TABLE.typed" ]
    # shellcheck disable=SC2086
    "$DDBLOCK" $suggested
    "$DDBLOCK" run --table "$TABLE.typed" --region eu-west-1 --partition-key id:N --sort-key at:B \
        --sort AA== 12 -- true
}

@test "other keys" {
    on_engine DDBLOCK_TEST_DYNAMODB_ENDPOINT
    "$DDBLOCK" table create --partition-key pk:N --sort-key sk:B "$TABLE.keys"
    run -78 "$DDBLOCK" doctor --table "$TABLE.keys"
    [[ $output == *'BAD  keys: table '*' has the keys "pk" (N) and "sk" (B), but asked for is "id" alone'* ]]
    run -78 "$DDBLOCK" run --table "$TABLE.keys" lock -- true
    [[ $output == *'has the keys "pk" (N) and "sk" (B), but asked for is "id" (S) alone'* ]]
    run -0 "$DDBLOCK" doctor --table "$TABLE.keys" --partition-key pk --sort-key sk
}

@test "ticks and crosses where the terminal has them" {
    run -0 env LC_ALL=C.UTF-8 "$DDBLOCK" doctor --file "$BATS_TEST_TMPDIR/none"
    [[ $output == "✓ place: "* ]]
}

@test "no credentials, no region, no server" {
    run -78 env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY "$DDBLOCK" doctor \
        --table "$TABLE" --endpoint http://127.0.0.1:1
    [[ $output == *"BAD  credentials: no credentials: "* ]]
    run -78 env -u AWS_REGION "$DDBLOCK" doctor --table "$TABLE"
    [[ $output == *"BAD  settings: no region"* ]]
    run -69 "$DDBLOCK" doctor --table "$TABLE" --endpoint http://127.0.0.1:1
    [[ $output == *"BAD  connection: cannot reach 127.0.0.1:1"* ]]
}

@test "keys that have expired are no good news" {
    run -69 env AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=s AWS_REGION=us-east-1 \
        AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt \
        "$DDBLOCK" doctor --table "$TABLE" --endpoint http://127.0.0.1:1
    [[ $output == *"note credentials: from the environment, by which they expired "*" s ago"* ]]
    [[ $output != *"trusted are"* ]] # there is no TLS
}

@test "files" {
    local file=$BATS_TEST_TMPDIR/locks
    run -0 "$DDBLOCK" doctor --file "$file"
    [[ $output == *"note file: $file is not there yet"* ]]
    [ ! -e "$file" ]
    "$DDBLOCK" run --file "$file" lock -- true
    run -0 "$DDBLOCK" doctor --file "$file"
    [[ $output == *"ok   file: $file holds locks"* ]]
    echo "no locks at all, just words" >"$file.text"
    run -78 "$DDBLOCK" doctor --file "$file.text"
    [[ $output == *"BAD  file: "*"holds something else than locks"* ]]
    run -69 "$DDBLOCK" doctor --file "$BATS_TEST_TMPDIR/nowhere/locks"
    [[ $output == *"BAD  place: "*"No such file or directory; make it, or name another file"* ]]
    [[ $output != *"the first lock makes it"* ]]
    run -69 "$DDBLOCK" run --file "$BATS_TEST_TMPDIR/nowhere/locks" lock -- true
}

@test "wrong usage" {
    run -64 "$DDBLOCK" doctor
    run -64 "$DDBLOCK" doctor --table a --file b
    run -64 "$DDBLOCK" doctor --table a lock
    run -0 "$DDBLOCK" doctor --help
}
