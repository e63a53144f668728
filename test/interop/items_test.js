/* items_test.js - items that other clients have written, or could have, and what ours makes of
 * them: what "show" says, and whether a try acquires the lock. */
"use strict";

const assert = require("assert");
const { test } = require("node:test");
const { expectOurs } = require("./items.js");
const sides = require("./sides.js");

const AT_ONCE = 8;
const GUID = { B: Buffer.alloc(64, 7) };
const FREE = {
    fencingToken: { N: "5" }, leaseDurationMs: { N: "1" }, owner: { S: "somebody" }, guid: GUID
};
const HELD = { ...FREE, leaseDurationMs: { N: "60000" } };

function without(item, attribute)
{
    const rest = { ...item };

    delete rest[attribute];
    return rest;
}

/* What is read, what it is taken for, and, where a try acquires it, with which token. */
const ITEMS = [
    ["released", FREE, "free", 6],
    ["held", HELD, "held"],
    ["released, with a number in another form", { ...FREE, leaseDurationMs: { N: "1.0" } }, "free", 6],
    ["held, with a lease in another form", { ...HELD, leaseDurationMs: { N: "6E4" } }, "held"],
    ["released, with a token in another form", { ...FREE, fencingToken: { N: "0.5e1" } }, "free", 6],
    ["a lease of 0, as the package allows", { ...FREE, leaseDurationMs: { N: "0" } }, "free", 6],
    ["a lease below 0", { ...FREE, leaseDurationMs: { N: "-7" } }, "free", 6],
    ["a lease of 2", { ...FREE, leaseDurationMs: { N: "2" } }, "held"],
    ["a lease of 2^31", { ...FREE, leaseDurationMs: { N: "2147483648" } }, "held"],
    ["a lease of 2^53", { ...FREE, leaseDurationMs: { N: "9007199254740992" } }, "no lock"],
    ["a lease that is not whole", { ...FREE, leaseDurationMs: { N: "1500.5" } }, "no lock"],
    ["a lease that is text", { ...FREE, leaseDurationMs: { S: "60000" } }, "no lock"],
    ["no lease", without(FREE, "leaseDurationMs"), "no lock"],
    ["a token that is text", { ...HELD, fencingToken: { S: "5" } }, "no lock"],
    ["a token that is not whole", { ...HELD, fencingToken: { N: "5.5" } }, "no lock"],
    ["a token of 0", { ...HELD, fencingToken: { N: "0" } }, "no lock"],
    ["a token of 2^53", { ...HELD, fencingToken: { N: "9007199254740992" } }, "no lock"],
    ["no token", without(HELD, "fencingToken"), "fail-closed"],
    ["nothing but the key", {}, "fail-closed"],
    ["a guid of one byte", { ...HELD, guid: { B: Buffer.from([1]) } }, "held"],
    ["a guid of 128 bytes", { ...HELD, guid: { B: Buffer.alloc(128, 1) } }, "held"],
    ["a guid of 129 bytes", { ...HELD, guid: { B: Buffer.alloc(129, 1) } }, "no lock"],
    ["a guid that is text, as the fork's", { ...HELD, guid: { S: "A".repeat(88) } }, "held"],
    ["a guid that is a number", { ...HELD, guid: { N: "7" } }, "held"],
    ["a guid that is a truth", { ...HELD, guid: { BOOL: true } }, "no lock"],
    ["no guid", without(HELD, "guid"), "no lock"],
    ["no owner", without(HELD, "owner"), "held"],
    ["an owner that is a number", { ...HELD, owner: { N: "7" } }, "held"],
    ["an owner of 2000 letters", { ...HELD, owner: { S: "a".repeat(2000) } }, "held"],
    ["an odd time", { ...HELD, lockAcquiredTimeUnixMs: { S: "yesterday" } }, "held"],
    ["a time before 1970", { ...HELD, lockAcquiredTimeUnixMs: { N: "-1" } }, "held"],
    ["released, with an odd time", { ...FREE, lockAcquiredTimeUnixMs: { S: "yesterday" } }, "free", 6]
];

/* Those whose lease runs out, to be taken over, whatever their guid. */
const TAKEN_OVER = [
    ["a guid of 64 bytes", GUID],
    ["a guid of one byte", { B: Buffer.from([1]) }],
    ["a guid of 128 bytes", { B: Buffer.alloc(128, 1) }],
    ["a guid that is text, as the fork's", { S: `${"A".repeat(86)}==` }],
    ["a guid that is text beyond ASCII", { S: "ä€𝄞\"\\" }],
    ["a guid that is a number", { N: "123456789012345678901234567890.5" }]
].map(([what, guid]) =>
    [`the lease over, ${what}`, { ...HELD, guid, leaseDurationMs: { N: "700" } }]);

const EXIT = { held: 75, "no lock": 78, "fail-closed": 78 };

function put(where, lock, item)
{
    return where.dynamodb.putItem({
        TableName: where.table, Item: { ...lock.key, ...item, theirs: { S: "kept" } }
    }).promise();
}

async function run(where, lock, ...options)
{
    return sides.tool(where, ["run", "--table", where.table, ...options, lock.text, "--",
        "sh", "-c", "echo \"$DDBLOCK_FENCING_TOKEN\""]);
}

async function showState(where, lock)
{
    const shown = await sides.tool(where, ["show", "--json", "--table", where.table, lock.text]);
    return JSON.parse(shown.out).state;
}

async function play(where, lock, item, state, token)
{
    await put(where, lock, item);
    const before = await sides.readItem(where, lock);
    assert.equal(await showState(where, lock), state);
    const tried = await run(where, lock, "--no-wait");
    const after = await sides.readItem(where, lock);
    if (state !== "free")
    {
        assert.equal(tried.status, EXIT[state], tried.err);
        assert.deepEqual(after, before);
        return;
    }
    assert.equal(tried.status, 0, tried.err);
    assert.equal(tried.out, `${token}\n`);
    assert.equal(after.theirs.S, "kept");
    expectOurs(after, {}, 1, token);
}

async function playTakeOver(where, lock, item)
{
    await put(where, lock, item);
    const taken = await run(where, lock, "--wait", "30s");
    assert.equal(taken.status, 0, taken.err);
    assert.equal(taken.out, "6\n");
    expectOurs(await sides.readItem(where, lock), {}, 1, 6);
}

test("what others wrote", sides.options(AT_ONCE), async t =>
{
    const tests = [];
    let number = 0;

    for (const [engine, endpoint] of sides.engines())
    {
        const where = await sides.makeTable(endpoint, "S", "");
        const lock = () => sides.name({ S: `lock-${number++}` });
        for (const [what, item, state, token] of ITEMS)
        {
            tests.push(sides.subtest(t, where, `${engine}: ${what}`, () =>
                play(where, lock(), item, state, token)));
        }
        for (const [what, item] of TAKEN_OVER)
        {
            tests.push(sides.subtest(t, where, `${engine}: ${what}`, () =>
                playTakeOver(where, lock(), item)));
        }
    }
    await Promise.all(tests);
    await sides.endAll();
});
