#!/usr/bin/env bats
# install.bats - what is installed serves programs in C and C++, linked both ways, found by
# pkg-config and by CMake; and can be taken away again.

# CMake keeps the list of what was installed in the build folder: that of the user stays.
setup_file() {
    export ROOT="$BATS_TEST_DIRNAME/../.."
    export BUILD="${DDBLOCK_RELEASE%/cli/ddblock}"
    [ -e "$BUILD/cmake_install.cmake" ] || skip "no release build"
    export PREFIX="$BATS_FILE_TMPDIR/prefix"
    cp "$BUILD/install_manifest.txt" "$BATS_FILE_TMPDIR/manifest" 2>/dev/null || true
    cmake --install "$BUILD" --prefix "$PREFIX" >/dev/null
    export PKG_CONFIG_PATH="$PREFIX/lib/pkgconfig"
    export LD_LIBRARY_PATH="$PREFIX/lib"
    cd "$BATS_FILE_TMPDIR"
}

teardown_file() {
    if [ -e "$BATS_FILE_TMPDIR/manifest" ]; then
        cp "$BATS_FILE_TMPDIR/manifest" "$BUILD/install_manifest.txt"
    else
        rm -f "$BUILD/install_manifest.txt"
    fi
}

# compile COMPILER STANDARD LIBRARY…: the first example, as a program of the reader's.
compile() {
    local compiler=$1 standard=$2
    shift 2
    # shellcheck disable=SC2046
    "$compiler" -std="$standard" -Wall -Wextra -Wpedantic -Werror \
        $([ "$compiler" = g++ ] && echo -x c++) "$ROOT/examples/first_lock.c" -x none \
        $(pkg-config --cflags ddblock) -o first_lock "$@"
}

# shared STANDARD COMPILER, archive STANDARD COMPILER: builds and runs it.
shared() {
    # shellcheck disable=SC2046
    compile "$2" "$1" $(pkg-config --libs ddblock)
    ldd ./first_lock | grep -q libddblock.so.0
}

archive() {
    # shellcheck disable=SC2046
    compile "$2" "$1" "$PREFIX/lib/libddblock.a" \
        $(pkg-config --libs libcurl libcrypto sqlite3) -pthread
    ! ldd ./first_lock | grep -q libddblock
}

runs() {
    rm -f locks.db*
    ./first_lock locks.db deploy | grep "step 3, token 1"
    ./first_lock locks.db deploy | grep "step 3, token 2"
}

@test "a C program with the shared library" {
    shared c17 gcc
    runs
}

@test "a C program with the static library" {
    archive c17 gcc
    runs
}

@test "a C++ program with the shared library" {
    shared c++17 g++
    runs
}

@test "a C++ program with the static library" {
    archive c++17 g++
    runs
}

@test "a program with ddblock.hpp" {
    # shellcheck disable=SC2046
    g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror "$ROOT/examples/first_lock.cpp" \
        $(pkg-config --cflags --libs ddblock) -o first_lock
    runs
}

@test "every example is built against what is installed" {
    local package source
    # shellcheck disable=SC2046
    gcc -std=gnu17 -Wall -Wextra -Werror "$ROOT"/examples/{fenced_write,dynamodb_call}.c \
        $(pkg-config --cflags --libs ddblock libcurl) -o fenced_write
    for package in poll: uv:libuv libevent:libevent glib:glib-2.0 sd_event:libsystemd; do
        source=${package%%:*}
        package=${package#*:}
        if [ -n "$package" ] && ! pkg-config --exists "$package"; then
            continue # as the build does
        fi
        # shellcheck disable=SC2046,SC2086
        gcc -std=gnu17 -Wall -Wextra -Werror "$ROOT"/examples/loops/{"$source",job}.c \
            $(pkg-config --cflags --libs ddblock $package) -o "loop_$source"
        ldd "./loop_$source" | grep -q libddblock.so.0
    done
    [ -x loop_poll ]
}

@test "pkg-config tells the version and what a static program needs" {
    [ "$(pkg-config --modversion ddblock)" = "$("$PREFIX/bin/ddblock" --version | awk '{print $2}')" ]
    pkg-config --static --libs ddblock | grep -q -- '-lcurl.*-lcrypto\|-lcrypto.*-lcurl'
}

@test "CMake finds both" {
    mkdir cmake-program
    cp "$ROOT/examples/first_lock.c" cmake-program
    cat >cmake-program/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(program LANGUAGES C)
find_package(ddblock 0.1 REQUIRED)
add_executable(shared first_lock.c)
target_link_libraries(shared PRIVATE ddblock::ddblock)
add_executable(archive first_lock.c)
target_link_libraries(archive PRIVATE ddblock::ddblock_static)
CMAKE
    cmake -G Ninja -S cmake-program -B cmake-build -DCMAKE_PREFIX_PATH="$PREFIX" >/dev/null
    cmake --build cmake-build >/dev/null
    for program in shared archive; do
        cp "cmake-build/$program" first_lock
        runs
    done
}

@test "a later version is not taken for one that is asked for" {
    mkdir cmake-later
    printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(p LANGUAGES C)' \
        'find_package(ddblock 9.0 REQUIRED)' >cmake-later/CMakeLists.txt
    run cmake -G Ninja -S cmake-later -B cmake-later-build -DCMAKE_PREFIX_PATH="$PREFIX"
    [ "$status" -ne 0 ]
    [[ $output == *"compatible with requested"* ]]
}

@test "both libraries have the public names and no others" {
    for library in libddblock.so libddblock.a; do
        # shellcheck disable=SC2046
        nm -g $([ $library = libddblock.so ] && echo -D) --defined-only "$PREFIX/lib/$library" | awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' |
            sort >"names-$library"
        grep -q '^ddblock_acquire$' "names-$library"
        [ -z "$(grep -v '^ddblock_' "names-$library")" ]
    done
    diff names-libddblock.so names-libddblock.a
    nm -D "$PREFIX/lib/libddblock.so" | grep -q ' ddblock_acquire@@DDBLOCK_0$'
}

# The example of its README, in a program that has what the example takes for granted.
node_program() {
    cat <<'JS'
const AWS = require("aws-sdk");
AWS.config.update({ dynamodb: { endpoint: process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT } });
const { signal } = new AbortController();
const stopWork = error => { throw error; };
const write = async token => console.log("writing with token", token);
(async () => {
JS
    sed -n '/^```js$/,/^```$/{/^```/d;p}' "$ROOT/bindings/node/README.md"
    echo '})().then(() => console.log("released"));'
}

@test "the package for Node, in an empty folder" {
    [ -n "${DDBLOCK_TEST_DYNAMODB_ENDPOINT:-}" ] ||
        skip 'DDBLOCK_TEST_DYNAMODB_ENDPOINT is not set: see test/support/engines.js'
    [ -d "$ROOT/test/npm/node_modules/aws-sdk" ] || skip "the npm packages of test/npm are not installed"
    export AWS_ACCESS_KEY_ID="INSTALL$RANDOM$RANDOM" # which has tables of its own
    mkdir node-program
    cd node-program
    npm pack --silent "$ROOT/bindings/node"
    npm init --yes >/dev/null
    npm install --offline --no-audit --no-fund ./ddblock-*.tgz
    [ -z "$(find node_modules/ddblock -path '*/test/*')" ] # the tests are not the users'
    DDBLOCK_CONFIG=/dev/null "$PREFIX/bin/ddblock" table create \
        --endpoint "$DDBLOCK_TEST_DYNAMODB_ENDPOINT" --partition-key mylocks my-lock-table-name
    node_program >program.js
    grep -q 'require("ddblock")' program.js
    # The addon finds the library where it was when it was installed.
    run env -u LD_LIBRARY_PATH NODE_PATH="$ROOT/test/npm/node_modules" \
        AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1 node program.js
    echo "$output"
    [ "$output" = $'writing with token 1\nreleased' ]
    [ "$status" -eq 0 ]
}

@test "links from the installed texts to texts, examples and templates lead somewhere" {
    local text link count=0
    cd "$PREFIX/share/doc/ddblock"
    for text in README.md docs/*.md; do
        while read -r link; do
            [ -e "$(dirname "$text")/${link%%#*}" ] || {
                echo "$text: $link"
                return 1
            }
            count=$((count + 1))
        done < <(grep -oE '\]\([^):]+\)' "$text" | sed 's/^](//; s/)$//' |
            grep -E '^((\.\./)?(docs|examples|templates|README)|[a-z-]+\.md)')
    done
    [ "$count" -gt 20 ]
}

@test "what was installed under DESTDIR is moved by packagers, and goes by uninstall" {
    DESTDIR="$PWD/stage" cmake --install "$BUILD" --prefix /usr >/dev/null
    [ -x stage/usr/bin/ddblock ]
    [ -e stage/usr/include/ddblock/ddblock.h ]
    DESTDIR="$PWD/stage" cmake -P "$BUILD/uninstall.cmake"
    [ -z "$(find stage ! -type d)" ]
    [ -z "$(find stage -name '*ddblock*')" ]
}
