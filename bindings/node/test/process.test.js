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
        globalThis.unused = new FailOpen(OPEN); // which nobody collects
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

/* How long the end of a process that runs such a program takes, in milliseconds: the drop-in's part of it,
 * between two listeners. */
async function endOf(program, env)
{
    const { out, code } = await support.run(`
        let begun;
        process.on("exit", () => (begun = performance.now()));
        ${BEGIN}
        process.on("exit", () => console.log("ms", performance.now() - begun));
        const silent = (endpoint = process.env.SILENT, more = {}) =>
            new FailOpen({ ...OPEN, dynamodb: support.documentClient(endpoint), retryCount: 0, ...more });
        ${program}`, { env });
    assert.strictEqual(code, 0, out);
    const [, ms] = out.match(/^ms (.*)$/m);
    console.log(`# the end took ${Math.round(ms)} ms`);
    return Number(ms);
}

test("the end does not wait where nothing is held or under way", async () =>
{
    const server = await support.startSilent();
    const ms = await endOf(`
        silent();
        const client = new FailOpen({ ...OPEN, heartbeatPeriodMs: 1000 });
        client.acquireLock("before the end").then(lock => lock.release());`, { SILENT: server.endpoint });

    assert(ms < 500);
    server.stop();
});

test("nor for held locks, and for keys that do not come", async () =>
{
    const ms = await endOf(`
        new FailOpen({ ...OPEN, dynamodb: { region: "us-east-1", endpoint: support.ENDPOINT,
            credentials: () => new Promise(() => {}) } }).acquireLock("no keys");
        const client = new FailOpen({ ...OPEN, heartbeatPeriodMs: 20000 });
        Promise.all(["one", "two"].map(name => client.acquireLock("held to the end, " + name)))
            .then(() => setTimeout(() => process.exit(), 300));`);

    assert(ms < 500);
});

test("a closed client gives its descriptors back at once", async () =>
{
    const { out, code } = await support.run(`${BEGIN}
        (async () => {
            const count = () => require("fs").readdirSync("/proc/self/fd").length;
            const first = new FailOpen(OPEN); // keeps the store, to the end
            await (await first.acquireLock("given back")).release();
            const before = count();
            for (let i = 0; i < 20; i++) {
                const client = new FailOpen(OPEN);
                await (await client.acquireLock("given back")).release();
                await client.close();
            }
            await support.sleep(100);
            console.log(count() - before < 10 || count() - before);
            await first.close();
        })();`);
    assert.deepStrictEqual({ out, code }, { out: "true\n", code: 0 });
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

support.together("what takes its time", {
    "one with heartbeats does, until it is released": async () =>
    {
        const { out, code } = await support.run(`${BEGIN}
            new FailOpen({ ...OPEN, heartbeatPeriodMs: 1000 }).acquireLock("kept").then(lock =>
                setTimeout(() => lock.release(() => console.log("released")), 1500).unref());`);
        assert.deepStrictEqual({ out, code }, { out: "released\n", code: 0 });
    },
    "for tables that do not answer it waits a second, however many": async () =>
    {
        const server = await support.startSilent();
        const proxy = await support.startProxy();
        /* From the second write on, its replies come too late for anybody. */
        await proxy.tell("on UpdateItem 2+ delay-reply 60000");
        const ms = await endOf(`
            const held = silent(process.env.PROXY, { heartbeatPeriodMs: 500 });
            held.acquireLock("unheard at the end").then(() => {
                for (let i = 0; i < 6; i++) {
                    silent().acquireLock("never");
                }
                setTimeout(() => process.exit(), 1500); // a heartbeat is under way
            });`, { SILENT: server.endpoint, PROXY: proxy.endpoint });

        assert(ms > 900 && ms < 4000);
        assert.strictEqual((await support.item("locks", { id: "unheard at the end" })).leaseDurationMs, 60000);
        proxy.stop();
        server.stop();
    },
    "objects that are forgotten are collected, held locks are not": async () =>
    {
        const { out, code } = await support.run(`${BEGIN}
            (async () => {
                const names = [];
                const collected = new FinalizationRegistry(name => names.push(name));
                await (async () => {
                    const client = new FailOpen({ ...OPEN, dynamodb: support.documentClient() });
                    collected.register(client, "client");
                    const lock = await client.acquireLock("forgotten");
                    collected.register(lock, "lock");
                    await lock.release();
                })();
                const keeper = new FailOpen({ ...OPEN, leaseDurationMs: 2000, heartbeatPeriodMs: 300 });
                await keeper.acquireLock("kept, though forgotten");
                for (let i = 0; i < 30; i++) {
                    gc();
                    await support.sleep(100);
                }
                const waits = await new FailOpen({ ...OPEN, retryCount: 0 })
                    .acquireLock("kept, though forgotten").catch(error => error.code);
                console.log(names.sort().join(), waits);
                process.exit();
            })();`, { args: ["--expose-gc"] });
        assert.deepStrictEqual({ out, code }, { out: "client,lock FailedToAcquireLock\n", code: 0 });
    },
    "thirty clients and stores come and go": async () =>
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
    },
    "workers: each has its own, and a terminated one's locks expire": async () =>
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
                for (let i = 0; i < 2; i++) {
                    const workers = ["x", "y"].map(workerData => new Worker(work, { eval: true, workerData }));
                    await Promise.all(workers.map(worker => new Promise((resolve, reject) =>
                        worker.once("message", resolve).once("error", reject))));
                    for (const worker of workers) {
                        await worker.terminate();
                    }
                }
                const client = new FailOpen({ ...OPEN, leaseDurationMs: 2000, retryCount: 5 });
                console.log((await client.acquireLock("x")).fencingToken >= 3);
            })();`);
        assert.deepStrictEqual({ out, code }, { out: "true\n", code: 0 });
    },
    "a worker that alone had loaded the package ends with requests under way": async () =>
    {
        const { out, code } = await support.run(`
            const net = require("net");
            const { Worker } = require("worker_threads");
            const support = require(process.env.SUPPORT);
            const sockets = [];
            const silent = net.createServer(socket => sockets.push(socket.on("error", () => {})));
            silent.listen(0, "127.0.0.1", async () => {
                const worker = new Worker(${JSON.stringify(BEGIN)} + \`
                    new FailOpen({ ...OPEN, dynamodb: support.documentClient(require("worker_threads").workerData) })
                        .acquireLock("never");\`,
                { eval: true, workerData: "http://127.0.0.1:" + silent.address().port });
                while (sockets.length === 0) {
                    await support.sleep(10);
                }
                await worker.terminate();
                sockets.forEach(socket => socket.destroy()); // who waited for a reply goes on
                await support.sleep(500);
                console.log("goes on");
                process.exit();
            });`);
        assert.deepStrictEqual({ out, code }, { out: "goes on\n", code: 0 });
    }
});

support.mustEnd();
