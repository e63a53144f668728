# scenarios.bash - what must go the same way whatever store the locks are in.
# shellcheck disable=SC2016 # the inner shells expand

the_command_knows_its_lock() {
    run -0 ddblock run --owner "me & you" "$LOCK" -- \
        sh -c 'printf "%s|%s|%s\n" "$DDBLOCK_LOCK" "$DDBLOCK_OWNER" "$DDBLOCK_FENCING_TOKEN"'
    [ "$output" = "$LOCK|me & you|1" ]
}

a_waiter_gets_the_next_token() {
    start_holder
    run -75 ddblock run -n "$LOCK" -- true
    [[ $output == *"the lock is held by ddblock@"*"(token 1"* ]]
    run -75 ddblock run --wait 300ms "$LOCK" -- true
    local holder=$pid
    start_ddblock --wait 30s "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    sleep 0.3
    kill -TERM "$holder"
    expect_end 143 "$holder"
    expect_end 0 "$pid"
    [ "$(cat "$BATS_TEST_TMPDIR/out")" = 2 ]
}

a_fail_closed_lock_stays_until_it_is_broken() {
    start_holder --fail-closed
    kill -KILL "$holder_pid"
    expect_end 137 "$holder_pid"
    run -75 ddblock run -n --fail-closed "$LOCK" -- true
    run -0 ddblock show "$LOCK"
    [[ $output == *"held, fails closed"* ]]
    run -0 ddblock break --yes "$LOCK"
    run -0 ddblock run -n --fail-closed "$LOCK" -- sh -c 'echo ${DDBLOCK_FENCING_TOKEN-none}'
    [ "$output" = none ]
    run -0 ddblock show "$LOCK"
    [[ $output == *"free (no item)"* ]]
}

a_broken_lock_ends_its_holder() {
    start_holder --lease 3s
    run -0 ddblock break --yes "$LOCK"
    expect_end 76 "$holder_pid"
    is_dead "$child"
    [[ $(cat "$BATS_TEST_TMPDIR/err") == *"was lost"*"the command is killed"* ]]
    run -0 ddblock run "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
}

a_killed_tool_takes_its_command_along() {
    start_holder --lease 2s
    kill -KILL "$holder_pid"
    wait_until is_dead "$child"
    run -0 ddblock run --wait 20s "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
}

a_signal_ends_the_wait() {
    local signal
    start_holder
    for signal in INT TERM HUP QUIT USR1 USR2; do
        start_ddblock "$LOCK" -- touch "$BATS_TEST_TMPDIR/ran"
        sleep 0.2
        kill -"$signal" "$pid"
        expect_end $((128 + $(kill -l "$signal"))) "$pid"
    done
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

a_signal_is_handed_on_and_the_lock_given_back() {
    local signal token=1
    for signal in INT TERM HUP QUIT USR1 USR2; do
        start_holder
        kill -"$signal" "$holder_pid"
        expect_end $((128 + $(kill -l "$signal"))) "$holder_pid"
        is_dead "$child"
        token=$((token + 1))
        run -0 ddblock run -n "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
        [ "$output" = "$token" ]
        token=$((token + 1))
    done
}

a_stop_past_the_lease_ends_the_command() {
    start_holder --lease 2s
    kill -STOP "$holder_pid"
    run -0 ddblock run --wait 20s "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
    kill -CONT "$holder_pid"
    expect_end 76 "$holder_pid"
    is_dead "$child"
}

no_descriptor_leaks() {
    local bare
    exec 7</dev/null # one that the caller has is the command's too
    bare=$(ls /proc/self/fd)
    run -0 ddblock run "$LOCK" -- ls /proc/self/fd
    exec 7<&-
    [[ $'\n'$bare$'\n' == *$'\n7\n'* ]]
    [ "$output" = "$bare" ]
}

any_name_will_do() {
    local name
    for name in "a b" "it's \"quoted\" \$HOME" $'two\nlines' "Schlüssel 🔒" "$(printf 'x%.0s' {1..1024})"; do
        run -0 ddblock run -n "$LOCK $name" -- sh -c 'printf "%s." "$DDBLOCK_LOCK"'
        [ "$output" = "$LOCK $name." ]
        run -0 ddblock show "$LOCK $name"
        [[ ${lines[0]} == 'lock          "'* ]]
        [[ ${lines[1]} == *"free (released)" ]]
    done
}

a_lock_is_held_across_commands() {
    HOLD=$BATS_TEST_TMPDIR/hold
    run -0 acquire --lease 2s "$LOCK"
    [ "$output" = 1 ]
    [ "$(stat -c %a "$HOLD")" = 600 ]
    run -0 "$DDBLOCK" status --hold-file "$HOLD"
    [[ $output == *"state         held"*"token         1"*"remaining     "*"holder        process "* ]]
    run -75 ddblock run -n "$LOCK" -- true
    sleep 3 # longer than its lease
    status_is 0
    run -75 ddblock run -n "$LOCK" -- true
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    [ -z "$output" ]
    [ ! -e "$HOLD" ]
    status_is 75
    run -75 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 ddblock run -n "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
}

a_fail_closed_lock_needs_no_process() {
    HOLD=$BATS_TEST_TMPDIR/hold
    run -0 acquire --fail-closed "$LOCK"
    [ -z "$output" ]
    [ "$(hold_pid)" = 0 ]
    status_is 0
    run -75 ddblock run -n --fail-closed "$LOCK" -- true
    cd / # the hold file knows where the locks are
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 ddblock show "$LOCK"
    [[ $output == *"free (no item)"* ]]
}

a_lock_without_heartbeats_needs_no_process() {
    HOLD=$BATS_TEST_TMPDIR/hold
    run -0 acquire --heartbeat 0 --lease 30s "$LOCK"
    [ "$output" = 1 ]
    [ "$(hold_pid)" = 0 ]
    run -0 "$DDBLOCK" release --hold-file "$HOLD"
    run -0 ddblock show "$LOCK"
    [[ $output == *"free (released)"* ]]
    run -0 acquire --heartbeat 0 --lease 300ms "$LOCK"
    wait_until status_is 76
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"was lost before it could be given back"* ]]
    [ ! -e "$HOLD" ]
}

a_broken_lock_is_lost_to_its_hold_file() {
    HOLD=$BATS_TEST_TMPDIR/hold
    run -0 acquire --lease 9s "$LOCK" # a heartbeat between the look and the break is rare
    run -0 ddblock break --yes "$LOCK"
    wait_until status_is 76
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    [ ! -e "$HOLD" ]
    run -0 acquire --fail-closed "$LOCK closed"
    run -0 ddblock break --yes "$LOCK closed"
    run -76 "$DDBLOCK" release --hold-file "$HOLD"
    [[ $output == *"was lost"* ]]
}

any_name_is_listed_watched_and_broken() {
    local name line names=("a b" "it's \"quoted\" \$HOME" $'two\nlines' "Schlüssel 🔒" $'\033[31m'
        "$(printf 'x%.0s' {1..1024})")
    for name in "${names[@]}"; do
        run -0 acquire_closed "$LOCK $name"
    done
    # Escaped in a list, a line each, and the same again after unescaping.
    run -0 ddblock list --prefix "$LOCK " --names
    [ "${#lines[@]}" -eq "${#names[@]}" ]
    [[ $output != *$'\033'* ]]
    for line in "${lines[@]}"; do
        printf -v line %b "$line"
        name_is_among "${line#"$LOCK "}" "${names[@]}"
    done
    # One that watches says of each that it is held.
    "$DDBLOCK" watch "${PLACE[@]}" --period 100ms "${names[@]/#/$LOCK }" \
        >"$BATS_TEST_TMPDIR/lines" 3>&- &
    watcher=$!
    wait_until line_count_is "${#names[@]}"
    run ! grep -v '^20.*Z ".*is held by ' "$BATS_TEST_TMPDIR/lines"
    run ! grep -q $'\033' "$BATS_TEST_TMPDIR/lines"
    for name in "${names[@]}"; do
        run -0 ddblock break --yes "$LOCK $name"
    done
    wait_until line_count_is $((2 * ${#names[@]}))
    kill -TERM "$watcher"
    expect_end 143 "$watcher"
    run -0 ddblock list --prefix "$LOCK " --held --names
    [ -z "$output" ]
}

acquire_closed() {
    HOLD=$BATS_TEST_TMPDIR/hold
    acquire --fail-closed "$1" && rm "$HOLD"
}

name_is_among() {
    local name
    for name in "${@:2}"; do
        [ "$name" != "$1" ] || return 0
    done
    printf 'unknown: %q\n' "$1"
    return 1
}

line_count_is() {
    [ "$(wc -l <"$BATS_TEST_TMPDIR/lines")" -eq "$1" ]
}
