#!/usr/bin/env bats
# node_sanitized.bats - the drop-in for Node with AddressSanitizer and UndefinedBehaviorSanitizer.

load node.bash

# Node itself leaks, and is no subject of ours.
setup_file() {
    CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" \
        node_install "${DDBLOCK%/cli/ddblock}"
}

setup() {
    node_setup
    LD_PRELOAD=$(gcc -print-file-name=libasan.so)
    export LD_PRELOAD ASAN_OPTIONS=detect_leaks=0
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
