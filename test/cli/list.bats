# list.bats - "ddblock list", "show --json", and the conditions of "break".

load helpers

setup() {
    use_empty_file
    LOCK=build
}

teardown() {
    end_holder
}

# Every line is one JSON value by a parser that is not ours.
expect_json_lines() {
    node -e 'require("fs").readFileSync(0, "utf8").trim().split("\n").forEach(l => JSON.parse(l))'
}

# json FIELD: that field of the one object on standard input.
json() {
    node -p 'JSON.parse(require("fs").readFileSync(0, "utf8"))[process.argv[1]]' "$1"
}

@test "list: nothing, then what there is, sorted" {
    run -0 ddblock list
    [ -z "$output" ]
    ddblock run --owner bob "b" -- true
    ddblock run --owner bob "a" -- true
    start_holder --owner alice --lease 20s
    run -0 ddblock list
    [[ ${lines[0]} =~ ^LOCK\ +STATE\ +TOKEN\ +LEASE\ +WRITTEN\ +OWNER$ ]]
    [[ ${lines[1]} =~ ^a\ +free\ +1\ .*bob ]]
    [[ ${lines[2]} =~ ^b\ +free\ +1\ .*bob ]]
    [[ ${lines[3]} =~ ^build\ +held\ +1\ +20\ s\ .*alice ]]
    run -0 ddblock list --held --names
    [ "$output" = build ]
    run -0 ddblock list --prefix b --names
    [ "$output" = $'b\nbuild' ]
    run -0 ddblock list --limit 2 --json
    [ "${#lines[@]}" -eq 2 ]
}

@test "list: wrong usage" {
    run -64 ddblock list "$LOCK"
    run -64 ddblock list --limit 0
    run -64 ddblock list --prefix ""
    run -64 ddblock list --partition-key id:N --prefix 1
    run -64 ddblock list --stale --patience 5
}

@test "list --stale: a dead holder's lock, not a live one's" {
    start_holder --lease 1s
    kill -KILL "$holder_pid"
    wait "$holder_pid" || true
    LOCK=alive
    start_holder --lease 1s
    run -0 ddblock list --stale --names
    [ "$output" = build ]
    run -0 ddblock list --stale --json
    [ "$(json stale <<<"$output")" = true ]
    [ "$(json state <<<"$output")" = stale ]
    run -0 --separate-stderr ddblock list --stale --patience 100ms
    [ -z "$output" ]
    [[ $stderr == *"2 locks were not watched"* ]]
}

@test "--json: whatever a name is, the line is JSON and the name comes back" {
    local name
    for name in 'it"s\' $'two\nlines\t' "Schlüssel 🔒" $'\033[2J' "$(printf '"%.0s' {1..1024})"; do
        ddblock run --owner "$name$(printf 'ü%.0s' {1..100})" "$name" -- true 2>/dev/null ||
            ddblock run "$name" -- true
        run -0 ddblock show --json "$name"
        [ "${#lines[@]}" -eq 1 ]
        [ "$(json lock <<<"$output")" = "$name" ]
        [[ $output != *$'\033'* ]]
        [[ $output == *'"token":1,'* ]]
    done
    run -0 ddblock list --json
    expect_json_lines <<<"$output"
    [ "${#lines[@]}" -eq 5 ]
    run -0 ddblock list
    [ "${#lines[@]}" -eq 6 ]
    [[ $output != *$'\033'* ]]
}

@test "show --json: free, held" {
    run -0 ddblock show --json "$LOCK"
    [ "$output" = '{"lock":"build","key_type":"S","state":"free"}' ]
    start_holder --owner 'a"b' --lease 20s
    run -0 ddblock show --json "$LOCK"
    [ "$(json state <<<"$output")" = held ]
    [ "$(json owner <<<"$output")" = 'a"b' ]
    [ "$(json token <<<"$output")" = 1 ]
    [ "$(json lease_ms <<<"$output")" = 20000 ]
}

@test "break: only if it is still whom it should be" {
    start_holder --owner alice
    run -75 ddblock break --yes --if-token 2 "$LOCK"
    [[ $output == *'left alone: it is held by alice (token 1)' ]]
    run -75 ddblock break --yes --if-token 1 --if-owner bob "$LOCK"
    run -64 ddblock break --yes --if-token 0 "$LOCK"
    run -64 ddblock break --yes --if-owner "" "$LOCK"
    run -75 ddblock run -n "$LOCK" -- true
    run -0 ddblock break --yes --if-token 1 --if-owner alice "$LOCK"
    [[ $output == *'"build" is broken: it was held by alice (token 1)' ]]
    expect_end 76 "$holder_pid"
}

@test "list: names are cut for a terminal, and fit it" {
    ddblock run --owner "$(printf 'o%.0s' {1..200})" "$(printf '鍵%.0s' {1..100})" -- true
    run script -qec "stty cols 80; $(printf '%q ' "$DDBLOCK" list "${PLACE[@]}")" /dev/null
    [[ $output == *"鍵…"*"ooo…"* ]]
    run -0 ddblock list
    [[ $output == *"$(printf '鍵%.0s' {1..100})"*"$(printf 'o%.0s' {1..200})"* ]]
}
