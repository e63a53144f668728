/* index.d.ts - the types of the drop-in. */
/// <reference types="node" />
import { EventEmitter } from "events";

/** One part of an id. A bigint is a number of DynamoDB's too. */
export type Key = string | number | bigint | Uint8Array;

/** The id of a lock; an object with the names of the keys where the table has a sort key. */
export type LockId = Key | { readonly [name: string]: Key };

/** Keys for AWS, as the SDKs know them. */
export interface Credentials {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
    readonly expiration?: Date;
    readonly expireTime?: Date;
}

/** Where the table is. What is left out is found as docs/aws.md and docs/credentials.md tell. */
export interface PlainOptions {
    readonly region?: string;
    readonly endpoint?: string;
    readonly credentials?: Credentials | (() => Credentials | PromiseLike<Credentials>);
    readonly accessKeyId?: string;
    readonly secretAccessKey?: string;
    readonly sessionToken?: string;
    /** A file of PEM certificates to trust. */
    readonly caFile?: string;
    /** A profile of AWS's shared files. */
    readonly profile?: string;
}

/** A client of AWS SDK 2 (DocumentClient, DynamoDB) or 3, whose configuration is read. */
export interface SdkClient {
    readonly config: object;
}
export interface DocumentClient {
    put(...parameters: any[]): any;
    get(...parameters: any[]): any;
    delete(...parameters: any[]): any;
}

export interface CommonConfig {
    readonly dynamodb: DocumentClient | SdkClient | PlainOptions;
    readonly lockTable: string;
    readonly partitionKey: string;
    readonly sortKey?: string;
    readonly owner?: string;
    readonly retryCount?: number;
}

export interface FailClosedConfig extends CommonConfig {
    readonly acquirePeriodMs: number;
}

export interface FailOpenConfig extends CommonConfig {
    readonly leaseDurationMs: number;
    readonly heartbeatPeriodMs?: number;
    readonly trustLocalTime?: boolean;
    readonly pollPeriodMs?: number;
    readonly maxHoldMs?: number;
    readonly watchdogMs?: number;
    readonly settleMs?: number;
}

/** What all errors of the package have. */
export interface LockError extends Error {
    readonly code: string;
    readonly status: string;
    readonly retryable: boolean;
    /** Of FailedToAcquireLock and FailedToReleaseLock: the cause. */
    readonly originalError?: LockError;
}

export interface AcquireOptions {
    /** Gives the acquisition up; the promise is rejected with its reason. */
    readonly signal?: AbortSignal;
    /** How long to wait, instead of by retryCount; 0 tries once, Infinity never gives up. */
    readonly waitMs?: number;
}

export interface LockEvents {
    error: [error: LockError];
    lost: [error: LockError];
    "at-risk": [error: LockError];
    renewed: [];
}

/** A lock. It is made by acquireLock only. */
export abstract class Lock extends EventEmitter {
    /** Of a lock that fails open. */
    readonly fencingToken: number | undefined;
    /** For how long it is held for certain if no heartbeat gets through; Infinity if it fails closed. */
    readonly remainingMs: number;
    readonly held: boolean;
    /** Makes sure that it is held for that much longer, with a heartbeat if need be. */
    ensure(ms: number): Promise<void>;
    /** Tells the watchdog that the work makes progress. */
    touch(): void;
    release(): Promise<void>;
    release(callback: (error?: LockError) => void): void;

    on<E extends keyof LockEvents>(event: E, listener: (...values: LockEvents[E]) => void): this;
    once<E extends keyof LockEvents>(event: E, listener: (...values: LockEvents[E]) => void): this;
    off<E extends keyof LockEvents>(event: E, listener: (...values: LockEvents[E]) => void): this;
}

/** The callback has either an error or a lock. */
export type AcquireCallback<L extends Lock = Lock> =
    (...result: [error: LockError, lock: undefined] | [error: undefined, lock: L]) => void;

interface Client<L extends Lock = Lock> {
    acquireLock(id: LockId, options?: AcquireOptions): Promise<L>;
    acquireLock(id: LockId, callback: AcquireCallback<L>): void;
    acquireLock(id: LockId, options: AcquireOptions, callback: AcquireCallback<L>): void;
    /** What happened in the store of the client, in Prometheus' text format. */
    readonly metrics: string;
    /** Gives up what is waited for, releases what is held, and ends. */
    close(): Promise<void>;
}

/** A lock with a fencing token. */
export type FailOpenLock = Lock & { readonly fencingToken: number };

export interface FailOpen extends Client<FailOpenLock> {}
export interface FailClosed extends Client {}

export const FailOpen: {
    new (config: FailOpenConfig): FailOpen;
    (config: FailOpenConfig): FailOpen;
};
export const FailClosed: {
    new (config: FailClosedConfig): FailClosed;
    (config: FailClosedConfig): FailClosed;
};
