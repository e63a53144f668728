/* stalls.js - notices when the machine or an engine on it stands still, so that a test that needs
 * time to pass as usual can tell its own failures from the machine's.
 *
 * watch(endpoint) asks the engine for little, all the time; stop() ends that. since(when) tells
 * whether, since then (performance.now()), an answer or a timer has come late. */
"use strict";

const { performance } = require("perf_hooks");
const { tableOf } = require("./peers.js");

const PERIOD_MS = 100;
const LATE_MS = 500; /* usual are ten */
const TRIES_MAX = 3;

function watch(endpoint)
{
    const dynamodb = tableOf(endpoint);
    let begun = performance.now();
    let last = -Infinity;
    let stopped = false;
    const late = () => performance.now() - begun > PERIOD_MS + LATE_MS;

    (async () =>
    {
        while (!stopped)
        {
            begun = performance.now();
            const failed = await dynamodb.listTables({ Limit: 1 }).promise()
                .then(() => false, () => true);
            await new Promise(resolve => setTimeout(resolve, PERIOD_MS));
            if (failed || late())
            {
                last = performance.now();
            }
        }
    })();
    return { since: when => last >= when || late(), stop: () => { stopped = true; } };
}

/* Plays what needs a machine that does not stand still. A failure counts if it did not. */
async function unhurried(stalls, t, play)
{
    for (let tries = 1; ; tries++)
    {
        const begun = performance.now();
        try
        {
            return await play();
        }
        catch (error)
        {
            if (tries === TRIES_MAX || !stalls.since(begun))
            {
                throw error;
            }
            t.diagnostic(`played again, as the machine stood still: ${error.message}`);
        }
    }
}

module.exports = { watch, unhurried };
