/* peers.js - the other clients, for tests to use in their own process.
 *
 * open(kind, options): the npm package dynamodb-lock-client 0.7.3 on aws-sdk 2, as a client of
 * $DDBLOCK_TEST_DYNAMODB_ENDPOINT or of options.endpoint. kind is
 *
 *     npm   as it is: items through the DocumentClient, guid of type B
 *     v3    the same rules with the items of its fork for the AWS SDK v3: low-level items, guid of
 *           type S (base64), a missing lockAcquiredTimeUnixMs read as 0, string keys only
 *
 * options: table, failClosed, config (the package's own options), endpoint, and gate, see below. */
"use strict";

const path = require("path");

const MODULES = path.join(__dirname, "..", "npm", "node_modules");
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const AWS = require(path.join(MODULES, "aws-sdk"));
const LockClient = require(path.join(MODULES, "dynamodb-lock-client"));

function reach(endpoint)
{
    return {
        endpoint: endpoint || process.env.DDBLOCK_TEST_DYNAMODB_ENDPOINT,
        region: process.env.AWS_REGION || "us-east-1"
    };
}

/* The table itself, with items as the wire has them: {S: …}, {N: …}, {B: …}. */
function tableOf(endpoint)
{
    return new AWS.DynamoDB(reach(endpoint));
}

/* What the fork stores for a value of the package's, and the way back. A guid that was read stays
 * as it was read, whatever its type, as in the fork. */
function toStored(value)
{
    if (Buffer.isBuffer(value))
    {
        return { S: value.toString("base64") };
    }
    if (typeof value === "object")
    {
        return value;
    }
    return typeof value === "number" ? { N: String(value) } : { S: value };
}

function fromStored(name, value)
{
    return name !== "guid" && value.N !== undefined ? Number(value.N) : value.S || value;
}

function mapValues(object, change)
{
    return object && Object.fromEntries(
        Object.entries(object).map(([name, value]) => [name, change(name, value)])
    );
}

/* What the package takes for a DocumentClient, storing as the fork does. */
function forkDocuments(table)
{
    const stored = object => mapValues(object, (name, value) => toStored(value));
    const low = params => ({
        ...params,
        ...(params.Item && { Item: stored(params.Item) }),
        ...(params.Key && { Key: stored(params.Key) }),
        ...(params.ExpressionAttributeValues &&
            { ExpressionAttributeValues: stored(params.ExpressionAttributeValues) })
    });

    return {
        put: (params, callback) => table.putItem(low(params), callback),
        delete: (params, callback) => table.deleteItem(low(params), callback),
        get: (params, callback) => table.getItem(low(params), (error, data) =>
        {
            if (!error && data.Item)
            {
                const read = { lockAcquiredTimeUnixMs: { N: "0" }, ...data.Item };
                data.Item = mapValues(read, (name, value) =>
                    (name === "guid" ? value : fromStored(name, value)));
            }
            callback(error, data);
        })
    };
}

/* Holds requests and replies back, so that a test can choose when they pass. hold(what, matches):
 * the next request ("request") or reply ("reply") of a put whose Item matches waits; what is
 * returned has "held", a promise that it does, and "pass", which lets it go and resolves to the
 * error of the reply; or instead "fail", which answers a request with an error, unsent; or "again",
 * which loses a reply, and sends the request once more, as the SDK does. */
class Gate
{
    constructor()
    {
        this.rules = [];
    }

    hold(what, matches)
    {
        const rule = { what, matches };
        rule.held = new Promise(resolve => { rule.arrived = resolve; });
        rule.answered = new Promise(resolve => { rule.answer = resolve; });
        rule.pass = () =>
        {
            rule.go();
            return rule.answered;
        };
        this.rules.push(rule);
        return rule;
    }

    around(documents)
    {
        const put = (params, callback) =>
        {
            const at = this.rules.findIndex(rule => rule.matches(params.Item));
            if (at < 0)
            {
                return documents.put(params, callback);
            }
            const [rule] = this.rules.splice(at, 1);
            const send = done => documents.put(params, (error, data) =>
            {
                rule.answer(error);
                done(error, data);
            });
            if (rule.what === "request")
            {
                rule.go = () => send(callback);
                rule.fail = callback;
                return rule.arrived();
            }
            return send((error, data) =>
            {
                rule.go = () => callback(error, data);
                rule.again = () => documents.put(params, callback);
                rule.arrived();
            });
        };

        return {
            put,
            get: (params, callback) => documents.get(params, callback),
            delete: (params, callback) => documents.delete(params, callback)
        };
    }
}

/* Counts the puts that are under way. */
function counted(documents)
{
    const flights = { count: 0, landed: [] };

    return {
        flights,
        put(params, callback)
        {
            flights.count++;
            documents.put(params, (error, data) =>
            {
                callback(error, data);
                flights.count--;
                flights.landed.splice(0).forEach(resolve => resolve());
            });
        },
        get: (params, callback) => documents.get(params, callback),
        delete: (params, callback) => documents.delete(params, callback)
    };
}

/* A lock of theirs with promises. "errors" has what its "error" events said. calm() resolves when
 * no heartbeat is under way: a release that crosses one changes nothing and is called a
 * success. */
function promised(lock, flights)
{
    const ours = { token: lock.fencingToken || 0, errors: [] };

    lock.on("error", error => ours.errors.push(error.message));
    ours.onError = listener => lock.on("error", listener);
    ours.release = () => new Promise((resolve, reject) =>
        lock.release(error => (error ? reject(error) : resolve())));
    ours.calm = async () =>
    {
        while (flights.count > 0)
        {
            await new Promise(resolve => flights.landed.push(resolve));
        }
    };
    return ours;
}

function open(kind, options)
{
    const plain = kind === "v3"
        ? forkDocuments(tableOf(options.endpoint))
        : new AWS.DynamoDB.DocumentClient(reach(options.endpoint));
    const documents = counted(options.gate ? options.gate.around(plain) : plain);
    const Client = options.failClosed ? LockClient.FailClosed : LockClient.FailOpen;
    const client = new Client({
        dynamodb: documents,
        lockTable: options.table,
        partitionKey: "id",
        ...options.config
    });

    return {
        acquire: id => new Promise((resolve, reject) => client.acquireLock(id, (error, lock) =>
            (error ? reject(error) : resolve(promised(lock, documents.flights)))))
    };
}

module.exports = { open, tableOf, Gate };
