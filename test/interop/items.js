/* items.js - what an item of ours must be like for every reader of the format to be safe with it. */
"use strict";

const assert = require("assert");

/* A fail-open reader counts with these as JavaScript's numbers. */
const TOKEN_MAX = Number.MAX_SAFE_INTEGER;
const LEASE_MAX = 2 ** 31 - 1;
const WALL_CLOCK_MS_MAX = 60000; /* the item is looked at within a minute of being written */

function whole(value, most, what)
{
    assert.match(value.N, /^[1-9][0-9]*$/, what);
    assert.ok(Number(value.N) <= most, `${what}: ${value.N}`);
}

function expectOurs(item, row, leaseMs, token)
{
    assert.deepEqual(Object.keys(item.owner), ["S"]);
    assert.ok(item.owner.S.length > 0);
    assert.deepEqual(Object.keys(item.guid), ["B"]);
    assert.equal(item.guid.B.length, 64);
    if (row.closed)
    {
        assert.equal(item.fencingToken, undefined);
        assert.equal(item.leaseDurationMs, undefined);
        return;
    }
    whole(item.fencingToken, TOKEN_MAX, "fencingToken");
    assert.equal(Number(item.fencingToken.N), token);
    whole(item.leaseDurationMs, LEASE_MAX, "leaseDurationMs");
    assert.equal(Number(item.leaseDurationMs.N), leaseMs);
    whole(item.lockAcquiredTimeUnixMs, TOKEN_MAX, "lockAcquiredTimeUnixMs");
    assert.ok(Math.abs(Date.now() - Number(item.lockAcquiredTimeUnixMs.N)) < WALL_CLOCK_MS_MAX,
        `lockAcquiredTimeUnixMs ${item.lockAcquiredTimeUnixMs.N} is not the time of its writing`);
}

module.exports = { expectOurs };
