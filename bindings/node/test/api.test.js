/* api.test.js - the API of the original, call by call. */
"use strict";

const assert = require("assert");
const fs = require("fs");
const path = require("path");
const test = require("node:test");
const { promisify } = require("util");

const support = require("./support.js");
const { FailClosed, FailOpen, Lock } = require(support.PACKAGE);
const Original = require(path.join(support.MODULES, "dynamodb-lock-client"));

const dynamodb = support.documentClient();
const OPEN = { dynamodb, lockTable: "locks", partitionKey: "id", leaseDurationMs: 20000 };
const CLOSED = { dynamodb, lockTable: "locks", partitionKey: "id", acquirePeriodMs: 100 };

test.before(async () =>
{
    await support.createTable("locks");
    await support.createTable("numbers", "N");
    await support.createTable("sorted", "BS");
});

test("a lock that fails open", async () =>
{
    const client = new FailOpen({ ...OPEN, heartbeatPeriodMs: 5000, owner: "me" });
    const lock = await new Promise((resolve, reject) =>
        client.acquireLock("a", (error, acquired) => (error ? reject(error) : resolve(acquired))));

    assert(lock instanceof Lock);
    assert.strictEqual(lock.fencingToken, 1);
    const { guid, ...rest } = await support.item("locks", { id: "a" });
    assert(Buffer.isBuffer(guid));
    assert.strictEqual(rest.owner, "me");
    assert.strictEqual(rest.leaseDurationMs, 20000);
    assert.strictEqual(await promisify(lock.release.bind(lock))(), undefined);
    assert.strictEqual((await support.item("locks", { id: "a" })).leaseDurationMs, 1);
    const again = await promisify(client.acquireLock.bind(client))("a");
    assert.strictEqual(again.fencingToken, 2);
    await again.release();
});

test("a lock that fails closed", async () =>
{
    const client = FailClosed({ ...CLOSED, retryCount: 0 });
    const lock = await client.acquireLock("closed");

    assert(client instanceof FailClosed);
    assert.strictEqual(lock.fencingToken, undefined);
    assert.strictEqual(lock.remainingMs, Infinity);
    await lock.ensure(1e9);
    const other = new FailClosed({ ...CLOSED, retryCount: 1 });
    await assert.rejects(promisify(other.acquireLock.bind(other))("closed"), error =>
        error.message === "Failed to acquire lock." && error.code === "FailedToAcquireLock" &&
        error.retryable && error.originalError.code === "ConditionalCheckFailedException" &&
        error.originalError.message.includes("held by"));
    await lock.release();
    assert.strictEqual(await support.item("locks", { id: "closed" }), undefined);
});

test("a fail-closed lock that was taken away is not said to be released", async () =>
{
    const lock = await new FailClosed(CLOSED).acquireLock("gone");

    await dynamodb.delete({ TableName: "locks", Key: { id: "gone" } }).promise();
    const error = await new Promise(resolve => lock.release(resolve));
    assert.strictEqual(error.message, "Failed to release lock.");
    assert.strictEqual(error.code, "FailedToReleaseLock");
    assert.strictEqual(error.status, "LOST");
});

test("ids of every type", async () =>
{
    const numbers = new FailOpen({ ...OPEN, lockTable: "numbers" });
    for (const id of [7, -1.5, 2n ** 80n, { id: 12 }])
    {
        await (await numbers.acquireLock(id)).release();
    }
    assert.strictEqual((await support.item("numbers", { id: -1.5 })).fencingToken, 1);
    const sorted = new FailOpen({ ...OPEN, lockTable: "sorted", sortKey: "sort" });
    const id = { id: Buffer.from([0, 255]), sort: "x" };
    await (await sorted.acquireLock(id)).release();
    await (await sorted.acquireLock({ ...id, id: new Uint8Array(id.id) })).release();
    assert.strictEqual((await support.item("sorted", id)).fencingToken, 2);
    await assert.rejects(sorted.acquireLock("no sort key"),
        { message: "Lock ID is missing required sortKey value" });
    for (const wrong of [undefined, null, NaN, true, Symbol("s"), {}, "", "a".repeat(3000)])
    {
        await assert.rejects(new FailOpen(OPEN).acquireLock(wrong),
            { code: "ValidationException", status: "INVALID" });
    }
});

test("what the engine refuses comes with the code of the SDK", async () =>
{
    await assert.rejects(new FailOpen({ ...OPEN, lockTable: "missing" }).acquireLock("a"),
        { code: "ResourceNotFoundException", status: "NO_TABLE", retryable: false });
    await assert.rejects(new FailOpen({ ...OPEN, partitionKey: "other" }).acquireLock("a"),
        { code: "ValidationException", status: "WRONG_SCHEMA" });
});

test("wrong options are refused as by the original", () =>
{
    const configs = [
        {},
        { ...OPEN, dynamodb: undefined },
        { ...OPEN, partitionKey: "guid" },
        { ...OPEN, leaseDurationMs: "1000" },
        { ...OPEN, leaseDurationMs: 1.5 },
        { ...OPEN, retryCount: -1 },
        { ...OPEN, lockTable: "" },
        { ...OPEN, trustLocalTime: 1 },
        { ...OPEN, more: 1, owner: 5 }
    ];

    for (const config of configs)
    {
        let said;
        try
        {
            new Original.FailOpen(config);
        }
        catch (error)
        {
            said = error;
        }
        assert.throws(() => new FailOpen(config), { name: said.name, message: said.message });
    }
    assert.throws(() => new FailOpen({ ...OPEN, leaseDurationMs: 1 }), { name: "ValidationError" });
    assert.throws(() => new FailOpen({ ...OPEN, dynamodb: { get() {}, put() {}, delete() {} } }),
        { name: "ValidationError" });
});

test("what the original takes is taken", async () =>
{
    const open = new FailOpen({ ...OPEN, heartbeatPeriodMs: 19000, retryCount: 0 });
    await (await open.acquireLock("late heartbeats")).release();
    const closed = new FailClosed({ ...CLOSED, acquirePeriodMs: 0 });
    await (await closed.acquireLock("no pause")).release();
});

test("the original and the drop-in wait for each other", async () =>
{
    const config = { ...OPEN, leaseDurationMs: 1500, retryCount: 0 };
    const theirs = new Original.FailOpen({ ...config, heartbeatPeriodMs: 300 });
    const ours = new FailOpen({ ...config, heartbeatPeriodMs: 300 });
    const acquireTheirs = promisify(theirs.acquireLock.bind(theirs));
    const held = await acquireTheirs("both");

    await assert.rejects(ours.acquireLock("both"), { code: "FailedToAcquireLock" });
    await promisify(held.release.bind(held))();
    const lock = await ours.acquireLock("both");
    assert.strictEqual(lock.fencingToken, 2);
    await assert.rejects(acquireTheirs("both"), { code: "FailedToAcquireLock" });
    assert(lock.held);
    await lock.release();
    const last = await acquireTheirs("both");
    assert.strictEqual(last.fencingToken, 3);
    await promisify(last.release.bind(last))(); /* its heartbeats would keep this process */
});

test("the example of its README, with nothing but the require line changed", async () =>
{
    const example = path.join(support.MODULES, "dynamodb-lock-client", "examples", "readme.js");
    const program = fs.readFileSync(example, "utf8")
        .replace("require(\"../index.js\")", `require(${JSON.stringify(support.PACKAGE)})`);
    const table = "my-lock-table-name";

    assert(program.includes(support.PACKAGE));
    await new support.AWS.DynamoDB({ endpoint: support.ENDPOINT, region: "us-east-1", ...support.KEYS })
        .createTable({
            TableName: table,
            AttributeDefinitions: [{ AttributeName: "mylocks", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "mylocks", KeyType: "HASH" }],
            BillingMode: "PAY_PER_REQUEST"
        }).promise();
    /* The example says nothing of an engine on this machine: that is set beside it. */
    const { out, code } = await support.run(program, {
        args: ["-r", path.join(__dirname, "readme-engine.js")],
        env: {
            NODE_PATH: support.MODULES,
            AWS_ACCESS_KEY_ID: support.KEYS.accessKeyId,
            AWS_SECRET_ACCESS_KEY: support.KEYS.secretAccessKey
        }
    });
    assert.strictEqual(code, 0, out);
    assert.deepStrictEqual(out.trim().split("\n").sort(), [
        "acquired fail closed lock",
        "acquired fail open lock with fencing token 1",
        "released fail closed lock",
        "released fail open lock"
    ]);
});

support.mustEnd();
