/* sides.js - holders and waiters of both sides behind one interface, and the item between them.
 *
 * A side is begun by ours(…), theirs(…) or theirProcess(…), and has
 *
 *     held      a promise of the token (0: it fails closed); rejects when it is not acquired
 *     has       whether it has the lock, for all that it has said
 *     lost()    what it has said of a loss, or ""
 *     release() a promise that resolves when it was released
 *     kill()    ends the process at once, with nothing given back */
"use strict";

const { spawn, execFile } = require("child_process");
const path = require("path");
const readline = require("readline");
const peers = require("./peers.js");
const { watch, unhurried } = require("./stalls.js");

const running = new Set(); /* processes, to be ended with this one */
const inside = new Set(); /* locks of theirs in this process: their heartbeats keep it alive */
const watched = new Map(); /* engines, by endpoint */
let over = false;

process.on("exit", () => running.forEach(child => child.kill("SIGKILL")));
process.on("SIGTERM", () => process.exit(143));
process.on("SIGINT", () => process.exit(130));

/* A lock's name: { S: "a" }, { N: "7" } or { B: "base64" }, and such a sort key or none. Here as
 * the tool takes it, as the package does, and as a key of the table. */
function name(partition, sort)
{
    const [type] = Object.keys(partition);
    const plain = value => ({
        S: value.S, N: Number(value.N), B: value.B && Buffer.from(value.B, "base64")
    })[Object.keys(value)[0]];
    const wire = value => (value.B ? { B: Buffer.from(value.B, "base64") } : value);
    const json = value => (value.B ? { base64: value.B } : plain(value));
    const whole = type !== "B" && !sort; /* a bare Buffer is taken for an object by the package */
    const both = change => ({ id: change(partition), ...(sort && { sort: change(sort) }) });

    return {
        options: ["--partition-key", `id:${type}`, ...(sort
            ? ["--sort-key", `sort:${Object.keys(sort)[0]}`, "--sort", Object.values(sort)[0]]
            : [])],
        text: Object.values(partition)[0],
        sortKey: sort ? "sort" : undefined,
        theirs: whole ? plain(partition) : both(plain),
        theirsJson: JSON.stringify(whole ? plain(partition) : both(json)),
        key: both(wire)
    };
}

function environment(endpoint)
{
    return {
        ...process.env, AWS_ENDPOINT_URL_DYNAMODB: endpoint, DDBLOCK_TEST_DYNAMODB_ENDPOINT: endpoint,
        DDBLOCK_CONFIG: "/dev/null"
    };
}

function begin(command, args, endpoint)
{
    const child = spawn(command, args, { env: environment(endpoint), stdio: "pipe" });
    const side = { has: false, said: "", child };

    running.add(child);
    child.stdin.on("error", () => {}); /* it may have been killed */
    child.stderr.on("data", data => { side.said += data; });
    side.ended = new Promise(resolve => child.on("close", (code, signal) =>
    {
        running.delete(child);
        side.has = false;
        resolve(code === null ? signal : code);
    }));
    side.kill = () =>
    {
        child.kill("SIGKILL");
        child.stdin.destroy();
        return side.ended;
    };
    return side;
}

/* Our tool. Its command says the token, and lasts until its input ends. */
function ours(where, lock, options)
{
    const command = "echo \"token ${DDBLOCK_FENCING_TOKEN:-0}\"; exec cat";
    const side = begin(process.env.DDBLOCK, ["run", "--table", where.table, ...lock.options,
        ...options, lock.text, "--", "sh", "-c", command], where.endpoint);

    side.held = new Promise((resolve, reject) =>
    {
        readline.createInterface({ input: side.child.stdout }).on("line", line =>
        {
            side.has = true;
            resolve(Number(line.split(" ")[1]));
        });
        side.ended.then(status => reject(new Error(`ours ended with ${status}: ${side.said}`)));
    });
    side.held.catch(() => {}); /* whoever waits for it sees it */
    side.lost = () => (/lost|at risk/.test(side.said) ? side.said : "");
    side.release = async () =>
    {
        side.child.stdin.end();
        const status = await side.ended;
        if (status !== 0)
        {
            throw new Error(`ours ended with ${status}: ${side.said}`);
        }
    };
    return side;
}

/* One of theirs in this process. */
function theirs(where, lock, kind, options)
{
    const side = { has: false };
    let held = null;

    const giveUp = () => held.release().catch(() => {}); /* it is nobody's business any more */
    side.held = peers.open(kind, {
        table: where.table, endpoint: where.endpoint, ...options,
        config: { ...(lock.sortKey && { sortKey: lock.sortKey }), ...options.config }
    }).acquire(lock.theirs).then(acquired =>
    {
        held = acquired;
        side.has = true;
        inside.add(giveUp);
        if (over)
        {
            giveUp();
        }
        return acquired.token;
    });
    side.held.catch(() => {});
    side.lost = () => (held === null ? "" : held.errors.join("; "));
    side.releaseNow = () =>
    {
        side.has = false;
        inside.delete(giveUp);
        return held.release();
    };
    side.release = async () =>
    {
        await held.calm();
        await side.releaseNow();
    };
    return side;
}

/* One of theirs that can be killed. */
function theirProcess(where, lock, kind, options)
{
    const side = begin(process.execPath, [path.join(__dirname, "npm-client.js"), kind, where.table,
        lock.theirsJson, JSON.stringify({
            ...options,
            config: { ...(lock.sortKey && { sortKey: lock.sortKey }), ...options.config }
        })], where.endpoint);

    side.errors = [];
    side.held = new Promise((resolve, reject) =>
    {
        readline.createInterface({ input: side.child.stdout }).on("line", line =>
        {
            const [verb, ...words] = line.split(" ");
            if (verb === "acquired")
            {
                side.has = true;
                resolve(Number(words[0]));
                return;
            }
            side.errors.push(line);
            reject(new Error(line));
        });
        side.ended.then(status => reject(new Error(`theirs ended with ${status}: ${side.said}`)));
    });
    side.held.catch(() => {});
    side.lost = () => side.errors.join("; ");
    return side;
}

/* Our tool, run to its end: { status, out, err }. */
function tool(where, args)
{
    return new Promise(resolve =>
        execFile(process.env.DDBLOCK, args, { env: environment(where.endpoint) },
            (error, out, err) => resolve({ status: error ? error.code : 0, out, err })));
}

/* A new table of ours on an engine, with keys of these types ("S", "" for no sort key). */
async function makeTable(endpoint, partition, sort)
{
    const where = {
        endpoint,
        table: `interop-${partition}${sort}-${process.pid}-${Math.floor(Math.random() * 1e9)}`,
        dynamodb: peers.tableOf(endpoint)
    };
    const made = await tool(where, ["table", "create", "--partition-key", `id:${partition}`,
        ...(sort ? ["--sort-key", `sort:${sort}`] : []), where.table]);

    if (made.status !== 0)
    {
        throw new Error(`no table: ${made.err}`);
    }
    return where;
}

async function readItem(where, lock)
{
    const read = await where.dynamodb.getItem({
        TableName: where.table, Key: lock.key, ConsistentRead: true
    }).promise();

    return read.Item;
}

/* The engines that there are, by name. */
function engines()
{
    return Object.entries({
        "DynamoDB Local": process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT,
        dynalite: process.env.DDBLOCK_TEST_DYNALITE_ENDPOINT
    }).filter(([, endpoint]) => endpoint);
}

function sleep(ms)
{
    return new Promise(resolve => setTimeout(resolve, ms));
}

/* Sees that what is awaited comes within a time. */
function within(ms, what, promise)
{
    let timer = null;
    const late = new Promise((resolve, reject) =>
    {
        timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
    });

    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/* Ends what tests that failed have left, so that this process can end. */
async function endAll()
{
    over = true;
    watched.forEach(stalls => stalls.stop());
    running.forEach(child => child.kill("SIGKILL"));
    await Promise.all([...inside].map(giveUp => giveUp()));
}

/* A test within a test. Its failure counts if the machine did not stand still; else it is played
 * again, so play must take a lock of its own each time. */
function subtest(t, where, title, play)
{
    if (!watched.has(where.endpoint))
    {
        watched.set(where.endpoint, watch(where.endpoint));
    }
    return t.test(title, own => unhurried(watched.get(where.endpoint), own, () => play(own)));
}

/* Options of a test that has so many tests at once in it, nearly all of whose time is waiting. */
function options(atOnce)
{
    return {
        concurrency: atOnce,
        skip: engines().length === 0 && "there is no engine: see test/support/engines.js"
    };
}

module.exports = {
    name, ours, theirs, theirProcess, tool, makeTable, readItem, engines, sleep, within, subtest, endAll, options
};
