# lib.sh - what the scripts share: steps that are quiet when they go well, and installing what
# is missing. To be sourced by bash, with the project's root as the working directory.

LOGS=build/log

# Says what is wrong and ends the script.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# step WHAT COMMAND…: runs the command with its output in a log, which is shown if it fails.
step() {
    local what=$1 log
    shift
    mkdir -p "$LOGS"
    log=${what//[^A-Za-z0-9]/-}
    log=$LOGS/${log:0:40}.log
    printf '==> %s\n' "$what"
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 80 "$log" >&2
        die "$what: failed; the whole of it is in $log"
    fi
}

has_command() {
    command -v "$1" >/dev/null 2>&1
}

has_library() {
    has_command pkg-config && pkg-config --exists "$1"
}

# A Java that runs DynamoDB Local, which is built for Java 17.
has_java() {
    local version
    has_command java || return 1
    version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 17 ]
}

# Node.js and npm that can install the engines: Debian 12 has 18 and 9.
has_node() {
    has_command node && has_command npm && [ "$(node -p 'parseInt(process.versions.node)')" -ge 18 ]
}

# The headers of Node.js: Debian has them apart, others beside the program.
has_node_headers() {
    [ -e /usr/include/node/node_api.h ] || { has_command node &&
        [ -e "$(node -p 'require("path").resolve(process.execPath, "../../include/node/node_api.h")')" ]; }
}

# Prints the Debian packages that a build needs and this machine lacks.
missing_for_build() {
    has_command gcc || echo gcc libc6-dev
    has_command cmake || echo cmake
    has_command ninja || echo ninja-build
    has_command pkg-config || echo pkg-config
    has_library 'libcurl >= 7.88' || echo libcurl4-openssl-dev
    has_library 'libcrypto >= 3.0' || echo libssl-dev
    has_library 'sqlite3 >= 3.40' || echo libsqlite3-dev
}

# … and those that the benchmarks need.
missing_for_bench() {
    has_library 'jansson >= 2.14' || echo libjansson-dev
}

# … and those that the tests need.
missing_for_tests() {
    missing_for_bench
    has_command g++ || echo g++
    has_library cmocka || echo libcmocka-dev
    has_library libuv || echo libuv1-dev # for the examples of event loops, these four
    has_library libevent || echo libevent-dev
    has_library glib-2.0 || echo libglib2.0-dev
    has_library libsystemd || echo libsystemd-dev
    has_command bats || echo bats
    has_command openssl || echo openssl
    has_command spin || echo spin
    has_command ps || echo procps
    has_command script || echo bsdutils
    has_command tmux || echo tmux
    has_command less || echo less
    has_command mandoc || echo mandoc # looks at the manual pages
    has_command zsh || echo zsh # these two complete words
    has_command fish || echo fish
    has_command setsid || echo util-linux
    has_java || echo openjdk-17-jre-headless
    has_node || echo nodejs npm
    has_node_headers || echo libnode-dev
    has_command make || echo make # for the drop-in for Node
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

# … and those that fuzzing needs.
missing_for_fuzzing() {
    missing_for_bench # one target compares with jansson
    has_command clang || echo clang
    [ -n "$(find /usr/lib -name "libclang_rt.fuzzer-*.a" -print -quit)" ] ||
        echo libclang-rt-14-dev
}

missing_for_valgrind() {
    has_command valgrind || echo valgrind
}

# … and those that looking at the code needs.
missing_for_lint() {
    has_command cppcheck || echo cppcheck
    has_command clang-tidy || echo clang-tidy
    has_node_headers || echo libnode-dev # for the drop-in for Node
    has_command make || echo make
}

# install_packages NAME…: installs Debian packages, as root or with sudo.
install_packages() {
    local as_root=()
    [ $# -gt 0 ] || return 0
    has_command apt-get || die "please install what these Debian packages have: $*"
    if [ "$(id -u)" -ne 0 ]; then
        has_command sudo || die "please install these packages, as root: apt-get install $*"
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    step 'Fetching the list of packages' "${as_root[@]}" apt-get update -q
    step "Installing $*" "${as_root[@]}" apt-get install -q -y --no-install-recommends "$@"
}

# Installs the npm packages that the package-lock.json of these folders name, if they are not there
# yet. Their install scripts only print notices, and are not run.
install_npm_packages() {
    local folder
    for folder in test/npm bindings/node/test; do
        if cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock"; then
            continue
        fi
        step "Installing the packages of $folder" \
            npm --prefix "$folder" ci --ignore-scripts --no-audit --no-fund
        cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
    done
}

# build PRESET [TARGET…]: configures and builds.
build() {
    local preset=$1 targets=()
    shift
    [ $# -eq 0 ] || targets=(--target "$@")
    step "Configuring $preset" cmake --preset "$preset"
    step "Building $preset" cmake --build --preset "$preset" "${targets[@]}"
}
