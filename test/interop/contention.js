/* contention.js - random contention of our processes and the other clients', with a fenced
 * resource as the judge.
 *
 *     node contention.js [--minutes M] [--lease-ms MS] [--locks N] [--workers N] [--seed N]
 *
 * Three processes of ours ($CONTENDER, built from contender.c) and three of Node's (two of the npm
 * package, one that writes as its v3 fork does) contend for 20 locks in one new table on
 * $DDBLOCK_TEST_DYNAMODB_ENDPOINT, without any faults; where that is not set, it exits with 77. This
 * process tells each what to do next, and is the resource: it accepts a write unless it has accepted a higher token. It fails if
 *
 *   - a write with a lower token comes from a worker that still believed in its lock after
 *     another one told that it has it;
 *   - a token is given twice;
 *   - a lock that nobody holds stays idle, while one of ours waits for it, for longer than a lease
 *     and a poll; while only the other clients wait, for two leases and a poll: a release
 *     of theirs that crosses a heartbeat changes nothing, and their waiters may sleep a lease
 *     before they see that;
 *   - somebody is refused a lock, or one of ours loses one, or cannot tell what became of its
 *     release;
 *   - a process ends before it is told to.
 *
 * NOISE_MS is allowed on top of the times, for what the machine does besides; what was measured is
 * printed. What comes shortly after the machine or the engine stood still is counted as excused
 * instead, but for the first two where ours did it: those nothing excuses. */
"use strict";

const { spawn } = require("child_process");
const path = require("path");
const { performance } = require("perf_hooks");
const readline = require("readline");
const { parseArgs } = require("util");
const { tableOf } = require("./peers.js");
const { watch } = require("./stalls.js");

const { values: given } = parseArgs({
    options: {
        minutes: { type: "string", default: "2" },
        "lease-ms": { type: "string", default: "6000" },
        locks: { type: "string", default: "20" },
        workers: { type: "string", default: "4" },
        seed: { type: "string", default: String(Date.now() % 1000000) }
    }
});
const LEASE_MS = Number(given["lease-ms"]);
const LOCKS = Number(given.locks);
const POLL_MS = Math.min(Math.max(LEASE_MS / 40, 20), 5000); /* ours, by default */
const NOISE_MS = 2000;
const SAID_MAX = 20; /* complaints that are printed whole */

/* A generator of its own, so that a seed gives the same tasks again: mulberry32. */
let state = Number(given.seed) >>> 0;
function random(below)
{
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

const locks = new Map();
const counts = { acquired: {}, writes: 0, late: 0, handovers: 0, slow: 0, excused: 0 };
const longest = { ours: 0, theirs: 0 };
const complaints = [];
const stalls = watch();
let stopping = false;

function complain(sentence)
{
    complaints.push(sentence);
    if (complaints.length <= SAID_MAX)
    {
        console.log(`WRONG after ${seconds()} s: ${sentence}`);
    }
}

/* What a machine that stands still may cause. */
function complainUnlessStalled(sentence)
{
    if (stalls.since(performance.now() - 3 * LEASE_MS))
    {
        counts.excused++;
        console.log(`excused after ${seconds()} s: ${sentence}`);
        return;
    }
    complain(sentence);
}

const started = Date.now();
function seconds()
{
    return ((Date.now() - started) / 1000).toFixed(1);
}

function lockOf(name)
{
    if (!locks.has(name))
    {
        locks.set(name, {
            freeSince: null, /* nobody believes in it, since then */
            waiting: new Map(), /* who: { since, ours } */
            holders: new Map(), /* who: token */
            tokens: new Map(), /* each that was given: when its holder had it, and who */
            accepted: 0, /* the highest token of an accepted write */
            last: null, /* the kind of who held it last */
            told: false
        });
    }
    return locks.get(name);
}

/* For how long it has been idle while one of those waited. */
function idleMs(lock, ours, now)
{
    const since = [...lock.waiting.values()].filter(one => one.ours === ours)
        .map(one => one.since);

    return lock.freeSince === null || since.length === 0
        ? 0
        : now - Math.max(lock.freeSince, Math.min(...since));
}

function judgeIdle(name, lock)
{
    const now = Date.now();
    const oursWait = [...lock.waiting.values()].some(one => one.ours);
    const idle = idleMs(lock, oursWait, now);
    const limit = (oursWait ? 1 : 2) * LEASE_MS + POLL_MS + NOISE_MS;
    const which = oursWait ? "ours" : "theirs";

    longest[which] = Math.max(longest[which], idle);
    if (idle > limit && !lock.told)
    {
        lock.told = true; /* once for each time that it is idle */
        complainUnlessStalled(`${name} has been idle for ${idle} ms while ${which} wait`);
    }
}

const heard = {
    next()
    {
        if (stopping)
        {
            return "stop";
        }
        /* Two draws, the lower counts: some locks are in demand, others are not. One turn in ten
         * lasts for longer than a lease. */
        const name = `lock-${Math.min(random(LOCKS), random(LOCKS))}`;
        const hold = random(10) === 0 ? LEASE_MS + random(LEASE_MS / 2) : random(300);
        return `${name} ${random(400)} ${hold}`;
    },

    wait(who, name)
    {
        lockOf(name).waiting.set(who.name, { since: Date.now(), ours: who.ours });
    },

    "gave-up"(who, name, why)
    {
        lockOf(name).waiting.delete(who.name);
        complainUnlessStalled(`${who.name} did not get ${name}: ${why}`);
    },

    got(who, name, token, at)
    {
        const lock = lockOf(name);

        judgeIdle(name, lock);
        if (lock.tokens.has(token))
        {
            complain(`token ${token} of ${name} was given to ${lock.tokens.get(token).who} and ` +
                `to ${who.name}`);
        }
        counts.acquired[who.kind] = (counts.acquired[who.kind] || 0) + 1;
        counts.handovers += lock.last !== null && lock.last.ours !== who.ours;
        counts.slow += lock.freeSince !== null && Date.now() - lock.freeSince > LEASE_MS / 2;
        lock.tokens.set(token, { at, who: who.name });
        lock.holders.set(who.name, token);
        lock.waiting.delete(who.name);
        lock.freeSince = null;
        lock.told = false;
        lock.last = who;
    },

    write(who, name, token, at)
    {
        const lock = lockOf(name);

        if (lock.holders.get(who.name) !== token)
        {
            complain(`${who.name} writes with token ${token} of ${name}, which it does not have`);
        }
        for (const [other, given] of lock.tokens)
        {
            if (other > token && given.at < at)
            {
                (who.ours ? complain : complainUnlessStalled)(
                    `${who.name} believes in token ${token} of ${name} ` +
                    `${(at - given.at) / 1000} ms after ${given.who} had token ${other}`);
            }
        }
        if (token < lock.accepted)
        {
            counts.late++;
            return "refused";
        }
        lock.accepted = token;
        counts.writes++;
        return "accepted";
    },

    end(who, name)
    {
        const lock = lockOf(name);

        lock.holders.delete(who.name);
        if (lock.holders.size === 0)
        {
            lock.freeSince = Date.now();
        }
    },

    done(who, name, outcome)
    {
        if (outcome !== "released")
        {
            complainUnlessStalled(`${who.name} released ${name}: ${outcome}`);
        }
    }
};

/* Tokens that all have seen are of no more use but for being given twice, which the highest one
 * and those near it show: keeps an hour's memory small. */
function forgetOld(lock)
{
    for (const token of [...lock.tokens.keys()].sort((a, b) => a - b).slice(0, -100))
    {
        lock.tokens.delete(token);
    }
}

function contend(kind, number, command, args)
{
    const child = spawn(command, args, {
        stdio: ["pipe", "pipe", "inherit"],
        env: {
            ...process.env,
            AWS_ENDPOINT_URL_DYNAMODB: process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT
        }
    });
    const ours = kind === "ddblock";

    readline.createInterface({ input: child.stdout }).on("line", line =>
    {
        const [worker, verb, name, ...rest] = line.split(" ");
        const who = { name: `${kind} ${number}.${worker}`, kind, ours };
        const numbers = ["got", "write", "end"].includes(verb) ? rest.map(Number) : rest;
        child.stdin.write(`${heard[verb](who, name, ...numbers) || "ok"}\n`);
    });
    child.stdin.on("error", () => {}); /* that it has ended is told below */
    return new Promise(resolve =>
    {
        child.on("error", error => resolve(complain(`${command}: ${error.message}`)));
        child.on("exit", (code, signal) =>
        {
            if (code !== 0 || !stopping)
            {
                complain(`${kind} ${number} ended with ${signal || code}`);
            }
            resolve();
        });
    });
}

function report()
{
    const acquired = Object.entries(counts.acquired)
        .map(([kind, count]) => `${count} by ${kind}`).join(", ");

    console.log(`${seconds()} s: acquired ${acquired}; ${counts.handovers} went from one side to ` +
        `the other; ${counts.writes} writes accepted, ${counts.late} refused; idle for at most ` +
        `${longest.ours} ms while ours waited, ${longest.theirs} ms while only theirs did; ` +
        `${counts.slow} times for over half a lease; ${counts.excused} excused; ` +
        `${complaints.length} wrong`);
}

async function main()
{
    if (!process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT)
    {
        console.log("DDBLOCK_TEST_DYNAMODB_ENDPOINT is not set: see test/support/engines.js");
        process.exitCode = 77;
        return;
    }
    const table = `contention-${process.pid}-${Date.now()}`;
    const dynamodb = tableOf();
    const common = [table, given.workers, String(LEASE_MS)];
    const peer = path.join(__dirname, "node-contender.js");

    await dynamodb.createTable({
        TableName: table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }]
    }).promise();
    await dynamodb.waitFor("tableExists", { TableName: table, $waiter: { delay: 1 } }).promise();
    console.log(`seed ${given.seed}, ${given.minutes} minutes, a lease of ${LEASE_MS} ms, ` +
        `${LOCKS} locks, 6 processes of ${given.workers} workers`);

    const ended = Promise.all([
        ...[1, 2, 3].map(number => contend("ddblock", number, process.env.CONTENDER, common)),
        ...["npm", "npm", "v3"].map((kind, index) =>
            contend(kind, index + 1, process.execPath, [peer, kind, ...common]))
    ]);
    const looking = setInterval(() => locks.forEach((lock, name) =>
    {
        judgeIdle(name, lock);
        forgetOld(lock);
    }), 500);
    const reporting = setInterval(report, 60000);
    setTimeout(() => { stopping = true; }, Number(given.minutes) * 60000);
    await ended;
    stalls.stop();
    clearInterval(looking);
    clearInterval(reporting);
    report();
    for (const kind of ["ddblock", "npm", "v3"])
    {
        if (!counts.acquired[kind])
        {
            complain(`${kind} acquired nothing`);
        }
    }
    console.log(complaints.length === 0 ? "nothing was wrong" : `${complaints.length} wrong`);
    process.exitCode = complaints.length === 0 ? 0 : 1;
}

main();
