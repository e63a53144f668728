/* options.test.js - that each option and event of the drop-in does what it says. */
"use strict";

const assert = require("assert");
const events = require("events");
const fs = require("fs");
const http = require("http");
const os = require("os");
const path = require("path");
const test = require("node:test");

const support = require("./support.js");
const { FailOpen } = require(support.PACKAGE);

const dynamodb = support.documentClient();
const OPEN = { dynamodb, lockTable: "locks", partitionKey: "id", leaseDurationMs: 20000 };

test.before(() => support.createTable("locks"));

/* Leaves a lock in the table whose holder died long ago. */
async function abandon(id)
{
    await dynamodb.put({
        TableName: "locks",
        Item: {
            id, guid: Buffer.from("somebody"), owner: "dead", fencingToken: 5, leaseDurationMs: 20000,
            lockAcquiredTimeUnixMs: Date.now() - 60000
        }
    }).promise();
}

test("release tells the same again, and nothing more is sent", async () =>
{
    const lock = await new FailOpen(OPEN).acquireLock("twice");
    await lock.release();
    const other = await new FailOpen(OPEN).acquireLock("twice");
    await lock.release();
    assert.strictEqual((await support.item("locks", { id: "twice" })).leaseDurationMs, 20000);
    await dynamodb.delete({ TableName: "locks", Key: { id: "twice" } }).promise();
    await assert.rejects(other.release(), { code: "FailedToReleaseLock" });
    await assert.rejects(other.release(), { code: "FailedToReleaseLock" });
});

test("metrics are those of the table", async () =>
{
    const place = { endpoint: support.ENDPOINT, region: "us-east-1", ...support.KEYS };

    await support.createTable("others");
    const clients = ["locks", "others"].map(lockTable =>
        new FailOpen({ ...OPEN, dynamodb: place, lockTable }));
    for (const client of [...clients, clients[0]])
    {
        await (await client.acquireLock("measured")).release();
    }
    assert.match(clients[0].metrics, /^ddblock_acquisitions_total 2$/m);
    assert.match(clients[1].metrics, /^ddblock_acquisitions_total 1$/m);
});

/* What a client sends where everything is refused. */
async function refused(options)
{
    let headers;
    const server = http.createServer((request, response) =>
    {
        headers = request.headers;
        response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
        response.end(JSON.stringify({
            __type: "com.amazonaws.dynamodb.v20120810#AccessDeniedException", message: "you may not"
        }));
    });
    await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${server.address().port}`;
    const client = new FailOpen({ ...OPEN, dynamodb: { endpoint, ...options } });
    const error = await client.acquireLock("a").catch(failure => failure);
    server.closeAllConnections?.();
    server.close();
    assert.strictEqual(error.code, "AccessDeniedException", error.message);
    assert.strictEqual(error.status, "DENIED");
    assert.strictEqual(error.retryable, false);
    assert.match(error.message, /you may not/);
    return headers;
}

test("region, keys, session token and profile", async () =>
{
    const keys = { accessKeyId: "AKIDONE", secretAccessKey: "made-up" };
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ddblock-"));
    const file = path.join(folder, "credentials");
    const environment = { ...process.env };

    const plain = await refused({ region: "eu-west-3", ...keys, sessionToken: "of-a-session" });
    assert.match(plain.authorization, /Credential=AKIDONE\/\d+\/eu-west-3\/dynamodb\//);
    assert.strictEqual(plain["x-amz-security-token"], "of-a-session");
    const asked = await refused({ region: "eu-west-3", credentials: async () => keys });
    assert.match(asked.authorization, /Credential=AKIDONE\//);
    assert.strictEqual(asked["x-amz-security-token"], undefined);
    fs.writeFileSync(file, "[other]\naws_access_key_id = AKIDTWO\naws_secret_access_key = made-up\n");
    process.env.AWS_SHARED_CREDENTIALS_FILE = file;
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    const profile = await refused({ region: "eu-west-3", profile: "other" });
    process.env = environment;
    fs.rmSync(folder, { recursive: true });
    assert.match(profile.authorization, /Credential=AKIDTWO\//);
});

test("caFile", async () =>
{
    const caFile = path.join(__dirname, "no such file");
    const client = async () => new FailOpen({
        ...OPEN, dynamodb: { endpoint: "https://127.0.0.1:1", region: "us-east-1", ...support.KEYS, caFile }
    }).acquireLock("a");

    await assert.rejects(client, { message: new RegExp(caFile) });
});

support.together("what takes its time", {
    "trustLocalTime takes what is over at once, and settleMs waits after that": async () =>
    {
        await abandon("over");
        await assert.rejects(new FailOpen({ ...OPEN, retryCount: 0 }).acquireLock("over", { waitMs: 0 }),
            { code: "FailedToAcquireLock" });
        const trusting = { ...OPEN, trustLocalTime: true };
        const lock = await new FailOpen(trusting).acquireLock("over", { waitMs: 0 });
        assert.strictEqual(lock.fencingToken, 6);
        await lock.release();
        await abandon("to settle");
        const begun = performance.now();
        const settled = await new FailOpen({ ...trusting, settleMs: 1500 }).acquireLock("to settle");
        assert(performance.now() - begun >= 1500);
        await settled.release();
    },
    "pollPeriodMs": async () =>
    {
        const proxy = await support.startProxy();
        const held = await new FailOpen(OPEN).acquireLock("polled");
        const controller = new AbortController();
        const waiting = new FailOpen({
            ...OPEN, dynamodb: support.documentClient(proxy.endpoint), pollPeriodMs: 50
        }).acquireLock("polled", { signal: controller.signal });

        await support.sleep(3000);
        const count = Number(await proxy.tell("count *"));
        assert(count > 15, `${count} requests`); /* by default there were seven */
        controller.abort();
        await assert.rejects(waiting, { name: "AbortError" });
        await held.release();
        proxy.stop();
    },
    "waitMs, instead of retryCount": async () =>
    {
        const held = await new FailOpen(OPEN).acquireLock("waited for");
        const begun = performance.now();

        await assert.rejects(new FailOpen(OPEN).acquireLock("waited for", { waitMs: 0 }));
        assert(performance.now() - begun < 10000); /* not for the lease of 20 s */
        const waiting = new FailOpen({ ...OPEN, retryCount: 0 })
            .acquireLock("waited for", { waitMs: Infinity });
        await support.sleep(1000);
        await held.release();
        assert.strictEqual((await waiting).fencingToken, 2);
        await (await waiting).release();
        for (const waitMs of [-1, NaN, "1"])
        {
            await assert.rejects(new FailOpen(OPEN).acquireLock("waited for", { waitMs }),
                { code: "ValidationException" });
        }
    },
    "watchdogMs, without touch": async () =>
    {
        const client = new FailOpen({
            ...OPEN, leaseDurationMs: 3000, heartbeatPeriodMs: 300, watchdogMs: 1500
        });
        const [touched, forgotten] =
            await Promise.all(["touched", "forgotten"].map(id => client.acquireLock(id)));
        const touching = setInterval(() => touched.touch(), 100);
        await events.once(forgotten, "lost");
        assert(touched.held);
        clearInterval(touching);
        await touched.release();
    },
    "maxHoldMs": async () =>
    {
        const lock = await new FailOpen({
            ...OPEN, leaseDurationMs: 2000, heartbeatPeriodMs: 200, maxHoldMs: 500
        }).acquireLock("for too long");
        await events.once(lock, "lost");
        assert(!lock.held);
    },
    "heartbeatPeriodMs of none: lost at the end of the lease, without an error": async () =>
    {
        const lock = await new FailOpen({ ...OPEN, leaseDurationMs: 1000 }).acquireLock("no heartbeats");
        const errors = [];
        lock.on("error", error => errors.push(error));
        const keeper = setTimeout(() => {}, 60000); /* the lock keeps no process */
        const [error] = await events.once(lock, "lost");
        clearTimeout(keeper);
        assert.strictEqual(error.code, "LockLost");
        assert.deepStrictEqual(errors, []);
    },
    "at risk, and out of it again": async () =>
    {
        const proxy = await support.startProxy();
        const lock = await new FailOpen({
            ...OPEN, dynamodb: support.documentClient(proxy.endpoint), leaseDurationMs: 9000,
            heartbeatPeriodMs: 500
        }).acquireLock("saved");
        const risk = events.once(lock, "at-risk");

        await proxy.tell("on * 1+ reset");
        await risk;
        assert(lock.held);
        const renewed = events.once(lock, "renewed");
        await proxy.tell("clear");
        await renewed;
        assert(lock.held);
        await lock.release();
        proxy.stop();
    }
});

support.mustEnd();
