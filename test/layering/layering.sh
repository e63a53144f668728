#!/usr/bin/env bash
# layering.sh - checks that the layers of ARCHITECTURE.md hold, in one of four ways.
#
#     layering.sh includes ROOT           who includes whom
#     layering.sh symbols ROOT            what the objects of core and wire call
#     layering.sh headers ROOT            that every header compiles alone
#     layering.sh exports LIBRARY         what the shared library exports
#
# ROOT is the project's folder. Prints each fault on a line and exits 1 if there is one.
set -euo pipefail
export LC_ALL=C

CC=${CC:-gcc}
CXX=${CXX:-g++}
faults=0

fault() {
    printf '%s\n' "$*"
    faults=$((faults + 1))
}

# Prints the layers that a file of this layer may include.
allowed_for() {
    case $1 in
    base) echo base ;;
    core) echo base core ;;
    # They move bytes for whoever asks, and know nothing of locks.
    wire) echo base wire ;;
    net) echo base wire net ;;
    aws) echo base core wire net aws ;;
    store) echo base core wire net aws store ;;
    engine) echo base core wire net aws store engine ;;
    sim) echo base core wire net aws store engine sim ;;
    ddblock.c) echo base core wire net aws store engine ;;
    cli | examples | bindings) echo ;;
    *) return 1 ;;
    esac
}

# check_include FILE LAYER NAME: one #include "NAME".
check_include() {
    local file=$1 layer=$2 name=$3 allowed
    case $name in
    ddblock/ddblock.h) return ;;
    esac
    case $layer in
    cli | examples | bindings)
        [[ $name != */* && -e ${file%/*}/$name ]] || fault "$file includes $name, which is not its own"
        return
        ;;
    esac
    [ -e "src/$name" ] || fault "$file includes $name, which is not written from src/"
    for allowed in $(allowed_for "$layer"); do
        [ "${name%%/*}" != "$allowed" ] || return 0
    done
    fault "$file includes $name, which is not below $layer"
}

# Files of the layers, less generated ones.
sources() {
    find src cli examples bindings -name node_modules -prune -o -name '*.[ch]' -print 2>/dev/null | sort
}

# layer_of FILE: src/core/guid.c is core, src/ddblock.c is ddblock.c, cli/main.c is cli.
layer_of() {
    local path=${1#src/}
    echo "${path%%/*}"
}

check_includes() {
    local file layer name
    while read -r file; do
        layer=$(layer_of "$file")
        allowed_for "$layer" >/dev/null || { fault "$file is in no layer"; continue; }
        while read -r name; do
            check_include "$file" "$layer" "$name"
        done < <(sed -n 's/^ *# *include *"\([^"]*\)".*/\1/p' "$file")
        # Ours are in quotes but for the public one, so that the above sees them all.
        while read -r name; do
            [ "$name" = ddblock/ddblock.h ] || [ ! -e "src/$name" ] ||
                fault "$file includes <$name>, which is ours: write it in quotes"
        done < <(sed -n 's/^ *# *include *<\([^>]*\)>.*/\1/p' "$file")
    done < <(sources)
}

compile() {
    # shellcheck disable=SC2086
    $CC -std=c17 -D_GNU_SOURCE -Isrc -Iinclude $flags "$@"
}

# What may be called from core: nothing that has an effect.
core_calls='memcmp memcpy memmove memset strlen __assert_fail ddblock_status_class'

# What may be called from wire: memory, text, and the two libraries whose work is pure.
wire_calls='calloc free malloc realloc explicit_bzero
    memchr memrchr memcmp memcpy memmove memset
    snprintf vsnprintf strchr strrchr strspn strcspn strcmp strncmp strcasecmp strncasecmp
    strlen strnlen strtol strtoll strtoull gmtime_r strftime inet_pton __assert_fail __errno_location __ctype_b_loc
    json_[a-z0-9_]+ jsonp_[a-z0-9_]+
    EVP_[A-Za-z0-9_]+ OSSL_PARAM_[a-z0-9_]+ HMAC OPENSSL_cleanse CRYPTO_memcmp
    ddblock_status_[a-z]+'

# check_calls LAYER ALLOWED: compiles the layer as it is, without sanitizers, and looks at what
# its objects leave undefined that neither they nor base define.
check_calls() {
    local layer=$1 allowed pattern name file
    mkdir -p "$folder/$layer"
    for file in "src/$layer"/*.c; do
        [ -e "$file" ] || return 0
        compile -O1 -c "$file" -o "$folder/$layer/$(basename "$file" .c).o"
    done
    # shellcheck disable=SC2086
    pattern="^($(set -f; echo $2 | tr ' ' '|'))$"
    nm -P --defined-only "$folder/$layer"/*.o "$folder"/base/*.o | awk 'NF > 1 { print $1 }' |
        sort -u >"$folder/defined"
    while read -r name; do
        [[ $name =~ $pattern ]] || fault "src/$layer calls $name"
    done < <(nm -P -u "$folder/$layer"/*.o | awk 'NF > 1 { print $1 }' | sort -u |
        comm -23 - "$folder/defined" | grep -v '^_GLOBAL_OFFSET_TABLE_$')
    # Base as a whole reads clocks and draws random numbers; these two layers may not use that.
    while read -r name; do
        fault "src/$layer calls $name"
    done < <(nm -P -u "$folder/$layer"/*.o |
        awk '$1 ~ /^(clock|random|waker)_/ { print $1 }' | sort -u)
}

check_symbols() {
    local file
    mkdir -p "$folder/base"
    for file in src/base/*.c; do
        compile -O1 -c "$file" -o "$folder/base/$(basename "$file" .c).o"
    done
    check_calls core "$core_calls"
    check_calls wire "$wire_calls"
}

# check_header FILE: compiles a file that includes nothing else, twice.
check_header() {
    local name
    case $1 in
    src/* | include/*) name=${1#*/} ;;
    *) name=${1##*/} ;;
    esac
    printf '#include "%s"\n#include "%s"\n' "$name" "$name" >"$folder/alone.c"
    compile -iquote "$(dirname "$1")" -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$folder/alone.c" ||
        fault "$1 does not compile alone"
}

check_headers() {
    local header
    while read -r header; do
        check_header "$header"
    done < <(find include src cli examples bindings -name node_modules -prune -o -name '*.h' -print 2>/dev/null | sort)

    echo '#include <ddblock/ddblock.h>' >"$folder/public.c"
    # As an application would, with no extension of the system's asked for.
    $CC -std=c17 -Iinclude -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
        -fsyntax-only "$folder/public.c" || fault 'the public header is not plain C17'
    $CXX -x c++ -std=c++17 -Iinclude -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
        -fsyntax-only "$folder/public.c" || fault 'the public header is not plain C++17'
}

check_exports() {
    local name
    while read -r name; do
        [[ $name == ddblock_* ]] || fault "the shared library exports $name"
    done < <(nm -P -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $1); print $1 }' |
        # What sanitizers add of their own.
        grep -vE '^(__odr_asan|__asan|__ubsan|__tsan|__sanitizer)')
}

[ $# -eq 2 ] || { echo 'usage: layering.sh includes|symbols|headers ROOT | exports LIBRARY' >&2; exit 64; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
flags=$(pkg-config --cflags libcurl libcrypto jansson sqlite3)
case $1 in
exports) check_exports "$2" ;;
includes | symbols | headers)
    cd "$2"
    flags+=" -isystem $(make -s -C bindings/node headers)"
    "check_$1"
    ;;
*)
    echo "layering.sh: no such check: $1" >&2
    exit 64
    ;;
esac
[ "$faults" -eq 0 ]
