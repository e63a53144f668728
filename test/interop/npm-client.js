/* npm-client.js - the npm package dynamodb-lock-client, driven line by line.
 *
 *     node test/interop/npm-client.js open|closed LOCK [OPTIONS]
 *
 * OPTIONS is JSON with options of the package; the table is $TABLE on the engine
 * $AWS_ENDPOINT_URL_DYNAMODB, with the partition key "id". Takes commands from its
 * standard input and prints what comes of them, a line each:
 *
 *     acquire      "acquired TOKEN" (0 for a lock that fails closed), or "failed MESSAGE"
 *     release      "released", or "failed MESSAGE"
 *
 * "error MESSAGE" comes when a heartbeat fails. It ends when its input does, and leaves its
 * lock as it is, as a process that dies does. */
"use strict";

const readline = require("readline");

const { openClient } = require("../support/npm-lock-client");

const [kind, name, options] = process.argv.slice(2);
const client = openClient(kind, process.env.TABLE, JSON.parse(options || "{}"));
let lock = null;

function acquire()
{
    client.acquireLock(name, (error, acquired) =>
    {
        if (error)
        {
            console.log(`failed ${error.message}`);
            return;
        }
        lock = acquired;
        lock.on("error", failure => console.log(`error ${failure.message}`));
        console.log(`acquired ${lock.fencingToken || 0}`);
    });
}

function release()
{
    if (lock === null)
    {
        console.log("failed there is no lock");
        return;
    }
    lock.release(error => console.log(error ? `failed ${error.message}` : "released"));
}

const input = readline.createInterface({ input: process.stdin });
input.on("line", line => (line === "acquire" ? acquire() : release()));
input.on("close", () => process.exit(0));
