# table.bats - "ddblock table create", "check" and "template".

load helpers

# The options of the endpoint.
use_endpoint() {
    use_dynamodb none
    PLACE=(--endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT")
    TABLE="cli_table_$$_$BATS_TEST_NUMBER"
}

table() {
    local subcommand=$1
    shift
    "$DDBLOCK" table "$subcommand" "${PLACE[@]}" "$@"
}

# field PATH…: that part of the JSON on standard input, by a parser that is not ours.
field() {
    node -p 'JSON.stringify(process.argv.slice(1).reduce((o, k) => o[k],
        JSON.parse(require("fs").readFileSync(0, "utf8"))))' "$@"
}

@test "create: with tags and protection; check finds nothing wrong" {
    use_endpoint
    run -0 table create --tag team=locks --tag "empty=" --deletion-protection "$TABLE"
    [ "$output" = "table $TABLE is active" ]
    run -0 table check "$TABLE"
    [[ $output != *wrong* ]]
}

@test "check: every difference" {
    use_endpoint
    table create --partition-key pk:N --sort-key sk "$TABLE"
    run -78 table check "$TABLE"
    [[ $output == *"wrong: keys: "*"pk"* ]]
    run -78 table check --partition-key pk:S --sort-key sk "$TABLE"
    [[ $output == *"wrong: keys: "* ]]
    run -78 table check --partition-key pk:N --sort-key sk:B "$TABLE"
    [[ $output == *"wrong: keys: "* ]]
    run -0 table check --partition-key pk:N --sort-key sk "$TABLE"
    run -78 table check "$TABLE-missing"
    [[ $output == *"wrong: table: "* ]]
}

@test "template cloudformation: JSON that says what was asked for" {
    run -0 "$DDBLOCK" table template cloudformation locks
    [ "$(field Resources LockTable Properties KeySchema <<<"$output")" = \
        '[{"AttributeName":"id","KeyType":"HASH"}]' ]
    run -0 "$DDBLOCK" table template cloudformation --partition-key 'p"k:N' --sort-key s:B \
        --tag 'a=b"=c' --tag d= --deletion-protection --point-in-time-recovery locks
    [ "$(field Resources LockTable Properties <<<"$output")" = \
        '{"TableName":"locks","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"p\"k","AttributeType":"N"},{"AttributeName":"s","AttributeType":"B"}],"KeySchema":[{"AttributeName":"p\"k","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],"DeletionProtectionEnabled":true,"PointInTimeRecoverySpecification":{"PointInTimeRecoveryEnabled":true},"Tags":[{"Key":"a","Value":"b\"=c"},{"Key":"d","Value":""}]}' ]
}

npm_module() {
    [ -e "$BATS_TEST_DIRNAME/../npm/node_modules/$1" ] || skip "the npm packages of test/npm are not installed"
}

# Its list of properties is of 2023: it does not know DeletionProtectionEnabled yet.
@test "template cloudformation: valid for cfn-lint" {
    local options
    npm_module cfn-lint
    for options in "" "--sort-key s:N --tag a=b" "--partition-key p:B --point-in-time-recovery"; do
        # shellcheck disable=SC2086 # into words
        "$DDBLOCK" table template cloudformation $options locks >"$BATS_TEST_TMPDIR/locks.json"
        run -0 "$BATS_TEST_DIRNAME/../npm/node_modules/.bin/cfn-lint" validate "$BATS_TEST_TMPDIR/locks.json"
        [[ $output == *"Template valid!"* ]]
    done
    sed -i 's/KeySchema/KeySchemes/' "$BATS_TEST_TMPDIR/locks.json" # it does look
    run "$BATS_TEST_DIRNAME/../npm/node_modules/.bin/cfn-lint" validate "$BATS_TEST_TMPDIR/locks.json"
    [ "$status" -ne 0 ]
}

@test "template iam: a policy" {
    run -0 "$DDBLOCK" table template iam --region eu-west-1 locks
    [ "$(field Statement 0 Resource <<<"$output")" = '"arn:aws:dynamodb:eu-west-1:*:table/locks"' ]
    [ "$(field Version <<<"$output")" = '"2012-10-17"' ]
    run -0 "$DDBLOCK" table template iam arn:aws-cn:dynamodb:cn-north-1:123456789012:table/locks
    [ "$(field Statement 3 Resource <<<"$output")" = \
        '"arn:aws-cn:dynamodb:cn-north-1:123456789012:table/locks"' ]
}

@test "template terraform: as terraform formats it" {
    local options
    run -0 "$DDBLOCK" table template terraform --tag 'a=${b}%{c}' locks
    [[ $output == *'tags = { "a" = "$${b}%%{c}" }'* ]]
    command -v terraform >/dev/null || skip "no terraform to check the template with"
    for options in "" "--sort-key s:N" "--deletion-protection --point-in-time-recovery" \
        "--sort-key s --deletion-protection --tag a=b --tag c=d"; do
        # shellcheck disable=SC2086 # into words
        "$DDBLOCK" table template terraform $options locks >"$BATS_TEST_TMPDIR/locks.tf"
        terraform fmt -check -diff "$BATS_TEST_TMPDIR/locks.tf"
    done
}

@test "template terraform: what HCL's own parser reads in it" {
    npm_module @cdktf/hcl2json
    run -0 "$DDBLOCK" table template terraform --sort-key s:N --deletion-protection \
        --point-in-time-recovery --tag 'a=${b}%{c}"' locks
    [ "$(node -e '
        const { parse } = require(process.argv[1]);
        parse("locks.tf", require("fs").readFileSync(0, "utf8")).then(read =>
        {
            const [table] = read.resource.aws_dynamodb_table.locks;
            console.log(table.name, table.billing_mode, table.hash_key, table.range_key,
                table.attribute.map(one => one.name + ":" + one.type).join(),
                table.deletion_protection_enabled, table.point_in_time_recovery[0].enabled,
                JSON.stringify(table.tags));
            process.exit(0); /* its worker would keep the process */
        });' "$BATS_TEST_DIRNAME/../npm/node_modules/@cdktf/hcl2json" <<<"$output")" = \
        'locks PAY_PER_REQUEST id s id:S,s:N true true {"a":"$${b}%%{c}\""}' ]
}

@test "wrong usage" {
    run -64 "$DDBLOCK" table
    run -64 "$DDBLOCK" table crate locks
    run -64 "$DDBLOCK" table create
    run -64 "$DDBLOCK" table create --tag nonsense locks
    run -64 "$DDBLOCK" table create --tag =x locks
    run -64 "$DDBLOCK" table check --tag a=b locks
    run -64 "$DDBLOCK" table template
    run -64 "$DDBLOCK" table template pulumi locks
    run -64 "$DDBLOCK" table template iam "a b"
    run -64 "$DDBLOCK" table template terraform arn:aws:dynamodb:eu-west-1:123456789012:table/x
}
