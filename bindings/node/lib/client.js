/* client.js - FailOpen and FailClosed. */
"use strict";

const addon = require("./native.js");
const { check, clientOptions } = require("./config.js");
const { errorOf, thrownError } = require("./errors.js");
const { Lock, callBack } = require("./lock.js");
const { placeOf } = require("./place.js");
const { storeFor } = require("./store.js");

const WAIT_BY_RETRY_COUNT = -1;

class Handle {}

/* One part of an id, as the addon takes it. */
function keyOf(value, name)
{
    if (typeof value === "string" || Buffer.isBuffer(value))
    {
        return value;
    }
    if (value instanceof Uint8Array)
    {
        return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    if (typeof value === "bigint" || Number.isFinite(value))
    {
        return { number: String(value) };
    }
    throw errorOf("INVALID", `the ${name} of the lock's id must be a string, a number or a Buffer`);
}

function waitOf(waitMs)
{
    if (waitMs === undefined)
    {
        return WAIT_BY_RETRY_COUNT;
    }
    if (typeof waitMs !== "number" || !(waitMs >= 0))
    {
        throw errorOf("INVALID", "waitMs must be a number of milliseconds, 0 or more");
    }
    return Math.min(Math.round(waitMs), Number.MAX_SAFE_INTEGER);
}

class Client
{
    #config;
    #options;
    #store;
    #handle;
    #opening; /* a promise, where region and endpoint had to be asked for */
    #closed = false;
    #locks = new Set(); /* that have not come to their end */

    constructor(config, failsClosed)
    {
        check(config, failsClosed);
        this.#config = { ...config };
        this.#options = clientOptions(config, failsClosed);
        const place = placeOf(config.dynamodb);
        if (place instanceof Promise)
        {
            this.#opening = place.then(found => this.#open(found));
            this.#opening.catch(() => {}); /* told by each acquisition */
        }
        else
        {
            this.#open(place);
        }
    }

    #open(place)
    {
        const { dynamodb, lockTable, partitionKey, sortKey } = this.#config;
        const handle = new Handle();

        try
        {
            this.#store = storeFor(dynamodb, place, { lockTable, partitionKey, sortKey });
            addon.openClient(handle, this.#store, this.#options);
        }
        catch (error)
        {
            throw thrownError(error);
        }
        this.#handle = handle;
    }

    #keyOf(id)
    {
        const { partitionKey, sortKey } = this.#config;
        const parts = typeof id === "object" && id !== null && !(id instanceof Uint8Array)
            ? id : { [partitionKey]: id };

        if (sortKey !== undefined && parts[sortKey] === undefined)
        {
            throw new Error("Lock ID is missing required sortKey value");
        }
        return {
            partition: keyOf(parts[partitionKey], "partition key"),
            sort: sortKey === undefined ? undefined : keyOf(parts[sortKey], "sort key")
        };
    }

    async #acquire(id, { signal, waitMs } = {})
    {
        const key = this.#keyOf(id);
        const wait = waitOf(waitMs);

        if (this.#opening !== undefined)
        {
            await this.#opening;
        }
        signal?.throwIfAborted();
        if (this.#closed)
        {
            throw errorOf("CANCELLED", "the client is closed");
        }
        const lock = new Lock(this.#options.heartbeatPeriodMs > 0);
        try
        {
            const acquiring = Lock.start(lock, this.#handle, key, wait, signal);
            this.#locks.add(lock);
            Lock.ended(lock).then(() => this.#locks.delete(lock));
            return acquiring;
        }
        catch (error)
        {
            throw thrownError(error);
        }
    }

    acquireLock(id, options, callback)
    {
        return typeof options === "function"
            ? callBack(this.#acquire(id), options)
            : callBack(this.#acquire(id, options), callback);
    }

    /* What happened in the store, in Prometheus' text format. */
    get metrics()
    {
        return this.#store === undefined ? "" : addon.metrics(this.#store);
    }

    /* Gives up what is waited for, releases what is held, and ends. */
    async close()
    {
        this.#closed = true;
        await Promise.all([...this.#locks].map(Lock.stop));
        if (this.#handle !== undefined)
        {
            addon.closeClient(this.#handle);
        }
    }
}

/* With new or without, and to be extended, as with the original. */
function kindOf(failsClosed)
{
    const kind = function(config)
    {
        return Reflect.construct(Client, [config, failsClosed], new.target ?? kind);
    };

    kind.prototype = Object.create(Client.prototype, { constructor: { value: kind } });
    return kind;
}

const FailClosed = kindOf(true);
const FailOpen = kindOf(false);

module.exports = { FailClosed, FailOpen };
