# shellcheck shell=bash disable=SC2154,SC2034
# common.bash - what the sections of scripts/bench share: counts, figures and their medians, who is
# there to be measured beside us, the stand-in. To be sourced by scripts/bench, as the others here.

# shellcheck disable=SC2329,SC2317
clean_up() {
    local pid
    for pid in "${started[@]}"; do
        kill "$pid" 2>/dev/null || true
    done
    rm -rf "$scratch"
    ! $smoke || rm -rf "$DATA"
}
trap clean_up EXIT

# count FULL SMOKE: how many, how long.
count() {
    if $smoke; then echo "$2"; else echo "$1"; fi
}
ROUNDS=$(count 5 1)

# load: the load of the last minute, to judge a table by.
load() {
    printf '\nLoad of the machine: %s at the end.\n' "$(cut -d' ' -f1 /proc/loadavg)"
}

skipped() {
    printf '\nNot measured: %s.\n' "$*"
}

# figures NAME COMMAND…: runs it, and adds the line that it prints to those of NAME.
figures() {
    local name=$1
    shift
    "$@" >>"$DATA/$name"
}

# forget PATTERN…: so that the lines of an earlier run do not count.
forget() {
    local pattern
    for pattern in "$@"; do
        # shellcheck disable=SC2086
        rm -f "$DATA"/$pattern
    done
}

# median NAME COLUMN, spread NAME COLUMN (least–most): of the lines of NAME.
median() {
    awk -v column="$2" '{ print $column }' "$DATA/$1" | sort -g |
        awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}
spread() {
    awk -v column="$2" '{ print $column }' "$DATA/$1" | sort -g | awk 'NR == 1 { least = $1 } { most = $1 }
        END { print (least == most) ? least : least "–" most }'
}

# ratio A B COLUMN: the median of A's figure over B's, round by round.
ratio() {
    paste <(awk -v c="$3" '{ print $c }' "$DATA/$1") <(awk -v c="$3" '{ print $c }' "$DATA/$2") |
        awk '{ printf "%.2f\n", $1 / $2 }' | sort -g |
        awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

calculate() {
    awk "BEGIN { printf \"%.${2:-2}f\", $1 }"
}

peer() {
    node bench/node/peer.js "$@"
}

has_npm() {
    has_command node && [ -e test/npm/node_modules/dynamodb-lock-client ]
}

# The drop-in is built in place, against the library of this build.
has_drop_in() {
    local release=$PWD/build/release/src
    has_npm && { [ -e bindings/node/build/ddblock.node ] || { has_node_headers && make -C bindings/node \
        DDBLOCK_CFLAGS="-I$PWD/include" DDBLOCK_LIBS="-L$release -lddblock -Wl,-rpath,$release" >/dev/null 2>&1; }; }
}

# Who is there beside us, into peers.
peers=()
! has_npm || peers+=(npm npm-kept)
! has_drop_in || peers+=(drop-in)
title() {
    case $1 in
    ours) echo 'ddblock' ;;
    npm) echo 'dynamodb-lock-client 0.7.3' ;;
    npm-kept) echo '… with connections kept' ;;
    drop-in) echo 'the drop-in for Node' ;;
    floor_curl) echo 'bare libcurl, the same bytes' ;;
    floor_socket) echo 'a bare socket, the same bytes' ;;
    esac
}
tell_missing() {
    [ ${#peers[@]} -eq 3 ] || skipped "what is not installed of the npm client and the drop-in"
}

# standin_open: a stand-in for the tool, in the environment; standin_count prints
# "requests write_units half_read_units" since the last time.
standin_open() {
    coproc STANDIN_PROCESS { exec "$STANDIN"; }
    standin_pid=$STANDIN_PROCESS_PID
    started+=("$standin_pid")
    read -r port <&"${STANDIN_PROCESS[0]}"
    endpoint=http://127.0.0.1:$port
    export AWS_ENDPOINT_URL_DYNAMODB=$endpoint AWS_REGION=us-east-1
    export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret
    standin_before='0 0 0'
}
standin_count() {
    local now
    kill -USR1 "$standin_pid"
    read -r now <&"${STANDIN_PROCESS[0]}"
    # shellcheck disable=SC2086
    printf '%s\n' "$now" $standin_before | tr '\n' ' ' | awk '{ print $1 - $4, $2 - $5, $3 - $6 }'
    standin_before=$now
}
standin_close() {
    kill "$standin_pid"
    wait "$standin_pid" 2>/dev/null || true
}
