/* errors.js - what ddblock says, as the errors that programs know from the original.
 *
 * Each has the properties code, status (ddblock's name for it), retryable, and message. */
"use strict";

/* The codes of the AWS SDK, which the original hands on, and those of the original itself. */
const CODES = {
    NOT_ACQUIRED: "FailedToAcquireLock",
    CANCELLED: "RequestAbortedError",
    LOST: "LockLost",
    IN_DOUBT: "TimeoutError",
    UNAVAILABLE: "NetworkingError",
    THROTTLED: "ThrottlingException",
    INVALID: "ValidationException",
    NO_CREDENTIALS: "CredentialsError",
    DENIED: "AccessDeniedException",
    NO_TABLE: "ResourceNotFoundException",
    WRONG_SCHEMA: "ValidationException",
    WRONG_KIND: "ValidationException",
    BAD_ITEM: "ValidationException"
};
const RETRYABLE = new Set(["NOT_ACQUIRED", "UNAVAILABLE", "THROTTLED", "NO_MEMORY"]);

function errorOf(status, message, code = CODES[status] ?? "InternalError")
{
    const error = new Error(message || status);

    return Object.assign(error, { code, status, retryable: RETRYABLE.has(status) });
}

/* The two that the original makes itself have a fixed message, and the cause as another error. */
function refusal(status, message, code, text)
{
    return Object.assign(errorOf(status, text, code), {
        originalError: errorOf(status, message, "ConditionalCheckFailedException")
    });
}

/* Why a lock was not acquired. */
function acquireError(status, message)
{
    return status === "NOT_ACQUIRED"
        ? refusal(status, message, "FailedToAcquireLock", "Failed to acquire lock.")
        : errorOf(status, message);
}

/* Why a lock was not released. */
function releaseError(status, message)
{
    return status === "LOST"
        ? refusal(status, message, "FailedToReleaseLock", "Failed to release lock.")
        : errorOf(status, message);
}

/* An error that the addon threw: its code is a status. */
function thrownError(error)
{
    return errorOf(error.code, error.message);
}

module.exports = { acquireError, errorOf, releaseError, thrownError };
