/* fault-proxy.js - an HTTP proxy in front of an engine that does wrong when told to.
 *
 *     node test/support/fault-proxy.js http://127.0.0.1:PORT
 *
 * Listens on a free loopback port and prints its number. Then it takes commands from its
 * standard input, one a line, and answers each with one line; it ends when the input does.
 *
 *     on OPERATION NTH FAULT [MS | STATUS] [match TEXT]
 *                       the NTH request from now (1: the next) whose X-Amz-Target ends in
 *                       OPERATION (*: any) and whose body holds TEXT meets the fault, once.
 *                       NTH+ instead: that one and all after it. Answer: ok
 *     count OPERATION   answers how many such requests have come (*: any)
 *     faults            answers how many faults have happened
 *     landed            answers how many late requests the engine has carried out by now
 *     clear             forgets the faults and the counts. Answer: ok
 *
 * Faults: in all of them the client sees what a bad network or a busy service shows it.
 *
 *     reset             closes the connection; the engine never sees the request
 *     drop-reply        closes the connection after the engine has answered
 *     swallow-reply     the engine has answered, the client is never told
 *     late MS           closes the connection; the engine gets the request MS later
 *     delay MS          the engine gets the request MS later
 *     delay-reply MS    the engine's answer comes MS later
 *     double            the engine gets the request twice; the first answer is passed on
 *     refuse STATUS     answers 400 (throttled), 500 or 503; the engine never sees it
 *     apply STATUS      answers the same; the engine has carried the request out */
"use strict";

const http = require("http");
const readline = require("readline");

/* DynamoDB's bodies are at most 16 MiB; locks need a few KiB. */
const BODY_SIZE_MAX = 1024 * 1024;

const ERRORS = {
    400: "com.amazonaws.dynamodb.v20120810#ThrottlingException",
    500: "com.amazonaws.dynamodb.v20120810#InternalServerError",
    503: "com.amazonaws.dynamodb.v20120810#ServiceUnavailable"
};

const engine = new URL(process.argv[2]);
let rules = [];
let counts = new Map();
let faults = 0;
let landed = 0;

function sleep(ms)
{
    return new Promise(resolve => setTimeout(resolve, ms));
}

function readBody(stream)
{
    return new Promise((resolve, reject) =>
    {
        const chunks = [];
        let size = 0;
        stream.on("data", chunk =>
        {
            size += chunk.length;
            if (size > BODY_SIZE_MAX)
            {
                stream.destroy(new Error("the body is too large"));
                return;
            }
            chunks.push(chunk);
        });
        stream.on("end", () => resolve(Buffer.concat(chunks)));
        stream.on("error", reject);
    });
}

/* Sends the request to the engine, on a connection of its own: one that is used again may
 * just have been closed, and that would be a fault that nobody asked for. */
function forward(request, body)
{
    return new Promise((resolve, reject) =>
    {
        const upstream = http.request(
            {
                host: engine.hostname,
                port: engine.port,
                method: request.method,
                path: request.url,
                headers: { ...request.headers, connection: "close" },
                agent: false
            },
            async reply =>
            {
                try
                {
                    resolve({
                        status: reply.statusCode,
                        headers: reply.headers,
                        body: await readBody(reply)
                    });
                }
                catch (error)
                {
                    reject(error);
                }
            }
        );
        upstream.on("error", reject);
        upstream.end(body);
    });
}

/* Passes an answer on; one whose client has gone is nobody's business. */
function answer(response, reply)
{
    const headers = { ...reply.headers, "content-length": reply.body.length };

    delete headers.connection;
    delete headers["keep-alive"];
    delete headers["transfer-encoding"];
    response.writeHead(reply.status, headers);
    response.end(reply.body);
}

function errorReply(status)
{
    return {
        status,
        headers: { "content-type": "application/x-amz-json-1.0" },
        body: Buffer.from(JSON.stringify({ __type: ERRORS[status], message: "fault-proxy" }))
    };
}

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

async function actOn(rule, request, body, response)
{
    const socket = request.socket;
    let reply;

    switch (rule === null ? "none" : rule.fault)
    {
    case "reset":
        socket.destroy();
        break;
    case "drop-reply":
        await forward(request, body);
        socket.destroy();
        break;
    case "swallow-reply":
        await forward(request, body);
        break;
    case "late":
        socket.destroy();
        await sleep(rule.argument);
        await forward(request, body);
        landed++;
        break;
    case "delay":
        await sleep(rule.argument);
        answer(response, await forward(request, body));
        break;
    case "delay-reply":
        reply = await forward(request, body);
        await sleep(rule.argument);
        answer(response, reply);
        break;
    case "double":
        reply = await forward(request, body);
        await forward(request, body);
        answer(response, reply);
        break;
    case "refuse":
        answer(response, errorReply(rule.argument));
        break;
    case "apply":
        await forward(request, body);
        answer(response, errorReply(rule.argument));
        break;
    default:
        answer(response, await forward(request, body));
    }
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
        await actOn(rule, request, body, response);
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
        "(reset|drop-reply|swallow-reply|double)|" +
        "(late|delay|delay-reply) (\\d+)|" +
        "(refuse|apply) (400|500|503))(?: match (.+))?$");
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
        argument: Number(found[6] || found[8] || 0),
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
