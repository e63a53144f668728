/* faults.js - what can go wrong with one HTTP request on its way to an engine and back; for
 * fault-proxy.js, which is told, and for test/chaos/proxy.js, which draws lots.
 *
 * In all of them the client sees what a bad network or a busy service shows it:
 *
 *     reset             closes the connection; the engine never sees the request
 *     stall             is never answered; the engine never sees the request
 *     drop-reply        closes the connection after the engine has answered
 *     swallow-reply     the engine has answered, the client is never told
 *     half-close        half of the engine's answer comes, then the end of the stream
 *     late MS           closes the connection; the engine gets the request MS later
 *     delay MS          the engine gets the request MS later
 *     delay-reply MS    the engine's answer comes MS later
 *     double            the engine gets the request twice; the first answer is passed on
 *     double-late MS    the same, the second time MS later
 *     refuse ERROR      answers with an error; the engine never sees the request
 *     apply ERROR       answers with an error; the engine has carried the request out
 *
 * ERROR is 400 (throttled), exceeded (throttled, the older way), 500 or 503. */
"use strict";

const http = require("http");

/* DynamoDB's bodies are at most 16 MiB; locks need a few KiB. */
const BODY_SIZE_MAX = 1024 * 1024;

const PREFIX = "com.amazonaws.dynamodb.v20120810#";
const ERRORS = {
    400: { status: 400, type: "ThrottlingException" },
    exceeded: { status: 400, type: "ProvisionedThroughputExceededException" },
    500: { status: 500, type: "InternalServerError" },
    503: { status: 503, type: "ServiceUnavailable" }
};

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
function forward(engine, request, body)
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

/* The length of the whole, the bytes of a half, and the end. */
function answerHalf(response, reply)
{
    const half = reply.body.subarray(0, Math.floor(reply.body.length / 2));

    response.writeHead(reply.status, { "content-length": reply.body.length });
    response.write(half, () => response.req.socket.end());
}

function errorReply(name)
{
    const { status, type } = ERRORS[name];

    return {
        status,
        headers: { "content-type": "application/x-amz-json-1.0" },
        body: Buffer.from(JSON.stringify({ __type: PREFIX + type, message: "fault-proxy" }))
    };
}

/* Has the fault happen to a request. toEngine() gives the request to the engine and resolves to
 * its answer; landed() is called when one that came late has been carried out. */
async function perform(fault, argument, response, toEngine, landed)
{
    const socket = response.req.socket;
    let reply;

    switch (fault)
    {
    case "reset":
        socket.destroy();
        break;
    case "stall":
        break;
    case "drop-reply":
        await toEngine();
        socket.destroy();
        break;
    case "swallow-reply":
        await toEngine();
        break;
    case "half-close":
        answerHalf(response, await toEngine());
        break;
    case "late":
        socket.destroy();
        await sleep(argument);
        await toEngine();
        landed();
        break;
    case "delay":
        await sleep(argument);
        answer(response, await toEngine());
        break;
    case "delay-reply":
        reply = await toEngine();
        await sleep(argument);
        answer(response, reply);
        break;
    case "double":
        reply = await toEngine();
        await toEngine();
        answer(response, reply);
        break;
    case "double-late":
        answer(response, await toEngine());
        await sleep(argument);
        await toEngine();
        landed();
        break;
    case "refuse":
        answer(response, errorReply(argument));
        break;
    case "apply":
        await toEngine();
        answer(response, errorReply(argument));
        break;
    default:
        answer(response, await toEngine());
    }
}

module.exports = { ERRORS, forward, perform, readBody, sleep };
