/* hazards_test.js - where a defect of the other client could hurt ours, and what ours does about
 * it. The names D1, D4, … are those of docs/migrating-from-node.md. Each test first shows that
 * the hazard is real in the package. */
"use strict";

const assert = require("assert");
const { test } = require("node:test");
const { Gate } = require("./peers.js");
const { expectOurs } = require("./items.js");
const sides = require("./sides.js");

const LEASE_MS = 3000;
const NOISE_MS = 5000;
const AT_ONCE = 12;
const INVALID = { code: "ValidationException" };
const DEFECTS = [];

function hazard(title, play)
{
    DEFECTS.push({ title, play });
}

function beats(more)
{
    return { config: { leaseDurationMs: LEASE_MS, heartbeatPeriodMs: 300, ...more } };
}

function put(where, lock, item)
{
    return where.dynamodb.putItem({ TableName: where.table, Item: { ...lock.key, ...item } })
        .promise();
}

function heldBy(token, leaseMs)
{
    return {
        fencingToken: { N: String(token) }, leaseDurationMs: { N: String(leaseMs) },
        owner: { S: "somebody" }, guid: { B: Buffer.alloc(64, 7) }
    };
}

/* Our tool, for a moment: tries once, or as the options say. */
function tryOnce(where, lock, ...options)
{
    return sides.tool(where, ["run", "--table", where.table, ...lock.options,
        ...(options.length > 0 ? options : ["--no-wait"]), lock.text, "--",
        "sh", "-c", "echo \"$DDBLOCK_FENCING_TOKEN\""]);
}

async function unchanged(where, lock, what)
{
    const before = await sides.readItem(where, lock);

    await what();
    assert.deepEqual(await sides.readItem(where, lock), before);
}

hazard("D1: a lease of 2^31 ms and more is stolen by it at once; ours cannot be so long",
    async (where, lock) =>
    {
        await put(where, lock, heldBy(1, 2 ** 31));
        const waits = await tryOnce(where, lock, "--wait", "1s");
        assert.equal(waits.status, 75, "ours waits for such a lease");
        const thief = sides.theirs(where, lock, "npm", beats({ retryCount: 0 }));
        assert.equal(await sides.within(NOISE_MS, "the theft", thief.held), 2);
        await thief.release();

        const refused = await tryOnce(where, lock, "--lease", "2147483648ms");
        assert.equal(refused.status, 64);
        assert.match(refused.err, /--lease .* between 2 and 2147483647/);
        const holder = sides.ours(where, lock, ["--lease", "2147483647ms"]);
        assert.equal(await sides.within(NOISE_MS, "the longest lease", holder.held), 3);
        expectOurs(await sides.readItem(where, lock), {}, 2 ** 31 - 1, 3);
        const second = sides.theirProcess(where, lock, "npm", beats({ retryCount: 0 }));
        await sides.sleep(2000);
        assert.equal(second.has, false);
        await second.kill();
        await holder.release();
    });

hazard("D4: lockAcquiredTimeUnixMs is written anew with each write of ours", async (where, lock) =>
{
    const time = async () =>
        Number((await sides.readItem(where, lock)).lockAcquiredTimeUnixMs.N);
    /* What its clients without trustLocalTime leave, and an old one beside it. */
    await put(where, lock, { ...heldBy(4, 1), lockAcquiredTimeUnixMs: { N: "1" } });
    const begun = Date.now();
    const holder = sides.ours(where, lock, ["--lease", "3s", "--heartbeat", "300ms"]);
    await sides.within(NOISE_MS, "the lock", holder.held);
    const acquired = await time();
    assert.ok(acquired >= begun - 5, "at the acquisition");
    expectOurs(await sides.readItem(where, lock), {}, LEASE_MS, 5);
    await sides.sleep(1000);
    const renewed = await time();
    assert.ok(renewed > acquired, "at a heartbeat");
    await holder.release();
    assert.ok(await time() > renewed - 5, "at the release");
    assert.equal((await sides.readItem(where, lock)).leaseDurationMs.N, "1");
});

hazard("D4: its holder without that time is robbed by it, but not by us, with trustLocalTime",
    async (where, lock) =>
    {
        const holder = sides.theirs(where, lock, "npm", beats({ leaseDurationMs: 60000 }));
        assert.equal(await sides.within(NOISE_MS, "the lock", holder.held), 1);
        const ours = await tryOnce(where, lock, "--trust-local-time", "--wait", "1s");
        assert.equal(ours.status, 75);
        const thief = sides.theirs(where, lock, "npm",
            beats({ trustLocalTime: true, retryCount: 50 }));
        assert.equal(await sides.within(NOISE_MS, "the theft", thief.held), 2);
        await thief.release();
    });

hazard("D4: one whose clock is ahead robs us, and we are told (nothing guards against that)",
    async (where, lock) =>
    {
        const holder = sides.ours(where, lock, ["--lease", "3s", "--heartbeat", "300ms"]);
        assert.equal(await sides.within(NOISE_MS, "the lock", holder.held), 1);
        const thief = sides.theirProcess(where, lock, "npm",
            { ...beats({ trustLocalTime: true, retryCount: 50 }), clockAheadMs: 60000 });
        assert.equal(await sides.within(2 * NOISE_MS, "the theft", thief.held), 2);
        assert.equal(await sides.within(NOISE_MS, "the end of ours", holder.ended), 76);
        assert.match(holder.said, /dynamodb-lock-client@/);
        await thief.kill();
    });

hazard("D4: an item from the future is waited for as long as its lease, not as its clock says",
    async (where, lock) =>
    {
        await put(where, lock, {
            ...heldBy(1, 1500), lockAcquiredTimeUnixMs: { N: String(Date.now() + 3600000) }
        });
        const begun = Date.now();
        const ours = await tryOnce(where, lock, "--trust-local-time", "--wait", "30s");
        assert.equal(ours.status, 0, ours.err);
        assert.equal(ours.out, "2\n");
        assert.ok(Date.now() - begun >= 1500);
    });

/* Its heartbeat is on the way while it releases. */
async function crossing(where, lock, what)
{
    const gate = new Gate();
    const holder = sides.theirs(where, lock, "npm", { ...beats(), gate });

    assert.equal(await sides.within(NOISE_MS, "the lock", holder.held), 1);
    const heartbeat = gate.hold(what, item => item.leaseDurationMs === LEASE_MS);
    await sides.within(NOISE_MS, "a heartbeat", heartbeat.held);
    await holder.releaseNow();
    return heartbeat;
}

hazard("D6: a late heartbeat of its revives the lock it released: we wait for the lease",
    async (where, lock) =>
    {
        const heartbeat = await crossing(where, lock, "request");
        assert.equal((await sides.readItem(where, lock)).leaseDurationMs.N, "1");
        assert.equal(await heartbeat.pass(), null);
        assert.equal((await sides.readItem(where, lock)).leaseDurationMs.N, String(LEASE_MS));
        const begun = Date.now();
        const ours = sides.ours(where, lock, []);
        assert.equal(await sides.within(LEASE_MS + NOISE_MS, "the lock", ours.held), 2);
        assert.ok(Date.now() - begun >= LEASE_MS, "before the lease was over");
        await ours.release();
    });

hazard("D6: a late heartbeat of its cannot touch the lock once we have it", async (where, lock) =>
{
    const heartbeat = await crossing(where, lock, "request");
    const ours = sides.ours(where, lock, ["--lease", "3s", "--heartbeat", "300ms"]);

    assert.equal(await sides.within(NOISE_MS, "the lock", ours.held), 2);
    const error = await heartbeat.pass();
    assert.equal(error && error.code, "ConditionalCheckFailedException");
    await sides.sleep(1000);
    assert.equal(ours.lost(), "");
    expectOurs(await sides.readItem(where, lock), {}, LEASE_MS, 2);
    await ours.release();
});

hazard("D7: a release of its that crosses a heartbeat is none: we wait for the lease",
    async (where, lock) =>
    {
        const heartbeat = await crossing(where, lock, "reply"); /* it calls that released */
        assert.equal((await sides.readItem(where, lock)).leaseDurationMs.N, String(LEASE_MS));
        await heartbeat.pass();
        const ours = sides.ours(where, lock, []);
        assert.equal(await sides.within(LEASE_MS + NOISE_MS, "the lock", ours.held), 2);
        await ours.release();
    });

/* A table with a sort key, and one with a binary key, for what it cannot do with those. */
hazard("D2: it leaves a sort key of 0 out; ours does not", async where =>
{
    const sorted = await sides.makeTable(where.endpoint, "S", "N");
    const lock = sides.name({ S: "lock" }, { N: "0" });
    const theirs = sides.theirs(sorted, lock, "npm", beats());
    await assert.rejects(sides.within(NOISE_MS, "its failure", theirs.held), INVALID);
    const ours = await tryOnce(sorted, lock);
    assert.equal(ours.out, "1\n", ours.err);
});

hazard("D3: it takes a bare buffer for an object; ours locks binary keys", async where =>
{
    const binary = await sides.makeTable(where.endpoint, "B", "");
    const lock = sides.name({ B: "AP+A" });
    const bare = { ...lock, theirs: lock.key.id.B };
    const theirs = sides.theirs(binary, bare, "npm", beats());
    await assert.rejects(sides.within(NOISE_MS, "its failure", theirs.held));
    const ours = await tryOnce(binary, lock);
    assert.equal(ours.out, "1\n", ours.err);
});

hazard("D8: a lost reply leaves its fail-closed lock for ever; ours waits for a person",
    async (where, lock) =>
    {
        const gate = new Gate();
        const put = gate.hold("reply", () => true);
        const theirs = sides.theirs(where, lock, "npm",
            { failClosed: true, gate, config: { acquirePeriodMs: 100, retryCount: 0 } });
        await sides.within(NOISE_MS, "its put", put.held);
        put.again();
        await assert.rejects(theirs.held, { code: "FailedToAcquireLock" });
        await unchanged(where, lock, async () =>
        {
            const ours = await tryOnce(where, lock, "--fail-closed", "--wait", "1s");
            assert.equal(ours.status, 75, ours.err);
        });
        const broken = await sides.tool(where, ["break", "--yes", "--table", where.table, lock.text]);
        assert.equal(broken.status, 0, broken.err);
        const ours = await tryOnce(where, lock, "--fail-closed", "--no-wait");
        assert.equal(ours.status, 0, ours.err);
    });

hazard("D9, D16: one failed heartbeat is its last; ours has the lock after the lease",
    async (where, lock) =>
    {
        const gate = new Gate();
        const holder = sides.theirs(where, lock, "npm", { ...beats(), gate });
        assert.equal(await sides.within(NOISE_MS, "the lock", holder.held), 1);
        const heartbeat = gate.hold("request", () => true);
        await sides.within(NOISE_MS, "a heartbeat", heartbeat.held);
        heartbeat.fail(new Error("throttled"));
        const ours = sides.ours(where, lock, []);
        assert.equal(await sides.within(LEASE_MS + NOISE_MS, "the lock", ours.held), 2);
        assert.equal(holder.lost(), "throttled");
        await holder.releaseNow(); /* and that it was too late it is not told */
        assert.equal(ours.lost(), "");
        await ours.release();
    });

hazard("D11: it gives the token 2^53 twice; we end before", async (where, lock) =>
{
    await put(where, lock, heldBy(2 ** 53 - 2, 1));
    const last = await tryOnce(where, lock);
    assert.equal(last.status, 0, last.err);
    assert.equal(last.out, "9007199254740991\n");
    await unchanged(where, lock, async () =>
    {
        const over = await tryOnce(where, lock);
        assert.equal(over.status, 78);
        assert.match(over.err, /token/i);
    });
    for (const time of ["first", "second"])
    {
        const theirs = sides.theirs(where, lock, "npm", beats());
        assert.equal(await sides.within(NOISE_MS, `the ${time}`, theirs.held), 2 ** 53);
        await theirs.release();
    }
});

hazard("D11: a token that its wrapNumbers made text is not counted on", async (where, lock) =>
{
    await put(where, lock, { ...heldBy(1, 1), fencingToken: { S: "51" } });
    await unchanged(where, lock, async () =>
    {
        const ours = await tryOnce(where, lock);
        assert.equal(ours.status, 78);
        assert.match(ours.err, /fencingToken|token/);
    });
});

hazard("D15: its fail-open client fails on our fail-closed lock, which stays", async (where, lock) =>
{
    const holder = sides.ours(where, lock, ["--fail-closed"]);
    await sides.within(NOISE_MS, "the lock", holder.held);
    await unchanged(where, lock, async () =>
    {
        for (const trustLocalTime of [false, true])
        {
            const theirs = sides.theirs(where, lock, "npm", beats({ trustLocalTime }));
            await assert.rejects(sides.within(NOISE_MS, "its failure", theirs.held), INVALID);
        }
    });
    await holder.release();
});

hazard("D15: ours of one kind leaves its locks of the other kind alone", async (where, lock) =>
{
    const closed = sides.theirs(where, lock, "npm",
        { failClosed: true, config: { acquirePeriodMs: 100 } });
    await sides.within(NOISE_MS, "the lock", closed.held);
    await unchanged(where, lock, async () =>
    {
        const open = await tryOnce(where, lock);
        assert.equal(open.status, 78);
        assert.match(open.err, /fails closed|fail-closed/);
        assert.match(open.err, /dynamodb-lock-client@/);
    });
    await closed.release();

    const open = sides.theirs(where, lock, "npm", beats());
    await sides.within(NOISE_MS, "the lock", open.held);
    const ours = await tryOnce(where, lock, "--fail-closed", "--no-wait");
    assert.equal(ours.status, 78);
    assert.match(ours.err, /fails open|fail-open/);
    assert.equal(open.lost(), "");
    await open.release();
});

hazard("D17: one whose heartbeats are rarer than its lease is taken over between them",
    async (where, lock) =>
    {
        const rare = sides.theirProcess(where, lock, "npm",
            { config: { leaseDurationMs: 1500, heartbeatPeriodMs: 8000 } });
        assert.equal(await sides.within(NOISE_MS, "the lock", rare.held), 1);
        const ours = sides.ours(where, lock, []);
        assert.equal(await sides.within(1500 + NOISE_MS, "the lock", ours.held), 2);
        await sides.sleep(8000); /* by then it has noticed */
        assert.match(rare.lost(), /error The conditional request failed/);
        assert.equal(ours.lost(), "");
        await ours.release();
        await rare.kill();
    });

test("hazards", sides.options(AT_ONCE), async t =>
{
    const rows = [];
    let number = 0;

    for (const [engine, endpoint] of sides.engines())
    {
        const where = await sides.makeTable(endpoint, "S", "");
        rows.push(...DEFECTS.map(({ title, play }) => ({
            where,
            title: `${engine}: ${title}`,
            play: () => play(where, sides.name({ S: `lock-${number++}` }))
        })));
    }
    await Promise.all(rows.map(row =>
        sides.subtest(t, row.where, row.title, row.play)));
    await sides.endAll();
});
