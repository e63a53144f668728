/* clocks.js - other clocks for a process of scripts/chaos.
 *
 * No promise may depend on two clocks that are set alike, so some processes get a time namespace
 * in which CLOCK_MONOTONIC and CLOCK_BOOTTIME are days ahead, where the machine allows that
 * (time_namespaces(7); needs root), and some a wall clock that is wrong (wall_clock.c). */
"use strict";

const { spawnSync } = require("child_process");

function namespaceArguments(seconds)
{
    return ["--time", "--monotonic", String(seconds), "--boottime", String(seconds)];
}

const hasNamespaces =
    spawnSync("unshare", [...namespaceArguments(1), "true"], { stdio: "ignore" }).status === 0;

/* The command to run with clocks that are ahead by so much: { command, args, env, ahead_us }, the
 * last being what the namespace really adds to CLOCK_MONOTONIC. */
function withClocks({ monotonic_s, wall_s, library }, command, args)
{
    const env = {};
    let ahead_us = 0n;

    if (wall_s !== 0)
    {
        env.LD_PRELOAD = library;
        env.CHAOS_WALL_AHEAD_S = String(wall_s);
        /* AddressSanitizer wants to be loaded first, which matters for allocations only. */
        env.ASAN_OPTIONS = `verify_asan_link_order=0:${process.env.ASAN_OPTIONS || ""}`;
    }
    if (monotonic_s > 0 && hasNamespaces)
    {
        args = [...namespaceArguments(monotonic_s), "--", command, ...args];
        command = "unshare"; /* which executes the command, as the same process */
        ahead_us = BigInt(monotonic_s) * 1000000n;
    }
    return { command, args, env, ahead_us };
}

module.exports = { hasNamespaces, withClocks };
