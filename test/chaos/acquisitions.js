/* acquisitions.js - gathers a history into acquisitions: who had which lock by which token, and
 * from when until when it believed so. */
"use strict";

/* Which of the three programs this is: "ours" looks at the library, "run" is the command of
 * "ddblock run", "npm" the npm package. */
function clientOf(who)
{
    return who.split("-")[0];
}

/* One acquisition as its process tells it:
 *
 *     since, until     it certainly believed at both, and all the time between
 *     claimed_until    until then it was told to hold, whatever happens: what a program
 *                      that looks once may rely on
 *     waited_ms        since it began to wait; undefined if that is not known */
function begin(record)
{
    return { who: record.who, client: clientOf(record.who), lock: record.lock,
        number: record.number, token: record.token, since: Infinity, until: -Infinity,
        claimed_until: -Infinity, released_at: Infinity };
}

function believes(acquisition, from, to, claimed_until)
{
    acquisition.since = Math.min(acquisition.since, to);
    acquisition.until = Math.max(acquisition.until, from);
    acquisition.claimed_until = Math.max(acquisition.claimed_until, claimed_until);
}

/* How each record changes the acquisition that it is of. */
const TAKES = {
    acquired(acquisition, record)
    {
        if (acquisition.client === "npm")
        {
            believes(acquisition, record.at, record.at, -Infinity);
        }
        acquisition.acquired_at = record.at;
    },
    look(acquisition, record)
    {
        believes(acquisition, record.from, record.to, record.from + record.remaining_ms);
    },
    work(acquisition, record)
    {
        acquisition.acquired_at = Math.min(acquisition.acquired_at || Infinity, record.at);
        believes(acquisition, record.at, record.at, -Infinity);
    },
    tried(acquisition, record)
    {
        if (acquisition.client === "npm") /* it has no other way to say so */
        {
            believes(acquisition, record.at, record.at, -Infinity);
        }
    },
    release(acquisition, record)
    {
        acquisition.released_at = record.at;
        if (acquisition.client === "npm") /* it has believed until now */
        {
            believes(acquisition, record.at, record.at, -Infinity);
        }
    },
    released(acquisition, record)
    {
        acquisition.outcome = record.status;
        acquisition.outcome_at = record.at;
    }
};

/* Returns the acquisitions that programs were told of, in the order of their beginnings. */
function acquisitionsOf(records)
{
    const found = new Map();
    const waiting = new Map();

    for (const record of records)
    {
        const key = `${record.who} ${record.number} ${record.lock}`;
        if (record.kind === "wait")
        {
            waiting.set(key, record.at);
        }
        if (TAKES[record.kind] === undefined || (record.kind === "tried" && !found.has(key)))
        {
            continue;
        }
        if (!found.has(key))
        {
            found.set(key, begin(record));
        }
        TAKES[record.kind](found.get(key), record);
    }
    for (const [key, acquisition] of found)
    {
        /* What was let go of is claimed no more. */
        acquisition.claimed_until = Math.min(acquisition.claimed_until, acquisition.released_at);
        acquisition.waited_ms = acquisition.acquired_at - waiting.get(key);
    }
    return [...found.values()].sort((a, b) => a.acquired_at - b.acquired_at);
}

module.exports = { acquisitionsOf, clientOf };
