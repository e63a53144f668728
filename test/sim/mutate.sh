#!/usr/bin/env bash
# mutate.sh - the list of planted bugs, and the code with one of them.
#
#     mutate.sh list LIST                     each NAME and FILE on a line
#     mutate.sh table LIST                    each NAME, FILE, FUNCTION and meaning, with | between
#     mutate.sh patch LIST NAME ROOT OUTPUT   writes NAME's FILE, below ROOT, with the bug
#
# The format of LIST is told at its top. Fails, and writes nothing, if a line that is to be
# changed is not there exactly as often as it should be.
set -euo pipefail
export LC_ALL=C

die() {
    printf 'mutate.sh: %s\n' "$*" >&2
    exit 1
}

list=${2:?usage: mutate.sh list|table|patch LIST …}
heading='^[a-z0-9-]+ src/[a-z_/]+\.c '

case $1 in
list) awk -v heading="$heading" '$0 ~ heading { print $1, $2 }' "$list" ;;
table)
    awk -v heading="$heading" '
        $0 ~ heading { name = $1; file = $2; place = $3 }
        /^= / { print name "|" file "|" place "|" substr($0, 3) }' "$list"
    ;;
patch)
    name=$3 root=$4 output=$5
    file=$("$0" list "$list" | awk -v name="$name" '$1 == name { print $2 }')
    [ -n "$file" ] || die "no such mutant: $name"
    mkdir -p "$(dirname "$output")"
    awk -v name="$name" -v heading="$heading" '
        function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
        # First the list: what this mutant changes.
        FNR == NR {
            if ($0 ~ heading) {
                ours = $1 == name
                if (ours) { place = $3; which = NF > 3 ? $4 : 1 }
            } else if (ours && /^- /) { old[++count] = trim(substr($0, 3)) }
            else if (ours && /^\+ /) { new[count] = substr($0, 3) }
            next
        }
        # A function begins in the first column with its name before a parenthesis, and ends
        # with a brace there.
        place != "*" && $0 ~ "^[a-z].*[ *]" place "\\(" { inside = 1 }
        {
            line = $0
            for (i = 1; i <= count; i++) {
                if ((inside || place == "*") && trim(line) == old[i] && ++seen[i] == which) {
                    line = new[i]
                    changed++
                    break
                }
            }
            print line
        }
        /^}/ { inside = 0 }
        END { exit changed == count && count > 0 ? 0 : 1 }
    ' "$list" "$root/$file" >"$output.new" || {
        rm -f "$output.new"
        die "$name: $file has no such line any more"
    }
    mv "$output.new" "$output"
    ;;
*) die "no such command: $1" ;;
esac
