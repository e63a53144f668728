# show_break.bats - "ddblock show", "break", "--help" and "--version".

load helpers

setup() {
    use_empty_file
    LOCK=build
}

teardown() {
    end_holder
}

@test "show: free, held, released" {
    run -0 ddblock show "$LOCK"
    [ "${lines[0]}" = 'lock          "build"' ]
    [ "${lines[1]}" = "state         free (no item)" ]
    [ "${#lines[@]}" -eq 2 ]

    start_holder --owner alice@host --lease 20s
    run -0 ddblock show "$LOCK"
    [ "${lines[1]}" = "state         held, fails open" ]
    [ "${lines[2]}" = "owner         alice@host" ]
    [ "${lines[3]}" = "token         1" ]
    [ "${lines[4]}" = "lease         20 s" ]
    [[ ${lines[5]} =~ ^last\ written\ \ 20[0-9-]+T[0-9:.]+Z,\ about\ .*\ ago$ ]]

    kill -TERM "$holder_pid"
    expect_end 143 "$holder_pid"
    run -0 ddblock show "$LOCK"
    [ "${lines[1]}" = "state         free (released)" ]
    [ "${lines[2]}" = "last owner    alice@host" ]
}

@test "show: foreign text cannot steer the terminal" {
    start_holder --owner $'al\033[31mice\nroot'
    run -0 ddblock show "$LOCK"
    [ "${lines[2]}" = 'owner         al\x1B[31mice\x0Aroot' ]
    run -75 ddblock run -n "$LOCK" -- true
    [[ $output != *$'\033'* ]]
}

@test "show: output that does not get through is an error" {
    run -74 bash -c '"$@" >/dev/full' bash "$DDBLOCK" show "${PLACE[@]}" "$LOCK"
    [[ $output == "ddblock: standard output cannot be written: No space left on device" ]]
    run -74 bash -c '"$@" >&-' bash "$DDBLOCK" show "${PLACE[@]}" "$LOCK"
    run -74 bash -c '"$@" >/dev/full' bash "$DDBLOCK" --help
}

@test "break: without a terminal only with --yes" {
    start_holder
    run -64 bash -c '"$@" </dev/null' bash "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [[ $output == *"owner "*"--yes"* ]] # first the lock
    run -75 ddblock run -n "$LOCK" -- true
}

@test "break: a free lock needs none" {
    run -0 ddblock break --yes "$LOCK"
    [[ $output == *"is free: there is nothing to break"* ]]
}

@test "who only looks makes no file: 78" {
    local command none=$BATS_TEST_TMPDIR/none
    for command in "show x" "show --json x" list "list --names" "break --yes x" watch "watch x"; do
        # shellcheck disable=SC2086 # into words
        run -78 "$DDBLOCK" ${command%% *} --file "$none" ${command#"${command%% *}"}
        [ "$output" = "ddblock: there is no file of locks \"$none\"; \"run\" and \"acquire\" make one" ]
    done
    [ ! -e "$none" ]
}

# on_terminal ANSWER COMMAND…: runs it on a terminal on which that is typed.
on_terminal() {
    local answer=$1
    shift
    run script -qec "$(printf '%q ' "$@")" /dev/null <<<"$answer"
}

@test "break: asks on a terminal, and shows what it would break" {
    start_holder --owner $'al\033ice'
    on_terminal n "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [ "$status" -eq 75 ]
    [[ $output == *'owner         al\x1Bice'*"token         1"*"Break it? [y/N]"*"left alone"* ]]
    on_terminal "" "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [ "$status" -eq 75 ]
    on_terminal y "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [ "$status" -eq 0 ]
    [[ $output == *'"build" is broken'* ]]
    expect_end 76 "$holder_pid"
}

# on_terminal_later SECONDS ANSWER COMMAND…: the answer comes so much later.
on_terminal_later() {
    local seconds=$1 answer=$2
    shift 2
    run bash -c '(sleep "$1"; echo "$2") | script -qec "$3" /dev/null' \
        bash "$seconds" "$answer" "$(printf '%q ' "$@")"
}

@test "break: tells that the holder is alive, and breaks it all the same, heartbeats later" {
    start_holder --lease 3s
    on_terminal_later 4 y "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [ "$status" -eq 0 ]
    [[ $output == *"heartbeat     seen now: the holder is alive"*"Break it?"*'"build" is broken'* ]]
    expect_end 76 "$holder_pid"
}

@test "break: tells that the holder is dead, or that nothing is known" {
    start_holder --lease 1s
    kill -KILL "$holder_pid"
    on_terminal_later 5 n "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [ "$status" -eq 75 ]
    [[ $output == *"heartbeat     none for the whole lease: the holder is dead"*"Break it?"* ]]
    ddblock run "$LOCK" -- true
    start_holder --lease 60s
    on_terminal n "$DDBLOCK" break "${PLACE[@]}" "$LOCK" # typed before there was anything to see
    [[ $output == *"heartbeat     not watched for"* ]]
    on_terminal_later 8 n "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    [[ $output == *"heartbeat     none was seen for 5 s"* ]]
    run -0 "$DDBLOCK" break --yes "${PLACE[@]}" "$LOCK"
    [[ $output == *"heartbeat     not watched for"*"is broken"* ]]
}

@test "break: leaves alone who came while the question stood" {
    start_holder --lease 60s --owner first
    (
        sleep 3
        kill -TERM "$holder_pid"
    ) 3>&- &
    start_ddblock --lease 60s --owner second "$LOCK" -- sleep 60
    second=$pid
    on_terminal_later 7 y "$DDBLOCK" break "${PLACE[@]}" "$LOCK"
    kill -TERM "$second"
    [ "$status" -eq 75 ]
    [[ $output == *"has changed"* ]]
    expect_end 143 "$second"
}

@test "--help and --version" {
    local command
    run -0 "$DDBLOCK" --version
    [[ $output =~ ^ddblock\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    run -0 "$DDBLOCK" --help
    for command in run show break table "table create"; do
        # shellcheck disable=SC2086 # into words
        run -0 --separate-stderr "$DDBLOCK" $command --help
        [[ ${lines[0]} == "Usage: ddblock $command"* ]]
        [ -z "$stderr" ]
        # Fits a terminal of 90 columns.
        [ "$(wc -L <<<"$output")" -le 90 ]
    done
}
