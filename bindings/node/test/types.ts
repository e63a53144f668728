/* types.ts - what a program in TypeScript may write, and what it may not: each line after a mark
 * that an error is expected must be one that the compiler refuses. */
import { FailClosed, FailOpen, Lock, LockError } from "ddblock";
import { DynamoDB } from "@aws-sdk/client-dynamodb";

const open = new FailOpen({
    dynamodb: { region: "us-east-1", credentials: async () => ({ accessKeyId: "a", secretAccessKey: "b" }) },
    lockTable: "locks",
    partitionKey: "id",
    leaseDurationMs: 1e4
});
const closed: FailClosed = FailClosed({
    dynamodb: new DynamoDB({}),
    lockTable: "locks",
    partitionKey: "id",
    acquirePeriodMs: 1e3
});

open.acquireLock("a", (error, lock) =>
{
    if (error)
    {
        const code: string = error.code;
        return console.log(code);
    }
    const token: number = lock.fencingToken;
    lock.on("error", (failure: LockError) => console.log(failure.status, token));
    lock.release(failure => console.log(failure?.message));
});

async function work(): Promise<void>
{
    const lock: Lock = await closed.acquireLock({ id: 1n, sort: Buffer.from("b") },
        { signal: AbortSignal.timeout(1000), waitMs: Infinity });
    lock.on("at-risk", error => console.log(error.message)).on("renewed", () => lock.touch());
    await lock.ensure(500);
    const left: number = lock.remainingMs;
    await lock.release();
    console.log(left, open.metrics.length);
    await open.close();

    // @ts-expect-error: a lock that fails closed may have no token
    const token: number = lock.fencingToken;
    // @ts-expect-error: an event that there is not
    lock.on("gone", () => token);
    // @ts-expect-error: how much is needed must be said
    await lock.ensure();
    // @ts-expect-error: no id
    await open.acquireLock(true);
    // @ts-expect-error: a signal is an AbortSignal
    await open.acquireLock("a", { signal: 5 });
}

// @ts-expect-error: a lease is needed
FailOpen({ dynamodb: {}, lockTable: "locks", partitionKey: "id" });
// @ts-expect-error: an option of the other kind
FailClosed({ dynamodb: {}, lockTable: "l", partitionKey: "id", acquirePeriodMs: 1, leaseDurationMs: 1 });
// @ts-expect-error: locks are made by acquireLock
new Lock();

void work();
