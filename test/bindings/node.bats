#!/usr/bin/env bats
# node.bats - the drop-in for Node: on the release build, as it is shipped; or, where $DDBLOCK_NODE_BUILD
# is "sanitized", with AddressSanitizer and UndefinedBehaviorSanitizer.

load node.bash

setup_file() {
    if [ "${DDBLOCK_NODE_BUILD:-}" = sanitized ]; then
        CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" \
            node_install "${DDBLOCK%/cli/ddblock}"
    elif [ -e "$DDBLOCK_RELEASE" ]; then
        CFLAGS="-O2" node_install "${DDBLOCK_RELEASE%/cli/ddblock}"
    fi
}

setup() {
    [ -n "${DDBLOCK_NODE_PACKAGE:-}" ] || skip "no release build"
    node_setup
    if [ "${DDBLOCK_NODE_BUILD:-}" = sanitized ]; then
        LD_PRELOAD=$(gcc -print-file-name=libasan.so)
        export LD_PRELOAD ASAN_OPTIONS=detect_leaks=0 # Node itself leaks, and is no subject of ours
    fi
}

@test "the API of the original" {
    node_test api
}

@test "what it has beyond the original" {
    node_test more
}

@test "what each option does" {
    node_test options
}

@test "how processes live and end" {
    node_test process
}

@test "the types, and what they refuse" {
    cd "$ROOT/bindings/node/test"
    env -u LD_PRELOAD node node_modules/typescript/bin/tsc --project .
}
