/* support.js - what the tests of the drop-in share.
 *
 * $DDBLOCK_NODE_PACKAGE is the installed package; the engine is $DDBLOCK_TEST_DYNAMODB_ENDPOINT. */
"use strict";

const { spawn } = require("child_process");
const crypto = require("crypto");
const http = require("http");
const path = require("path");
const readline = require("readline");
const test = require("node:test");

const ROOT = path.join(__dirname, "..", "..", "..");
const MODULES = path.join(ROOT, "test", "npm", "node_modules");
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";

const PACKAGE = process.env.DDBLOCK_NODE_PACKAGE;
const ENDPOINT = process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT;
const AWS = require(path.join(MODULES, "aws-sdk"));

/* Connections that are kept alive, of the SDKs and of the engine, end in five seconds. */
const END_MS_MAX = 20000;

/* The engine keeps the tables of each access key apart: nobody meets ours. */
const KEYS = {
    accessKeyId: process.env.NODE_TEST_KEY ?? `NODE${crypto.randomBytes(8).toString("hex")}`,
    secretAccessKey: "made-up"
};

function documentClient(endpoint = ENDPOINT)
{
    return new AWS.DynamoDB.DocumentClient({ endpoint, region: "us-east-1", ...KEYS });
}

/* Makes a table; types is "S", "NS", …: of the partition key "id" and the sort key "sort". */
async function createTable(name, types = "S")
{
    const keys = ["id", "sort"].slice(0, types.length);

    await new AWS.DynamoDB({ endpoint: ENDPOINT, region: "us-east-1", ...KEYS }).createTable({
        TableName: name,
        AttributeDefinitions: keys.map((AttributeName, i) =>
            ({ AttributeName, AttributeType: types[i] })),
        KeySchema: keys.map((AttributeName, i) =>
            ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" })),
        BillingMode: "PAY_PER_REQUEST"
    }).promise();
    return name;
}

function item(table, Key)
{
    return documentClient().get({ TableName: table, Key, ConsistentRead: true }).promise()
        .then(({ Item }) => Item);
}

/* Runs a program of the test's, as text; resolves to what it printed and how it ended. */
function run(program, { args = [], env = {} } = {})
{
    return new Promise(resolve =>
    {
        const child = spawn(process.execPath, [...args, "-e", program], {
            env: { ...process.env, NODE_TEST_KEY: KEYS.accessKeyId, SUPPORT: __filename, ...env }
        });
        let out = "";
        child.stdout.on("data", data => (out += data));
        child.stderr.on("data", data => (out += data));
        child.on("close", (code, signal) => resolve({ out, code: signal ?? code }));
    });
}

/* A proxy in front of the engine; see test/support/fault-proxy.js for what it can be told. */
async function startProxy()
{
    const child = spawn(process.execPath,
        [path.join(ROOT, "test", "support", "fault-proxy.js"), ENDPOINT],
        { stdio: ["pipe", "pipe", "inherit"] });
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const port = (await lines.next()).value;

    return {
        endpoint: `http://127.0.0.1:${port}`,
        async tell(command)
        {
            child.stdin.write(`${command}\n`);
            return (await lines.next()).value;
        },
        stop: () => child.kill()
    };
}

/* A server that never answers. */
async function startSilent()
{
    const server = http.createServer(() => {});
    await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));

    return {
        endpoint: `http://127.0.0.1:${server.address().port}`,
        stop()
        {
            server.closeAllConnections?.(); /* of later Nodes; the clients end them, too */
            server.close();
        }
    };
}

/* Tests that spend their time waiting, run at once; by their names. */
function together(name, tests)
{
    test(name, { concurrency: true }, t => Promise.all(
        Object.entries(tests).map(([part, run]) => t.test(part, run))));
}

/* The last line of a file of tests: a process that does not end by itself, soon after its last test,
 * has failed. */
function mustEnd()
{
    test.after(() => setTimeout(() =>
    {
        console.error("something that a test left behind keeps the process");
        process.exit(1);
    }, END_MS_MAX).unref());
}

function sleep(ms)
{
    return new Promise(resolve => setTimeout(resolve, ms));
}

module.exports = {
    AWS, ENDPOINT, KEYS, MODULES, PACKAGE, ROOT,
    createTable, documentClient, item, mustEnd, run, sleep, startProxy, startSilent,
    together
};
