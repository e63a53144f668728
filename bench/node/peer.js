/* peer.js - the clients for Node on the same work as the programs of bench/, with the same figures.
 *
 *     node bench/node/peer.js CLIENT STANDIN cycles CYCLES DELAY_MS
 *     node bench/node/peer.js CLIENT STANDIN heartbeats LOCKS SECONDS
 *     node bench/node/peer.js CLIENT STANDIN next LOCKS ROUNDS LEASE_MS DELAY_MS [SAMPLES]
 *     node bench/node/peer.js CLIENT STANDIN crash LOCKS LEASE_MS DELAY_MS [SAMPLES]
 *     node bench/node/peer.js CLIENT STANDIN refused DELAY_MS
 *     node bench/node/peer.js CLIENT STANDIN contend CONTENDERS SECONDS DELAY_MS
 *     node bench/node/peer.js CLIENT http://… run COMMAND…
 *
 * CLIENT is npm (dynamodb-lock-client 0.7.3 on AWS SDK 2, as installed), npm-kept (the same, with
 * AWS_NODEJS_CONNECTION_REUSE_ENABLED=1) or drop-in (bindings/node, built in place, or
 * $DDBLOCK_NODE_PACKAGE). Each prints one line of figures, named where it is printed. */
"use strict";

const { spawn, spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");
const readline = require("readline");

const ROOT = path.join(__dirname, "..", "..");
const MODULES = path.join(ROOT, "test", "npm", "node_modules");
const [CLIENT, PLACE, WHAT, ...ARGUMENTS] = process.argv.slice(2);
const WARM_UP = 20;

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
if (CLIENT === "npm-kept")
{
    process.env.AWS_NODEJS_CONNECTION_REUSE_ENABLED = "1";
}
const AWS = require(path.join(MODULES, "aws-sdk"));
const Package = CLIENT === "drop-in"
    ? require(process.env.DDBLOCK_NODE_PACKAGE ?? path.join(ROOT, "bindings", "node"))
    : require(path.join(MODULES, "dynamodb-lock-client"));

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const now = () => Number(process.hrtime.bigint()) / 1e6;

/* The stand-in as a child, or one that somebody else has started. */
async function openStandin(delayMs)
{
    if (PLACE.startsWith("http"))
    {
        return { endpoint: PLACE, stop() {} };
    }
    const child = spawn(PLACE, [delayMs ?? "0"], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const port = (await lines.next()).value;

    return {
        endpoint: `http://127.0.0.1:${port}`,
        async counts()
        {
            child.kill("SIGUSR1");
            const [requests, writes, halfReads] = (await lines.next()).value.split(" ").map(Number);
            return { requests, writes, halfReads };
        },
        stop: () => child.stdin.end()
    };
}

/* Heartbeats as ours are by default: a third of the lease. */
function openClient(standin, leaseMs = 10000, options = {})
{
    return new Package.FailOpen({
        dynamodb: new AWS.DynamoDB.DocumentClient({
            endpoint: standin.endpoint, region: "us-east-1",
            accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret"
        }),
        lockTable: "locks", partitionKey: "id", owner: "bench",
        leaseDurationMs: leaseMs, heartbeatPeriodMs: Math.floor(leaseMs / 3), retryCount: 1000,
        ...options
    });
}

function acquire(client, name)
{
    return new Promise((resolve, reject) => client.acquireLock(name, (error, lock) =>
    {
        if (error)
        {
            return reject(error);
        }
        lock.on("error", () => {});
        return resolve(lock);
    }));
}

const release = lock => new Promise((resolve, reject) =>
    lock.release(error => (error ? reject(error) : resolve())));

function quantile(values, share)
{
    return values.slice().sort((a, b) => a - b)[Math.floor((values.length - 1) * share)];
}

const cpuUs = since => Object.values(process.cpuUsage(since)).reduce((a, b) => a + b);

/* cpu_us ms requests write_units half_read_units acquire_ms release_ms, of one cycle */
async function cycles(standin, count)
{
    const client = openClient(standin);
    const times = { acquire: [], release: [] };
    const once = async () =>
    {
        const began = now();
        const lock = await acquire(client, "lock");
        const held = now();
        await release(lock);
        times.acquire.push(held - began);
        times.release.push(now() - held);
    };

    for (let i = 0; i < WARM_UP; i++)
    {
        await once();
    }
    times.acquire.length = times.release.length = 0;
    const before = await standin.counts();
    const cpu = process.cpuUsage();
    const began = now();
    for (let i = 0; i < count; i++)
    {
        await once();
    }
    const used = cpuUs(cpu);
    const took = now() - began;
    const sent = difference(await standin.counts(), before);
    console.log([used / count, took / count, sent.requests / count, sent.writes / count,
        sent.halfReads / count, quantile(times.acquire, 0.5), quantile(times.release, 0.5)]
        .map(x => x.toFixed(3)).join(" "));
}

/* The calls of put that the original makes for its heartbeats. */
function countPuts(client)
{
    const { dynamodb } = client._config ?? {};
    const put = dynamodb?.put.bind(dynamodb);
    const puts = { count: 0 };

    if (CLIENT !== "drop-in")
    {
        dynamodb.put = (...given) =>
        {
            puts.count++;
            return put(...given);
        };
    }
    return puts;
}

/* heartbeats cpu_us_per_heartbeat resident_mib requests_per_heartbeat (of the original), with a lease of
 * 10 s and a heartbeat of 3 s */
async function heartbeats(standin, count, seconds)
{
    const client = openClient(standin, 10000, { heartbeatPeriodMs: 3000 });
    const locks = [];

    while (locks.length < count)
    {
        const some = Math.min(100, count - locks.length);
        locks.push(...await Promise.all(Array.from({ length: some },
            (_, i) => acquire(client, `lock-${locks.length + i}`))));
    }
    const before = await standin.counts();
    const puts = countPuts(client);
    const cpu = process.cpuUsage();
    await sleep(seconds * 1000);
    const used = cpuUs(cpu);
    const sent = difference(await standin.counts(), before).requests;
    console.log(`${sent} ${(used / sent).toFixed(1)} ` +
        `${(process.memoryUsage.rss() / 1024 / 1024).toFixed(1)} ` +
        `${(sent / (puts.count || NaN)).toFixed(2)}`);
    await Promise.all(locks.map(release));
}

function difference(after, before)
{
    return Object.fromEntries(Object.keys(after).map(key => [key, after[key] - before[key]]));
}

/* samples median_ms p99_ms longest_ms read_units_per_s write_units, as of next_holder.c */
function printSamples(samples, waitedMs, sent, writesOfOthers, file)
{
    const writes = writesOfOthers === undefined ? -1 : sent.writes / samples.length - writesOfOthers;

    console.log([samples.length, ...[0.5, 0.99, 1].map(share => quantile(samples, share).toFixed(0)),
        (sent.halfReads / 2 / (waitedMs / 1000)).toFixed(2), writes.toFixed(2)].join(" "));
    if (file !== undefined)
    {
        fs.writeFileSync(file, samples.map(ms => `${ms.toFixed(1)}\n`).join(""));
    }
}

async function next(standin, locks, rounds, leaseMs, file)
{
    const [holder, waiter] = [openClient(standin, leaseMs), openClient(standin, leaseMs)];
    const samples = [];
    let waitedMs = 0;
    const before = await standin.counts();

    await Promise.all(Array.from({ length: locks }, async (_, i) =>
    {
        for (let round = 0; round < rounds; round++)
        {
            const held = await acquire(holder, `lock-${i}`);
            const began = now();
            const waiting = acquire(waiter, `lock-${i}`).then(lock => ({ lock, at: now() }));
            await sleep(leaseMs / 40 * (1 + 2 * Math.random()));
            const released = now();
            await release(held);
            const { lock, at } = await waiting;
            samples.push(at - released);
            waitedMs += at - began;
            await release(lock);
        }
    }));
    /* Of each sample: the holder's acquisition and release, and the waiter's release. */
    printSamples(samples, waitedMs, difference(await standin.counts(), before), 3, file);
}

/* The process that is to be killed. */
async function hold(standin, locks, leaseMs)
{
    const client = openClient(standin, leaseMs);
    await Promise.all(Array.from({ length: locks }, (_, i) => acquire(client, `lock-${i}`)));
    console.log("held");
    await sleep(600e3);
}

async function crash(standin, locks, leaseMs, file)
{
    const holder = spawn(process.execPath,
        [__filename, CLIENT, standin.endpoint, "hold", locks, leaseMs],
        { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise(resolve => holder.stdout.once("data", resolve));
    const client = openClient(standin, leaseMs);
    const before = await standin.counts();
    const began = now();
    const waiting = Array.from({ length: locks }, async (_, i) =>
    {
        const lock = await acquire(client, `lock-${i}`);
        const at = now();
        await release(lock);
        return at;
    });
    await sleep(leaseMs * 3);
    const killed = now();
    holder.kill("SIGKILL");
    const times = await Promise.all(waiting);
    printSamples(times.map(at => at - killed), times.reduce((sum, at) => sum + at - began, 0),
        difference(await standin.counts(), before), undefined, file);
}

/* requests write_units half_read_units ms, of an acquisition by the original that tries once and is
 * refused. Its holder's heartbeats are not counted. */
async function refused(standin)
{
    const holder = openClient(standin, 2000);
    const client = openClient(standin, 2000, { retryCount: 0 });
    const lock = await acquire(holder, "lock");
    await sleep(100);
    const before = await standin.counts();
    const puts = countPuts(holder);
    const began = now();
    await acquire(client, "lock").then(() => { throw new Error("was acquired"); }, () => {});
    const took = now() - began;
    const sent = difference(await standin.counts(), before);
    console.log(`${sent.requests - puts.count} ${sent.writes - puts.count} ${sent.halfReads} ` +
        took.toFixed(0));
    await release(lock);
}

/* turns_per_s mean_wait_ms longest_wait_ms least_turns most_turns requests_per_turn, as of contend.c */
async function contend(standin, contenders, seconds)
{
    const began = now();
    const ends = began + seconds * 1000;
    const waits = [];
    const turns = await Promise.all(Array.from({ length: contenders }, async () =>
    {
        const client = openClient(standin, 3000);
        let count = 0;
        while (now() < ends)
        {
            const asked = now();
            const lock = await acquire(client, "lock");
            waits.push(now() - asked);
            count++;
            await sleep(5);
            await release(lock);
            await sleep(5);
        }
        return count;
    }));
    const took = (now() - began) / 1000;
    const { requests } = await standin.counts();
    const mean = waits.reduce((a, b) => a + b) / waits.length;
    console.log([waits.length / took, mean, quantile(waits, 1)].map(x => x.toFixed(1)).join(" "),
        Math.min(...turns), Math.max(...turns), (requests / waits.length).toFixed(2));
}

/* What a wrapper in Node would do: acquire, run a command, release. */
async function run(standin, command)
{
    const lock = await acquire(openClient(standin), "lock");
    process.exitCode = spawnSync(command[0], command.slice(1), { stdio: "inherit" }).status;
    await release(lock);
}

async function main()
{
    const [a, b, c] = ARGUMENTS.map(Number);
    const delay = { cycles: 1, next: 3, crash: 2, refused: 0, contend: 2 }[WHAT];
    const standin = await openStandin(ARGUMENTS[delay]);
    const works = {
        cycles: () => cycles(standin, a),
        heartbeats: () => heartbeats(standin, a, b),
        next: () => next(standin, a, b, c, ARGUMENTS[4]),
        crash: () => crash(standin, a, b, ARGUMENTS[3]),
        hold: () => hold(standin, a, b),
        refused: () => refused(standin),
        contend: () => contend(standin, a, b),
        run: () => run(standin, ARGUMENTS)
    };

    await works[WHAT]();
    standin.stop();
}

/* The SDK would keep its connections, and with them the process, for a while. */
main().then(() => process.exit(), error =>
{
    console.error(error);
    process.exit(1);
});
