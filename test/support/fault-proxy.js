/* fault-proxy.js - an HTTP proxy in front of an engine that does wrong when told to.
 *
 *     node test/support/fault-proxy.js http://127.0.0.1:PORT
 *
 * Listens on a free loopback port and prints its number. Then it takes commands from its
 * standard input, one a line, and answers each with one line; it ends when the input does.
 *
 *     on OPERATION NTH FAULT [MS | ERROR] [match TEXT]
 *                       the NTH request from now (1: the next) whose X-Amz-Target ends in
 *                       OPERATION (*: any) and whose body holds TEXT meets the fault, once.
 *                       NTH+ instead: that one and all after it. Answer: ok
 *     count OPERATION   answers how many such requests have come (*: any)
 *     faults            answers how many faults have happened
 *     landed            answers how many late requests the engine has carried out by now
 *     clear             forgets the faults and the counts. Answer: ok
 *
 * The faults are those of faults.js, with their MS or ERROR. */
"use strict";

const http = require("http");
const readline = require("readline");

const { ERRORS, forward, perform, readBody } = require("./faults");

const engine = new URL(process.argv[2]);
let rules = [];
let counts = new Map();
let faults = 0;
let landed = 0;

/* The rule that this request meets, if there is one; every rule that it matches counts it. */
function meet(operation, body)
{
    let met = null;

    for (const rule of rules)
    {
        if ((rule.operation !== "*" && rule.operation !== operation) || !body.includes(rule.text))
        {
            continue;
        }
        rule.seen++;
        if (met === null && (rule.seen === rule.nth || (rule.onwards && rule.seen > rule.nth)))
        {
            met = rule;
        }
    }
    return met;
}

async function serve(request, response)
{
    const operation = (request.headers["x-amz-target"] || "").split(".").pop();

    try
    {
        const body = await readBody(request);
        const rule = meet(operation, body);
        counts.set(operation, (counts.get(operation) || 0) + 1);
        faults += rule === null ? 0 : 1;
        await perform(rule === null ? "none" : rule.fault, rule === null ? 0 : rule.argument,
            response, () => forward(engine, request, body), () => landed++);
    }
    catch (error)
    {
        /* The engine is gone or the client is: it sees a closed connection. */
        request.socket.destroy();
    }
}

function parseRule(line)
{
    const pattern = new RegExp("^on (\\S+) (\\d+)(\\+?) (?:" +
        "(reset|stall|drop-reply|swallow-reply|half-close|double)|" +
        "(late|delay|delay-reply|double-late) (\\d+)|" +
        `(refuse|apply) (${Object.keys(ERRORS).join("|")}))(?: match (.+))?$`);
    const found = pattern.exec(line);

    if (found === null)
    {
        return null;
    }
    return {
        operation: found[1],
        nth: Number(found[2]),
        onwards: found[3] === "+",
        fault: found[4] || found[5] || found[7],
        argument: found[8] || Number(found[6] || 0),
        text: found[9] || "",
        seen: 0
    };
}

function count(operation)
{
    if (operation !== "*")
    {
        return counts.get(operation) || 0;
    }
    return [...counts.values()].reduce((sum, value) => sum + value, 0);
}

function obey(line)
{
    const rule = parseRule(line);

    if (rule !== null)
    {
        rules.push(rule);
        return "ok";
    }
    if (line.startsWith("count "))
    {
        return String(count(line.slice("count ".length)));
    }
    if (line === "faults")
    {
        return String(faults);
    }
    if (line === "landed")
    {
        return String(landed);
    }
    if (line === "clear")
    {
        rules = [];
        counts = new Map();
        faults = 0;
        landed = 0;
        return "ok";
    }
    return `not understood: ${line}`;
}

const server = http.createServer(serve);
/* An idle connection is not closed under a client that is about to use it. */
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () =>
{
    const input = readline.createInterface({ input: process.stdin });
    console.log(server.address().port);
    input.on("line", line => console.log(obey(line)));
    input.on("close", () => process.exit(0));
});
