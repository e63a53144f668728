# watch.bats - "ddblock watch": on a terminal of tmux, and as lines.

load helpers

setup() {
    use_empty_file
    LOCK=build
}

teardown() {
    end_holder
    [ -z "${watcher:-}" ] || kill "$watcher" 2>/dev/null || true
    [ -z "${SESSION:-}" ] || tmux -L "$SESSION" kill-server 2>/dev/null || true
}

# open_terminal COLUMNS ROWS: with a shell on it. The leak check of AddressSanitizer at times never
# ends where SIGHUP and SIGCONT, of a terminal that is taken away, come in its midst.
open_terminal() {
    command -v tmux >/dev/null || skip "no tmux to test with"
    SESSION="ddblock-watch-$$-$BATS_TEST_NUMBER"
    LC_ALL=C.UTF-8 tmux -L "$SESSION" -f /dev/null new-session -d -x "$1" -y "$2" \
        "exec env ASAN_OPTIONS=detect_leaks=0 LC_ALL=C.UTF-8 PS1='ready> ' bash --norc --noprofile -i" 3>&-
    wait_for "ready>"
}

type_line() {
    tmux -L "$SESSION" send-keys -l "$1"
    tmux -L "$SESSION" send-keys Enter
}

start_watch() {
    type_line "clear; $(printf '%q ' "$DDBLOCK" watch "${PLACE[@]}" "$@"); echo status=\$?"
    wait_for "q quits$"
}

# The screen, with what changes from run to run left out.
screen() {
    tmux -L "$SESSION" capture-pane -p | sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/hh:mm:ss/
        s|  /[^ ]*|  FILE|; s/[█░]+ +(<? ?[0-9]+ (m?s|min [0-9]+ s))/BAR AGE/; s/(BAR AGE) +/\1  /'
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

@test "the screen at 80 x 24" {
    ddblock run --owner bob a-free-one -- true
    start_holder --owner $'al\033ice' --lease 60s
    open_terminal 80 24
    start_watch
    wait_for "^build .*held"
    diff - <(screen) <<'END'
hh:mm:ss  1 held, 0 stale, 1 free  FILE
LOCK              STATE          TOKEN  LAST HEARTBEAT SEEN     HOLDER
build             held               1  BAR AGE  al\x1Bice
a-free-one        free               1












LAST CHANGES






q quits
END
    kill -TERM "$holder_pid"
    expect_end 143 "$holder_pid"
    wait_for '^..:..:..  "build" was released: it was held by al\\x1Bice (token 1)$'
    wait_for "^build  *free  *1$"
    tmux -L "$SESSION" send-keys q
    wait_for "^status=0$"
    run ! screen_has "LAST CHANGES"
    type_line "stty -a"
    wait_for " icanon"
    wait_for " echo "
}

@test "it fits another size, and keeps to it" {
    local columns rows
    start_holder --owner "$(printf 'o%.0s' {1..100})"
    open_terminal 80 24
    start_watch
    wait_for "^build .*ooo…$"
    for size in 40x10 120x40 80x24 20x5 10x2; do
        columns=${size%x*}
        rows=${size#*x}
        tmux -L "$SESSION" resize-window -x "$columns" -y "$rows"
        sleep 0.7
        run -0 tmux -L "$SESSION" capture-pane -p
        [ "$(wc -l <<<"$output")" -le "$rows" ]
        screen_has "^..:..:.."
    done
    tmux -L "$SESSION" resize-window -x 120 -y 40
    wait_for "^build .*held"
    [ "$(tmux -L "$SESSION" capture-pane -p | grep -n "q quits" | cut -d: -f1)" -eq 40 ]
}

@test "more locks than rows: keys scroll, the screen at 80 x 12" {
    local i
    for i in 0 1 2 3 4 5 6 7 8 9; do
        ddblock run "lock-$i" -- true
    done
    open_terminal 80 12
    start_watch
    expect_rows 1 4
    tmux -L "$SESSION" send-keys Down
    expect_rows 2 5
    tmux -L "$SESSION" send-keys j Up k
    expect_rows 1 4
    tmux -L "$SESSION" send-keys PageDown
    expect_rows 5 8
    diff - <(screen) <<'END'
hh:mm:ss  0 held, 0 stale, 10 free  FILE
LOCK              STATE          TOKEN  LAST HEARTBEAT SEEN     HOLDER
lock-4            free               1
lock-5            free               1
lock-6            free               1
lock-7            free               1
5 to 8 of 10

LAST CHANGES


up, down, page up, page down: more locks; q quits
END
    tmux -L "$SESSION" send-keys " "
    expect_rows 7 10
    tmux -L "$SESSION" send-keys PageUp
    expect_rows 3 6
    tmux -L "$SESSION" send-keys End
    expect_rows 7 10
    tmux -L "$SESSION" send-keys Home x F5 Left # others do nothing
    expect_rows 1 4
    tmux -L "$SESSION" send-keys G
    expect_rows 7 10
    tmux -L "$SESSION" resize-window -x 80 -y 24
    wait_for "^lock-0 "
    run ! screen_has " to .* of 10"
    tmux -L "$SESSION" send-keys q
    wait_for "^status=0$"
}

# expect_rows FIRST LAST: of the ten.
expect_rows() {
    wait_for "^$1 to $2 of 10$"
    screen_has "^lock-$(($1 - 1)) "
    screen_has "^lock-$(($2 - 1)) "
    run ! screen_has "^lock-$2 "
}

@test "who takes the terminal away ends it, where nobody hears the hang-up too" {
    local ignore
    for ignore in : "trap '' HUP"; do
        open_terminal 80 24
        type_line "$ignore"
        start_watch "$LOCK"
        watcher=$(pgrep -f "^$DDBLOCK watch --file $BATS_TEST_TMPDIR" | head -n 1)
        tmux -L "$SESSION" kill-server
        SESSION=
        wait_until is_dead "$watcher"
    done
}

@test "a dead holder's lock becomes stale" {
    start_holder --lease 2s --owner alice
    open_terminal 80 24
    start_watch
    wait_for "^build .*held"
    kill -KILL "$holder_pid"
    wait_for "^build .*stale .*██████████"
    wait_for '"build" is stale: no heartbeat from alice (token 1) for its lease of …$'
}

@test "every signal gives the terminal back" {
    local signal
    open_terminal 80 24
    for signal in INT TERM HUP QUIT USR1 SEGV ABRT; do
        start_watch "$LOCK"
        kill -"$signal" "$(pgrep -f "^$DDBLOCK watch --file $BATS_TEST_TMPDIR" | head -n 1)"
        wait_for "^status=[1-9]"
        run ! screen_has "q quits"
        type_line "clear; stty -a"
        wait_for " icanon"
        wait_for " echo "
    done
}

@test "^C, and ^Z and fg" {
    open_terminal 80 24
    start_watch "$LOCK"
    tmux -L "$SESSION" send-keys C-z
    wait_for "Stopped"
    run ! screen_has "q quits"
    type_line "fg"
    wait_for "q quits$"
    tmux -L "$SESSION" send-keys C-c
    wait_for "^ready>"
    type_line "echo status=\$?"
    wait_for "^status=130$"
}

@test "colour is for terminals, and not with NO_COLOR" {
    start_holder
    open_terminal 80 24
    start_watch
    wait_for "^build .*held"
    run -0 tmux -L "$SESSION" capture-pane -p -e
    [[ $output == *$'\033[32mheld'* ]]
    tmux -L "$SESSION" send-keys q
    wait_for "^status=0$"
    type_line "export NO_COLOR=1"
    start_watch
    wait_for "^build .*held"
    run -0 tmux -L "$SESSION" capture-pane -p -e
    [[ $output != *$'\033['* ]]
}

line_is_there() {
    grep -q -e "$1" "$BATS_TEST_TMPDIR/lines"
}

@test "without a terminal, changes are lines" {
    start_holder --owner alice
    "$DDBLOCK" watch "${PLACE[@]}" --period 100ms >"$BATS_TEST_TMPDIR/lines" 3>&- &
    watcher=$!
    wait_until line_is_there '^20.*Z "build" is held by alice (token 1)$'
    kill -TERM "$holder_pid"
    expect_end 143 "$holder_pid"
    wait_until line_is_there '^20.*Z "build" was released: it was held by alice (token 1)$'
    start_holder --owner bob
    wait_until line_is_there '^20.*Z "build" was acquired by bob (token 2)$'
    ddblock break --yes "$LOCK"
    wait_until line_is_there '"build" was released: it was held by bob (token 2)$'
    [[ $(cat "$BATS_TEST_TMPDIR/lines") != *$'\033'* ]]
    kill -TERM "$watcher"
    expect_end 143 "$watcher"
}

@test "wrong usage, no table, full disk" {
    run -64 ddblock watch --period 5ms
    run -64 ddblock watch --sort x
    run -64 "$DDBLOCK" watch --table "a b"
    start_holder
    run -74 bash -c '"$@" >/dev/full' bash "$DDBLOCK" watch "${PLACE[@]}"
}
