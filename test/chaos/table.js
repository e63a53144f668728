/* table.js - the lock table as the proxy sees it: what a request is about, and what a write has
 * done, told by the item before and after it and by nothing that a client says. */
"use strict";

const path = require("path");

process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require(path.join(__dirname, "..", "npm", "node_modules", "aws-sdk"));

const WRITES = ["UpdateItem", "PutItem", "DeleteItem"];

/* The lease that means released (docs/protocol.md). */
const RELEASED_MS = 1;

/* The operation of a request and its lock; null where it is about none. */
function describe(request, body)
{
    const operation = (request.headers["x-amz-target"] || "").split(".").pop();
    let key = null;

    if (WRITES.includes(operation) || operation === "GetItem")
    {
        const parsed = JSON.parse(body.toString("utf8"));
        key = (parsed.Key || parsed.Item || {}).id;
    }
    return { operation, lock: key ? key.S : null, isWrite: WRITES.includes(operation) };
}

function opOf(before, after)
{
    if (after === null || (before !== null && after.token < before.token))
    {
        return "odd"; /* nobody deletes here, and no token ever falls */
    }
    if (before === null || after.token > before.token)
    {
        return before === null || before.lease_ms <= RELEASED_MS ? "acquire" : "take-over";
    }
    if (after.lease_ms <= RELEASED_MS)
    {
        return "release";
    }
    return before.lease_ms <= RELEASED_MS ? "revive" : "renew";
}

class Table
{
    constructor(endpoint, name)
    {
        this.client = new AWS.DynamoDB({ endpoint, region: process.env.AWS_REGION });
        this.name = name;
        this.items = new Map(); /* lock → what stands there */
        this.turns = new Map(); /* lock → the write that is carried out */
    }

    async create()
    {
        await this.client.createTable({
            TableName: this.name,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }]
        }).promise();
        await this.client.waitFor("tableExists", { TableName: this.name }).promise();
    }

    async read(lock)
    {
        const { Item } = await this.client.getItem({
            TableName: this.name,
            Key: { id: { S: lock } },
            ConsistentRead: true
        }).promise();

        return Item === undefined ? null : {
            token: Number(Item.fencingToken.N),
            lease_ms: Number(Item.leaseDurationMs.N)
        };
    }

    /* Carries a write out, when those of the same lock before it are done, so that what it has
     * changed is known. Resolves to the engine's answer, and the change if there was one. */
    carryOut(lock, send, now)
    {
        const turn = (this.turns.get(lock) || Promise.resolve()).then(async () =>
        {
            const from = now();
            const reply = await send();
            const to = now();
            if (reply.status !== 200)
            {
                return { reply, change: null };
            }
            const before = this.items.get(lock) || null;
            const after = await this.read(lock);
            this.items.set(lock, after);
            return { reply, change: { from, to, lock, op: opOf(before, after), ...after } };
        });

        this.turns.set(lock, turn.catch(() => null)); /* the next one's turn comes in any case */
        return turn;
    }
}

module.exports = { Table, describe };
