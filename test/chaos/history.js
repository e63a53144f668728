/* history.js - what happened in a run, in the order in which it was heard of.
 *
 * Instants are milliseconds since the start of the run, with fractions, of CLOCK_MONOTONIC,
 * which all processes of one machine share and no wall clock moves. Each record has a kind:
 *
 *     run         how it was begun: seed, lease_ms, storm_ms, clocks, names of the processes
 *     write       the table carried out a write: from, to, who, lock, op, token, lease_ms, ghost;
 *                 op is acquire, take-over, renew, release, revive or odd
 *     tried       the resource was written to: at, who, number, lock, token, accepted
 *     wait failed acquired look work release released
 *                 what programs do and believe, as actor.c tells it
 *     fault       a request met one: at, who, fault
 *     kill term pause cut
 *                 a process met one: at, until (of the last two), who
 *     start ended a process began, or ended by itself: at, who, (code, signal, expected)
 *     phase       the run goes on to another: at, name
 *     final       a lock at the end: at, lock, took_ms, acquired
 *
 * who is NAME#LIFE; number is that of an acquisition in one life. */
"use strict";

const fs = require("fs");

class History
{
    constructor()
    {
        this.started_us = process.hrtime.bigint() / 1000n;
        this.records = [];
    }

    /* Milliseconds since the start. */
    now()
    {
        return this.at(process.hrtime.bigint() / 1000n);
    }

    /* The same of an instant in microseconds, as text or BigInt, of CLOCK_MONOTONIC. */
    at(us)
    {
        return Number(BigInt(us) - this.started_us) / 1000;
    }

    add(record)
    {
        this.records.push(record);
        return record;
    }

    save(file)
    {
        fs.writeFileSync(file, "");
        for (let i = 0; i < this.records.length; i += 1000) /* a string has its limits */
        {
            fs.appendFileSync(file, this.records.slice(i, i + 1000)
                .map(record => `${JSON.stringify(record)}\n`).join(""));
        }
    }
}

function parseLines(file)
{
    return fs.readFileSync(file, "utf8").split("\n").filter(line => line !== "")
        .map(line => JSON.parse(line));
}

module.exports = { History, parseLines };
