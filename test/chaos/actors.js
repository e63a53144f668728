/* actors.js - the processes of scripts/chaos: started again whenever they end, killed, paused and
 * cut off as they are told; what they say goes into the history. */
"use strict";

const { spawn } = require("child_process");
const fs = require("fs");
const path = require("path");
const readline = require("readline");

const { sleep } = require("../support/faults");
const { withClocks } = require("./clocks");

/* How a process may end by itself: the tool's statuses for a lock that was not acquired (75), was
 * lost (76), or a store that was not reached (69). All others are faults of its own,
 * AddressSanitizer's among them. */
const ENDS_WELL = [0, 69, 75, 76];

/* What "ddblock run" ends with when SIGTERM has ended the wait or the command. */
const TERMINATED = 143;

/* The words of a line after LOCK and N, by its first. */
const LINES = {
    wait: ["at"],
    failed: ["at", "status"],
    acquired: ["at", "token"],
    look: ["from", "to", "token", "remaining_ms"],
    work: ["at", "token"],
    release: ["at", "token"],
    released: ["at", "token", "status"]
};

/* A line of actor.c as a record; null if it is none. */
function parseLine(line, who, at)
{
    const [kind, lock, number, ...rest] = line.split(" ");
    const names = LINES[kind];

    if (names === undefined || rest.length !== names.length)
    {
        return null;
    }
    const record = { kind, who, lock, number: Number(number) };
    names.forEach((name, i) =>
    {
        const isInstant = ["at", "from", "to"].includes(name);
        record[name] = isInstant ? at(rest[i])
            : name === "status" ? rest[i] : Number(rest[i]);
    });
    return record;
}

class Actor
{
    /* commandFor(life, random) gives { command, args } of the next life. */
    constructor({ name, clocks, way, history, random, commandFor, log })
    {
        Object.assign(this, { name, clocks, way, history, commandFor, log });
        this.random = random.fork(name);
        this.life = 0;
        this.child = null;
        this.asked = null; /* the signal that is to end this life */
        this.isOver = false;
        this.ended = Promise.resolve();
        this.closed = Promise.resolve();
    }

    get who()
    {
        return `${this.name}#${this.life}`;
    }

    start()
    {
        this.life++;
        this.asked = null;
        this.way.who = this.who;
        const who = this.who;
        const wanted = this.commandFor(this.life, this.random);
        const { command, args, env, ahead_us } =
            withClocks(this.clocks, wanted.command, wanted.args);
        const child = spawn(command, args, {
            stdio: ["ignore", "pipe", this.log],
            env: {
                ...process.env,
                ...env,
                AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${this.way.port}`,
                CHAOS_WHO: who
            }
        });

        this.child = child;
        this.history.add({ kind: "start", at: this.history.now(), who });
        if (wanted.waitsFor !== undefined)
        {
            this.history.add({ kind: "wait", who, lock: wanted.waitsFor, number: 0,
                at: this.history.now() });
        }
        readline.createInterface({ input: child.stdout }).on("line", line =>
        {
            const record = parseLine(line, who, us => this.history.at(BigInt(us) - ahead_us));
            if (record !== null)
            {
                this.history.add(record);
            }
        });
        this.ended = new Promise(resolve =>
        {
            child.on("exit", (code, signal) =>
            {
                this.noteEnd(who, code, signal);
                resolve();
            });
            child.on("error", error =>
            {
                this.noteEnd(who, error.code, null); /* it could not be started */
                resolve();
            });
        });
        this.closed = new Promise(resolve => child.on("close", resolve)); /* all of it was read */
    }

    noteEnd(who, code, signal)
    {
        const expected = ENDS_WELL.includes(code) || (this.asked !== null &&
            (signal === this.asked || code === TERMINATED));

        this.child = null;
        this.history.add({ kind: "ended", at: this.history.now(), who, code, signal, expected,
            asked: this.asked });
    }

    /* Lives again and again, until it is over. */
    async live(isOver)
    {
        while (!isOver())
        {
            this.start();
            await this.ended;
            await sleep(this.random.between(50, 500));
        }
    }

    signal(signal)
    {
        if (this.child === null || this.child.pid === undefined)
        {
            return false;
        }
        if (signal === "SIGKILL" || signal === "SIGTERM")
        {
            this.asked = signal;
        }
        return this.child.kill(signal);
    }

    end(signal)
    {
        if (this.signal(signal))
        {
            this.history.add({ kind: signal === "SIGKILL" ? "kill" : "term",
                at: this.history.now(), who: this.who });
        }
    }

    /* The command of "ddblock run", which is a process of its own. */
    commandPid()
    {
        try
        {
            const pid = this.child.pid;
            const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
            return Number(children.trim().split(" ")[0]) || null;
        }
        catch (error)
        {
            return null; /* it has just ended */
        }
    }

    /* Stops the process, and in half of the cases what it runs too, for so long. */
    async pause(ms)
    {
        const child = this.child;
        const command = child !== null && this.random.chance(0.5) ? this.commandPid() : null;
        const stop = (signal) =>
        {
            try
            {
                return command === null || process.kill(command, signal);
            }
            catch (error)
            {
                return false; /* it has just ended */
            }
        };

        if (child === null || !child.kill("SIGSTOP"))
        {
            return;
        }
        stop("SIGSTOP");
        const record = this.history.add({ kind: "pause", at: this.history.now(),
            until: Infinity, who: this.who });
        await sleep(ms);
        stop("SIGCONT");
        child.kill("SIGCONT");
        record.until = this.history.now();
    }

    /* Lets nothing through for so long. */
    async cutOff(ms)
    {
        const record = this.history.add({ kind: "cut", at: this.history.now(), until: Infinity,
            who: this.who });

        this.way.cutOff = true;
        await sleep(ms);
        this.way.cutOff = false;
        record.until = this.history.now();
    }
}

/* The programs by name: holders with the library, two of them; "ddblock run" again and again, on
 * any lock, twice; two of the npm package, which keep away from the last lock, so that one is seen
 * without them, and have the first to themselves and one of ours, as they seldom get a lock that
 * is never free for as long as they sleep. */
function cast({ programs, table, port, lease_ms, locks })
{
    const seedOf = random => String(Math.floor(random.between(1, 1 << 30)));
    const holder = own => (life, random) => ({ command: programs.actor,
        args: ["hold", table, port, String(lease_ms), seedOf(random), ...own] });
    const npm = own => (life, random) => ({ command: process.execPath,
        args: [path.join(__dirname, "npm-actor.js"), table, port, String(lease_ms),
            seedOf(random), ...own] });
    const runner = (life, random) =>
    {
        const lock = random.pick(locks);
        return { command: programs.ddblock, waitsFor: lock,
            args: ["run", "--table", table, "--lease", `${lease_ms}ms`, "--quiet",
                "--wait", `${Math.round(random.between(0, 4 * lease_ms))}ms`, lock, "--",
                programs.actor, "work", port, String(Math.round(random.between(0, 2 * lease_ms)))] };
    };
    const clocks = (monotonic_s, wall_s) => ({ monotonic_s, wall_s, library: programs.wallClock });

    return [
        { name: "ours-1", clocks: clocks(86400, 0), commandFor: holder(locks) },
        { name: "ours-2", clocks: clocks(0, 600), commandFor: holder(locks.slice(1)) },
        { name: "run-1", clocks: clocks(864000, -3600), commandFor: runner },
        { name: "run-2", clocks: clocks(0, 0), commandFor: runner },
        { name: "npm-1", clocks: clocks(0, 0), commandFor: npm(locks.slice(0, -1)) },
        { name: "npm-2", clocks: clocks(0, 0), commandFor: npm(locks.slice(0, 1)) }
    ];
}

module.exports = { Actor, cast, parseLine };
