/* process.test.js - how a process lives and ends with locks. */
"use strict";

const assert = require("assert");
const test = require("node:test");

const support = require("./support.js");

/* What each program begins with. */
const BEGIN = `
    const support = require(process.env.SUPPORT);
    const { FailClosed, FailOpen } = require(support.PACKAGE);
    const OPEN = { dynamodb: support.documentClient(), lockTable: "locks", partitionKey: "id",
        leaseDurationMs: 60000 };
`;

test.before(() => support.createTable("locks"));

test("a client without locks does not keep a process alive", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        const client = new FailOpen({ ...OPEN, heartbeatPeriodMs: 1000 });
        client.acquireLock("a").then(lock => lock.release()).then(() => console.log("done"));`);
    assert.deepStrictEqual({ out, code }, { out: "done\n", code: 0 });
});

test("nor does a lock without heartbeats, which stays in the table", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        new FailOpen(OPEN).acquireLock("left").then(lock => console.log(lock.fencingToken));
        new FailClosed({ dynamodb: OPEN.dynamodb, lockTable: "locks", partitionKey: "id",
            acquirePeriodMs: 1 }).acquireLock("closed");`);
    assert.deepStrictEqual({ out, code }, { out: "1\n", code: 0 });
    assert.strictEqual((await support.item("locks", { id: "left" })).leaseDurationMs, 60000);
    assert((await support.item("locks", { id: "closed" })).guid);
});

test("one with heartbeats does, until it is released", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        new FailOpen({ ...OPEN, heartbeatPeriodMs: 1000 }).acquireLock("kept").then(lock =>
            setTimeout(() => lock.release(() => console.log("released")), 1500).unref());`);
    assert.deepStrictEqual({ out, code }, { out: "released\n", code: 0 });
});

test("process.exit with locks held, waited for and being released", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        (async () => {
            const client = new FailOpen({ ...OPEN, heartbeatPeriodMs: 1000 });
            await client.acquireLock("exit held");
            const given = await client.acquireLock("exit given");
            new FailOpen(OPEN).acquireLock("exit held");
            given.release();
            process.on("exit", () => console.log("exits"));
            process.exit(3);
        })();`);
    assert.deepStrictEqual({ out, code }, { out: "exits\n", code: 3 });
    assert.strictEqual((await support.item("locks", { id: "exit held" })).leaseDurationMs, 60000);
    assert.strictEqual((await support.item("locks", { id: "exit given" })).leaseDurationMs, 1);
});

test("what a callback throws is an uncaught exception", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        process.on("uncaughtException", error => console.log(error.message));
        new FailOpen(OPEN).acquireLock("throws", (error, lock) => {
            lock.release(() => { throw new Error("in release"); });
            throw new Error("in acquire");
        });`);
    assert.deepStrictEqual({ out, code }, { out: "in acquire\nin release\n", code: 0 });
});

test("a lock that is lost ends a program that does not listen", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        new FailOpen({ ...OPEN, heartbeatPeriodMs: 200 }).acquireLock("unheard").then(() =>
            OPEN.dynamodb.delete({ TableName: "locks", Key: { id: "unheard" } }).promise());`);
    assert.match(out, /LockLost/);
    assert.strictEqual(code, 1);
});

test("objects that are forgotten are collected, held locks are not", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        (async () => {
            const collected = new FinalizationRegistry(name => console.log(name, "collected"));
            await (async () => {
                const client = new FailOpen({ ...OPEN, dynamodb: support.documentClient() });
                collected.register(client, "client");
                await (await client.acquireLock("forgotten")).release();
            })();
            const keeper = new FailOpen({ ...OPEN, leaseDurationMs: 2000, heartbeatPeriodMs: 300 });
            await keeper.acquireLock("kept, though forgotten");
            for (let i = 0; i < 30; i++) {
                gc();
                await support.sleep(100);
            }
            const waits = await new FailOpen({ ...OPEN, retryCount: 0 })
                .acquireLock("kept, though forgotten").catch(error => error.code);
            console.log(waits);
            process.exit();
        })();`, { args: ["--expose-gc"] });
    assert.deepStrictEqual({ out, code }, { out: "client collected\nFailedToAcquireLock\n", code: 0 });
});

test("thirty clients and stores come and go", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        (async () => {
            for (let i = 0; i < 30; i++) {
                const client = new FailOpen({ ...OPEN, dynamodb: support.documentClient() });
                await (await client.acquireLock("many")).release();
                await client.close();
                gc();
            }
            for (let i = 0; i < 50 && threads() > 20; i++) {
                gc();
                await support.sleep(100);
            }
            console.log(threads() <= 20);
        })();
        function threads() { return require("fs").readdirSync("/proc/self/task").length; }`,
    { args: ["--expose-gc"] });
    assert.deepStrictEqual({ out, code }, { out: "true\n", code: 0 });
});

test("workers: each has its own, and a terminated one's locks expire", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        const { Worker } = require("worker_threads");
        const work = ${JSON.stringify(BEGIN)} + \`
            const { parentPort, workerData } = require("worker_threads");
            const client = new FailOpen({ ...OPEN, leaseDurationMs: 2000, heartbeatPeriodMs: 300 });
            client.acquireLock(workerData).then(async lock => {
                new FailOpen(OPEN).acquireLock(workerData).catch(() => {});
                const none = await client.acquireLock(workerData + "2");
                parentPort.postMessage(lock.fencingToken);
                for (;;) {
                    await lock.ensure(1990).catch(() => {});
                    await support.sleep(1);
                }
            });\`;
        (async () => {
            for (let i = 0; i < 3; i++) {
                const workers = ["x", "y"].map(workerData => new Worker(work, { eval: true, workerData }));
                await Promise.all(workers.map(worker => new Promise((resolve, reject) =>
                    worker.once("message", resolve).once("error", reject))));
                for (const worker of workers) {
                    await worker.terminate();
                }
            }
            const client = new FailOpen({ ...OPEN, leaseDurationMs: 2000, retryCount: 5 });
            console.log((await client.acquireLock("x")).fencingToken >= 4);
        })();`);
    assert.deepStrictEqual({ out, code }, { out: "true\n", code: 0 });
});

support.mustEnd();
