# options.bats - where options come from, and what is said of wrong ones.
# shellcheck disable=SC2016 # the inner shells expand

load helpers

setup() {
    use_file
    LOCK=build
    export DDBLOCK_CONFIG=$BATS_TEST_TMPDIR/config
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/xdg HOME=$BATS_TEST_TMPDIR/home
}

@test "the command line before the environment before the file" {
    printf '# mine\nfile = %s\nowner = from-file\n' "${PLACE[1]}" >"$DDBLOCK_CONFIG"
    run -0 "$DDBLOCK" run "$LOCK" -- sh -c 'echo $DDBLOCK_OWNER'
    [ "$output" = from-file ]
    run -0 env DDBLOCK_OWNER_NAME=from-environment "$DDBLOCK" run "$LOCK" -- sh -c 'echo $DDBLOCK_OWNER'
    [ "$output" = from-environment ]
    run -0 env DDBLOCK_OWNER_NAME=x "$DDBLOCK" run --owner from-line "$LOCK" -- \
        sh -c 'echo $DDBLOCK_OWNER'
    [ "$output" = from-line ]
    run -0 "$DDBLOCK" show "$LOCK"
    run -0 env DDBLOCK_CONFIG=/dev/null DDBLOCK_FILE="${PLACE[1]}" "$DDBLOCK" show "$LOCK"
}

@test "the file is found where the XDG specification has it" {
    unset DDBLOCK_CONFIG
    mkdir -p "$XDG_CONFIG_HOME/ddblock" "$HOME/.config/ddblock"
    echo "file = $BATS_TEST_TMPDIR/xdg-locks" >"$XDG_CONFIG_HOME/ddblock/config"
    echo "file = $BATS_TEST_TMPDIR/home-locks" >"$HOME/.config/ddblock/config"
    run -0 "$DDBLOCK" run "$LOCK" -- true
    [ -e "$BATS_TEST_TMPDIR/xdg-locks" ]
    run -0 env -u XDG_CONFIG_HOME "$DDBLOCK" run "$LOCK" -- true
    [ -e "$BATS_TEST_TMPDIR/home-locks" ]
    run -64 env -u XDG_CONFIG_HOME -u HOME "$DDBLOCK" run "$LOCK" -- true
}

@test "an inner run takes no option of the outer one's variables" {
    : >"$DDBLOCK_CONFIG"
    run -0 ddblock run --owner outer outer -- "$DDBLOCK" run "${PLACE[@]}" inner -- \
        sh -c 'echo $DDBLOCK_LOCK $DDBLOCK_OWNER'
    [[ $output == "inner ddblock@"* ]]
}

@test "exit status: 78 for what is wrong in the file or the environment, and where" {
    printf 'table = locks\n\nlease = 5\n' >"$DDBLOCK_CONFIG"
    run -78 "$DDBLOCK" run "$LOCK" -- true
    [ "$output" = "ddblock: $DDBLOCK_CONFIG, line 3: --lease: \"5\" has no unit; write 5s or 5ms" ]
    printf 'table = locks\nleese = 5s\n' >"$DDBLOCK_CONFIG"
    run -78 "$DDBLOCK" show "$LOCK"
    [[ $output == *"line 2: no command has an option \"leese\"; did you mean \"lease\"?" ]]
    run -78 env DDBLOCK_CONFIG="$BATS_TEST_TMPDIR/none" "$DDBLOCK" show "$LOCK"
    [[ $output == *"none: DDBLOCK_CONFIG names it, but it cannot be opened: No such file or directory" ]]
    run -78 env DDBLOCK_CONFIG=/dev/null DDBLOCK_LEASE=x "$DDBLOCK" run "${PLACE[@]}" "$LOCK" true
    [[ $output == "ddblock: DDBLOCK_LEASE: --lease: "* ]]
    head -c 70000 /dev/zero | tr '\0' '#' >"$DDBLOCK_CONFIG"
    run -78 "$DDBLOCK" show "$LOCK"
    mkfifo "$BATS_TEST_TMPDIR/fifo"
    run -78 env DDBLOCK_CONFIG="$BATS_TEST_TMPDIR/fifo" "$DDBLOCK" show "$LOCK"
}

@test "help comes, whatever else is wrong" {
    echo nonsense >"$DDBLOCK_CONFIG"
    run -0 "$DDBLOCK" run --help
    run -0 "$DDBLOCK" help run
    [[ ${lines[0]} == "Usage: ddblock run"* ]]
    run -0 "$DDBLOCK" help table create
    [[ ${lines[0]} == "Usage: ddblock table create"* ]]
    run -0 "$DDBLOCK" help
    [[ ${lines[0]} == "Usage: ddblock COMMAND"* ]]
    run -64 "$DDBLOCK" help nonsense
}

@test "a misspelt word is told with what was meant" {
    : >"$DDBLOCK_CONFIG"
    run -64 "$DDBLOCK" run --leese 5s "$LOCK" -- true
    [ "$output" = "ddblock: --leese: there is no such option; did you mean --lease?" ]
    run -64 "$DDBLOCK" aquire
    [ "$output" = "ddblock: aquire: there is no such command; did you mean acquire?" ]
    run -64 "$DDBLOCK" run --quatsch "$LOCK" -- true
    [ "$output" = "ddblock: --quatsch: there is no such option; --help tells which there are" ]
}

@test "every command has its help, without a word on standard error" {
    local command
    echo >"$DDBLOCK_CONFIG"
    for command in run acquire release status show break table; do
        run -0 --separate-stderr "$DDBLOCK" help "$command"
        [ -z "$stderr" ]
        [ "$(wc -L <<<"$output")" -le 90 ]
    done
    run -0 "$DDBLOCK" --help
    [ "$(wc -L <<<"$output")" -le 90 ]
    for command in acquire release status; do
        [[ $output == *"  $command "* ]]
    done
}

@test "exit status: 64 for a wrong value on the line, 78 for one from elsewhere, in the tool's words" {
    local name value sentence variable options
    : >"$DDBLOCK_CONFIG"
    export AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y AWS_REGION=us-east-1
    while IFS='|' read -r name value sentence; do
        variable=DDBLOCK_${name^^}
        variable=${variable//-/_}
        options=(--table locks)
        [ "$name" != table ] || options=()
        run -64 "$DDBLOCK" run "${options[@]}" "--$name" "$value" "$LOCK" true
        [[ $output == "ddblock: "*"--$name"*"$sentence"* ]]
        [[ $output != *_key* && $output != *lock_table* && $output != *_ms* ]]
        run -78 env "$variable=$value" "$DDBLOCK" run "${options[@]}" "$LOCK" true
        [[ $output == "ddblock: $variable: "*"--$name"*"$sentence"* ]]
        echo "$name = $value" >"$DDBLOCK_CONFIG"
        run -78 "$DDBLOCK" run "${options[@]}" "$LOCK" true
        [[ $output == "ddblock: $DDBLOCK_CONFIG, line 1: "*"--$name"*"$sentence"* ]]
        : >"$DDBLOCK_CONFIG"
    done <<'END'
table|a b|must be 1 to 255
region|a/b|is no region
endpoint|ftp://x|does not begin with http
partition-key|id:X|names no type
partition-key|guid|an attribute of the lock's own
lease|1ms|must lie between
heartbeat|9s|must be 0
poll|0|must lie between
retries|x|no whole number
END
    run -64 "$DDBLOCK" show --table locks --partition-key a --sort-key a --sort 1 "$LOCK"
    [ "$output" = "ddblock: --sort-key must differ from --partition-key" ]
    run -64 "$DDBLOCK" run "${PLACE[@]}" --sort-key owner --sort 1 "$LOCK" true
    [ ! -e "${PLACE[1]}" ]
}
