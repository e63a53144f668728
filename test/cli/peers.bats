# peers.bats - what people asked of, or complained about, flock, consul lock and etcdctl lock: each
# is a test here, with the number of the issue or pull request where it has one.
# shellcheck disable=SC2016 # the inner shells expand

load helpers

setup() {
    use_file
    LOCK=build
}

teardown() {
    end_holder
}

@test "consul #797, #4643, #3754: SIGTERM reaches the command, which can end as it likes" {
    start_ddblock "$LOCK" -- sh -c 'trap "echo cleaned; exit 3" TERM; echo runs; while :; do sleep 0.1; done'
    wait_until grep -q runs "$BATS_TEST_TMPDIR/out"
    kill -TERM "$pid"
    expect_end 3 "$pid"
    grep -q cleaned "$BATS_TEST_TMPDIR/out"
}

@test "consul #1210, #2489: no command is left behind after QUIT and HUP" {
    local signal
    for signal in QUIT HUP; do
        start_holder
        kill -"$signal" "$holder_pid"
        expect_end $((128 + $(kill -l "$signal"))) "$holder_pid"
        is_dead "$child"
    done
}

@test "consul #2022: not only a shell is ended, but what it runs" {
    start_ddblock --shell "$LOCK" -- 'sleep 61 & echo $! >"$1"; wait' "$BATS_TEST_TMPDIR/grandchild"
    wait_until test -s "$BATS_TEST_TMPDIR/grandchild"
    kill -TERM "$pid"
    expect_end 143 "$pid"
    wait_until is_dead "$(cat "$BATS_TEST_TMPDIR/grandchild")"
}

@test "consul #4439: signals are heard while the lock is waited for" {
    start_holder
    start_ddblock "$LOCK" -- touch "$BATS_TEST_TMPDIR/ran"
    sleep 0.5
    kill -INT "$pid"
    expect_end 130 "$pid"
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "consul #1063: the options of the command are its own" {
    run -0 ddblock run "$LOCK" printf '%s|' --lease -n --help -- x
    [ "$output" = "--lease|-n|--help|--|x|" ]
}

@test "consul #9788: a command whose lock is lost is ended at once, not after a minute and a half" {
    local started=$SECONDS
    start_holder --lease 3s
    ddblock break --yes "$LOCK"
    expect_end 76 "$holder_pid"
    is_dead "$child"
    echo "$((SECONDS - started)) s"
    [ $((SECONDS - started)) -le 30 ]
}

@test "consul #1006: the next one begins soon after a release, long before the lease is over" {
    local started
    start_holder --lease 10m
    start_ddblock --lease 10m --poll 250ms "$LOCK" -- true
    sleep 0.5
    started=$SECONDS
    kill -TERM "$holder_pid"
    expect_end 0 "$pid"
    echo "$((SECONDS - started)) s"
    [ $((SECONDS - started)) -le 30 ]
}

@test "consul #780: one can try, and wait for so long" {
    start_holder
    run -75 ddblock run --no-wait "$LOCK" -- true
    run -75 ddblock run --wait 100ms "$LOCK" -- true
}

@test "consul -child-exit-code, etcd #12829: the exit status is the command's own, not 0 nor 2" {
    local status
    for status in 0 1 2 3 42 255; do
        run -"$status" ddblock run "$LOCK" -- sh -c "exit $status"
    done
}

@test "consul -pass-stdin, etcdctl: standard input is the command's, without an option" {
    run -0 bash -c 'printf "one\ntwo\n" | "$@"' bash "$DDBLOCK" run "${PLACE[@]}" "$LOCK" -- cat
    [ "$output" = $'one\ntwo' ]
}

@test "consul -shell=false: no shell looks at the words of the command" {
    run -0 ddblock run "$LOCK" -- printf '%s|' '$HOME' 'a  b' '*' ';id'
    [ "$output" = '$HOME|a  b|*|;id|' ]
}

@test "etcd #8365: for how long the lock outlives its holder can be chosen" {
    start_holder --lease 1s
    kill -KILL "$holder_pid"
    run -0 ddblock run --wait 30s "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 2 ]
}

@test "etcd ETCD_LOCK_REV: the command knows its fencing token" {
    run -0 ddblock run "$LOCK" -- sh -c 'echo $DDBLOCK_FENCING_TOKEN'
    [ "$output" = 1 ]
}

@test "etcd #7983: something else can be run when the lock is lost, and the command can know before" {
    start_ddblock --lease 3s --pass-fd --on-lost ignore "$LOCK" -- \
        bash -c 'echo runs; read -r -u "$DDBLOCK_LOST_FD"; echo told'
    wait_until grep -q runs "$BATS_TEST_TMPDIR/out"
    ddblock break --yes "$LOCK"
    expect_end 76 "$pid"
    grep -q told "$BATS_TEST_TMPDIR/out"
}

@test "etcdctl without a command: a lock is held until it is given back" {
    local hold=$BATS_TEST_TMPDIR/hold
    run -0 ddblock acquire --hold-file "$hold" --while-pid $$ "$LOCK"
    run -75 ddblock run --no-wait "$LOCK" -- true
    run -0 "$DDBLOCK" release --hold-file "$hold"
    run -0 ddblock run --no-wait "$LOCK" -- true
}

@test "flock -n, -E: a conflict has a status of its choice" {
    start_holder
    run -17 ddblock run --no-wait --conflict-exit-code 17 "$LOCK" -- true
}

@test "flock -w: fractions of a second" {
    start_holder
    run -75 ddblock run --wait 250ms "$LOCK" -- true
    run -64 ddblock run --wait 0.25 "$LOCK" -- true
}

@test "flock --verbose: how long it took, or why not" {
    run -0 ddblock run -v "$LOCK" -- true
    [[ $output =~ \"build\"\ was\ waited\ for\ [0-9]+\ m?s ]]
    start_holder --owner alice
    run -75 ddblock run -n "$LOCK" -- true
    [[ $output == *"held by alice (token 2"* ]]
}

@test "flock: 128 and the signal; 126 and 127 where the command cannot be run" {
    run -137 ddblock run "$LOCK" -- sh -c 'kill -KILL $$'
    run -127 ddblock run "$LOCK" -- "$BATS_TEST_TMPDIR/none"
    run -126 ddblock run "$LOCK" -- /
}

@test "flock: a script can lock itself" {
    cat >"$BATS_TEST_TMPDIR/script" <<'END'
#!/bin/sh
[ -n "$DDBLOCK_LOCK" ] || exec "$DDBLOCK" run --file "$LOCKS" script -- "$0" "$@"
echo "$DDBLOCK_LOCK $1"
END
    chmod +x "$BATS_TEST_TMPDIR/script"
    DDBLOCK=$DDBLOCK LOCKS=${PLACE[1]} run -0 "$BATS_TEST_TMPDIR/script" one
    [ "$output" = "script one" ]
}

@test "Curator Revocable, etcd: who must stop can be made to" {
    start_holder --lease 2s
    run -0 ddblock break --yes --if-token 1 "$LOCK"
    expect_end 76 "$holder_pid"
}
