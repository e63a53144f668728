/* chaos.js - processes that contend for locks while requests and processes meet faults, a judge
 * of what they did, a report and a picture. scripts/chaos starts it beside an engine.
 *
 *     node test/chaos/chaos.js --minutes M --build FOLDER --out FOLDER [--seed N] [--lease MS]
 *     node test/chaos/chaos.js --again --out FOLDER [--from S] [--for S]
 *
 * The second judges and draws again what is recorded in the folder.
 *
 * First a storm of M minutes, then a calm in which what is late arrives, then all holders die
 * and each lock must be acquired again. Exits with 1 if a promise was broken. The seed decides
 * which faults are drawn; what they hit depends on the machine as well. */
"use strict";

const { fork, spawn } = require("child_process");
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { parseArgs } = require("util");

const { sleep } = require("../support/faults");
const { Actor, cast } = require("./actors");
const { hasNamespaces } = require("./clocks");
const { History, parseLines } = require("./history");
const { judge } = require("./judge");
const { picture } = require("./picture");
const { Proxy } = require("./proxy");
const { Random } = require("./random");
const { report } = require("./report");
const { Table } = require("./table");

const LOCKS = ["alpha", "beta", "gamma"];

/* How likely a request meets a fault, in turn for some seconds each. */
const WEATHER = [[3, 0.03], [4, 0.15], [3, 0.35], [2, 0]];

/* What a process meets, how often, and for how many leases: up to three, so that whoever
 * is paused sleeps through the end of its own. */
const PROCESS_FAULTS = [
    [3, { does: actor => actor.end("SIGKILL") }],
    [1, { does: actor => actor.end("SIGTERM") }],
    [6, { from: 0.2, to: 3, does: (actor, ms) => actor.pause(ms) }],
    [3, { from: 0.3, to: 2, does: (actor, ms) => actor.cutOff(ms) }]
];

/* The time within which a free lock must be had, over a lease: the protocol needs some hundred
 * milliseconds, the rest is for a machine that does other things. */
const FINAL_MS_MAX = 30000;

function startResource(file)
{
    return new Promise((resolve, reject) =>
    {
        const child = fork(path.join(__dirname, "resource.js"), [file]);
        let isWanted = true;
        child.on("exit", () =>
        {
            if (isWanted)
            {
                console.error("chaos.js: the resource has ended");
                process.exit(1);
            }
        });
        child.once("message", port => resolve({
            port: String(port),
            end: () => new Promise(ended =>
            {
                isWanted = false;
                child.once("exit", ended);
                child.send("end");
            })
        }));
        child.once("error", reject);
    });
}

async function changeWeather(run, isOver)
{
    const random = run.random.fork("weather");

    while (!isOver())
    {
        run.proxy.probability = random.draw(WEATHER);
        await sleep(random.between(2000, 8000));
    }
    run.proxy.probability = 0;
}

/* One fault of a process after the other, and some at once. */
async function hitProcesses(run, isOver)
{
    const random = run.random.fork("processes");
    const busy = new Map();

    while (!isOver())
    {
        await sleep(random.between(200, 2000));
        const actor = random.pick(run.actors);
        const { does, from = 0, to = 0 } = random.draw(PROCESS_FAULTS);
        const ms = run.lease_ms * random.between(from, to);
        if (!busy.has(actor))
        {
            busy.set(actor, Promise.resolve(does(actor, ms)).then(() => busy.delete(actor)));
        }
    }
    await Promise.all(busy.values());
}

/* A new process must have the lock soon after a lease. */
async function acquireAtLast(run, lock)
{
    const way = await run.proxy.open("run-last#1");
    const start = run.history.now();
    const wait_ms = run.lease_ms + FINAL_MS_MAX;
    const child = spawn(run.programs.ddblock, ["run", "--table", run.table.name, "--quiet",
        "--lease", `${run.lease_ms}ms`, "--wait", `${wait_ms}ms`, lock, "--", "true"], {
        stdio: ["ignore", "ignore", run.log],
        env: { ...process.env, AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${way.port}` }
    });
    const code = await new Promise(resolve => child.on("exit", resolve));
    const at = run.history.now();

    run.history.add({ kind: "final", at, lock, took_ms: at - start, acquired: code === 0 });
}

function enter(run, name)
{
    run.history.add({ kind: "phase", at: run.history.now(), name });
    process.stderr.write(`chaos: ${name}\n`);
}

async function play(run)
{
    let isEnding = false;
    const isOver = () => run.history.now() >= run.storm_ms;

    enter(run, "storm");
    const lives = run.actors.map(actor => actor.live(() => isEnding));
    await Promise.all([changeWeather(run, isOver), hitProcesses(run, isOver)]);
    enter(run, "calm");
    await sleep(3 * run.lease_ms); /* the latest request is two leases late */
    enter(run, "end");
    isEnding = true;
    run.actors.forEach(actor => actor.end("SIGKILL"));
    await Promise.all(LOCKS.map(lock => acquireAtLast(run, lock)));
    await Promise.all(lives);
    await Promise.all(run.actors.map(actor => actor.closed));
}

async function setUp(options)
{
    const seed = options.seed === undefined ? crypto.randomInt(2 ** 31) : Number(options.seed);
    const build = path.resolve(options.build);
    const lease_ms = Number(options.lease);
    const random = new Random(seed);
    const history = new History();
    const engine = process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT;
    const table = new Table(engine, `chaos-${process.pid}-${seed}`);
    const programs = { ddblock: path.join(build, "cli", "ddblock"),
        actor: path.join(build, "test", "chaos", "chaos_actor"),
        wallClock: path.join(build, "test", "chaos", "libchaos_wall_clock.so") };
    const proxy = new Proxy({ engine, table, history, random, lease_ms });
    const resource = await startResource(path.join(options.out, "resource.jsonl"));
    const log = fs.openSync(path.join(options.out, "processes.log"), "w");

    await table.create();
    const actors = [];
    for (const role of cast({ programs, table: table.name, port: resource.port, lease_ms,
        locks: LOCKS }))
    {
        actors.push(new Actor({ ...role, history, random, log,
            way: await proxy.open(role.name) }));
    }
    const storm_ms = Number(options.minutes) * 60000;
    history.add({ kind: "run", at: 0, seed, lease_ms, storm_ms, locks: LOCKS,
        names: actors.map(({ name }) => name),
        clocks: hasNamespaces ? "two processes have clocks that are days ahead, in time namespaces"
            : "time namespaces are not allowed here: all count time by the same clock" });
    return { seed, lease_ms, storm_ms, random, history, table, programs, proxy, resource, log,
        actors };
}

/* What the resource has recorded, as records of the history. */
function readResource(run, file)
{
    for (const { at_us, ...record } of parseLines(file))
    {
        run.history.add({ ...record, at: run.history.at(at_us) });
    }
}

/* Leaves no process behind, however this one ends; a stopped one would stay for ever. */
function endWith(run)
{
    process.on("exit", () => run.actors.forEach(actor => actor.signal("SIGKILL")));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    {
        process.on(signal, () => process.exit(1));
    }
}

/* Plays and records a run. */
async function record(options)
{
    const run = await setUp(options);

    endWith(run);
    process.stderr.write(`chaos: seed ${run.seed}\n`);
    await play(run);
    run.proxy.close();
    await run.resource.end();
    readResource(run, path.join(options.out, "resource.jsonl"));
    run.history.save(path.join(options.out, "history.jsonl"));
}

/* What must have happened in a run that proves something. */
const MEANT = {
    "an acquisition with the library": ({ kind, who }) =>
        kind === "acquired" && who.startsWith("ours"),
    "a command of ddblock run": ({ kind }) => kind === "work",
    "a lock that was taken over": ({ kind, op }) => kind === "write" && op === "take-over",
    "a fault of a request": ({ kind }) => kind === "fault",
    "a process that was killed": ({ kind }) => kind === "kill",
    "a process that was paused": ({ kind }) => kind === "pause"
};

/* Returns what is missing of that, as sentences. */
function missing({ records })
{
    return Object.keys(MEANT).filter(what => !records.some(MEANT[what]))
        .map(what => `chaos: the run proves nothing: there was not ${what}`);
}

async function main()
{
    const { values: options } = parseArgs({ options: {
        minutes: { type: "string" }, build: { type: "string" }, out: { type: "string" },
        seed: { type: "string" }, lease: { type: "string", default: "2000" },
        again: { type: "boolean" }, from: { type: "string" }, for: { type: "string" } } });

    fs.mkdirSync(options.out, { recursive: true });
    if (!options.again)
    {
        await record(options);
    }
    const verdict = judge(parseLines(path.join(options.out, "history.jsonl")));
    const text = report(verdict);
    fs.writeFileSync(path.join(options.out, "report.md"), `${text}\n`);
    fs.writeFileSync(path.join(options.out, "timeline.svg"), picture(verdict, options));
    console.log([text, ...missing(verdict)].join("\n"));
    /* Stalled requests are still open, so this does not end by itself. */
    process.exit(verdict.violations.length + missing(verdict).length === 0 ? 0 : 1);
}

process.exitCode = 1; /* unless it comes to a verdict */
main().catch(error =>
{
    console.error(error);
    process.exit(1);
});
