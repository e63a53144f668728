# completion.bats - completing words in bash, zsh and fish: the shells themselves do it.
# shellcheck disable=SC2016 # the shells of the tests expand

load helpers

COMPLETIONS=$BATS_TEST_DIRNAME/../../completions

setup() {
    use_file
    mkdir "$BATS_TEST_TMPDIR/bin"
    ln -s "$DDBLOCK" "$BATS_TEST_TMPDIR/bin/ddblock"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    NAMES=("a b" "it's \"quoted\"" $'two\nlines' "x:y=1" "Schlüssel" '$HOME`id`' '-dash')
}

teardown() {
    [ -z "${SESSION:-}" ] || tmux -L "$SESSION" kill-server 2>/dev/null || true
}

# make_locks NAME…: free locks of these names.
make_locks() {
    local name
    for name in "$@"; do
        ddblock run -- "$name" true
    done
}

commands() {
    "$DDBLOCK" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' | grep -v '^table$'
    printf 'table %s\n' create check template
}

# The options that the help of a command tells, a line each.
options_of() {
    # shellcheck disable=SC2068 # a command may be two words
    "$DDBLOCK" help $@ | sed -nE 's/^  (-.,|   ) (--[a-z-]+).*/\2/p' | sort
}

# in_bash LINE WORD…: what bash would offer for the last word, as readline has cut the line.
in_bash() {
    run -0 bash --norc -c '
        source "$1/ddblock.bash"
        COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDS=("${@:3}") COMP_CWORD=$(($# - 3))
        COMP_POINT=${#COMP_LINE}
        _ddblock
        printf "%s\n" "${COMPREPLY[@]}"' bash "$COMPLETIONS" "$@"
}

in_fish() {
    run -0 fish --no-config -c 'source $argv[1]/ddblock.fish; complete -C $argv[2]' "$COMPLETIONS" "$1"
}

@test "bash: every option of every command, and no other" {
    local command words
    while read -r command; do
        echo "$command"
        read -ra words <<<"$command"
        [ "$command" != "table template" ] || words+=(iam)
        in_bash "ddblock ${words[*]} --" ddblock "${words[@]}" --
        diff <(options_of "$command") <(sort <<<"$output")
    done < <(commands)
}

@test "bash: commands and subcommands" {
    in_bash "ddblock " ddblock ""
    for command in run acquire release status show list watch break table doctor help; do
        [[ $'\n'$output$'\n' == *$'\n'$command$'\n'* ]]
    done
    in_bash "ddblock help table c" ddblock help table c
    [ "$output" = $'create\ncheck' ]
    in_bash "ddblock table " ddblock table ""
    [ "$output" = $'create\ncheck\ntemplate\n--help' ]
    in_bash "ddblock table template c" ddblock table template c
    [ "$output" = cloudformation ]
}

@test "bash: values of options" {
    in_bash "ddblock run --on-lost k" ddblock run --on-lost k
    [ "$output" = kill ]
    in_bash "ddblock run --on-lost=" ddblock run --on-lost = ""
    [ "$output" = $'term\nkill\nignore' ]
    in_bash "ddblock run --lease " ddblock run --lease ""
    [ -z "$output" ]
    : >"$BATS_TEST_TMPDIR/a file"
    in_bash "ddblock status --hold-file $BATS_TEST_TMPDIR/a" ddblock status --hold-file "$BATS_TEST_TMPDIR/a"
    [ "$output" = "$BATS_TEST_TMPDIR/a file" ]
}

# names_come_back LINE WORD…: each of the names stands among the replies as a shell reads it.
names_come_back() {
    in_bash "$@"
    local reply name
    local -a replies=()
    eval "replies=($output)"
    for name in "${NAMES[@]}"; do
        for reply in "${replies[@]}"; do
            [ "$reply" != "$name" ] || continue 2
        done
        echo "missing: $name"
        return 1
    done
    [ "${#replies[@]}" -eq "${#NAMES[@]}" ]
}

@test "bash: names of locks, whatever they are, of the file" {
    make_locks "${NAMES[@]}"
    names_come_back "ddblock show --file ${PLACE[1]} " ddblock show --file "${PLACE[1]}" ""
    names_come_back "ddblock watch --file=${PLACE[1]} x " ddblock watch --file = "${PLACE[1]}" x ""
    export DDBLOCK_FILE=${PLACE[1]}
    names_come_back "ddblock run " ddblock run ""
    in_bash "ddblock run x:" ddblock run x :
    [ "$output" = "y=1" ]
    in_bash 'ddblock run a' ddblock run a
    [ "$output" = 'a\ b' ]
}

@test "bash: names of locks of a table" {
    TABLE="cli_completion_$$"
    use_dynamodb
    "$DDBLOCK" table create "${PLACE[@]:0:2}" "$TABLE"
    make_locks "${NAMES[@]}"
    names_come_back "ddblock show ${PLACE[*]} " ddblock show "${PLACE[@]}" ""
}

@test "bash: behind the lock of run stands any command" {
    in_bash "ddblock run lock -- bas" ddblock run lock -- bas
    [[ $'\n'$output$'\n' == *$'\nbash\n'* ]]
    in_bash "ddblock run lock -- ls --le" ddblock run lock -- ls --le
    [[ $output != *--lease* ]]
}

@test "a store that does not answer is given up in short time, and nothing is made" {
    local started=$SECONDS
    printf '#!/bin/sh\ncase $1 in list) exec sleep 60 ;; *) exec %s "$@" ;; esac\n' "$DDBLOCK" \
        >"$BATS_TEST_TMPDIR/slow"
    chmod +x "$BATS_TEST_TMPDIR/slow"
    in_bash "$BATS_TEST_TMPDIR/slow show " "$BATS_TEST_TMPDIR/slow" show ""
    [ -z "$output" ]
    echo "$((SECONDS - started)) s"
    [ $((SECONDS - started)) -le 15 ]
    in_bash "ddblock show --file $BATS_TEST_TMPDIR/none " ddblock show --file "$BATS_TEST_TMPDIR/none" ""
    [ -z "$output" ]
    [ ! -e "$BATS_TEST_TMPDIR/none" ]
}

# open_shell SHELL…: on a terminal of tmux that has room for all options.
open_shell() {
    command -v tmux >/dev/null || skip "no tmux to test with"
    SESSION="ddblock-completion-$$-$BATS_TEST_NUMBER"
    LC_ALL=C.UTF-8 tmux -L "$SESSION" -f /dev/null new-session -d -x 150 -y 60 "$@" 3>&-
}

screen_has() {
    tmux -L "$SESSION" capture-pane -p | grep -q -e "$1"
}

wait_for() {
    wait_until screen_has "$1" || {
        tmux -L "$SESSION" capture-pane -p
        return 1
    }
}

press() {
    tmux -L "$SESSION" send-keys "$@"
}

press_text() {
    press -l -- "$1"
}

@test "bash: the tabulator key" {
    make_locks "a b"
    open_shell "exec env PS1='ready> ' bash --norc --noprofile -i"
    wait_for "ready>"
    press_text "source $COMPLETIONS/ddblock.bash; PATH=$BATS_TEST_TMPDIR/bin:\$PATH; cd $BATS_TEST_TMPDIR; clear"
    press Enter
    sleep 0.5
    press_text "ddblock sho"
    press Tab
    press_text "--fi"
    press Tab
    press_text "lo"
    press C-a C-k # the rest of the path is ambiguous (locks-wal)
    press_text "ddblock show --file locks a"
    press Tab
    wait_for '^ready> ddblock show --file locks a\\ b'
    press Enter
    wait_for '^lock  *"a b"$'
}

@test "zsh: every option of every command, names of locks, commands" {
    command -v zsh >/dev/null || skip "no zsh to test with"
    local command option
    make_locks "a b" "ab:c"
    printf '%s\n' "PS1='ready> '" "PATH=$BATS_TEST_TMPDIR/bin:\$PATH" \
        "fpath=($COMPLETIONS \$fpath); autoload -Uz compinit; compinit -D -u" \
        "LISTMAX=500; unsetopt automenu; cd $BATS_TEST_TMPDIR" "unset HISTFILE" >"$BATS_TEST_TMPDIR/.zshrc"
    open_shell "exec env LC_ALL=C.UTF-8 ZDOTDIR='$BATS_TEST_TMPDIR' zsh -i"
    wait_for "^ready>"
    while read -r command; do
        [ "$command" != "table template" ] || command+=" iam"
        press_text "ddblock $command --"
        press Tab Tab # the first writes what all have in common
        for option in $(options_of "${command% iam}"); do
            wait_for "\\(^\\|  \\)$option\\( \\|\$\\)"
        done
        press C-u C-l
    done < <(commands)
    press_text "ddblock show --file locks a"
    press Tab
    wait_for 'a\\ b  *ab:c'
    press_text " "
    press Tab
    press C-u
    press_text "ddblock show --file=locks a\\ "
    press Tab
    wait_for '^ready> ddblock show --file=locks a\\ b'
    press C-u
    press_text "ddblock run --on-lost=k"
    press Tab
    wait_for '^ready> ddblock run --on-lost=kill'
    press C-u
    press_text "ddblock rele"
    press Tab
    wait_for '^ready> ddblock release'
}

@test "fish: every option of every command, names of locks, values" {
    command -v fish >/dev/null || skip "no fish to test with"
    local command
    make_locks "${NAMES[@]}"
    while read -r command; do
        echo "$command"
        [ "$command" != "table template" ] || command+=" iam"
        in_fish "ddblock $command --"
        diff <(options_of "${command% iam}") <(cut -f 1 <<<"$output" | sort)
    done < <(commands)
    in_fish "ddblock show --file ${PLACE[1]} "
    [[ $'\n'$output$'\n' == *$'\na b\n'* ]]
    [[ $'\n'$output$'\n' == *$'\nx:y=1\n'* ]]
    [[ $output != *two* ]] # a newline cannot be told
    in_fish "ddblock run --on-lost=k"
    [ "$output" = --on-lost=kill ]
    in_fish "ddblock run x -- bas"
    [[ $output == *bash* ]]
    in_fish "ddblock table template t"
    [ "$output" = terraform ]
    in_fish "ddblock rele"
    [[ $output == "release"* ]]
}
