/* more.test.js - what the drop-in has beyond the original. */
"use strict";

const assert = require("assert");
const events = require("events");
const path = require("path");
const test = require("node:test");

const support = require("./support.js");
const { FailClosed, FailOpen } = require(support.PACKAGE);

const { DynamoDB } = require(path.join(__dirname, "node_modules", "@aws-sdk", "client-dynamodb"));

const dynamodb = support.documentClient();
const OPEN = { dynamodb, lockTable: "locks", partitionKey: "id", leaseDurationMs: 20000 };

test.before(() => support.createTable("locks"));

test("a released lock reaches a waiter long before its lease is over", async () =>
{
    const first = new FailOpen(OPEN);
    const held = await first.acquireLock("handed on");
    const waiting = new FailOpen({ ...OPEN, pollPeriodMs: 100 }).acquireLock("handed on");

    await support.sleep(300);
    await held.release();
    const begun = Date.now();
    const lock = await waiting;
    console.log(`# after ${Date.now() - begun} ms`);
    assert(Date.now() - begun < 10000);
    assert.strictEqual(lock.fencingToken, 2);
    await lock.release();
});

test("an acquisition can be given up", async () =>
{
    const held = await new FailOpen(OPEN).acquireLock("wanted");
    const client = new FailOpen(OPEN);

    await assert.rejects(client.acquireLock("wanted", { signal: AbortSignal.abort() }),
        { name: "AbortError" });
    await assert.rejects(client.acquireLock("wanted", { signal: AbortSignal.timeout(200) }),
        { name: "TimeoutError" });
    const controller = new AbortController();
    const reason = new Error("enough");
    const waiting = new Promise(resolve =>
        client.acquireLock("wanted", { signal: controller.signal, waitMs: Infinity }, resolve));
    controller.abort(reason);
    assert.strictEqual(await waiting, reason);
    await assert.rejects(client.acquireLock("wanted", { waitMs: 0 }), { code: "FailedToAcquireLock" });
    await held.release();
    const lock = await client.acquireLock("wanted", { waitMs: 5000, signal: controller2().signal });
    await lock.release();
});

function controller2()
{
    return new AbortController();
}

test("a signal that comes after the lock does nothing to it", async () =>
{
    const controller = new AbortController();
    const lock = await new FailOpen(OPEN).acquireLock("late", { signal: controller.signal });

    controller.abort();
    assert(lock.held);
    await lock.release();
});

test("a lock that somebody else took is lost at the next heartbeat", async () =>
{
    const lock = await new FailOpen({ ...OPEN, heartbeatPeriodMs: 300 }).acquireLock("stolen");

    await dynamodb.delete({ TableName: "locks", Key: { id: "stolen" } }).promise();
    await events.once(lock, "lost"); /* who listens to that needs not listen to "error" */
    const error = await new Promise(resolve => lock.release(resolve));
    assert.strictEqual(error.code, "FailedToReleaseLock");
});

test("one store for the clients of one table, and metrics of it", async () =>
{
    const configuration = { endpoint: support.ENDPOINT, region: "us-east-1", ...support.KEYS };
    const open = new FailOpen({ ...OPEN, dynamodb: configuration });
    const closed = new FailClosed({
        dynamodb: configuration, lockTable: "locks", partitionKey: "id", acquirePeriodMs: 100
    });

    await (await open.acquireLock("counted")).release();
    await (await closed.acquireLock("counted closed")).release();
    assert.match(open.metrics, /^ddblock_acquisitions_total 2$/m);
    assert.strictEqual(open.metrics, closed.metrics);
});

test("closing a client ends what it holds and waits for", async () =>
{
    const client = new FailOpen(OPEN);
    await client.acquireLock("one");
    const other = await new FailOpen(OPEN).acquireLock("two");
    const waiting = assert.rejects(client.acquireLock("two", { waitMs: Infinity }),
        { code: "RequestAbortedError" });

    await support.sleep(200);
    await client.close();
    await client.close();
    await waiting;
    assert.strictEqual((await support.item("locks", { id: "one" })).leaseDurationMs, 1);
    await assert.rejects(client.acquireLock("one"), { code: "RequestAbortedError" });
    await other.release();
});

test("keys that cannot be had", async () =>
{
    for (const credentials of [() => Promise.reject(new Error("no badge")), () => ({}), () => undefined])
    {
        const client = new FailOpen({
            ...OPEN, dynamodb: { endpoint: support.ENDPOINT, region: "us-east-1", credentials }
        });
        await assert.rejects(client.acquireLock("a"), { code: "CredentialsError" });
    }
});

test("keys of a provider of SDK 2 that are refreshed", async () =>
{
    class Provider extends support.AWS.Credentials
    {
        refreshed = 0;
        needsRefresh()
        {
            return this.refreshed === 0;
        }
        refresh(callback)
        {
            this.refreshed++;
            Object.assign(this, support.KEYS);
            setImmediate(callback);
        }
    }
    const provider = new Provider("outdated", "outdated");
    const client = new FailOpen({
        ...OPEN, dynamodb: new support.AWS.DynamoDB.DocumentClient(
            { endpoint: support.ENDPOINT, region: "us-east-1", credentials: provider })
    });
    await (await client.acquireLock("sdk 2")).release();
    assert.strictEqual(provider.refreshed, 1);
});

test("a client of SDK 3", async () =>
{
    const sdk = new DynamoDB({
        endpoint: support.ENDPOINT, region: "us-east-1", credentials: async () => support.KEYS
    });
    const lock = await new FailOpen({ ...OPEN, dynamodb: sdk }).acquireLock("sdk 3");

    assert.strictEqual((await support.item("locks", { id: "sdk 3" })).fencingToken, 1);
    await lock.release();
    const nowhere = new DynamoDB({ region: async () => { throw new Error("lost the map"); } });
    await assert.rejects(new FailOpen({ ...OPEN, dynamodb: nowhere }).acquireLock("a"),
        { message: "lost the map" });
});

async function keysAreAskedForAgain()
{
    let asked = 0;
    const credentials = async () =>
    {
        asked++;
        await support.sleep(50);
        return { ...support.KEYS, expiration: new Date(Date.now() + 2000) };
    };
    const client = new FailOpen({
        ...OPEN, dynamodb: { endpoint: support.ENDPOINT, region: "us-east-1", credentials }
    });
    for (let i = 0; i < 300 && asked < 2; i++)
    {
        await (await client.acquireLock("keys")).release();
        await support.sleep(100);
    }
    assert(asked >= 2);
}

async function nothingHoldsJavaScriptUp()
{
    const silent = await support.startSilent();
    const client = new FailOpen({ ...OPEN, dynamodb: support.documentClient(silent.endpoint) });
    let last = Date.now();
    let longest = 0;
    const timer = setInterval(() =>
    {
        longest = Math.max(longest, Date.now() - last);
        last = Date.now();
    }, 10);
    const controller = new AbortController();
    const waiting = client.acquireLock("a", { signal: controller.signal });
    await support.sleep(500);
    controller.abort();
    silent.stop();
    await assert.rejects(waiting, { name: "AbortError" });
    await client.close();
    clearInterval(timer);
    console.log(`# at most ${longest} ms`);
    assert(longest < 2000);
}

support.together("what takes its time", {
    "ensure sends a heartbeat where too little is left": async () =>
    {
        const lock = await new FailOpen(OPEN).acquireLock("ensured");
        const before = await support.item("locks", { id: "ensured" });

        await lock.ensure(1000);
        assert.deepStrictEqual((await support.item("locks", { id: "ensured" })).guid, before.guid);
        await support.sleep(1000);
        await lock.ensure(19500);
        assert(lock.remainingMs > 18000);
        assert.notDeepStrictEqual((await support.item("locks", { id: "ensured" })).guid, before.guid);
        await assert.rejects(lock.ensure(20001), { code: "ValidationException" });
        await lock.release();
        await assert.rejects(lock.ensure(1), { code: "LockLost" });
    },
    "ensure, released meanwhile": async () =>
    {
        const proxy = await support.startProxy();
        const lock = await new FailOpen({ ...OPEN, dynamodb: support.documentClient(proxy.endpoint) })
            .acquireLock("ensured and released");

        await support.sleep(200);
        await proxy.tell("on UpdateItem 1 delay-reply 1000");
        const ensuring = lock.ensure(19900);
        const [ensured, released] = await Promise.allSettled([ensuring, lock.release()]);
        assert.strictEqual(ensured.reason?.code, "LockLost");
        assert.strictEqual(released.status, "fulfilled");
        proxy.stop();
    },
    "at risk, then lost": async () =>
    {
        const proxy = await support.startProxy();
        const client = new FailOpen({
            ...OPEN, dynamodb: support.documentClient(proxy.endpoint),
            leaseDurationMs: 3000, heartbeatPeriodMs: 500
        });
        const lock = await client.acquireLock("risky");
        const risk = events.once(lock, "at-risk");
        const lost = new Promise(resolve => lock.on("lost", resolve));
        const failed = new Promise(resolve => lock.on("error", resolve));

        await proxy.tell("on * 1+ reset");
        assert.strictEqual((await risk)[0].code, "NetworkingError");
        const error = await lost;
        assert.strictEqual(error.code, "LockLost");
        assert.strictEqual(await failed, error);
        assert.strictEqual(lock.remainingMs, 0);
        assert(!lock.held);
        await proxy.tell("clear");
        await assert.rejects(lock.release(), { code: "FailedToReleaseLock" });
        proxy.stop();
    },
    /* The library asks for keys, and gives up on a table, after ten seconds. */
    "keys from a function are asked for again before they expire": keysAreAskedForAgain,
    "the thread of JavaScript is never held up": nothingHoldsJavaScriptUp
});

support.mustEnd();
