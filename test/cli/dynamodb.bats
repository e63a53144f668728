# dynamodb.bats - the scenarios that all stores share, in DynamoDB, and what only that can show.

load helpers
load scenarios

setup_file() {
    export TABLE="cli_$$_$RANDOM"
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] || return 0
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
    "$DDBLOCK" table create --endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" "$TABLE"
}

setup() {
    use_dynamodb
    lock_name
}

teardown() {
    end_holder
    end_hold
}

@test "the command knows its lock" { the_command_knows_its_lock; }
@test "a waiter gets the next token" { a_waiter_gets_the_next_token; }
@test "a fail-closed lock stays until it is broken" { a_fail_closed_lock_stays_until_it_is_broken; }
@test "a broken lock ends its holder" { a_broken_lock_ends_its_holder; }
@test "a killed tool takes its command along" { a_killed_tool_takes_its_command_along; }
@test "a signal ends the wait" { a_signal_ends_the_wait; }
@test "a signal is handed on and the lock given back" { a_signal_is_handed_on_and_the_lock_given_back; }
@test "a stop past the lease ends the command" { a_stop_past_the_lease_ends_the_command; }
@test "no descriptor leaks" { no_descriptor_leaks; }
@test "any name will do" { any_name_will_do; }

@test "a table that is there is not created anew" {
    run -78 "$DDBLOCK" table create --endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" "$TABLE"
}

@test "keys of other types and names" {
    local keys=(--partition-key "pk:N" --sort-key "sk:B")
    "$DDBLOCK" table create --endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" "${keys[@]}" "$TABLE.keys"
    use_dynamodb "$TABLE.keys"
    run -0 ddblock run "${keys[@]}" --sort AAE= 17 -- sh -c 'echo $DDBLOCK_LOCK'
    [ "$output" = 17 ]
    run -0 ddblock show "${keys[@]}" --sort AAE= 17.0
    [[ $output == *"token         1"* ]]
    run -0 ddblock show "${keys[@]}" --sort AAI= 17
    [[ $output == *"free (no item)"* ]]
    run -64 ddblock run "${keys[@]}" --sort AAE= seventeen -- true
    run -78 ddblock run "$LOCK" -- true # as if it had other keys
}

@test "a table that is not there is told" {
    use_dynamodb "$TABLE.missing"
    run -78 ddblock run "$LOCK" -- touch "$BATS_TEST_TMPDIR/ran"
    [[ $output == *"$TABLE.missing"* ]]
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "without credentials or a region nothing is tried" {
    run -78 env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY "$DDBLOCK" run "${PLACE[@]}" "$LOCK" true
    run -78 env -u AWS_REGION -u AWS_DEFAULT_REGION "$DDBLOCK" run --table "$TABLE" "$LOCK" true
}

@test "a store that cannot be reached is told" {
    # Port 9, discard, answers nowhere today.
    run -69 "$DDBLOCK" run --table "$TABLE" --endpoint http://127.0.0.1:9 -n "$LOCK" -- true
}
@test "a lock is held across commands" { a_lock_is_held_across_commands; }
@test "a fail-closed lock needs no process" { a_fail_closed_lock_needs_no_process; }
@test "a lock without heartbeats needs no process" { a_lock_without_heartbeats_needs_no_process; }
@test "a broken lock is lost to its hold file" { a_broken_lock_is_lost_to_its_hold_file; }
@test "any name is listed, watched and broken" { any_name_is_listed_watched_and_broken; }
