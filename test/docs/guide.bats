#!/usr/bin/env bats
# guide.bats - types the commands of docs/guide.md on DynamoDB Local, and holds templates/ and
# examples/ against what the tool prints and accepts.

bats_require_minimum_version 1.5.0

load helpers

setup() {
    without_configuration
    mkdir bin
    cp "$DDBLOCK" bin/ddblock
    PATH=$PWD/bin:$PATH
}

# The blocks of the guide that show commands with what they print.
shown() {
    awk '/^```/ { inside = !inside; next } inside' "$ROOT/docs/guide.md"
}

# The same commands, typed.
typed() {
    local line
    while IFS= read -r line; do
        [ "${line:0:2}" = '$ ' ] || continue
        printf '%s\n' "$line"
        bash -c "${line:2}" 2>&1 || echo "exit status $?"
    done
}

# Two commands are shown without what they print, which is long.
without_long() {
    awk '/^\$ ddblock (table template|show)/ { print; long = 1; next } /^\$ / { long = 0 } !long'
}

@test "the commands of the guide print what it shows" {
    use_dynamodb
    [ "$(shown | grep -c '^\$ ')" -ge 9 ]
    diff <(shown | without_long) <(shown | typed | without_long)
    run -0 ddblock show --table locks nightly
    [[ $output == *'state         free (released)'* ]]
}

@test "templates of tables are what the tool prints" {
    local kind name
    for kind in cloudformation.json terraform.tf; do
        name=${kind/terraform./}
        [ "$name" = tf ] && name=table.tf || name=table.$name
        diff <(ddblock table template "${kind%%.*}" --deletion-protection locks) \
            "$ROOT/templates/$name"
        diff <(ddblock table template "${kind%%.*}" --deletion-protection --sort-key part:S locks) \
            "$ROOT/templates/${name/table/table-with-sort-key}"
    done
}

@test "templates of policies have the tool's statements" {
    command -v node >/dev/null || skip 'node is not installed'
    ddblock table template iam locks >policy
    node -e '
        const fs = require("fs");
        const read = (name) => JSON.parse(fs.readFileSync(name, "utf8"));
        const tool = read("policy");
        const folder = process.argv[1];
        const files = fs.readdirSync(folder).filter((name) => /^iam-.*json$/.test(name));
        const used = new Set();
        for (const name of files) {
            const policy = read(folder + "/" + name);
            for (const statement of policy.Statement) {
                if (statement.Sid === "CreateTable") continue; // which the tool needs once
                used.add(statement.Sid);
                const same = tool.Statement.find((one) => one.Sid === statement.Sid);
                require("assert").deepStrictEqual(statement, same, name);
            }
        }
        if (files.length !== 4 || used.size !== tool.Statement.length) throw files;' "$ROOT/templates"
}

@test "the unit of systemd is one, and its command is a command" {
    local command
    if command -v systemd-analyze >/dev/null; then
        sed 's#/usr/local/bin/#/bin/#; s#/bin/ddblock#/bin/sh#' "$ROOT/examples/systemd/report.service" >report.service
        run -0 systemd-analyze verify ./report.service
    fi
    command=$(sed -n 's#^ExecStart=/usr/local/bin/##p' "$ROOT/examples/systemd/report.service")
    command=${command/--table locks/--file locks.db}
    run -0 bash -c "${command/\/usr\/local\/bin\/report/echo reported}"
    [ "$output" = reported ]
}

@test "the CronJob's command is one, and leaves out a run without failing" {
    local words
    mapfile -t words < <(sed -n '/command:/,$ s/^ *- //p' "$ROOT/examples/kubernetes/cronjob.yaml")
    [ "${words[0]} ${words[1]}" = 'ddblock run' ]
    unset 'words[-1]'
    run -0 env DDBLOCK_FILE=locks.db "${words[@]}" echo reported
    [ "$output" = reported ]
    run -0 env DDBLOCK_FILE=locks.db ddblock run report -- \
        env DDBLOCK_FILE=locks.db "${words[@]}" echo reported
    [[ $output != *reported* ]]
}
