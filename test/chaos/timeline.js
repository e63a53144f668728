/* timeline.js - the parts of a history that the picture shows: the stretch of time that is worth
 * it, and bars in place of instants. */
"use strict";

/* How many seconds a picture shows, if nobody says. */
const WINDOW_MS = 40000;

/* Writes to the resource come every 20 ms; with a longer gap they are two bars. */
const GAP_MS_MAX = 150;

/* What makes a stretch worth showing. */
const WORTH = {
    write: ({ op }) => (op === "take-over" ? 4 : op === "acquire" ? 1 : 0),
    tried: ({ accepted }) => (accepted ? 0 : 3),
    pause: () => 4,
    kill: () => 3,
    cut: () => 2,
    fault: () => 0.1
};

/* The window with the most in it, or the one that was asked for in seconds. */
function windowOf({ records, run }, options)
{
    const length = options.for === undefined ? Math.min(WINDOW_MS, run.storm_ms)
        : Number(options.for) * 1000;
    let best = { worth: -1, from: 0 };

    if (options.from !== undefined)
    {
        return { from: Number(options.from) * 1000, to: Number(options.from) * 1000 + length };
    }
    for (let from = 0; from + length <= run.storm_ms; from += 1000)
    {
        const worth = records.filter(({ kind, at, to }) =>
            WORTH[kind] !== undefined && (at ?? to) >= from && (at ?? to) < from + length)
            .reduce((sum, record) => sum + WORTH[record.kind](record), 0);
        best = worth > best.worth ? { worth, from } : best;
    }
    return { from: best.from, to: best.from + length };
}

/* Who really had the lock: from each acquisition until its release, the end of its lease, or the
 * next one; used_until is when its holder believed for the last time. */
function tableBars({ writes, acquisitions }, lock)
{
    const beliefs = new Map(acquisitions.filter(each => each.lock === lock)
        .map(({ who, token, until }) => [`${who} ${token}`, until]));
    const bars = [];
    let bar = null;

    for (const write of writes.filter(each => each.lock === lock))
    {
        if (write.op === "acquire" || write.op === "take-over")
        {
            bar = { who: write.who, token: write.token, from: write.to,
                takenOver: write.op === "take-over" };
            bars.push(bar);
        }
        if (bar !== null)
        {
            bar.to = write.op === "release" ? write.to : write.to + write.lease_ms;
        }
    }
    bars.forEach((each, i) =>
    {
        each.to = Math.min(each.to, i + 1 < bars.length ? bars[i + 1].from : Infinity);
        each.used_until = Math.min(each.to, Math.max(each.from,
            beliefs.get(`${each.who} ${each.token}`) ?? -Infinity));
    });
    return bars;
}

/* Who believed to have it. */
function beliefBars(acquisitions, lock)
{
    return acquisitions.filter(each => each.lock === lock && each.since < Infinity)
        .map(({ who, token, since, until }) => ({ who, token, from: since, to: until }))
        .filter(({ from, to }) => to > from)
        .sort((a, b) => a.from - b.from);
}

/* The same bars, each in a row in which it overlaps none; at most two people believe at once in
 * a run that went well, one of them by the npm package. */
function inRows(bars)
{
    const ends = [];

    return bars.map(bar =>
    {
        let row = ends.findIndex(end => end <= bar.from);
        row = row < 0 ? ends.length : row;
        ends[row] = bar.to;
        return { ...bar, row };
    });
}

/* Writes to the resource, those of one holder that were answered alike put together. */
function resourceBars(records, lock)
{
    const bars = [];
    const last = new Map();

    for (const { at, who, token, accepted } of records
        .filter(({ kind, lock: of }) => kind === "tried" && of === lock))
    {
        const key = `${who} ${token} ${accepted}`;
        const bar = last.get(key);
        if (bar !== undefined && at - bar.to <= GAP_MS_MAX)
        {
            bar.to = at;
            continue;
        }
        last.set(key, { who, token, accepted, from: at, to: at });
        bars.push(last.get(key));
    }
    return bars;
}

/* When each life of a process began and ended. */
function lifeBars(records, name)
{
    const bars = new Map();

    for (const { kind, at, who } of records)
    {
        if ((kind !== "start" && kind !== "ended") || who.split("#")[0] !== name)
        {
            continue;
        }
        if (kind === "start")
        {
            bars.set(who, { from: at, to: Infinity });
        }
        else
        {
            bars.get(who).to = at;
        }
    }
    return [...bars.values()];
}

module.exports = { beliefBars, inRows, lifeBars, resourceBars, tableBars, windowOf };
