/* config.js - checks the options of a client, and turns them into those of ddblock.
 *
 * All that is wrong is told at once, in an error with the name and the words of the original's. */
"use strict";

const RESERVED = ["fencingToken", "leaseDurationMs", "lockAcquiredTimeUnixMs", "owner", "guid"];

const text = { type: "string" };
const key = { type: "string", not: RESERVED };
const count = { type: "number", min: 0 };
const period = { type: "number", min: 1 };

const COMMON = {
    dynamodb: { type: "object", required: true },
    lockTable: { ...text, required: true },
    partitionKey: { ...key, required: true },
    sortKey: key,
    owner: text,
    retryCount: count
};
const SCHEMAS = {
    open: {
        ...COMMON,
        leaseDurationMs: { type: "number", min: 2, required: true },
        heartbeatPeriodMs: count,
        trustLocalTime: { type: "boolean" },
        pollPeriodMs: period,
        maxHoldMs: count,
        watchdogMs: count,
        settleMs: count
    },
    closed: {
        ...COMMON,
        acquirePeriodMs: { ...count, required: true }
    }
};

/* What is wrong with a value, as the end of a sentence; undefined if nothing is. */
function faultOf(rule, value)
{
    if (value === undefined)
    {
        return rule.required ? "is required" : undefined;
    }
    if (typeof value !== rule.type || value === null)
    {
        return `must be a${rule.type === "object" ? "n" : ""} ${rule.type}`;
    }
    if (value === "")
    {
        return "is not allowed to be empty";
    }
    if (rule.not !== undefined && rule.not.includes(value))
    {
        return "contains an invalid value";
    }
    if (rule.type === "number" && !Number.isSafeInteger(value))
    {
        return "must be an integer";
    }
    return rule.min !== undefined && value < rule.min
        ? `must be larger than or equal to ${rule.min}`
        : undefined;
}

function validationError(message)
{
    const error = new Error(message);

    error.name = "ValidationError";
    error.code = "ValidationException";
    error.status = "INVALID";
    error.retryable = false;
    return error;
}

/* Throws if the options are wrong. */
function check(config, failsClosed)
{
    const schema = failsClosed ? SCHEMAS.closed : SCHEMAS.open;
    const faults = [];

    if (typeof config !== "object" || config === null)
    {
        throw validationError("\"value\" is required");
    }
    for (const [name, rule] of Object.entries(schema))
    {
        const fault = faultOf(rule, config[name]);
        if (fault !== undefined)
        {
            faults.push(`"${name}" ${fault}`);
        }
    }
    for (const name of Object.keys(config))
    {
        if (!Object.hasOwn(schema, name))
        {
            faults.push(`"${name}" is not allowed`);
        }
    }
    if (faults.length > 0)
    {
        throw validationError(faults.join(". "));
    }
}

/* What the original takes and ddblock refuses becomes the nearest that it takes: heartbeats that
 * come too late to save a lease, and attempts without a pause. */
function clientOptions(config, failsClosed)
{
    const common = { owner: config.owner, retryCount: config.retryCount, failsClosed };

    if (failsClosed)
    {
        return { ...common, acquirePeriodMs: Math.max(1, config.acquirePeriodMs) };
    }
    return {
        ...common,
        leaseDurationMs: config.leaseDurationMs,
        heartbeatPeriodMs: Math.min(config.heartbeatPeriodMs ?? 0,
            Math.floor(config.leaseDurationMs / 2)),
        trustLocalTime: config.trustLocalTime,
        pollPeriodMs: config.pollPeriodMs,
        maxHoldMs: config.maxHoldMs,
        watchdogMs: config.watchdogMs,
        settleMs: config.settleMs
    };
}

module.exports = { check, clientOptions, validationError };
