/* batch.js - compares heartbeats one a request (UpdateItem) with twenty-five a request (PartiQL,
 * BatchExecuteStatement), on DynamoDB Local:
 *
 *     node test/support/engines.js build/log node bench/batch.js [LOCKS [ROUNDS]]
 *
 * Each round renews every lock once, with as many locks under way in both ways. Prints a row for
 * each way: heartbeats a second, CPU of this client and of the engine for each, bytes sent for
 * each, and how long a reply took. Then what one of 25 statements whose condition does not hold
 * does to the others. Nothing is signed: DynamoDB Local does not look at signatures. */
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const http = require("http");
const url = require("url");

const LOCKS = Number(process.argv[2] || 1000);
const ROUNDS = Number(process.argv[3] || 10);
const BATCH = 25; /* API reference, BatchExecuteStatement: "Maximum number of 25 items" */
const UNDER_WAY = 100; /* locks */
const TICKS_PER_SECOND = 100; /* of /proc/PID/stat: sysconf(_SC_CLK_TCK) */
const TABLE = `batch-${process.pid}`;

const endpoint = new url.URL(process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT);
const agent = new http.Agent({ keepAlive: true, maxSockets: UNDER_WAY });
let bytesSent = 0;

function send(operation, body) {
    const text = JSON.stringify(body);
    bytesSent += text.length;
    return new Promise((resolve, reject) => {
        const request = http.request({
            agent, host: endpoint.hostname, port: endpoint.port, method: "POST",
            headers: {
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": `DynamoDB_20120810.${operation}`,
                "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/" +
                    "dynamodb/aws4_request, SignedHeaders=host, Signature=0",
            },
        }, response => {
            let reply = "";
            response.on("data", data => { reply += data; });
            response.on("end", () => {
                if (response.statusCode !== 200) {
                    reject(new Error(`${operation}: ${reply}`));
                    return;
                }
                resolve(JSON.parse(reply));
            });
        });
        request.on("error", reject);
        request.end(text);
    });
}

const guidOf = lock => ({ B: lock.guid.toString("base64") });

function renewOne(lock) {
    const fresh = crypto.randomBytes(64);
    return send("UpdateItem", {
        TableName: TABLE,
        Key: { id: { S: lock.id } },
        ConditionExpression: "#guid IN (:mine) AND #lease > :released",
        UpdateExpression: "SET #guid = :guid, #time = :time",
        ExpressionAttributeNames: {
            "#guid": "guid", "#lease": "leaseDurationMs", "#time": "lockAcquiredTimeUnixMs",
        },
        ExpressionAttributeValues: {
            ":mine": guidOf(lock), ":released": { N: "1" }, ":time": { N: String(Date.now()) },
            ":guid": { B: fresh.toString("base64") },
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }).then(() => { lock.guid = fresh; });
}

function renewBatch(locks) {
    const fresh = locks.map(() => crypto.randomBytes(64));
    return send("BatchExecuteStatement", {
        Statements: locks.map((lock, i) => ({
            Statement: `UPDATE "${TABLE}" SET guid=? SET lockAcquiredTimeUnixMs=? ` +
                "WHERE id=? AND guid=? AND leaseDurationMs>?",
            Parameters: [{ B: fresh[i].toString("base64") }, { N: String(Date.now()) },
                { S: lock.id }, guidOf(lock), { N: "1" }],
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        })),
    }).then(reply => {
        reply.Responses.forEach((one, i) => {
            if (one.Error === undefined) {
                locks[i].guid = fresh[i];
            }
        });
        return reply.Responses;
    });
}

/* CPU of the process that listens at the endpoint, the engine, in seconds. */
function engineCpu(pid) {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/* The engine is a child of our parent, engines.js. */
function findEngine() {
    const children = fs.readFileSync(`/proc/${process.ppid}/task/${process.ppid}/children`, "utf8");
    return children.trim().split(" ").find(pid =>
        fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("DynamoDBLocal"));
}

async function round(groups, renew, times) {
    const left = groups.slice();
    const workers = [];
    for (let i = 0; i < UNDER_WAY / groups[0].length; i++) {
        workers.push((async () => {
            while (left.length > 0) {
                const group = left.pop();
                const began = process.hrtime.bigint();
                await renew(group.length === 1 ? group[0] : group);
                times.push(Number(process.hrtime.bigint() - began) / 1e6);
            }
        })());
    }
    await Promise.all(workers);
}

async function measure(name, locks, size, renew, engine) {
    const groups = [];
    for (let i = 0; i < locks.length; i += size) {
        groups.push(locks.slice(i, i + size));
    }
    await round(groups, renew, []); /* warms the engine up */
    const times = [];
    const before = { bytes: bytesSent, cpu: process.cpuUsage(), engine: engineCpu(engine), at: Date.now() };
    for (let i = 0; i < ROUNDS; i++) {
        await round(groups, renew, times);
    }
    const beats = locks.length * ROUNDS;
    const cpu = process.cpuUsage(before.cpu);
    times.sort((a, b) => a - b);
    console.log(`| ${name} | ${Math.round(beats / (Date.now() - before.at) * 1000)} | ` +
        `${Math.round((cpu.user + cpu.system) / beats)} µs | ` +
        `${Math.round((engineCpu(engine) - before.engine) / beats * 1e6)} µs | ` +
        `${Math.round((bytesSent - before.bytes) / beats)} | ` +
        `${times[times.length >> 1].toFixed(1)} ms | ${times[times.length - 1].toFixed(1)} ms |`);
}

async function main() {
    const engine = findEngine();
    const locks = [];
    await send("CreateTable", {
        TableName: TABLE, BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    });
    for (let i = 0; i < LOCKS; i++) {
        const lock = { id: `lock-${i}`, guid: crypto.randomBytes(64) };
        locks.push(lock);
        await send("PutItem", { TableName: TABLE, Item: {
            id: { S: lock.id }, guid: guidOf(lock), fencingToken: { N: "1" }, owner: { S: "bench" },
            leaseDurationMs: { N: "10000" }, lockAcquiredTimeUnixMs: { N: "1" } } });
    }
    console.log("| | heartbeats a second | client's CPU | engine's CPU | bytes sent | reply, median | reply, slowest |");
    console.log("| --- | --- | --- | --- | --- | --- | --- |");
    await measure("1 a request", locks, 1, renewOne, engine);
    await measure("25 a request", locks, BATCH, renewBatch, engine);
    await measure("1 a request", locks, 1, renewOne, engine);
    await measure("25 a request", locks, BATCH, renewBatch, engine);
    locks[3].guid = crypto.randomBytes(64);
    const replies = await renewBatch(locks.slice(0, BATCH));
    const failed = replies.filter(one => one.Error !== undefined);
    console.log(`\nOne of ${BATCH} whose guid is wrong: ${failed.length} refused, as ` +
        `${failed[0].Error.Code}, ${failed[0].Error.Item ? "with" : "without"} the item.`);
    await send("DeleteTable", { TableName: TABLE });
    agent.destroy();
}

main().catch(error => {
    console.error(error.message);
    process.exitCode = 1;
});
