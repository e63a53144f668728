#!/usr/bin/env bats
# core.bats - no core of the tool: it would hold the keys. On the release build, since the
# sanitizers of the dev build must be able to look into their process.

setup() {
    [ -x "${DDBLOCK_RELEASE:-}" ] || skip 'there is no release build: cmake --preset release'
    cd "$BATS_TEST_TMPDIR"
    ulimit -c unlimited 2>/dev/null || skip 'cores are not allowed here'
}

# Runs a command, ends it by SIGABRT once the file "held" is there, and prints what the shell says of
# its end.
abort_of() {
    bash -c '"$@" 3>&- &
        while [ ! -e held ]; do sleep 0.1; done
        kill -ABRT $!
        wait $!' bash "$@" 2>&1
}

@test "a tool that is aborted leaves no core" {
    run abort_of sh -c 'touch held; exec sleep 60'
    [[ $output == *"core dumped"* ]] || skip 'nothing leaves a core here'
    rm -f held core*
    run abort_of "$DDBLOCK_RELEASE" run --file locks lock -- sh -c 'touch held; exec sleep 60'
    [[ $output == *"Aborted"* ]]
    [[ $output != *"core dumped"* ]]
    ! compgen -G 'core*'
}
