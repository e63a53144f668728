/* npm-client.js - one of the other clients in a process of its own, to be killed.
 *
 *     node npm-client.js KIND TABLE ID [OPTIONS]
 *
 * KIND is one of peers.js, ID is JSON, a value of a binary key being {"base64": "…"}. OPTIONS is
 * JSON: "failClosed"; "config", options of the package; and "clockAheadMs", by which its wall clock
 * is wrong. Acquires the lock and prints "acquired TOKEN" (0 for a lock that fails closed), or
 * "failed MESSAGE"; "error MESSAGE" when a heartbeat fails. It holds the lock until its input
 * ends, and leaves it as it is, as a process that dies does. */
"use strict";

const peers = require("./peers.js");

const [kind, table, id, more] = process.argv.slice(2);
const options = JSON.parse(more || "{}");

/* Node's Date, ahead. */
if (options.clockAheadMs)
{
    const now = Date.now;
    global.Date = class extends Date
    {
        constructor(...given)
        {
            super(...(given.length > 0 ? given : [now() + options.clockAheadMs]));
        }

        static now()
        {
            return now() + options.clockAheadMs;
        }
    };
}

const revive = (name, value) =>
    (value && value.base64 !== undefined ? Buffer.from(value.base64, "base64") : value);

peers.open(kind, { table, ...options }).acquire(JSON.parse(id, revive)).then(lock =>
{
    lock.onError(error => console.log(`error ${error.message}`));
    console.log(`acquired ${lock.token}`);
}, error => console.log(`failed ${error.message}`));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
