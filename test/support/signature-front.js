/* signature-front.js - a front of an engine that checks signatures, as DynamoDB does.
 *
 *     node test/support/signature-front.js ENGINE_URL KEYS [PEM]
 *
 * KEYS is JSON: {"ACCESS KEY ID": {"secret": …, "token": …}, …}, token only where requests must
 * carry one. Listens on a free loopback port, with TLS if there is a PEM file (certificate
 * and key), and prints its number. Signatures are computed anew by the npm package aws4. Takes
 * commands from its standard input, one a line, answers each with one line, and ends when the
 * input does:
 *
 *     verified           answers how many requests were signed well
 *     refused            answers how many were not, or by keys that are unknown or over
 *     expire ID          these keys are over from now on. Answer: ok
 *     clock SECONDS      its clock is wrong by so much, and so are its Date headers. Answer: ok
 *     answer STATUS JSON the next request, signed well, is answered so. Answer: ok
 *     throttle N MS      the next N requests are throttled, with this x-amz-retry-after. Answer: ok */
"use strict";

const fs = require("fs");
const http = require("http");
const https = require("https");
const path = require("path");
const readline = require("readline");

const aws4 = require(path.join(__dirname, "..", "npm", "node_modules", "aws4"));

const PREFIX = "com.amazonaws.dynamodb.v20120810#";
const SIGNED = ["content-type", "host", "x-amz-date", "x-amz-target"];
const CLOCK_SECONDS_MAX = 300;

const engine = new URL(process.argv[2]);
const keys = JSON.parse(process.argv[3]);
const pem = process.argv[4];
const scripted = [];
let verified = 0;
let refused = 0;
let clockSeconds = 0;

function fault(code, message)
{
    return { status: 400, body: JSON.stringify({ __type: PREFIX + code, message }) };
}

/* The time of "20261125T101112Z", in milliseconds. */
function timeOf(date)
{
    return Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/* What is wrong with the signature of a request; null if nothing is. */
function check(request, body)
{
    const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/dynamodb\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
    const match = form.exec(request.headers.authorization || "");
    if (match === null)
    {
        return fault("IncompleteSignatureException", "no Authorization of the right form");
    }
    const [, id, , region, names] = match;
    const known = keys[id];
    if (known === undefined)
    {
        return fault("UnrecognizedClientException", "The security token is invalid.");
    }
    if (known.expired)
    {
        return fault("ExpiredTokenException", "The security token is expired");
    }
    const expected = known.token === undefined ? SIGNED : [...SIGNED, "x-amz-security-token"].sort();
    if (names !== expected.join(";") || request.headers["x-amz-security-token"] !== known.token)
    {
        return fault("InvalidSignatureException", `signed are ${names}`);
    }
    const now = Date.now() + clockSeconds * 1000;
    if (Math.abs(timeOf(request.headers["x-amz-date"]) - now) > CLOCK_SECONDS_MAX * 1000)
    {
        return fault("InvalidSignatureException", "Signature expired");
    }
    const again = {
        service: "dynamodb",
        region,
        method: request.method,
        path: request.url,
        headers: Object.fromEntries(expected.map(name => [name, request.headers[name]])),
        body,
        extraHeadersToIgnore: { "content-length": true }
    };
    aws4.sign(again, { accessKeyId: id, secretAccessKey: known.secret });
    const authorization = again.headers.Authorization || again.headers.authorization;
    return authorization === request.headers.authorization
        ? null : fault("InvalidSignatureException", "the signature does not match");
}

function forward(request, body, response)
{
    const onward = http.request(
        {
            host: engine.hostname,
            port: engine.port,
            method: "POST",
            headers: {
                "Content-Type": request.headers["content-type"],
                "X-Amz-Target": request.headers["x-amz-target"],
                "X-Amz-Date": request.headers["x-amz-date"],
                "Content-Length": Buffer.byteLength(body),
                /* One engine and region for all keys. */
                Authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/" +
                    "dynamodb/aws4_request, SignedHeaders=host, Signature=0"
            }
        },
        reply =>
        {
            const { date, ...headers } = reply.headers;
            response.writeHead(reply.statusCode, headers);
            reply.pipe(response);
        }
    );
    onward.on("error", () => response.destroy());
    onward.end(body);
}

function answer(response, { status, body, headers })
{
    response.writeHead(status, { "Content-Type": "application/x-amz-json-1.0", ...headers });
    response.end(body);
}

function handle(request, response)
{
    const chunks = [];
    request.on("data", chunk => chunks.push(chunk));
    request.on("end", () =>
    {
        const body = Buffer.concat(chunks).toString("utf8");
        const wrong = check(request, body);
        response.setHeader("Date", new Date(Date.now() + clockSeconds * 1000).toUTCString());
        if (wrong !== null)
        {
            refused++;
            answer(response, wrong);
            return;
        }
        verified++;
        if (scripted.length > 0)
        {
            answer(response, scripted.shift());
            return;
        }
        forward(request, body, response);
    });
}

function command(line)
{
    const [name, first, ...rest] = line.split(" ");
    switch (name)
    {
    case "verified":
        return String(verified);
    case "refused":
        return String(refused);
    case "expire":
        keys[first].expired = true;
        return "ok";
    case "clock":
        clockSeconds = Number(first);
        return "ok";
    case "answer":
        scripted.push({ status: Number(first), body: rest.join(" ") });
        return "ok";
    case "throttle":
        for (let i = 0; i < Number(first); i++)
        {
            scripted.push({
                ...fault("ThrottlingException", "slow down"),
                headers: { "x-amz-retry-after": rest[0] }
            });
        }
        return "ok";
    default:
        return "what?";
    }
}

const server = pem === undefined
    ? http.createServer(handle)
    : https.createServer({ cert: fs.readFileSync(pem), key: fs.readFileSync(pem) }, handle);

server.listen(0, "127.0.0.1", () =>
{
    console.log(server.address().port);
    readline.createInterface({ input: process.stdin })
        .on("line", line => console.log(command(line)))
        .on("close", () => process.exit(0));
});
