/* judge-test.js - the judge of scripts/chaos on histories with each rule broken, and on ones that
 * are good, though they look bad at a glance. */
"use strict";

const assert = require("assert");
const test = require("node:test");

const { COMMAND_LATE_MS_MAX, judge } = require("./judge");
const { parseLine } = require("./actors");

/* A life of a lock that is as it should be: acquired at 100, held until 400, released. */
function life(who, token, start, number = 0)
{
    return [
        { kind: "write", who, lock: "a", op: "acquire", token, lease_ms: 2000, from: start,
            to: start + 5, ghost: false },
        { kind: "acquired", who, lock: "a", number, token, at: start + 10 },
        { kind: "look", who, lock: "a", number, token, from: start + 10, to: start + 11,
            remaining_ms: 1980 },
        { kind: "tried", who, lock: "a", number, token, at: start + 20, accepted: true },
        { kind: "look", who, lock: "a", number, token, from: start + 200, to: start + 201,
            remaining_ms: 1790 },
        { kind: "release", who, lock: "a", number, token, at: start + 210 },
        { kind: "write", who, lock: "a", op: "release", token, lease_ms: 1, from: start + 211,
            to: start + 215, ghost: false },
        { kind: "released", who, lock: "a", number, token, at: start + 220, status: "OK" }
    ];
}

/* The same without its release: it dies. */
function death(who, token, start)
{
    return life(who, token, start).slice(0, 5);
}

function rulesBroken(history)
{
    return judge(history).violations.map(({ rule }) => rule);
}

function without(history, kind)
{
    return history.filter(record => record.kind !== kind);
}

test("turn by turn is good", () =>
{
    assert.deepStrictEqual(rulesBroken([...life("ours-1#1", 1, 0), ...life("ours-2#1", 2, 300),
        ...life("npm-1#1", 3, 600)]), []);
});

test("a write that is refused is good", () =>
{
    assert.deepStrictEqual(rulesBroken([...life("ours-1#1", 1, 0), ...life("ours-2#1", 2, 300),
        { kind: "tried", who: "ours-1#1", lock: "a", number: 0, token: 1, at: 400,
            accepted: false }]), []);
});

test("an old token that the resource accepts", () =>
{
    assert.deepStrictEqual(rulesBroken([...life("ours-1#1", 1, 0), ...life("ours-2#1", 2, 300),
        { kind: "tried", who: "ours-1#1", lock: "a", number: 0, token: 1, at: 400,
            accepted: true }]), ["accepted tokens never fall"]);
});

test("one token that two write with", () =>
{
    assert.deepStrictEqual(rulesBroken([...life("ours-1#1", 1, 0),
        { kind: "tried", who: "ours-2#1", lock: "a", number: 0, token: 1, at: 50,
            accepted: true }]), ["one token, one holder"]);
});

test("one token for two acquisitions of one process", () =>
{
    assert.ok(rulesBroken([...life("ours-1#1", 1, 0), { kind: "tried", who: "ours-1#1", lock: "a",
        number: 1, token: 1, at: 250, accepted: true }]).includes("one token, one holder"));
});

test("a token that is given twice by the table", () =>
{
    assert.ok(rulesBroken([...life("ours-1#1", 1, 0), ...life("ours-2#1", 1, 300)])
        .includes("tokens rise in the table"));
});

test("an item that was deleted", () =>
{
    assert.deepStrictEqual(rulesBroken([...life("ours-1#1", 1, 0), { kind: "write",
        who: "ours-2#1", lock: "a", op: "odd", from: 300, to: 301, ghost: false }]),
    ["tokens rise in the table"]);
});

test("a released lock that comes back to life", () =>
{
    const back = who => [...life("ours-1#1", 1, 0), { kind: "write", who, lock: "a",
        op: "revive", token: 1, lease_ms: 2000, from: 300, to: 301, ghost: true }];

    assert.deepStrictEqual(rulesBroken(back("ours-1#1")),
        ["nothing released comes back to life"]);
    assert.deepStrictEqual(rulesBroken(back("npm-1#1")), []);
});

test("a token that nobody has acquired", () =>
{
    assert.ok(rulesBroken(life("ours-1#1", 1, 0).filter(({ op }) => op !== "acquire"))
        .includes("who is told acquired has acquired"));
});

test("a token that somebody else has acquired", () =>
{
    const [acquired, ...rest] = life("ours-1#1", 1, 0);

    assert.ok(rulesBroken([{ ...acquired, who: "ours-2#1" }, ...rest])
        .includes("who is told acquired has acquired"));
});

test("told released, and nothing was", () =>
{
    assert.deepStrictEqual(
        rulesBroken(life("ours-1#1", 1, 0).filter(({ op }) => op !== "release")),
        ["who is told released has released"]);
});

test("told lost, and nothing was released, is good", () =>
{
    assert.deepStrictEqual(rulesBroken(life("ours-1#1", 1, 0).filter(({ op }) => op !== "release")
        .map(record => (record.kind === "released" ? { ...record, status: "LOST" } : record))),
    []);
});

test("two of ours believe at once", () =>
{
    const second = life("ours-2#1", 2, 100);

    second[0].op = "take-over";
    assert.deepStrictEqual(rulesBroken([...death("ours-1#1", 1, 0), ...second]).sort(),
        ["no two believe at once", "what is held is given to nobody"]);
});

test("given to another before the lease of a dead holder is over", () =>
{
    const early = life("ours-2#1", 2, 1900);
    const inTime = life("ours-2#1", 2, 1990);

    assert.deepStrictEqual(rulesBroken([...death("ours-1#1", 1, 0), ...early]),
        ["what is held is given to nobody"]);
    assert.deepStrictEqual(rulesBroken([...death("ours-1#1", 1, 0), ...inTime]), []);
});

test("taken by the npm client while ours was to hold it", () =>
{
    assert.deepStrictEqual(rulesBroken([...death("ours-1#1", 1, 0), ...life("npm-1#1", 2, 500)]),
        ["what is held is given to nobody"]);
});

test("the npm client that believes beyond its lease is counted, and good", () =>
{
    const verdict = judge([...life("ours-2#1", 2, 150),
        ...without(life("npm-1#1", 1, 0), "released").filter(({ op }) => op !== "release")]);

    assert.deepStrictEqual(verdict.violations, []);
    assert.strictEqual(verdict.figures.npm_beyond, 1);
});

test("a command that runs on after its lease", () =>
{
    const until = 3000 + COMMAND_LATE_MS_MAX;
    const history = [
        { kind: "write", who: "run-1#1", lock: "a", op: "acquire", token: 1, lease_ms: 2000,
            from: 0, to: 5, ghost: false },
        { kind: "work", who: "run-1#1", lock: "a", number: 0, token: 1, at: 10 },
        { kind: "work", who: "run-1#1", lock: "a", number: 0, token: 1, at: until },
        ...life("ours-1#1", 2, 2500)];
    const pause = { kind: "pause", who: "run-1#1", at: 100, until: until - 10 };

    assert.deepStrictEqual(rulesBroken(history), ["a command is ended with its lease"]);
    assert.deepStrictEqual(rulesBroken([...history, pause]), []);
    assert.strictEqual(judge([...history, pause]).figures.commands_beyond_paused, 1);
});

test("a process that crashes", () =>
{
    const crash = who => [{ kind: "ended", who, at: 5, code: null, signal: "SIGABRT",
        expected: false }];

    assert.deepStrictEqual(rulesBroken(crash("ours-1#1")), ["no process fails by itself"]);
    assert.deepStrictEqual(rulesBroken(crash("npm-1#1")), []);
});

test("a lock that nobody gets in the end", () =>
{
    assert.deepStrictEqual(rulesBroken([{ kind: "final", lock: "a", at: 99, took_ms: 98,
        acquired: false }]), ["after all faults every lock is acquired"]);
});

test("what programs tell is read as it was written", () =>
{
    assert.deepStrictEqual(
        parseLine("look a 7 1500 2500 3 1980", "ours-1#2", us => Number(us) / 1000),
        { kind: "look", who: "ours-1#2", lock: "a", number: 7, from: 1.5, to: 2.5, token: 3,
            remaining_ms: 1980 });
    assert.strictEqual(parseLine("look a 7 15", "ours-1#2", Number), null); /* cut by a kill */
});
