/* judge.js - whether a history of scripts/chaos breaks a promise of docs/protocol.md.
 *
 * It knows nothing but the history (history.js). What it calls a violation is one on any machine,
 * however slow and busy: instants that were measured around an event are used so that doubt speaks
 * for the accused. Only "ddblock run" ending its command in time, and acquiring after the end of all
 * faults, depend on being run at all, and have bounds of many seconds. */
"use strict";

const { acquisitionsOf, clientOf } = require("./acquisitions");

/* How long a command of "ddblock run" may be seen after its lock was given to somebody else. It is
 * killed some hundred milliseconds before; but somebody must get the processor to do it. */
const COMMAND_LATE_MS_MAX = 5000;

function byLock(records)
{
    const locks = new Map();

    for (const record of records)
    {
        if (!locks.has(record.lock))
        {
            locks.set(record.lock, []);
        }
        locks.get(record.lock).push(record);
    }
    return locks;
}

/* The resource: accepted tokens never fall, and one is of one acquisition only. */
function judgeResource(records, violate)
{
    const tried = records.filter(record => record.kind === "tried" && record.accepted);

    for (const [lock, writes] of byLock(tried))
    {
        const owners = new Map();
        let highest = 0;
        for (const { at, token, who, number } of writes)
        {
            if (token < highest)
            {
                violate("accepted tokens never fall", at,
                    `${lock}: ${token} of ${who} after ${highest}`);
            }
            highest = Math.max(highest, token);
            const owner = owners.get(token) || `${who} ${number}`;
            owners.set(token, owner);
            if (owner !== `${who} ${number}`)
            {
                violate("one token, one holder", at,
                    `${lock}: ${token} of ${owner} and of ${who} ${number}`);
            }
        }
    }
}

/* The table: each acquisition has a higher token than all before it, renewals and releases leave
 * it, and nothing that was released comes back to life, but by the npm package (its defect D6 in
 * docs/verification.md). */
function judgeTable(records, violate)
{
    for (const [lock, writes] of byLock(records.filter(record => record.kind === "write")))
    {
        let token = 0;
        for (const write of writes)
        {
            const isNew = write.op === "acquire" || write.op === "take-over";
            if (write.op === "odd" || (isNew ? write.token <= token : write.token !== token))
            {
                violate("tokens rise in the table", write.to,
                    `${lock}: ${write.op} by ${write.who} with ${write.token} after ${token}`);
            }
            if (write.op === "revive" && clientOf(write.who) !== "npm")
            {
                violate("nothing released comes back to life", write.to,
                    `${lock}: by ${write.who}, token ${write.token}`);
            }
            token = Math.max(token, write.token || 0);
        }
    }
}

/* What programs are told: a token is that of an acquisition of their own that the table has carried
 * out; released is who has released. */
function judgeAnswers(acquisitions, writes, violate)
{
    for (const { who, lock, token, client, acquired_at, outcome, outcome_at } of acquisitions)
    {
        const own = writes.filter(write =>
            write.who === who && write.lock === lock && write.token === token);
        if (!own.some(write => (write.op === "acquire" || write.op === "take-over") &&
            write.from <= acquired_at))
        {
            violate("who is told acquired has acquired", acquired_at,
                `${lock}: ${who}, token ${token}`);
        }
        if (outcome === "OK" && client !== "npm" &&
            !own.some(write => write.op === "release" && write.from <= outcome_at))
        {
            violate("who is told released has released", outcome_at,
                `${lock}: ${who}, token ${token}`);
        }
    }
}

/* No two of ours believe at once; and while one was told that it holds, the table gives the lock to
 * nobody, be it of ours or of the npm package. */
function judgeBelief(acquisitions, writes, violate)
{
    const ours = acquisitions.filter(({ client, since }) => client === "ours" && since < Infinity);

    for (const [lock, believers] of byLock(ours))
    {
        const given = writes.filter(write => write.lock === lock &&
            (write.op === "acquire" || write.op === "take-over"));
        let last = null;
        for (const believer of believers.sort((a, b) => a.since - b.since))
        {
            if (last !== null && believer.since < last.until)
            {
                violate("no two believe at once", believer.since,
                    `${lock}: ${last.who}, token ${last.token}, and ${believer.who}, ` +
                    `token ${believer.token}, for ${(last.until - believer.since).toFixed(1)} ms`);
            }
            last = last === null || believer.until > last.until ? believer : last;
            const robber = given.find(write => write.token !== believer.token &&
                write.to > believer.since && write.to < believer.claimed_until);
            if (robber !== undefined)
            {
                violate("what is held is given to nobody", robber.to,
                    `${lock}: ${believer.who}, token ${believer.token}, was to hold it for ` +
                    `${(believer.claimed_until - robber.to).toFixed(1)} ms more when ` +
                    `${robber.who} got token ${robber.token}`);
            }
        }
    }
}

/* For how long somebody believed after the table had given the lock to another. */
function beyond(acquisition, writes)
{
    const next = writes.find(write => write.lock === acquisition.lock &&
        write.token > acquisition.token && (write.op === "acquire" || write.op === "take-over"));

    return next === undefined ? 0 : Math.max(0, acquisition.until - next.to);
}

function wasPaused(who, from, to, records)
{
    return records.some(record => record.kind === "pause" && record.who === who &&
        record.at <= to && record.until >= from);
}

/* "ddblock run" ends its command before the lease does, unless it is stopped itself. */
function judgeCommands(acquisitions, records, writes, figures, violate)
{
    for (const acquisition of acquisitions.filter(({ client }) => client === "run"))
    {
        const { who, lock, token, since, until } = acquisition;
        const late_ms = beyond(acquisition, writes);
        if (late_ms === 0)
        {
            continue;
        }
        if (wasPaused(who, since, until, records))
        {
            figures.commands_beyond_paused++;
            continue;
        }
        figures.commands_beyond++;
        figures.command_late_ms = Math.max(figures.command_late_ms, late_ms);
        if (late_ms > COMMAND_LATE_MS_MAX)
        {
            violate("a command is ended with its lease", until,
                `${lock}: ${who}, token ${token}, ran ${late_ms.toFixed(0)} ms beyond`);
        }
    }
}

/* The npm client may crash, and is counted. */
function judgeProcesses(records, figures, violate)
{
    for (const { kind, at, who, code, signal, expected, lock, took_ms, acquired } of records)
    {
        const isCrash = kind === "ended" && !expected;
        if (isCrash && clientOf(who) === "npm")
        {
            figures.npm_crashes++;
        }
        else if (isCrash)
        {
            violate("no process fails by itself", at,
                `${who} ended with ${signal === null ? `status ${code}` : signal}`);
        }
        if (kind === "final" && !acquired)
        {
            violate("after all faults every lock is acquired", at,
                `${lock}: not in ${took_ms.toFixed(0)} ms`);
        }
    }
}

/* Returns { violations: [{ rule, at, text }…], figures } with what they were found in. */
function judge(history)
{
    const violations = [];
    const violate = (rule, at, text) => violations.push({ rule, at, text });
    const records = [...history].sort((a, b) => (a.at ?? a.to) - (b.at ?? b.to));
    const writes = records.filter(record => record.kind === "write");
    const acquisitions = acquisitionsOf(records);
    const figures = { commands_beyond: 0, commands_beyond_paused: 0, command_late_ms: 0,
        npm_beyond: 0, npm_beyond_ms: 0, npm_crashes: 0 };

    judgeResource(records, violate);
    judgeTable(records, violate);
    judgeAnswers(acquisitions, writes, violate);
    judgeBelief(acquisitions, writes, violate);
    judgeCommands(acquisitions, records, writes, figures, violate);
    judgeProcesses(records, figures, violate);
    for (const acquisition of acquisitions.filter(({ client }) => client === "npm"))
    {
        const late_ms = beyond(acquisition, writes);
        figures.npm_beyond += late_ms > 0 ? 1 : 0;
        figures.npm_beyond_ms = Math.max(figures.npm_beyond_ms, late_ms);
    }
    violations.sort((a, b) => a.at - b.at);
    return { run: records.find(({ kind }) => kind === "run"), violations, figures, acquisitions,
        records, writes };
}

module.exports = { COMMAND_LATE_MS_MAX, judge };
