#!/usr/bin/env bash
# snippets.sh - compiles the C in a document: snippets.sh DOCUMENT INCLUDE-FOLDER
#
# Its blocks are complete functions. What they call of the reader's own program is declared here.
set -euo pipefail
CC=${CC:-gcc}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
    cat <<'C'
#include <ddblock/ddblock.h>
#include <stdbool.h>
void start_work(void *user, uint64_t token);
void abort_work(void *user, const char *why);
void forget(void *user, ddblock_status status);
void write_resource(uint64_t token);
void repair_after(const char *owner, uint64_t token);
void complain(const char *message);
C
    awk -v name="$1" '/^```c$/ { inside = 1; count++; printf "#line %d \"%s\"\n", NR + 1, name; next }
         /^```$/ { inside = 0 } inside { print } END { exit count == 0 }' "$1"
} >"$folder/snippets.c"
$CC -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I"$2" -c \
    "$folder/snippets.c" -o "$folder/snippets.o"
