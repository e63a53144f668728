# node.bash - what the suites of the drop-in for Node share.

bats_require_minimum_version 1.5.0

ROOT=$BATS_TEST_DIRNAME/../..

# node_install BUILD: what "npm pack" packs, compiled against the library of that build folder; in
# $DDBLOCK_NODE_PACKAGE.
node_install() {
    local build
    build=$(realpath "$1")
    cd "$BATS_FILE_TMPDIR" || return
    npm pack --silent "$ROOT/bindings/node" >/dev/null
    tar -xzf ddblock-*.tgz
    export DDBLOCK_NODE_PACKAGE=$PWD/package
    make -C package DDBLOCK_CFLAGS="-I$(realpath "$ROOT")/include" \
        DDBLOCK_LIBS="-L$build/src -lddblock -Wl,-rpath,$build/src" CFLAGS="$CFLAGS -Werror"
}

# node_setup: skips where there is nothing to test with.
node_setup() {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] ||
        skip 'DDBLOCK_TEST_DYNAMODB_ENDPOINT is not set: see test/support/engines.js'
    [ -e "$ROOT/bindings/node/test/node_modules/.package-lock.json" ] ||
        skip "the npm packages of bindings/node/test are not installed"
}

# node_test FILE: the tests of a file of bindings/node/test. One process, without the runner's child,
# which would be left behind if a test hangs.
node_test() {
    timeout 120 node "$ROOT/bindings/node/test/$1.test.js" </dev/null 3>&-
}
