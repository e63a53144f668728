/* lock.js - one acquisition of a lock, from its start to its release. */
"use strict";

const { EventEmitter } = require("events");

const addon = require("./native.js");
const { acquireError, errorOf, releaseError } = require("./errors.js");

/* As in ddblock.h. */
const ACQUIRED = 1;
const NOT_ACQUIRED = 2;
const AT_RISK = 3;
const RENEWED = 4;
const LOST = 5;

/* Calls back as a callback is called, outside of any promise: what it throws is not caught. */
function callBack(promise, callback)
{
    if (callback === undefined)
    {
        return promise;
    }
    promise.then(value => process.nextTick(callback, undefined, value),
        error => process.nextTick(callback, error));
    return undefined;
}

class Lock extends EventEmitter
{
    #state = "waiting"; /* then "held", "lost", "released"; each may be left out */
    #sendsHeartbeats;
    #acquisition; /* {resolve, reject} until it is decided */
    #end; /* a promise of [status, message] */
    #resolveEnd;
    #signal;
    #abort = () => addon.release(this);

    constructor(sendsHeartbeats)
    {
        super();
        this.#sendsHeartbeats = sendsHeartbeats;
        this.#end = new Promise(resolve => (this.#resolveEnd = resolve));
        this.fencingToken = undefined;
    }

    /* Starts the acquisition; returns a promise of the lock. Throws if it cannot be started. For
     * client.js. */
    static start(lock, client, key, waitMs, signal)
    {
        addon.acquire(client, lock, key.partition, key.sort, waitMs);
        lock.#signal = signal;
        signal?.addEventListener("abort", lock.#abort);
        return new Promise((resolve, reject) => (lock.#acquisition = { resolve, reject }));
    }

    /* Ends it, held or not; a promise that is never rejected. For client.js. */
    static async stop(lock)
    {
        addon.release(lock);
        await lock.#end;
    }

    /* A promise of its end. For client.js. */
    static ended(lock)
    {
        return lock.#end;
    }

    /* Takes an event of the addon's. */
    static take(lock, kind, status, message, token)
    {
        switch (kind)
        {
        case ACQUIRED:
            lock.#acquired(token);
            break;
        case AT_RISK:
            lock.emit("at-risk", errorOf(status, message));
            break;
        case RENEWED:
            lock.emit("renewed");
            break;
        case LOST:
            lock.#lost(errorOf("LOST", message));
            break;
        default:
            lock.#ended(kind, status, message);
        }
    }

    #decide()
    {
        const acquisition = this.#acquisition;

        this.#acquisition = undefined;
        this.#signal?.removeEventListener("abort", this.#abort);
        return acquisition;
    }

    #acquired(token)
    {
        if (this.#signal?.aborted)
        {
            return; /* it is being released, and rejected when that is done */
        }
        this.#state = "held";
        this.fencingToken = token === 0 ? undefined : token;
        this.#decide().resolve(this);
    }

    /* As with the original, a lock with heartbeats that is lost has an "error", which ends a program
     * that does not listen; unless it listens to "lost". */
    #lost(error)
    {
        this.#state = "lost";
        const heard = this.emit("lost", error);
        if (this.#sendsHeartbeats && (!heard || this.listenerCount("error") > 0))
        {
            this.emit("error", error);
        }
    }

    #ended(kind, status, message)
    {
        const aborted = this.#signal?.aborted;
        const acquisition = this.#decide();

        this.#state = "released";
        this.#resolveEnd([status, message]);
        if (acquisition !== undefined)
        {
            acquisition.reject(aborted ? this.#signal.reason
                : acquireError(kind === NOT_ACQUIRED ? status : "CANCELLED", message));
        }
    }

    /* For how long it is held for certain, in milliseconds; Infinity if it fails closed. */
    get remainingMs()
    {
        return addon.remainingMs(this);
    }

    /* True while it is held. */
    get held()
    {
        return this.#state === "held" && addon.remainingMs(this) > 0;
    }

    /* Makes sure that it is held for that much longer. */
    async ensure(ms)
    {
        const [status, message] = await addon.ensure(this, ms) ?? [];

        if (status !== undefined && status !== "OK")
        {
            throw errorOf(status, message, status === "NOT_ACQUIRED" ? "HeartbeatWithheld" : undefined);
        }
        if (addon.remainingMs(this) < ms)
        {
            throw errorOf("LOST", "the lock is not held");
        }
    }

    /* Tells the watchdog that the work makes progress. */
    touch()
    {
        addon.touch(this);
    }

    release(callback)
    {
        if (this.#state === "held")
        {
            this.#state = "released";
            addon.release(this);
        }
        return callBack(this.#end.then(([status, message]) =>
        {
            if (status !== "OK")
            {
                throw releaseError(status, message);
            }
        }), callback);
    }
}

addon.start(Lock.take);

module.exports = { Lock, callBack };
