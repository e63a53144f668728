# terminal.bats - "ddblock run" at a terminal, as a person uses it: in tmux, in a shell with job
# control.

load helpers

setup() {
    use_file
    LOCK=build
    SESSION="ddblock-$$-$BATS_TEST_NUMBER"
    command -v tmux >/dev/null || skip "no tmux to test with"
    tmux -L "$SESSION" -f /dev/null new-session -d -x 100 -y 24 \
        "exec env PS1='ready> ' bash --norc --noprofile -i" 3>&-
    wait_for "ready>"
    type_line "r() { $(printf '%q ' "$DDBLOCK") run $(printf '%q ' "${PLACE[@]}") \"\$@\"; }; clear"
}

teardown() {
    end_holder
    tmux -L "$SESSION" kill-server 2>/dev/null || true
}

type_line() {
    tmux -L "$SESSION" send-keys -l "$1"
    tmux -L "$SESSION" send-keys Enter
}

type_key() {
    tmux -L "$SESSION" send-keys "$1"
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

@test "a line tells who is waited for, and goes" {
    start_holder --owner $'al\033ice'
    type_line "r $LOCK -- true; echo status=\$?"
    wait_for '^waiting for "build": held by al\\x1Bice (token 1) for at least [0-9]* m\?s$'
    kill -TERM "$holder_pid"
    wait_for '^status=0$'
    run ! screen_has "waiting for"
}

@test "a terminal that is stopped with ^S holds up neither the wait nor the command" {
    start_holder
    type_line "r $LOCK -- touch $BATS_TEST_TMPDIR/ran; echo status=\$?"
    wait_for "^waiting for"
    type_key C-s
    sleep 2 # the line would be written some times
    kill -TERM "$holder_pid"
    expect_end 143 "$holder_pid"
    wait_until test -e "$BATS_TEST_TMPDIR/ran"
    run -0 ddblock run --wait 20s "$LOCK" -- true # it was given back, too
    type_key C-q
    wait_for "status=0$"
}

@test "a terminal that is stopped with ^S does not keep a signal from ending the wait" {
    start_holder
    type_line "(echo \$BASHPID >$BATS_TEST_TMPDIR/pid; exec $(printf '%q ' "$DDBLOCK") run --verbose $(printf '%q ' "${PLACE[@]}") $LOCK -- true)"
    wait_until test -s "$BATS_TEST_TMPDIR/pid"
    sleep 2 # until it waits
    type_key C-s
    sleep 1
    kill -TERM "$(cat "$BATS_TEST_TMPDIR/pid")"
    wait_until sh -c "! kill -0 $(cat "$BATS_TEST_TMPDIR/pid") 2>/dev/null"
    type_key C-q
}

@test "^C ends the wait" {
    start_holder
    type_line "r $LOCK -- true; echo status=\$?"
    wait_for "^waiting for"
    type_key C-c
    wait_for "status=130$"
}

@test "^C ends the command" {
    type_line "r $LOCK -- sh -c 'echo runs; exec sleep 60'; echo status=\$?"
    wait_for "^runs$"
    type_key C-c
    wait_for "status=130$"
    run -0 ddblock run -n "$LOCK" -- true
}

@test "the command reads the terminal, even behind a pipe" {
    type_line "r $LOCK -- sh -c 'echo runs; read x </dev/tty; echo got=\$x'"
    wait_for "^runs$"
    type_line "one"
    wait_for "^got=one$"
    type_line "echo | r $LOCK -- sh -c 'echo pipes; read x </dev/tty; echo got=\$x'"
    wait_for "^pipes$"
    type_line "two"
    wait_for "^got=two$"
}

@test "^Z and fg within the lease go on" {
    type_line "r --lease 30s $LOCK -- sh -c 'echo runs; read x; echo got=\$x'; echo status=\$?"
    wait_for "^runs$"
    type_key C-z
    wait_for "Stopped"
    wait_for 'stopped: "build" is kept for [0-9]* s only'
    type_line "fg"
    type_line "three"
    wait_for "^got=three$"
}

@test "^Z past the lease ends the command before it goes on" {
    type_line "r --lease 2s $LOCK -- sh -c 'echo runs; read x; echo got=\$x'"
    wait_for "^runs$"
    type_key C-z
    wait_for "Stopped"
    run -0 ddblock run "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
    type_line "fg; echo status=\$?"
    wait_for "^status=76$"
    run ! screen_has "^got="
}

@test "in the background, a command that reads the terminal stops, and goes on with fg" {
    type_line "r --lease 30s $LOCK -- sh -c 'read x; echo got=\$x' &"
    wait_for "is kept for"
    type_line ""
    wait_for "Stopped"
    type_line "fg"
    type_line "four"
    wait_for "^got=four$"
}

@test "a password prompt reads without an echo" {
    type_line "r $LOCK -- bash -c 'read -rsp Password: x </dev/tty; echo; echo got=\${#x}'"
    wait_for "^Password:"
    type_line "secret"
    wait_for "^got=6$"
    run ! screen_has "secret"
}

@test "an editor runs under it" {
    command -v vi >/dev/null || skip "no vi to test with"
    type_line "r $LOCK -- vi -u NONE $BATS_TEST_TMPDIR/note; echo status=\$?"
    wait_for "^~"
    tmux -L "$SESSION" send-keys i "written" Escape
    type_line ":wq"
    wait_for "status=0$"
    [ "$(cat "$BATS_TEST_TMPDIR/note")" = written ]
}

@test "^C ends the wait of acquire, and ^C afterwards does not end its holder" {
    local acquire
    acquire="$(printf '%q ' "$DDBLOCK" acquire --hold-file "$BATS_TEST_TMPDIR/hold" "${PLACE[@]}")"
    start_holder
    type_line "$acquire $LOCK; echo status=\$?"
    wait_for "^waiting for"
    type_key C-c
    wait_for "status=130$"
    type_line "$acquire other; sleep 60"
    wait_for "^1$"
    type_key C-c
    sleep 0.5
    run -0 "$DDBLOCK" status --hold-file "$BATS_TEST_TMPDIR/hold"
    run -0 "$DDBLOCK" release --hold-file "$BATS_TEST_TMPDIR/hold"
}

@test "a pager after the command keeps the terminal" {
    type_line "r $LOCK -- seq 5 | sh -c 'wc -l; read x </dev/tty; echo pager=\$x'; echo status=\${PIPESTATUS[0]}"
    wait_for "^5$"
    type_line "five"
    wait_for "^pager=five$"
    wait_for "^status=0$"
    # While the command runs, too.
    type_line "r $LOCK -- sleep 60 | sh -c 'read x </dev/tty; echo pager=\$x'"
    sleep 0.5
    type_line "six"
    wait_for "^pager=six$"
    type_key C-c
}

@test "a killed command leaves a terminal that works" {
    type_line "r $LOCK -- sh -c 'stty raw -echo; kill -KILL \$\$'; echo status=\$?"
    wait_for "status=137$"
    type_line "echo good"
    wait_for "^good$"
    wait_for "> echo good$"
}
