#!/usr/bin/env bats
# run.bats - two minutes of scripts/chaos with the programs of this build, and its judge on planted
# bad histories.

@test "the judge finds each rule broken, and lets pass what is good" {
    run node --test "$BATS_TEST_DIRNAME/judge-test.js"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"# pass 20"* ]]
}

@test "two minutes of chaos break no promise" {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] ||
        skip 'DDBLOCK_TEST_DYNAMODB_ENDPOINT is not set: see test/support/engines.js'
    build=$(dirname "$(dirname "$DDBLOCK")")
    out=$BATS_TEST_DIRNAME/../../build/log/chaos # stays, as what happened once may not happen again
    run node "$BATS_TEST_DIRNAME/chaos.js" --minutes 2 --build "$build" --out "$out" 3>&-
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *"No promise was broken."* ]]
}
