# front.bash - a front of DynamoDB Local that checks signatures, and servers' certificates.

load ../cli/helpers

# start_front KEYS [PEM]: starts signature-front.js; its port in $front_port. Not beside another.
start_front() {
    mkfifo "$BATS_TEST_TMPDIR/commands" "$BATS_TEST_TMPDIR/answers"
    node "$BATS_TEST_DIRNAME/../support/signature-front.js" "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" "$@" \
        <"$BATS_TEST_TMPDIR/commands" >"$BATS_TEST_TMPDIR/answers" 3>&- &
    front_pid=$!
    exec 7>"$BATS_TEST_TMPDIR/commands" 8<"$BATS_TEST_TMPDIR/answers"
    read -r front_port <&8
}

# tell_front COMMAND…: prints its answer.
tell_front() {
    local answer
    echo "$*" >&7
    read -r answer <&8
    echo "$answer"
}

stop_front() {
    [ -n "${front_pid:-}" ] || return 0
    exec 7>&- 8<&-
    kill "$front_pid" 2>/dev/null || true
    wait "$front_pid" || true
    front_pid=
}

# make_certificate NAME SUBJECT DAYS: NAME.pem (certificate and key) and NAME.crt, for a subject such
# as IP:127.0.0.1. It signs itself.
make_certificate() {
    local base=$BATS_TEST_TMPDIR/$1
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 \
        -subj "/CN=ddblock test" -addext "subjectAltName=$2" -days "$3" \
        -keyout "$base.key" -out "$base.crt" 2>/dev/null
    cat "$base.crt" "$base.key" >"$base.pem"
}

# make_expired_certificate NAME: one for 127.0.0.1 that was good in 2020.
make_expired_certificate() {
    local base=$BATS_TEST_TMPDIR/$1
    printf '%s\n' '[ca]' 'default_ca = own' '[own]' "database = $base.index" "serial = $base.serial" \
        "new_certs_dir = $BATS_TEST_TMPDIR" 'policy = any' 'copy_extensions = copy' \
        '[any]' 'commonName = supplied' >"$base.cnf"
    : >"$base.index"
    echo 01 >"$base.serial"
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -sha256 \
        -subj "/CN=ddblock test" -addext "subjectAltName=IP:127.0.0.1" \
        -keyout "$base.key" -out "$base.csr" 2>/dev/null
    openssl ca -batch -selfsign -notext -md sha256 -config "$base.cnf" -keyfile "$base.key" \
        -startdate 20200101000000Z -enddate 20210101000000Z -in "$base.csr" -out "$base.crt" \
        2>/dev/null
    cat "$base.crt" "$base.key" >"$base.pem"
}
