#!/usr/bin/env bats
# node.bats - the drop-in for Node, on the release build, as it is shipped.

load node.bash

setup_file() {
    [ -e "$DDBLOCK_RELEASE" ] || return 0
    CFLAGS="-O2" node_install "${DDBLOCK_RELEASE%/cli/ddblock}"
}

setup() {
    [ -e "$DDBLOCK_RELEASE" ] || skip "no release build"
    node_setup
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
    node node_modules/typescript/bin/tsc --project .
}
