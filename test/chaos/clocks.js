/* clocks.js - other clocks for a process of scripts/chaos, where the machine allows them.
 *
 * No promise may depend on two clocks that are set alike, so some processes get a time namespace
 * in which CLOCK_MONOTONIC and CLOCK_BOOTTIME are days ahead (time_namespaces(7); needs root), and
 * some a wall clock that is wrong, which namespaces do not cover, by libfaketime. */
"use strict";

const { spawnSync } = require("child_process");
const fs = require("fs");

const FAKETIME = ["x86_64", "aarch64"]
    .map(machine => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
    .find(file => fs.existsSync(file));

function namespaceArguments(seconds)
{
    return ["--time", "--monotonic", String(seconds), "--boottime", String(seconds)];
}

const hasNamespaces =
    spawnSync("unshare", [...namespaceArguments(1), "true"], { stdio: "ignore" }).status === 0;

/* AddressSanitizer must be the first library of a program, and libfaketime wants to be. */
function hasFaketime(program)
{
    return FAKETIME !== undefined &&
        spawnSync(program, [], { stdio: "ignore", env: { LD_PRELOAD: FAKETIME } }).status === 64;
}

/* The command to run with clocks that are ahead by so much; { command, args, env, ahead_us }, the
 * last being what the namespace really adds to CLOCK_MONOTONIC. */
function withClocks({ monotonic_s, wall_s }, command, args, program)
{
    const env = {};
    let ahead_us = 0n;

    if (wall_s !== 0 && hasFaketime(program))
    {
        env.LD_PRELOAD = FAKETIME;
        env.FAKETIME = `${wall_s > 0 ? "+" : ""}${wall_s}s`;
        env.FAKETIME_DONT_FAKE_MONOTONIC = "1";
    }
    if (monotonic_s > 0 && hasNamespaces)
    {
        args = [...namespaceArguments(monotonic_s), "--", command, ...args];
        command = "unshare"; /* which executes the command, as the same process */
        ahead_us = BigInt(monotonic_s) * 1000000n;
    }
    return { command, args, env, ahead_us };
}

/* Removes what libfaketime leaves of a process that was killed. */
function cleanUp(pid)
{
    fs.rmSync(`/dev/shm/sem.faketime_sem_${pid}`, { force: true });
    fs.rmSync(`/dev/shm/faketime_shm_${pid}`, { force: true });
}

module.exports = { cleanUp, hasFaketime, hasNamespaces, withClocks };
