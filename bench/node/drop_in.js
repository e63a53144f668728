/* drop_in.js - the drop-in of bindings/node and the original, on the same work in one run.
 *
 *     DDBLOCK_NODE_PACKAGE=FOLDER node test/support/engines.js build/log node bench/node/drop_in.js
 *
 * Prints the rows of the table in docs/performance.md. The engine is DynamoDB Local; time that it
 * takes is no client's CPU. Round trips are counted by a proxy (test/support/fault-proxy.js), in a run
 * of their own. */
"use strict";

const path = require("path");

const support = require("../../bindings/node/test/support.js");

const CYCLES = 1000;
const CYCLES_COUNTED = 50;
const HAND_OVERS = 5;
const LEASE_MS = 3000;

const CLIENTS = {
    "dynamodb-lock-client 0.7.3": require(path.join(support.MODULES, "dynamodb-lock-client")),
    "the drop-in": require(support.PACKAGE)
};

function clientOf(Package, endpoint)
{
    return new Package.FailOpen({
        dynamodb: support.documentClient(endpoint), lockTable: "locks", partitionKey: "id",
        leaseDurationMs: LEASE_MS, heartbeatPeriodMs: LEASE_MS / 3, retryCount: 10
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

function release(lock)
{
    return new Promise((resolve, reject) =>
        lock.release(error => (error ? reject(error) : resolve())));
}

async function cycle(client, name, times)
{
    for (let i = 0; i < times; i++)
    {
        await release(await acquire(client, name));
    }
}

/* CPU of the process, with all threads, and time, for one acquisition and release, in µs. */
async function cost(Package, name)
{
    const client = clientOf(Package, support.ENDPOINT);

    await cycle(client, name, CYCLES / 5);
    const cpu = process.cpuUsage();
    const begun = process.hrtime.bigint();
    await cycle(client, name, CYCLES);
    const { user, system } = process.cpuUsage(cpu);
    const us = Number(process.hrtime.bigint() - begun) / 1000;
    return { cpu: (user + system) / CYCLES, us: us / CYCLES };
}

/* Requests for one acquisition and release of a lock that had been released. */
async function trips(Package, name)
{
    const proxy = await support.startProxy();
    const client = clientOf(Package, proxy.endpoint);

    await cycle(client, name, 1);
    await proxy.tell("clear");
    await cycle(client, name, CYCLES_COUNTED);
    const count = Number(await proxy.tell("count *"));
    proxy.stop();
    return count / CYCLES_COUNTED;
}

/* From the call of release to another client's lock, in ms: the median. */
async function handOver(Package, name)
{
    const holder = clientOf(Package, support.ENDPOINT);
    const waiter = clientOf(Package, support.ENDPOINT);
    const times = [];

    for (let i = 0; i < HAND_OVERS; i++)
    {
        const held = await acquire(holder, name);
        const waiting = acquire(waiter, name);
        await support.sleep(500);
        const begun = Date.now();
        await release(held);
        const lock = await waiting;
        times.push(Date.now() - begun);
        await release(lock);
    }
    return times.sort((a, b) => a - b)[(HAND_OVERS - 1) / 2];
}

async function main()
{
    await support.createTable("locks");
    console.log("| client | CPU of an acquisition and release | time of both | round trips " +
        "| from a release to the next holder |");
    console.log("| --- | --- | --- | --- | --- |");
    for (const [title, Package] of Object.entries(CLIENTS))
    {
        const { cpu, us } = await cost(Package, `cost of ${title}`);
        const requests = await trips(Package, `trips of ${title}`);
        const ms = await handOver(Package, `hand-over of ${title}`);
        console.log(`| ${title} | ${(cpu / 1000).toFixed(2)} ms | ${(us / 1000).toFixed(1)} ms ` +
            `| ${requests.toFixed(1)} | ${ms} ms |`);
    }
}

main();
