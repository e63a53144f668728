# man.bats - the manual pages say what the tool and the header say: neither more nor less.

bats_require_minimum_version 1.5.0

ROOT=$BATS_TEST_DIRNAME/../..
MAN=$ROOT/man
DDBLOCK=${DDBLOCK:-$ROOT/build/dev/cli/ddblock}
export DDBLOCK_CONFIG=/dev/null

# The commands, one a line.
commands() {
    "$DDBLOCK" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
}

# The help of a command, with that of what it has below it.
help_of() {
    local sub
    if [ "$1" = table ]; then
        for sub in create check template; do
            "$DDBLOCK" help table "$sub"
        done
    else
        "$DDBLOCK" help "$1"
    fi
}

# The options of a help text, as "n no-wait" or " lease DURATION".
options_of_help() {
    sed -nE 's/^  (-(.), |    )--([a-z-]+) ?([^ ]*).*/\2 \3 \4/p' | sed 's/ *$//' | sort -u
}

options_of_page() {
    sed -nE 's/^\.It (Fl (.) , )?Fl -([a-z-]+)( Ar (.*))?$/\2 \3 \5/p' "$1" | sed 's/ *$//' | sort -u
}

# The numbers that stand after "Exit status:".
statuses_of_help() {
    sed -n '/^Exit status/,/^$/p' | grep -oE '\b(0|6[0-9]|7[0-9]|12[67]|128 \+ N)\b' | sort -u
}

statuses_of_page() {
    sed -n '/^\.Sh EXIT STATUS/,/^\.El/p' "$1" | sed -nE 's/^\.It ([0-9].*)/\1/p' | sort -u
}

# same A B: says what differs.
same() {
    [ -n "$1" ]
    diff <(echo "$1") <(echo "$2")
}

@test "mandoc has no objection" {
    command -v mandoc >/dev/null || skip "no mandoc to look at the pages with"
    run -0 mandoc -T lint -W warning "$MAN"/*.[1357]
    [ -z "$output" ]
}

@test "every command has a page, and every page is of something that is there" {
    local command
    for command in $(commands); do
        grep -qx ".Nm ddblock-$command" "$MAN/ddblock-$command.1"
        grep -qx ".Dt DDBLOCK-${command^^} 1" "$MAN/ddblock-$command.1"
        grep -qx ".It Cm $command" "$MAN/ddblock.1"
    done
    same "$(commands | sort)" "$(cd "$MAN" && printf '%s\n' ddblock-*.1 | sed 's/ddblock-\(.*\)\.1/\1/')"
    same "$(commands | sort)" "$(sed -n '/^The commands/,/^\.El/s/^\.It Cm //p' "$MAN/ddblock.1" | sort)"
}

@test "a page that is referred to is there" {
    local page section
    while read -r _ page section _; do
        [ -e "$MAN/$page.$section" ] || {
            echo "$page($section)"
            return 1
        }
    done < <(grep -h '^\.Xr ddblock' "$MAN"/*)
}

# pages_agree WHAT: for each command, what WHAT_of_help finds in its help, WHAT_of_page finds in its page.
pages_agree() {
    local command
    for command in $(commands); do
        echo "$command"
        same "$(help_of "$command" | "$1_of_help")" "$("$1_of_page" "$MAN/ddblock-$command.1")"
    done
}

@test "the options of the pages are those of the help, with their arguments" {
    pages_agree options
}

@test "the exit statuses of the pages are those of the help" {
    pages_agree statuses
}

@test "the exit statuses of ddblock(1) are those of all commands" {
    same "$(for command in $(commands); do help_of "$command" | statuses_of_help; done | sort -u)" \
        "$(statuses_of_page "$MAN/ddblock.1")"
}

@test "ddblock(3) has the functions of the header" {
    same "$(grep -oE '\bddblock_[a-z_0-9]+\(' "$ROOT/include/ddblock/ddblock.h" | tr -d '(' | sort -u)" \
        "$(grep -oE '^\.It Fn .*' "$MAN/ddblock.3" | grep -oE 'ddblock_[a-z_0-9]+' | sort -u)"
}

@test "ddblock(3) has the statuses of the header" {
    same "$(sed -nE 's/^    X\(([A-Z_]+), [0-9]+, .*/DDBLOCK_\1/p' "$ROOT/include/ddblock/ddblock.h" | sort)" \
        "$(sed -n 's/^\.It Dv //p' "$MAN/ddblock.3" | sort)"
}

# What of the options can stand in the configuration file, by what the tool says of each.
options_for_files() {
    local command name words
    for command in $(commands); do
        words=$command
        [ "$command" != table ] || words="table create"
        for name in $(help_of "$command" | options_of_help | sed -E 's/^.? ?([a-z-]{2,}).*/\1/'); do
            # The second line ends the command, whatever it is, before it does anything.
            printf '%s = x\nnonsense = x\n' "$name" >"$BATS_TEST_TMPDIR/config"
            # shellcheck disable=SC2086 # into words
            DDBLOCK_CONFIG=$BATS_TEST_TMPDIR/config "$DDBLOCK" $words </dev/null 2>&1 |
                grep -q "for command lines only" || echo "$name"
        done
    done | sort -u
}

@test "ddblock.conf(5) names what can stand in the file" {
    same "$(options_for_files)" \
        "$(sed -n '/^\.Sh OPTIONS/,/^\.El/s/^\.Cm \([a-z-]*\).*/\1/p' "$MAN/ddblock.conf.5" | sort)"
}
