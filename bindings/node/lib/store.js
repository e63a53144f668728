/* store.js - a table as a store of ddblock's: one for each "dynamodb" and table, shared by clients. */
"use strict";

const addon = require("./native.js");

class Store {}

/* By "dynamodb", and then by table and keys. The clients keep their store; without them it is
 * closed when it is collected. */
const stores = new WeakMap();

function millisecondsOf(instant)
{
    const ms = instant === undefined || instant === null ? NaN : new Date(instant).getTime();

    return Number.isNaN(ms) ? undefined : ms;
}

/* The library shows less than that of a sentence. */
const SENTENCE_LENGTH_MAX = 1000;

function sentenceOf(error)
{
    return String(error?.message ?? error).replaceAll("\0", "").slice(0, SENTENCE_LENGTH_MAX);
}

/* Answers the library, which waits for keys, in any case. */
async function answer(weakStore, keys)
{
    let given;

    try
    {
        const found = await keys();
        given = {
            accessKeyId: found.accessKeyId,
            secretAccessKey: found.secretAccessKey,
            sessionToken: found.sessionToken,
            expiresUnixMs: millisecondsOf(found.expiration ?? found.expireTime)
        };
        if (!given.accessKeyId || !given.secretAccessKey)
        {
            throw new Error("the program's credentials have no accessKeyId or no secretAccessKey");
        }
    }
    catch (error)
    {
        given = sentenceOf(error);
    }
    const store = weakStore.deref();
    if (store === undefined)
    {
        return;
    }
    try
    {
        addon.giveKeys(store, given);
    }
    catch (error) /* keys that are no strings, or none that a key could be */
    {
        addon.giveKeys(store, `the program's credentials: ${sentenceOf(error)}`);
    }
}

function openStore(place, table)
{
    const store = new Store();
    const weakStore = new WeakRef(store); /* the addon keeps the function, which must not keep it */
    const { keys, ...options } = place;

    addon.openStore(store, { ...options, ...table }, keys && (() => void answer(weakStore, keys)));
    return store;
}

/* The store of that table, opened if it is not yet. */
function storeFor(dynamodb, place, table)
{
    const name = JSON.stringify([table.lockTable, table.partitionKey, table.sortKey]);
    const known = stores.get(dynamodb) ?? new Map();
    let store = known.get(name)?.deref();

    if (store === undefined)
    {
        store = openStore(place, table);
        known.set(name, new WeakRef(store));
        stores.set(dynamodb, known);
    }
    return store;
}

module.exports = { storeFor };
