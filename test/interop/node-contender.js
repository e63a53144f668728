/* node-contender.js - a process of the other clients in contention.js.
 *
 *     node node-contender.js KIND TABLE WORKERS LEASE_MS
 *
 * KIND is one of peers.js. It speaks with the judge as contender.c does, whose comment has the
 * lines. */
"use strict";

const readline = require("readline");
const peers = require("./peers.js");

const [kind, table, workers, leaseMs] = process.argv.slice(2);
const client = peers.open(kind, {
    table,
    config: {
        leaseDurationMs: Number(leaseMs),
        heartbeatPeriodMs: Math.floor(Number(leaseMs) / 3),
        retryCount: 20
    }
});
const asked = []; /* who waits for a reply; they come in the order of the questions */

function ask(line)
{
    return new Promise(resolve =>
    {
        asked.push(resolve);
        process.stdout.write(`${line}\n`);
    });
}

/* CLOCK_MONOTONIC, as in contender.c. */
function nowUs()
{
    return process.hrtime.bigint() / 1000n;
}

function sleep(ms)
{
    return new Promise(resolve => setTimeout(resolve, ms));
}

/* Writes while it holds the lock, as long as no heartbeat has failed: then it is lost, for all
 * that this client can know. */
async function work(worker, name, lock, holdMs)
{
    const end = Date.now() + holdMs;

    do
    {
        await ask(`${worker} write ${name} ${lock.token} ${nowUs()}`);
        await sleep(Math.min(holdMs, 100));
    } while (Date.now() < end && lock.errors.length === 0);
    await ask(`${worker} end ${name} ${lock.token} ${nowUs()}`);
    if (lock.errors.length > 0)
    {
        return "lost";
    }
    /* The package calls a release that was refused a success too. */
    return lock.release().then(() => "released", () => "in-doubt");
}

async function turn(worker, name, thinkMs, holdMs)
{
    await sleep(thinkMs);
    await ask(`${worker} wait ${name}`);
    let lock = null;
    try
    {
        lock = await client.acquire(name);
    }
    catch (error)
    {
        await ask(`${worker} gave-up ${name} ${error.code}`);
        return;
    }
    await ask(`${worker} got ${name} ${lock.token} ${nowUs()}`);
    const outcome = await work(worker, name, lock, holdMs);
    await ask(`${worker} done ${name} ${outcome}`);
}

async function run(worker)
{
    for (;;)
    {
        const [name, thinkMs, holdMs] = (await ask(`${worker} next`)).split(" ");
        if (name === "stop")
        {
            return;
        }
        await turn(worker, name, Number(thinkMs), Number(holdMs));
    }
}

const input = readline.createInterface({ input: process.stdin });
input.on("line", line => asked.shift()(line));
input.on("close", () => process.exit(1)); /* the judge is gone */
Promise.all(Array.from({ length: Number(workers) }, (_, worker) => run(worker)))
    .then(() => process.exit(0));
