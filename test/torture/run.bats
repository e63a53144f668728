# run.bats - "ddblock run" with the first of its system calls of a name failing, the second, and so
# on: it ends with a status that its help tells, its command runs once or not at all, and while
# it runs the lock is held with its token.
#
# With DDBLOCK_TORTURE=full each call, else fewer the more there are.

load ../cli/helpers

# NAME ERROR: as in system_calls.c, by Linux's numbers.
MISHAPS='open 24
open 13
read 5
read 4
read 0
pread 5
pread 0
write 28
write 4
pwrite 28
pwrite 5
fsync 5
fcntl 5
fcntl 11
socket 24
connect 111
send 104
send 0
recv 104
recv 0
poll 4
poll 12
getrandom 11
getrandom 0
eventfd 24
timerfd_create 24
pthread_create 11
pipe2 24
fork 11
signalfd 24'

setup() {
    export DDBLOCK
    COMMAND=$BATS_TEST_TMPDIR/command
    # shellcheck disable=SC2016 # for the script
    printf '%s\n' '#!/bin/sh' \
        'unset LD_PRELOAD DDBLOCK_TORTURE_CALL' \
        'echo "$DDBLOCK_FENCING_TOKEN" >>"$1/ran"' \
        'folder=$1; shift' \
        '"$DDBLOCK" show --json "$@" >"$folder/seen" 2>&1' \
        >"$COMMAND"
    chmod +x "$COMMAND"
}

teardown() {
    [ -z "${standin:-}" ] || kill "$standin"
}

# torture_once FOLDER CALL K COUNT ERROR PLACE…: one run with trouble. Fails with what was wrong.
torture_once() {
    local folder=$1 call=$2 k=$3 count=$4 error=$5 status=0 lock token
    shift 5
    lock="$call $k $count $error"
    rm -f "$folder/ran" "$folder/seen" "$folder/mark"
    LD_PRELOAD=$DDBLOCK_TORTURE_CALLS DDBLOCK_TORTURE_CALL="$call $k $count $error" \
        DDBLOCK_TORTURE_MARK=$folder/mark ASAN_OPTIONS=verify_asan_link_order=0 \
        timeout -s KILL 60 "$DDBLOCK" run "$@" --lease 30s --wait 10s "$lock" -- \
        "$COMMAND" "$folder" "$@" "$lock" >"$folder/out" 2>&1 3>&- || status=$?
    case $status in
    0 | 69 | 70 | 75 | 76 | 78 | 126 | 127) ;;
    *)
        echo "$lock: status $status"
        cat "$folder/out"
        return 1
        ;;
    esac
    if [ ! -e "$folder/ran" ]; then
        [ "$status" -ne 0 ] || { echo "$lock: it did not run its command"; return 1; }
        return 0
    fi
    token=$(cat "$folder/ran")
    [ "$(wc -l <"$folder/ran")" -eq 1 ] &&
        grep -q '"state": *"held"' "$folder/seen" &&
        grep -q "\"token\": *$token\\b" "$folder/seen" || {
        echo "$lock: status $status, token $token, but:"
        cat "$folder/seen" "$folder/out"
        return 1
    }
}

# torture_all FOLDER CALL ERROR PLACE…: all k of one mishap, once and eight times in a row.
torture_all() {
    local folder=$1 call=$2 error=$3 count k
    shift 3
    mkdir -p "$folder"
    for count in 1 8; do
        k=1
        while torture_once "$folder" "$call" "$k" "$count" "$error" "$@"; do
            [ -e "$folder/mark" ] || continue 2
            echo x >>"$BATS_TEST_TMPDIR/struck"
            if [ "${DDBLOCK_TORTURE:-}" = full ]; then k=$((k + 1)); else k=$((k + k / 2 + 1)); fi
        done
        touch "$BATS_TEST_TMPDIR/failed"
        return 1
    done
}

# torture PLACE…: every mishap, several at a time.
torture() {
    local call error jobs=()
    while read -r call error; do
        torture_all "$BATS_TEST_TMPDIR/$call-$error" "$call" "$error" "$@" &
        jobs+=($!)
        if [ "${#jobs[@]}" -eq 6 ]; then # not "wait" alone: the stand-in is a job too
            wait "${jobs[@]}" || true
            jobs=()
        fi
    done <<<"$MISHAPS"
    [ "${#jobs[@]}" -eq 0 ] || wait "${jobs[@]}" || true
    echo "# $(wc -l <"$BATS_TEST_TMPDIR/struck") runs in which a call failed" >&3
    [ ! -e "$BATS_TEST_TMPDIR/failed" ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/struck")" -gt 50 ]
}

@test "a lock in a file: no failing system call makes it run without the lock" {
    torture --file "$BATS_TEST_TMPDIR/locks"
}

@test "a lock in DynamoDB: no failing system call makes it run without the lock" {
    mkfifo "$BATS_TEST_TMPDIR/end" # at whose end it ends, if this does without a teardown
    "$DDBLOCK_STANDIN" <"$BATS_TEST_TMPDIR/end" >"$BATS_TEST_TMPDIR/port" 3>&- &
    standin=$!
    exec 9>"$BATS_TEST_TMPDIR/end"
    wait_until test -s "$BATS_TEST_TMPDIR/port"
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
    torture --endpoint "http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")" --table locks
}
