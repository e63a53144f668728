/* matrix_test.js - our tool and the other clients hand a lock to each other: every order of holder
 * and waiter, with and without heartbeats, with trustLocalTime on no, one or both sides, ended
 * by a release or by a death, by the npm package and as its v3 fork writes, with every type of key,
 * on both engines. Each row of the table is a test.
 *
 * Each sees that the waiter does not have the lock while the holder does, that it has it in time
 * afterwards, with the next token, and that our items are such as every reader of the format
 * needs. Times have limits of several times what is usual: machines are slow at times. */
"use strict";

const assert = require("assert");
const { test } = require("node:test");
const { performance } = require("perf_hooks");
const sides = require("./sides.js");
const { expectOurs } = require("./items.js");

/* A holder that stands still for most of a lease loses it. One with heartbeats is to hold its lock
 * for longer than a lease, one without for so long that it is not at risk yet. */
const BEATS = { leaseMs: 4000, heartbeatMs: 500, holdMs: 5600 };
const NO_BEATS = { leaseMs: 7000, heartbeatMs: 0, holdMs: 1600 };
const NOISE_MS = 4000;
const AT_ONCE = 20;
const FOLLOW_MS_MAX = 60000; /* a row takes less */

const KEYS = {
    S: [{ S: "lock" }],
    N: [{ N: "7" }],
    B: [{ B: "AP+A" }],
    SS: [{ S: "lock" }, { S: "part" }],
    NN: [{ N: "7" }, { N: "-1.5" }],
    BB: [{ B: "AP+A" }, { B: "/w==" }],
    SN: [{ S: "lock" }, { N: "3" }]
};

/* Every row needs a lock of its own. */
let number = 100;
function lockFor(keys)
{
    const [partition, ...sort] = KEYS[keys];
    const [type] = Object.keys(partition);

    number++;
    return sides.name({
        [type]: {
            S: `lock-${number}`,
            N: String(number),
            B: Buffer.from([0, 255, number % 256, number >> 8]).toString("base64")
        }[type]
    }, ...sort);
}

function product(...lists)
{
    return lists.reduce((rows, list) =>
        rows.flatMap(row => list.map(entry => ({ ...row, ...entry }))), [{}]);
}

const options = (key, values) => values.map(value => ({ [key]: value }));
const ORDERS = [{ holder: "ours", waiter: "theirs" }, { holder: "theirs", waiter: "ours" }];

function titled(row)
{
    const trust = { none: "", holder: ", the holder trusts clocks", waiter: ", the waiter trusts clocks",
        both: ", both trust clocks" }[row.trust || "none"];
    const who = side => (side === "ours" ? "we" : row.peer);
    const beats = row.closed ? "fail-closed" : row.heartbeatMs > 0 ? "with heartbeats" : "without heartbeats";

    return { ...row, title: `${row.engine}, ${row.keys} keys: ${who(row.holder)} hold ${beats}, ` +
        `${who(row.waiter)} wait${trust}; ${row.end}` };
}

function rowsOf(engine)
{
    const at = [{ engine }];

    return [
        ...product(at, options("peer", ["npm", "v3"]), ORDERS, [BEATS, NO_BEATS],
            options("trust", ["none", "holder", "waiter", "both"]),
            options("end", ["release", "death"]), [{ keys: "S" }]),
        ...product(at, [{ peer: "npm" }], ORDERS, [{ ...BEATS, trust: "none", end: "release" }],
            options("keys", ["N", "B", "SS", "NN", "BB", "SN"])),
        ...product(at, [{ peer: "v3" }], ORDERS, [{ ...BEATS, trust: "both", end: "release" }],
            [{ keys: "SS" }]),
        ...product(at, [{ peer: "npm" }], ORDERS, [{ closed: true, holdMs: 1600 }],
            options("end", ["release", "death"]), options("keys", ["S", "N", "B"])),
        ...product(at, [{ peer: "v3" }], ORDERS, [{ closed: true, holdMs: 1600, keys: "S" }],
            options("end", ["release", "death"]))
    ].map(titled);
}

function ourOptions(row, trusts)
{
    return row.closed
        ? ["--fail-closed", "--acquire-period", "100ms"]
        : ["--lease", `${row.leaseMs}ms`, "--heartbeat", `${row.heartbeatMs}ms`,
            ...(trusts ? ["--trust-local-time"] : [])];
}

function theirOptions(row, trusts)
{
    return row.closed
        ? { failClosed: true, config: { acquirePeriodMs: 100, retryCount: 600 } }
        : { config: {
            leaseDurationMs: row.leaseMs,
            ...(row.heartbeatMs > 0 && { heartbeatPeriodMs: row.heartbeatMs }),
            trustLocalTime: trusts,
            retryCount: row.heartbeatMs > 0 ? 10 : 0 /* the first Put after the sleep has it */
        } };
}

function start(row, where, lock, part)
{
    const trusts = row.trust === part || row.trust === "both";

    if (row[part] === "ours")
    {
        return sides.ours(where, lock, ourOptions(row, trusts));
    }
    /* Only a process can be killed; only in ours it is known when no heartbeat is under way. */
    const begin = part === "holder" && row.end === "death" ? sides.theirProcess : sides.theirs;
    return begin(where, lock, row.peer, theirOptions(row, trusts));
}

/* Follows the item from before it is there until it has another token. A version of it was written
 * after the beginning of the last read that did not show it. Ends with the holder's last version,
 * for how long at least it had stood, and the wall clock then. */
async function follow(where, lock)
{
    let item = null;
    let notBefore = 0;
    let before = performance.now();
    const end = before + FOLLOW_MS_MAX;

    while (before < end)
    {
        const asked = performance.now();
        const read = await sides.readItem(where, lock);
        if (item !== null && read.fencingToken.N !== item.fencingToken.N)
        {
            return { last: item, stoodMs: performance.now() - notBefore, wallMs: Date.now() };
        }
        if (read !== undefined && JSON.stringify(read.guid) !== JSON.stringify(item && item.guid))
        {
            item = read;
            notBefore = before;
        }
        before = asked;
        await sides.sleep(100);
    }
    return null; /* the row has failed by then */
}

/* How long the waiter may take from the end of the holder. Ours sees a release when it polls next;
 * theirs sleeps for a lease from when it last looked, and after a heartbeat for another. */
function limitMs(row)
{
    if (row.closed || (row.end === "release" && row.waiter === "ours"))
    {
        return NOISE_MS - 1000; /* well under a lease */
    }
    return (row.waiter === "ours" || row.end === "release" ? 1 : 2) * row.leaseMs + NOISE_MS;
}

async function endOpen(row, lockAt, holder, waiter)
{
    if (row.end === "release")
    {
        await holder.release();
        return within(row, waiter);
    }
    await holder.kill();
    const token = await within(row, waiter);
    const { last, stoodMs, wallMs } = await lockAt.following;
    const trusting = row.trust === "waiter" || row.trust === "both";
    if (trusting && last.lockAcquiredTimeUnixMs !== undefined)
    {
        /* 10 ms: timers and the wall clock are not one clock. */
        const age = wallMs - Number(last.lockAcquiredTimeUnixMs.N);
        assert.ok(age >= row.leaseMs - 10, `taken when it was ${age} ms old`);
    }
    else
    {
        assert.ok(stoodMs >= row.leaseMs - 2, `taken after ${stoodMs} ms`);
    }
    return token;
}

async function endClosed(row, lockAt, holder, waiter)
{
    const { where, lock } = lockAt;

    if (row.end === "release")
    {
        await holder.release();
        return within(row, waiter);
    }
    await holder.kill();
    await sides.sleep(1000);
    assert.equal(waiter.has, false, "a fail-closed lock is nobody's before a person ends it");
    const broken = await sides.tool(where,
        ["break", "--yes", "--table", where.table, ...lock.options, lock.text]);
    assert.equal(broken.status, 0, broken.err);
    return within(row, waiter);
}

function within(row, waiter)
{
    return sides.within(limitMs(row), `the lock of ${row.title}`, waiter.held);
}

async function play(row, where, t)
{
    const lock = lockFor(row.keys);
    const token = (count) => (row.closed ? 0 : count);
    const following = row.end === "death" && !row.closed && follow(where, lock);
    const holder = start(row, where, lock, "holder");

    assert.equal(await sides.within(30000, "the free lock", holder.held), token(1));
    const waiter = start(row, where, lock, "waiter");
    await sides.sleep(row.holdMs);
    assert.equal(waiter.has, false, "two have the lock");
    assert.equal(holder.lost(), "");
    if (row.holder === "ours")
    {
        expectOurs(await sides.readItem(where, lock), row, row.leaseMs, 1);
    }
    const ended = performance.now();
    const got = await (row.closed ? endClosed : endOpen)(row, { where, lock, following },
        holder, waiter);
    t.diagnostic(`handed over in ${Math.round(performance.now() - ended)} ms, of ${limitMs(row)}`);
    assert.equal(got, token(2));
    if (row.waiter === "ours")
    {
        expectOurs(await sides.readItem(where, lock), row, row.leaseMs, 2);
    }
    await waiter.release();
    const left = await sides.readItem(where, lock);
    if (row.closed)
    {
        assert.equal(left, undefined, "a fail-closed lock that was released is not there");
        return;
    }
    assert.equal(left.leaseDurationMs.N, "1");
    assert.equal(left.fencingToken.N, "2");
}

test("handing over", sides.options(AT_ONCE), async t =>
{
    const rows = [];

    for (const [engine, endpoint] of sides.engines())
    {
        const tables = {};
        for (const keys of Object.keys(KEYS))
        {
            tables[keys] = await sides.makeTable(endpoint, keys[0], keys[1] || "");
        }
        rows.push(...rowsOf(engine).map(row => ({ ...row, where: tables[row.keys] })));
    }
    await Promise.all(rows.map(row =>
        sides.subtest(t, row.where, row.title, own => play(row, row.where, own))));
    await sides.endAll();
});
