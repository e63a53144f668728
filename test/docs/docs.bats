#!/usr/bin/env bats
# docs.bats - does what README.md and docs/ tell people to type, and sees that what comes out is
# what they show. What is typed is taken from the texts themselves.

bats_require_minimum_version 1.5.0

load helpers

# Every test has a folder like the project's, in which the tool can be installed.
setup() {
    without_configuration
    mkdir -p usr/local/bin var/lib var/backups home .aws
    ln -s "$ROOT/include" include
    mkdir -p build/release/cli
    cp "$DDBLOCK" build/release/cli/ddblock
    cp "$DDBLOCK" usr/local/bin/ddblock
    printf '#!/bin/sh\necho "made $*"\n' >usr/local/bin/make
    # shellcheck disable=SC2016 # for that shell
    printf '#!/bin/sh\ntest -n "$DDBLOCK_LOCK$DDBLOCK_FENCING_TOKEN$DDBLOCK_OWNER"\n' >backup.sh
    chmod +x usr/local/bin/make backup.sh
    PATH=$PWD/usr/local/bin:$PATH
}

# block FILE PATTERN [LANGUAGE]: the first fenced block of that language in which a line is like
# that.
block() {
    awk -v fence="\`\`\`${3:-}" -v pattern="$2" '
        !inside && $0 == fence { inside = 1; text = ""; found = 0; next }
        !inside && /^```/ { inside = 2; next }
        /^```$/ { if (inside == 1 && found) { printf "%s", text; exit } inside = 0; next }
        inside == 1 { text = text $0 "\n"; if ($0 ~ pattern) found = 1 }' "$ROOT/$1"
}

# What differs from one run to the next.
alike() {
    sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/; s/about [0-9]+ m?s ago/about then/
            s/(owner +ddblock@[0-9.]+_).*/\1WHO/'
}

# here: puts a folder of ours for each of the system.
here() {
    sed -E "s#(^| )/(var/|home\$|usr/local/)#\1$PWD/\2#g"
}

# session: what a person would see who types the lines after "$ " of a block on standard input.
session() {
    local line command
    while IFS= read -r line; do
        [ "${line:0:2}" = '$ ' ] || continue
        printf '%s\n' "$line"
        command=$(here <<<"${line:2}")
        bash -c "$command" 2>&1 || echo "exit status $?"
    done
}

# does_what_it_shows: types a block and compares.
does_what_it_shows() {
    local text
    text=$(cat)
    [ -n "$text" ]
    diff <(alike <<<"$text") <(session <<<"$text" | grep -v '^tar: Removing leading' | alike)
}

@test "README: the first command" {
    use_dynamodb
    ddblock table create locks
    block README.md 'nightly-build' >text
    [ "$(session <text)" = "$(cat text; echo 'made all')" ]
}

@test "README: a lock in a file" {
    block README.md 'ddblock show --file' | does_what_it_shows
    [ -s var/backups/home.tgz ]
}

@test "README: a lock in DynamoDB" {
    use_dynamodb
    block README.md 'ddblock table create' >text
    run session <text
    [[ $output == *"table locks is active"* && $output != *"exit status"* ]]
    # And once more: it says what is the matter.
    run session <text
    [[ $output == *'table "locks" is there already'$'\n'"exit status 78"* ]]
}

@test "README: the line of the crontab leaves out a run while the last one lasts" {
    local line
    line=$(block README.md '^\*' crontab)
    line=$(here <<<"${line#'*/10 * * * * '}")
    printf '#!/bin/sh\necho reported\n' >usr/local/bin/report
    chmod +x usr/local/bin/report
    run -0 env -i PATH=/usr/bin:/bin sh -c "$line"
    [ "$output" = reported ]
    run -75 ddblock run --file var/lib/jobs.locks report -- env -i PATH=/usr/bin:/bin sh -c "$line"
    [ -z "$output" ]
}

@test "README: the C program, as C and C++, static and shared" {
    [ -e "$ROOT/build/release/src/libddblock.a" ] ||
        skip 'there is no release build: cmake --preset release'
    use_dynamodb
    block README.md 'ddblock_acquire' c >program.c
    rm -r build
    ln -s "$ROOT/build" build
    block README.md '^. cc ' >commands
    sed 's/cc -std=c17/g++ -std=c++17/' commands >>commands.cc
    [ "$(cat commands commands.cc | grep -c '^\$ ')" -eq 4 ]
    ddblock table create locks
    local line token=0
    while IFS= read -r line; do
        bash -c "${line:2} -Wall -Wextra -Wpedantic -Werror"
        token=$((token + 1))
        run -0 ./program
        [ "$output" = "step 1, token $token"$'\n'"step 2, token $token"$'\n'"step 3, token $token" ]
    done < <(cat commands commands.cc)
    run -1 env -u AWS_REGION -u AWS_ENDPOINT_URL_DYNAMODB ./program
    [[ $output == "no region: "* ]]
}

@test "README: the C++ program" {
    [ -e "$ROOT/build/release/src/libddblock.a" ] ||
        skip 'there is no release build: cmake --preset release'
    use_dynamodb
    block README.md 'client.acquire_within' cpp >program.cpp
    ddblock table create locks
    # shellcheck disable=SC2046
    g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude program.cpp \
        "$ROOT/build/release/src/libddblock.a" \
        $(pkg-config --libs libcurl libcrypto sqlite3) -pthread -o program
    run -0 ./program
    [ "$output" = $'step 1, token 1\nstep 2, token 1\nstep 3, token 1' ]
    run -0 ddblock show --table locks backup
    [[ $output == *'free (released)'* ]]
}

@test "ddblock acquire --help: its example" {
    use_dynamodb
    ddblock table create locks
    ddblock acquire --help | awk '/^For example:/ { on = 1; next } on && /^[^ ]/ { exit } on' >script
    [ "$(grep -c . script)" -ge 4 ]
    run -0 sh script
    [ "$output" = $'made all\nmade publish TOKEN=1' ]
    [ ! -e hold ]
}

@test "credentials.md: the profile that has the AWS CLI get the keys" {
    use_dynamodb
    ddblock table create locks
    sed -n '/^    \[profile locks\]/,/^$/s/^    //p' "$ROOT/docs/credentials.md" >.aws/config
    grep -q credential_process .aws/config
    # What such a command must print.
    sed -n 's/^    {"Version": 1/{"Version": 1/p' "$ROOT/docs/credentials.md" |
        sed "s/\"AccessKeyId\": \"…\"/\"AccessKeyId\": \"$AWS_ACCESS_KEY_ID\"/
             s/\"AccountId\": \"…\"/\"AccountId\": \"111122223333\"/
             s/…/made-up/g; s/: \"2026/: \"2126/" >printed
    printf '#!/bin/sh\ntest "$*" = "configure export-credentials --profile NAME --format process" &&\n    cat "%s"\n' \
        "$PWD/printed" >usr/local/bin/aws
    chmod +x usr/local/bin/aws
    run -0 env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY \
        "$DDBLOCK" run -v --profile locks --table locks lock -- true
    [[ $output == *'keys from the credential_process of the profile "locks"'* ]]
}

@test "migrating-from-node.md: the two programs and the command, one after the other on one lock" {
    [ -e "$ROOT/build/release/src/libddblock_static.a" ] ||
        skip 'there is no release build: cmake --preset release'
    use_dynamodb
    ddblock table create --partition-key mylocks locks
    block docs/migrating-from-node.md acquireLock javascript >theirs.js
    echo 'require("aws-sdk").config.update({ dynamodb: {
        endpoint: process.env.AWS_ENDPOINT_URL_DYNAMODB } });' >here.js
    run -0 --separate-stderr env NODE_PATH="$ROOT/test/npm/node_modules" node -r ./here.js theirs.js
    [ "$output" = 'writing with token 1' ]
    block docs/migrating-from-node.md ddblock_acquire c >ours.c
    cc -std=c17 -Wall -Wextra -Wpedantic -Werror -Iinclude ours.c \
        "$ROOT/build/release/src/libddblock_static.a" -lcurl -lcrypto -lsqlite3 -pthread -o ours
    run -0 ./ours
    [ "$output" = 'writing with token 2' ]
    block docs/migrating-from-node.md 'ddblock run' | does_what_it_shows
    block docs/migrating-from-node.md 'ddblock show' | does_what_it_shows
}

@test "migrating-from-node.md: its table of defects has those that are tested, and no others" {
    diff <(grep -oE '^\| D[0-9]+' "$ROOT/docs/migrating-from-node.md" | tr -d '| ' | sort -u) \
        <(grep -oE 'hazard\("(D[0-9]+,? ?)+' "$ROOT/test/interop/hazards_test.js" |
            grep -oE 'D[0-9]+' | sort -u)
}

# The files that git would have, or all but what was built.
texts() {
    find "$ROOT" -name '*.md' -not -path '*/node_modules/*' -not -path "$ROOT/build/*"
}

@test "links lead somewhere, and tests that are named are there" {
    local text link name missing=
    while read -r text; do
        while read -r link; do
            [ -e "$(dirname "$text")/${link%%#*}" ] || missing+=" ${text##*/}:$link"
        done < <(grep -oE '\]\([^):]+\)' "$text" | sed 's/^](//; s/)$//')
        while read -r name; do
            [ -n "$(find "$ROOT/test" -path "*/${name/_/\/}.c" -print -quit)" ] ||
                missing+=" ${text##*/}:$name"
        done < <(grep -oE 'build/dev/test/[a-z_]+_test' "$text" | sed 's#.*/##')
    done < <(texts)
    [ -z "$missing" ] || {
        echo "not there:$missing"
        return 1
    }
}

@test "JSON is JSON" {
    command -v node >/dev/null || skip 'node is not installed'
    for text in docs/aws.md docs/migrating-from-node.md; do
        block "$text" Effect json | node -e 'JSON.parse(require("fs").readFileSync(0, "utf8"))'
    done
}

# named PATTERN: what the texts about AWS name that is like that.
named() {
    grep -ohE "$1" "$ROOT/docs/aws.md" "$ROOT/docs/credentials.md" | tr -d '`' | sort -u
}

@test "the variables in the texts and those in the code are the same" {
    # These two are in the texts to say that they are not looked at.
    diff <(named '\bAWS_[A-Z0-9_]+[A-Z0-9]\b' | grep -vxE 'AWS_DEFAULT_PROFILE|AWS_RETRY_MODE') \
        <(grep -rhoE '"AWS_[A-Z0-9_]+[A-Z0-9]"' "$ROOT/src" | tr -d '"' | sort -u)
}
