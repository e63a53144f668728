/* npm-actor.js - a process with the npm package dynamodb-lock-client that contends for locks
 * and writes to the resource while it believes to hold one, as actor.c does with the library.
 *
 *     node npm-actor.js TABLE RESOURCE_PORT LEASE_MS SEED LOCK…
 *
 * It tells the same lines as actor.c. The package keeps no deadline and offers no look: who has
 * a lock by it believes until the release, or until a heartbeat fails. */
"use strict";

const net = require("net");
const readline = require("readline");

const { openClient } = require("../support/npm-lock-client");
const { sleep } = require("../support/faults");
const { Random } = require("./random");

const STEP_MS_MAX = 20;

const [table, port, leaseText, seed, ...locks] = process.argv.slice(2);
const lease_ms = Number(leaseText);
const who = process.env.CHAOS_WHO;
let acquisitions = 0;

function tell(what, lock, number, ...rest)
{
    const at = process.hrtime.bigint() / 1000n;

    process.stdout.write(`${[what, lock, number, at, ...rest].join(" ")}\n`);
}

class Resource
{
    constructor()
    {
        this.socket = net.connect(Number(port), "127.0.0.1");
        this.waiting = [];
        this.socket.on("error", () => process.exit(3)); /* the run is over */
        readline.createInterface({ input: this.socket })
            .on("line", () => this.waiting.shift()());
    }

    write(lock, number, token)
    {
        this.socket.write(`write ${lock} ${who} ${number} ${token}\n`);
        return new Promise(resolve => this.waiting.push(resolve));
    }
}

function acquireLock(client, name)
{
    return new Promise((resolve, reject) =>
        client.acquireLock(name, (error, lock) => (error ? reject(error) : resolve(lock))));
}

function release(lock)
{
    return new Promise(resolve =>
        lock.release(error => resolve(error ? "FAILED" : "OK")));
}

async function hold(lock, name, number, hold_ms, resource, random)
{
    const end = Date.now() + hold_ms;
    let failed = false;

    lock.on("error", () => { failed = true; });
    while (Date.now() < end && !failed)
    {
        await sleep(random.between(0, STEP_MS_MAX));
        await resource.write(name, number, lock.fencingToken);
        await sleep(random.between(0, STEP_MS_MAX));
    }
}

async function attempt(client, name, resource, random)
{
    const number = acquisitions++;
    let lock;

    tell("wait", name, number);
    try
    {
        lock = await acquireLock(client, name);
    }
    catch (error)
    {
        tell("failed", name, number, error.code || "UNKNOWN");
        return;
    }
    tell("acquired", name, number, lock.fencingToken);
    await hold(lock, name, number, random.between(0, 2 * lease_ms), resource, random);
    tell("release", name, number, lock.fencingToken);
    tell("released", name, number, lock.fencingToken, await release(lock));
}

async function contend(name)
{
    const random = new Random(Number(seed)).fork(name);
    const resource = new Resource();
    const client = openClient("open", table, {
        leaseDurationMs: lease_ms,
        heartbeatPeriodMs: Math.floor(lease_ms / 3),
        owner: who,
        retryCount: 10
    }, { timeout: lease_ms });

    for (;;)
    {
        await attempt(client, name, resource, random);
        await sleep(random.between(0, lease_ms / 2));
    }
}

for (const name of locks)
{
    contend(name);
}
