/* ddblock.h - distributed locks with fencing tokens on Amazon DynamoDB.
 *
 * Caveats first.
 *
 * A lock with a lease is advice. The holder can be paused, its clock can run
 * wrong, the table can be edited by hand; then two processes may both act as the
 * holder. What protects a resource under all of this is the fencing token: a
 * number that rises with every acquisition. Give it to the resource with each
 * write, and let the resource refuse a token lower than one it has seen.
 *
 * A lock that "fails open" expires when its holder stops sending heartbeats. A
 * lock that "fails closed" never expires: if its holder dies, a person must end
 * it (ddblock_break).
 *
 * Global tables that are not strongly consistent, DAX, TTL on the lock items and
 * restoring a backup all break these locks; docs/protocol.md says how.
 *
 * Rules for every function here
 *
 *  1. Strings are UTF-8 and end with NUL; what a function is given it copies.
 *  2. Results go out through ret_ parameters, which are left alone on failure.
 *  3. error may be NULL. It is the caller's own struct, filled on failure.
 *  4. Each object may be used from any thread, and by several at once, unless its
 *     comment says otherwise. The call that destroys it must be the last one.
 *  5. A client keeps its store alive and a lock its client: close in any order.
 *  6. After fork() every object is dead in the child: calls return DDBLOCK_FORKED,
 *     no lock is held there, and closing frees memory and touches nothing else.
 *  7. Durations are in milliseconds, and instants in milliseconds since the Unix
 *     epoch where they say unix_ms.
 *  8. A thread inside a call must not be cancelled (pthread_cancel(3)): it may have
 *     a mutex, without which the heartbeats of the store stop. */
#ifndef DDBLOCK_DDBLOCK_H
#define DDBLOCK_DDBLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DDBLOCK_API __attribute__((visibility("default")))

/* The version of the library, as "MAJOR.MINOR.PATCH". */
#define DDBLOCK_VERSION "0.1.0"

/* Returns the version of the library that runs; compare it to DDBLOCK_VERSION. */
DDBLOCK_API const char *ddblock_version(void);

/* ------------------------------------------------------------------ status */

/* What a caller can do about a status. */
typedef enum ddblock_class {
    DDBLOCK_CLASS_OK,    /* it went well */
    DDBLOCK_CLASS_RETRY, /* later it may go well */
    DDBLOCK_CLASS_STOP,  /* the lock is not held: stop the work that it guards */
    DDBLOCK_CLASS_FIX,   /* arguments, configuration or table must change first */
    DDBLOCK_CLASS_BUG,   /* the caller or the library is wrong */
} ddblock_class;

/* Every status: name, number, class, what it means. Numbers are never reused. */
#define DDBLOCK_STATUS_MAP(X)                                                                      \
    X(OK, 0, OK, "success")                                                                        \
    X(NOT_ACQUIRED, 1, RETRY, "another holder has the lock")                                       \
    X(PENDING, 2, RETRY, "the lock is still being waited for")                                     \
    X(CANCELLED, 3, STOP, "the acquisition was cancelled")                                         \
    X(LOST, 4, STOP, "the lock was lost")                                                          \
    X(IN_DOUBT, 5, STOP, "no reply tells whether the request was carried out")                     \
    X(UNAVAILABLE, 6, RETRY, "the store cannot be reached or answered with a fault")               \
    X(THROTTLED, 7, RETRY, "the store asks for fewer requests")                                    \
    X(NO_MEMORY, 8, RETRY, "out of memory")                                                        \
    X(INVALID, 9, FIX, "an argument or option is wrong")                                           \
    X(NO_CREDENTIALS, 10, FIX, "no usable credentials")                                            \
    X(DENIED, 11, FIX, "the store refuses these credentials")                                      \
    X(NO_TABLE, 12, FIX, "the lock table does not exist")                                          \
    X(WRONG_SCHEMA, 13, FIX, "the keys of the table are not those of the options")                 \
    X(WRONG_KIND, 14, FIX, "the item is a lock of the other kind")                                 \
    X(BAD_ITEM, 15, FIX, "the item is not a well-formed lock")                                     \
    X(FORKED, 16, BUG, "the object belongs to the parent process")                                 \
    X(INTERNAL, 17, BUG, "a fault of ddblock itself")

typedef enum ddblock_status {
#define DDBLOCK_STATUS_ENUM(name, number, class_, text) DDBLOCK_##name = number,
    DDBLOCK_STATUS_MAP(DDBLOCK_STATUS_ENUM)
#undef DDBLOCK_STATUS_ENUM
} ddblock_status;

/* Returns "OK", "NOT_ACQUIRED", …, or "UNKNOWN". */
DDBLOCK_API const char *ddblock_status_name(ddblock_status status);

/* Returns the meaning as text, without a final stop. */
DDBLOCK_API const char *ddblock_status_text(ddblock_status status);

/* Returns the class; DDBLOCK_CLASS_BUG for a number that is none. */
DDBLOCK_API ddblock_class ddblock_status_class(ddblock_status status);

/* What went wrong, for a program (status) and for a person (message: one sentence
 * that says what is wrong and, where it is known, what would be right). Never
 * holds a secret. Text from the table in it is escaped. */
typedef struct ddblock_error {
    ddblock_status status;
    char message[508];
} ddblock_error;

typedef enum ddblock_log_level {
    DDBLOCK_LOG_ERROR = 0,
    DDBLOCK_LOG_WARNING = 1,
    DDBLOCK_LOG_INFO = 2,
    DDBLOCK_LOG_DEBUG = 3,
} ddblock_log_level;

/* Receives log lines, from threads of the store or of the caller, with no lock
 * of the library held. It must be safe to call from several threads at once, return
 * soon, and call no function of this header. */
typedef void (*ddblock_log_function)(void *user, ddblock_log_level level, const char *message);

/* ------------------------------------------------------------------ lock ids */

typedef enum ddblock_key_type {
    DDBLOCK_KEY_NONE = 0,
    DDBLOCK_KEY_STRING = 'S',
    DDBLOCK_KEY_NUMBER = 'N',
    DDBLOCK_KEY_BINARY = 'B',
} ddblock_key_type;

/* One part of a lock's id, typed as the key of the table is. A number is decimal
 * text, "-1.5e3" say, so that none of DynamoDB's 38 digits is lost. */
typedef struct ddblock_key {
    ddblock_key_type type;
    const void *data;
    size_t size;
} ddblock_key;

/* A lock's id. sort.type is DDBLOCK_KEY_NONE where the table has no sort key. */
typedef struct ddblock_id {
    ddblock_key partition;
    ddblock_key sort;
} ddblock_id;

static inline ddblock_key ddblock_key_string(const char *text)
{
    ddblock_key key;
    key.type = DDBLOCK_KEY_STRING;
    key.data = text;
    key.size = strlen(text);
    return key;
}

static inline ddblock_key ddblock_key_number(const char *decimal)
{
    ddblock_key key;
    key.type = DDBLOCK_KEY_NUMBER;
    key.data = decimal;
    key.size = strlen(decimal);
    return key;
}

static inline ddblock_key ddblock_key_binary(const void *data, size_t size)
{
    ddblock_key key;
    key.type = DDBLOCK_KEY_BINARY;
    key.data = data;
    key.size = size;
    return key;
}

/* The id of a lock in a table without a sort key, by its name. */
static inline ddblock_id ddblock_id_string(const char *name)
{
    ddblock_id id;
    memset(&id, 0, sizeof(id));
    id.partition = ddblock_key_string(name);
    return id;
}

/* ------------------------------------------------------------------ stores */

/* Where locks live: a DynamoDB table, or a file on this machine. It owns a thread,
 * which sends the heartbeats whatever the program is doing. */
typedef struct ddblock_store ddblock_store;

/* AWS credentials that a program has found in its own way. */
typedef struct ddblock_credentials {
    size_t size; /* set by the library: fields beyond it do not exist */
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token; /* NULL: none */
    const char *account_id;    /* NULL: unknown */
    int64_t expires_unix_ms;   /* preset to -1: never */
} ddblock_credentials;

/* Gives the credentials of a program that has its own way to them. It is called when a store is
 * opened, and again before they expire or when they are refused; on a thread of the library
 * or of the caller, never on the one that sends heartbeats, and never twice at once for one
 * store. It may wait for the network, but ddblock_store_close may wait for it.
 *
 * What it puts into ret_credentials stays the program's, which keeps it unchanged until the next
 * call or the closing of the store; the library copies it before that, and wipes its copies.
 * On failure it returns DDBLOCK_NO_CREDENTIALS, or DDBLOCK_UNAVAILABLE if it may go well later, and
 * writes a sentence without a secret into error->message. It must not call a function
 * that opens or closes a store. */
typedef ddblock_status (*ddblock_credentials_function)(void *user,
                                                       ddblock_credentials *ret_credentials,
                                                       ddblock_error *error);

/* A DynamoDB table and how to reach it. NULL and 0 mean the default. */
typedef struct ddblock_dynamodb_options {
    size_t size;                   /* set by ddblock_dynamodb_options_init */
    const char *lock_table;        /* needed: the table's name */
    const char *partition_key;     /* name of its partition key; default "id" */
    const char *sort_key;          /* name of its sort key; default: it has none */
    const char *region;            /* docs/aws.md tells where these two are looked
                                  for by default: AWS_REGION, … */
    const char *endpoint;          /* URL; AWS_ENDPOINT_URL_DYNAMODB, …, the region's own */
    const char *access_key_id;     /* these three: see docs/credentials.md for where they come from
                                      by default */
    const char *secret_access_key; /* both or none */
    const char *session_token;     /* NULL: none, if the other two are given */
    const char *ca_file;           /* PEM; default AWS_CA_BUNDLE, then ca_bundle of the
                                  profile, then the system's */
    uint32_t max_connections;      /* requests in flight at once, 1 … 1024; default 128 */
    ddblock_log_function log;      /* default: nothing is logged */
    void *log_user;                /* handed to log */
    const char *profile;           /* of AWS's shared files; default AWS_PROFILE, then
                                      "default". If given, the keys in the environment are
                                      not looked at */
    ddblock_credentials_function credentials; /* default: none */
    void *credentials_user;                   /* handed to credentials */
} ddblock_dynamodb_options;

static inline void ddblock_dynamodb_options_init(ddblock_dynamodb_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
}

/* Opens a DynamoDB table as a store. Sends nothing: a table that is missing or a key
 * that is refused shows at the first lock.
 *
 * Returns DDBLOCK_OK; DDBLOCK_INVALID, DDBLOCK_NO_CREDENTIALS (half a pair in the options or
 * the environment; that there are none at all shows at the first lock), DDBLOCK_UNAVAILABLE (no
 * thread, descriptor or random bytes to be had), DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_store_open_dynamodb(const ddblock_dynamodb_options *options,
                                                       ddblock_store **ret_store,
                                                       ddblock_error *error);

/* A file of locks, for the processes of one machine. */
typedef struct ddblock_file_options {
    size_t size;              /* set by ddblock_file_options_init */
    const char *path;         /* needed; made, with mode 0600, if it is not there */
    ddblock_log_function log; /* default: nothing is logged */
    void *log_user;           /* handed to log */
} ddblock_file_options;

static inline void ddblock_file_options_init(ddblock_file_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
}

/* Opens a file as a store. It must lie on a local file system: SQLite's locks do not
 * hold over NFS (https://www.sqlite.org/wal.html). While it is open it must not be moved, replaced
 * or deleted: its locks would be lost (DDBLOCK_NO_TABLE) and could be given anew.
 *
 * Returns DDBLOCK_OK; DDBLOCK_INVALID (no path; a file that is not ours),
 * DDBLOCK_DENIED, DDBLOCK_UNAVAILABLE, DDBLOCK_NO_MEMORY; DDBLOCK_FORKED in a process that was
 * forked while a file store was open: SQLite's locks do not survive that, so open after it. */
DDBLOCK_API ddblock_status ddblock_store_open_file(const ddblock_file_options *options,
                                                   ddblock_store **ret_store, ddblock_error *error);

/* Opens a new store in the memory of this process, which nobody else sees: for the
 * tests of programs that use locks.
 *
 * Returns DDBLOCK_OK, DDBLOCK_UNAVAILABLE or DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_store_open_memory(ddblock_store **ret_store,
                                                     ddblock_error *error);

/* Closes a store. NULL is fine. It ends when its last client does; that last call waits,
 * at most five seconds, for what is still being given back, and for a source of credentials
 * that is being asked. */
DDBLOCK_API void ddblock_store_close(ddblock_store *store);

/* ------------------------------------------------------------------ clients */

/* A store plus how its locks behave. */
typedef struct ddblock_client ddblock_client;

typedef enum ddblock_kind {
    DDBLOCK_FAIL_OPEN = 0,   /* the lock of a dead holder expires; fencing tokens */
    DDBLOCK_FAIL_CLOSED = 1, /* it stays until a person ends it; no tokens */
} ddblock_kind;

#define DDBLOCK_AUTO    ((int64_t)-1)
#define DDBLOCK_FOREVER INT64_MAX

/* The options of the npm package dynamodb-lock-client under their names in C, and ours. */
typedef struct ddblock_client_options {
    size_t size;                 /* set by ddblock_client_options_init */
    ddblock_kind kind;           /* default DDBLOCK_FAIL_OPEN */
    const char *owner;           /* for people, 1 … 255 bytes; default
                                    "ddblock@VERSION_USER@HOST" */
    int64_t lease_duration_ms;   /* fail-open, 2 … 2^31-1; default 10000 */
    int64_t heartbeat_period_ms; /* fail-open, 0 (none) … half the lease; default
                                    DDBLOCK_AUTO: a third of the lease */
    int64_t retry_count;         /* attempts after the first, 0 … 10^6; default 1. Not
                                    looked at where a time limit is given */
    int64_t acquire_period_ms;   /* fail-closed, between attempts, 1 … 2^31-1; default
                                    1000 */
    int64_t poll_period_ms;      /* fail-open, between looks at a lock that is waited
                                    for, 1 … 2^31-1; default DDBLOCK_AUTO: a fortieth of
                                    the lease, but 20 … 5000 */
    int64_t drift_ppm;           /* by how much the rate of a clock may be wrong, 0 …
                                    100000; default 500. The holder stops believing
                                    twice this share of the lease (at least 1 ms) early */
    int64_t max_hold_ms;         /* fail-open: after this time no more heartbeats are sent, so
                                    that a worker that hangs loses the lock; default 0: never */
    int64_t watchdog_ms;         /* fail-open: heartbeats are sent only while the program calls
                                    ddblock_lock_touch at least this often; default 0: it need
                                    not */
    int64_t settle_ms;           /* fail-open: after a lock was taken over, how long it is held
                                    before the acquisition ends, for what the dead holder may
                                    have sent and cannot be fenced; without heartbeats less
                                    than the lease; default 0 */
    int trust_local_time;        /* not 0: a waiter takes a dead holder's lock when that
                                    holder's wall clock and its own say that the lease
                                    is over. Unsafe where wall clocks differ */
} ddblock_client_options;

static inline void ddblock_client_options_init(ddblock_client_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
    options->lease_duration_ms = 10000;
    options->heartbeat_period_ms = DDBLOCK_AUTO;
    options->retry_count = 1;
    options->acquire_period_ms = 1000;
    options->poll_period_ms = DDBLOCK_AUTO;
    options->drift_ppm = 500;
}

/* Opens a client of a store.
 *
 * Returns DDBLOCK_OK; DDBLOCK_INVALID with a sentence that names the option and its
 * bounds; DDBLOCK_FORKED, DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_client_open(ddblock_store *store,
                                               const ddblock_client_options *options,
                                               ddblock_client **ret_client, ddblock_error *error);

/* Closes a client. NULL is fine. Locks that are still open stay as they are, and keep the
 * client until they are released. */
DDBLOCK_API void ddblock_client_close(ddblock_client *client);

/* ------------------------------------------------------------------ locks */

/* One acquisition of one lock, from its start to its release. */
typedef struct ddblock_lock ddblock_lock;

typedef struct ddblock_acquire_options {
    size_t size;     /* set by ddblock_acquire_options_init */
    int64_t wait_ms; /* how long to wait for the lock: 0 tries once and never waits;
                        DDBLOCK_FOREVER; default DDBLOCK_AUTO: by the client's
                        retry_count instead of by time. The call returns later by a
                        reply that is under way (5 s at most) and, if that was in doubt,
                        by giving back (10 s at most) */
    void *user;      /* the caller's own, for ddblock_lock_user; default NULL */
} ddblock_acquire_options;

static inline void ddblock_acquire_options_init(ddblock_acquire_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
    options->wait_ms = DDBLOCK_AUTO;
}

/* Acquires a lock, waiting as the options say (NULL: the defaults). The handle is the
 * caller's, to be given to ddblock_release.
 *
 * Returns DDBLOCK_OK; DDBLOCK_NOT_ACQUIRED (the message names the holder);
 * DDBLOCK_INVALID, DDBLOCK_UNAVAILABLE, DDBLOCK_THROTTLED, DDBLOCK_DENIED,
 * DDBLOCK_NO_CREDENTIALS, DDBLOCK_NO_TABLE, DDBLOCK_WRONG_SCHEMA,
 * DDBLOCK_WRONG_KIND, DDBLOCK_BAD_ITEM, DDBLOCK_FORKED, DDBLOCK_NO_MEMORY,
 * DDBLOCK_INTERNAL. After any of them nothing is held and there is no handle. */
DDBLOCK_API ddblock_status ddblock_acquire(ddblock_client *client, const ddblock_id *id,
                                           const ddblock_acquire_options *options,
                                           ddblock_lock **ret_lock, ddblock_error *error);

/* Starts to acquire a lock and returns at once. Follow with ddblock_acquire_wait, or with the
 * event DDBLOCK_EVENT_ACQUIRED or NOT_ACQUIRED, and give the handle to ddblock_release in any
 * case: one that is still waiting is cancelled by it.
 *
 * Acquisitions of one lock by one client stand in line: the first talks to the store, the others
 * get the lock in order as it is released. A wait by count then lasts as long as its attempts
 * would have.
 *
 * Returns DDBLOCK_OK, DDBLOCK_INVALID, DDBLOCK_FORKED or DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_acquire_start(ddblock_client *client, const ddblock_id *id,
                                                 const ddblock_acquire_options *options,
                                                 ddblock_lock **ret_lock, ddblock_error *error);

/* Waits for an acquisition that was started, at most timeout_ms (0: looks only;
 * DDBLOCK_FOREVER).
 *
 * Returns DDBLOCK_OK once the lock was acquired, even if it is lost by now;
 * DDBLOCK_PENDING when the time is over; DDBLOCK_CANCELLED; otherwise what
 * ddblock_acquire returns. */
DDBLOCK_API ddblock_status ddblock_acquire_wait(ddblock_lock *lock, int64_t timeout_ms,
                                                ddblock_error *error);

/* Cancels an acquisition that still waits; one that is over is left alone. Returns at once;
 * ddblock_acquire_wait returns when a request that is under way has been answered, and what
 * it may have acquired has been given back. */
DDBLOCK_API void ddblock_acquire_cancel(ddblock_lock *lock);

/* Releases a lock, or cancels its acquisition, waits for the outcome, and frees the handle,
 * whatever is returned. NULL is fine.
 *
 * Returns DDBLOCK_OK: released, or never held. DDBLOCK_LOST: it was no longer held when
 * it was to be released; the message says why and to whom. DDBLOCK_IN_DOUBT: no reply
 * told; nothing is held here any more, but a fail-open lock may stay busy for the rest of
 * its lease, a fail-closed one for ever (see ddblock_break). DDBLOCK_DENIED and the like:
 * the store refuses to release it; the same holds as for DDBLOCK_IN_DOUBT.
 * DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_release(ddblock_lock *lock, ddblock_error *error);

/* Starts to release a lock, or cancels its acquisition, and returns at once; from now on it is
 * not held. The event DDBLOCK_EVENT_RELEASED, or NOT_ACQUIRED, tells when ddblock_release,
 * which must follow, will not have to wait. NULL is fine. */
DDBLOCK_API void ddblock_release_start(ddblock_lock *lock);

/* Releases every lock of the client, as ddblock_release_start does, and waits for the outcomes, at
 * most timeout_ms. The handles stay the caller's: ddblock_release frees each and tells its
 * outcome again.
 *
 * Returns DDBLOCK_OK if all were released; otherwise the worst outcome, in this order:
 * DDBLOCK_PENDING (the time is over), DDBLOCK_IN_DOUBT and the like, DDBLOCK_LOST. The message
 * tells how many and the sentence of one. DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_client_release_all(ddblock_client *client, int64_t timeout_ms,
                                                      ddblock_error *error);

/* The most that ddblock_lock_export writes, with the NUL. */
#define DDBLOCK_EXPORT_SIZE 1024

/* Lets go of a lock without releasing it, so that another process of this machine, or this one
 * later, can go on: writes what ddblock_lock_adopt needs, as text, and frees the handle. Until
 * then nobody sends heartbeats: a fail-open lock is lost when its lease ends. size must be
 * DDBLOCK_EXPORT_SIZE at least.
 *
 * The text is the right to release the lock: whoever reads it can. Keep it from others, and wipe
 * it when it is of no more use (explicit_bzero). It may be adopted once.
 *
 * Returns DDBLOCK_OK; otherwise the handle stays: DDBLOCK_LOST (or not acquired at all),
 * DDBLOCK_INVALID, DDBLOCK_UNAVAILABLE (the system does not tell which boot this is),
 * DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_lock_export(ddblock_lock *lock, char *ret_text, size_t size,
                                               ddblock_error *error);

/* Takes over the lock of that id from the text that ddblock_lock_export wrote, with its token and
 * what is left of its lease, on the clock that counts suspend. Sends nothing: that somebody has
 * broken the lock meanwhile shows at the first heartbeat or the release. The client must be
 * of the same kind and lease, and of the store in which the lock is.
 *
 * Returns DDBLOCK_OK; DDBLOCK_LOST if a fail-open lock's lease is over, as it is after a reboot
 * or in another time namespace (one that fails closed is never lost); DDBLOCK_INVALID if the text is none, or the client is not
 * like the one of the export; DDBLOCK_FORKED, DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_lock_adopt(ddblock_client *client, const ddblock_id *id,
                                              const char *text, ddblock_lock **ret_lock,
                                              ddblock_error *error);

/* Returns the fencing token, 1 … 2^53-1; 0 before the acquisition and for a lock that
 * fails closed. It stays the same for the life of the handle. Takes no lock. */
DDBLOCK_API uint64_t ddblock_lock_fencing_token(const ddblock_lock *lock);

/* Returns for how long the lock is held for certain if no heartbeat gets through from now;
 * 0: it is not held; INT64_MAX for one that fails closed. The clock counts time
 * spent suspended. Takes no lock: call it before each step of the guarded work. */
DDBLOCK_API int64_t ddblock_lock_remaining_ms(const ddblock_lock *lock);

/* Makes sure that the lock is held for at least ms more, with a heartbeat now if less is left:
 * before a step of that length, or, with heartbeat_period_ms 0, for a program that sends its
 * heartbeats itself. Always true for a lock that fails closed.
 *
 * Returns DDBLOCK_OK; DDBLOCK_LOST; DDBLOCK_INVALID if ms is more than a lease can give;
 * DDBLOCK_UNAVAILABLE, DDBLOCK_THROTTLED, … if the heartbeat failed: the lock is held for
 * ddblock_lock_remaining_ms yet, and heartbeats go on; DDBLOCK_NOT_ACQUIRED if max_hold_ms or
 * the watchdog forbids one; DDBLOCK_PENDING before it was acquired; DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_lock_ensure(ddblock_lock *lock, int64_t ms,
                                               ddblock_error *error);

/* Tells the watchdog that the program is alive and makes progress. Takes no lock. */
DDBLOCK_API void ddblock_lock_touch(ddblock_lock *lock);

/* Returns what was given as ddblock_acquire_options.user. */
DDBLOCK_API void *ddblock_lock_user(const ddblock_lock *lock);

typedef enum ddblock_state {
    DDBLOCK_STATE_WAITING = 0,   /* being acquired */
    DDBLOCK_STATE_HELD = 1,      /* held */
    DDBLOCK_STATE_AT_RISK = 2,   /* held, but under a third of the lease is left */
    DDBLOCK_STATE_LOST = 3,      /* no longer held; nothing revives it */
    DDBLOCK_STATE_RELEASED = 4,  /* never acquired, or released */
    DDBLOCK_STATE_RELEASING = 5, /* let go of: no longer held, and no outcome yet */
} ddblock_state;

/* Returns the state now. Where it is AT_RISK or LOST, error (if not NULL) gets the status
 * and the sentence of the cause: whose the lock is, or why heartbeats do not get through. */
DDBLOCK_API ddblock_state ddblock_lock_state(ddblock_lock *lock, ddblock_error *error);

/* Returns a descriptor that becomes readable whenever the state may have changed, or the
 * holder that is waited for has; -1 if there is none to be had. It belongs to the handle:
 * poll it, and call ddblock_lock_fd_clear before looking at the state; never read or close
 * it. */
DDBLOCK_API int ddblock_lock_fd(ddblock_lock *lock);

/* Makes the descriptor of ddblock_lock_fd unreadable until the next change. */
DDBLOCK_API void ddblock_lock_fd_clear(ddblock_lock *lock);

/* ------------------------------------------------------------------ fencing */

/* A fence: with it in a transaction of DynamoDB's, the transaction commits only while this very
 * acquisition of the lock holds, by the table and by no clock. docs/fencing.md has examples, and
 * what to do where the resource is not in DynamoDB. */
typedef struct ddblock_fence {
    const char *element; /* an element of TransactItems in TransactWriteItems, as JSON:
                            {"ConditionCheck": {…}}. Its parts, for SDKs: */
    const char *table_name;
    const char *key; /* JSON, as the two last */
    const char *condition_expression;
    const char *expression_attribute_names;
    const char *expression_attribute_values;
} ddblock_fence;

/* Makes the fence of an acquisition. It stays the same for the life of the handle, and outlives it;
 * of a lock that was lost too, so that the transaction is what tells. Give it to
 * ddblock_fence_free.
 *
 * Returns DDBLOCK_OK; DDBLOCK_INVALID: the lock is not in DynamoDB, not acquired yet, or fails
 * closed; DDBLOCK_FORKED, DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_lock_fence(const ddblock_lock *lock, ddblock_fence **ret_fence,
                                              ddblock_error *error);

/* Frees a fence. NULL is fine. */
DDBLOCK_API void ddblock_fence_free(ddblock_fence *fence);

/* ------------------------------------------------------------------ events
 *
 * For programs with an event loop. Events are pulled: nothing is called back. They come for every
 * lock of a client; of one lock they come in the order of their numbers, and of AT_RISK and
 * RENEWED only the later one. None is lost, however late it is pulled; those of a handle end
 * with it: none is told once ddblock_release was called. What a blocking call
 * returns (ddblock_acquire, ddblock_lock_adopt, ddblock_release) is told by no event.
 *
 * Where one thread pulls events and another starts acquisitions, an event may be pulled before
 * ddblock_acquire_start has returned: use the handle of the event. Where another one frees handles,
 * that of an event may be freed meanwhile: let it be freed by the thread that pulls. */

typedef enum ddblock_event_kind {
    DDBLOCK_EVENT_ACQUIRED = 1,
    DDBLOCK_EVENT_NOT_ACQUIRED = 2, /* status; ddblock_acquire_wait gives the sentence */
    DDBLOCK_EVENT_AT_RISK = 3,      /* ddblock_lock_state gives the cause */
    DDBLOCK_EVENT_RENEWED = 4,      /* no longer at risk */
    DDBLOCK_EVENT_LOST = 5,         /* ddblock_lock_state gives the cause */
    DDBLOCK_EVENT_RELEASED = 6,     /* status; ddblock_release gives the sentence */
} ddblock_event_kind;

typedef struct ddblock_event {
    ddblock_event_kind kind;
    ddblock_status status; /* of NOT_ACQUIRED and RELEASED; else OK, or LOST */
    ddblock_lock *lock;
    void *user; /* ddblock_lock_user(lock) */
} ddblock_event;

/* Returns a descriptor that is readable while there are events; -1 if there is none to be had. It
 * belongs to the client: poll it, never read or close it. */
DDBLOCK_API int ddblock_client_event_fd(ddblock_client *client);

/* Takes the next event. One thread at a time should do so.
 *
 * Returns DDBLOCK_OK; DDBLOCK_PENDING if there is none; DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_client_next_event(ddblock_client *client,
                                                     ddblock_event *ret_event);

/* ------------------------------------------------------------------ looking */

typedef enum ddblock_item_kind {
    DDBLOCK_ITEM_ABSENT = 0,      /* no item: free */
    DDBLOCK_ITEM_RELEASED = 1,    /* fail-open, released: free */
    DDBLOCK_ITEM_FAIL_OPEN = 2,   /* fail-open, held, or its holder is dead */
    DDBLOCK_ITEM_FAIL_CLOSED = 3, /* fail-closed: held, or its holder is dead */
    DDBLOCK_ITEM_BAD = 4,         /* not a well-formed lock */
} ddblock_item_kind;

/* What the table says of a lock. Everything in it was written by other processes: owner is
 * not escaped. */
typedef struct ddblock_info {
    ddblock_item_kind kind;
    uint64_t fencing_token;        /* 0: none */
    int64_t lease_duration_ms;     /* 0: none */
    int64_t acquired_time_unix_ms; /* last written, by its writer's wall clock; -1: unknown */
    char owner[256];               /* "" if unknown; cut at 255 bytes */
    unsigned char version[144];    /* which version of the item this is, for ddblock_break */
    uint64_t reserved[8];
} ddblock_info;

/* Reads what the table says of a lock, strongly consistent.
 *
 * Returns DDBLOCK_OK (an absent or bad item too: see the kind), or what ddblock_acquire
 * returns but for DDBLOCK_NOT_ACQUIRED. */
DDBLOCK_API ddblock_status ddblock_show(ddblock_store *store, const ddblock_id *id,
                                        ddblock_info *ret_info, ddblock_error *error);

/* Tells a dead holder from a live one by watching, without comparing clocks: before and after are
 * two looks at one lock, elapsed_ms the time from when the first had come until the second was
 * asked for, by a clock of the caller's that counts suspend. The second must not be stale.
 *
 * Returns 1 if one version of a held fail-open lock has stood for its whole lease: then its holder
 * is dead or has no heartbeats, and anyone who waits for the lock takes it. 0 if it was renewed,
 * released or acquired anew, if the time is too short to tell, and for a lock that fails closed,
 * of which this cannot be told. */
DDBLOCK_API int ddblock_info_is_stale(const ddblock_info *before, const ddblock_info *after,
                                      int64_t elapsed_ms);

/* A walk through the locks of a store, a page at a time, in no particular order. What stands all
 * the while is listed once; what is made or deleted meanwhile, once or not at all. It keeps its
 * store alive. For one thread at a time. */
typedef struct ddblock_list ddblock_list;

typedef struct ddblock_list_options {
    size_t size;                  /* set by ddblock_list_options_init */
    const ddblock_key *partition; /* only locks of this partition key, without reading the rest of
                                     the table; default: all */
    const ddblock_key *prefix;    /* string or binary; only locks whose partition key begins with
                                     it, or, where partition is given, whose sort key does;
                                     default: all */
    uint32_t page_size;           /* locks that a request looks at, 1 … 1000; default 250. About
                                     as many are kept in memory, at 0.5 to 4 KiB each */
    int may_be_stale;             /* not 0: at half the price, and some may be listed as they were
                                     a moment ago */
} ddblock_list_options;

static inline void ddblock_list_options_init(ddblock_list_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
    options->page_size = 250;
}

/* One item of the table, a well-formed lock or not. */
typedef struct ddblock_list_entry {
    ddblock_id id; /* whoever wrote the item chose it: text in it is not escaped */
    ddblock_info info;
    const char *defect; /* of a DDBLOCK_ITEM_BAD: what is wrong, as a sentence's end; else NULL */
} ddblock_list_entry;

/* Begins a list; options may be NULL. Sends nothing. Needs other permissions than locks do:
 * dynamodb:Query with a partition, else dynamodb:Scan.
 *
 * Returns DDBLOCK_OK; DDBLOCK_INVALID with a sentence that names the option and its bounds;
 * DDBLOCK_FORKED, DDBLOCK_NO_MEMORY. */
DDBLOCK_API ddblock_status ddblock_list_open(ddblock_store *store,
                                             const ddblock_list_options *options,
                                             ddblock_list **ret_list, ddblock_error *error);

/* Gives the next lock, which belongs to the list, with all that it points to, until the next call;
 * NULL after the last. Waits for a page where one is needed.
 *
 * Returns DDBLOCK_OK, or what ddblock_show returns. After DDBLOCK_THROTTLED, DDBLOCK_UNAVAILABLE or
 * DDBLOCK_NO_MEMORY, another call goes on where this one failed. */
DDBLOCK_API ddblock_status ddblock_list_next(ddblock_list *list,
                                             const ddblock_list_entry **ret_entry,
                                             ddblock_error *error);

/* Ends a list, wherever it is. NULL is fine. */
DDBLOCK_API void ddblock_list_close(ddblock_list *list);

/* Copies the holder that was last seen: whom an acquisition waits for, or who has the lock
 * that was lost.
 *
 * Returns DDBLOCK_OK; DDBLOCK_PENDING if no holder was seen; DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_lock_holder(ddblock_lock *lock, ddblock_info *ret_info);

typedef enum ddblock_origin {
    DDBLOCK_ORIGIN_NONE = 0,       /* not acquired */
    DDBLOCK_ORIGIN_FRESH = 1,      /* there was no item */
    DDBLOCK_ORIGIN_RELEASED = 2,   /* its last holder had released it */
    DDBLOCK_ORIGIN_TAKEN_OVER = 3, /* its last holder's lease ran out: what it guards may need
                                      repair */
} ddblock_origin;

/* Returns how the lock was acquired, and, if it was taken over, from whom: the item as it was, with
 * the dead holder's owner and token, or DDBLOCK_ITEM_ABSENT if there was no memory to keep it.
 * ret_previous may be NULL, and is set only then. */
DDBLOCK_API ddblock_origin ddblock_lock_origin(ddblock_lock *lock, ddblock_info *ret_previous);

/* Ends a lock whose holder is dead or must stop: a fail-open lock is released and keeps its
 * token's continuity; a fail-closed one is deleted. Only if the item is still the one that
 * shown came from: a heartbeat in between refuses it. A live holder is told DDBLOCK_LOST at
 * its next heartbeat, a fail-closed one at its release; until then both may believe.
 *
 * Returns DDBLOCK_OK; DDBLOCK_NOT_ACQUIRED: the item has changed, look again;
 * DDBLOCK_INVALID: shown is no held lock; DDBLOCK_IN_DOUBT; or what ddblock_show
 * returns. */
DDBLOCK_API ddblock_status ddblock_break(ddblock_store *store, const ddblock_id *id,
                                         const ddblock_info *shown, ddblock_error *error);

typedef struct ddblock_tag {
    const char *key;
    const char *value;
} ddblock_tag;

/* How a lock table is made. */
typedef struct ddblock_table_options {
    size_t size;                     /* set by ddblock_table_options_init */
    ddblock_key_type partition_type; /* default DDBLOCK_KEY_STRING */
    ddblock_key_type sort_type; /* needed where the options of the store name a sort key, and only
                                   there; default DDBLOCK_KEY_NONE */
    int64_t timeout_ms;         /* how long to wait until it is active; default 5 minutes */
    int deletion_protection;    /* not 0: it cannot be deleted before that is switched off */
    int point_in_time_recovery; /* not 0: it is backed up all the time. But locks must never come
                                   from a backup: tokens would be given out twice */
    const ddblock_tag *tags;    /* for the bill, say */
    size_t tag_count;           /* 0 … 50 */
    void (*progress)(void *user, int64_t waited_ms); /* called now and then while it waits, in the
                                                        thread of the caller; default: not */
    void *progress_user;                             /* handed to progress */
} ddblock_table_options;

static inline void ddblock_table_options_init(ddblock_table_options *options)
{
    memset(options, 0, sizeof(*options));
    options->size = sizeof(*options);
    options->partition_type = DDBLOCK_KEY_STRING;
    options->timeout_ms = 300000;
}

/* Creates the lock table of the options, with on-demand billing, and waits until it is active;
 * table may be NULL.
 *
 * Returns DDBLOCK_OK; DDBLOCK_INVALID (also if the table is there already);
 * DDBLOCK_PENDING when the time is over and it is still being made, or point-in-time recovery not
 * yet on; or what ddblock_show returns. */
DDBLOCK_API ddblock_status ddblock_table_create(const ddblock_dynamodb_options *options,
                                                const ddblock_table_options *table,
                                                ddblock_error *error);

/* ------------------------------------------------------------------ examining */

typedef enum ddblock_mark {
    DDBLOCK_MARK_GOOD = 0,
    DDBLOCK_MARK_NOTE = 1, /* worth knowing, or not to be found out; locks work */
    DDBLOCK_MARK_BAD = 2,  /* locks do not work, or not reliably */
} ddblock_mark;

/* One thing that was looked at. The strings are valid for the time of the call. */
typedef struct ddblock_finding {
    ddblock_mark mark;
    ddblock_status status; /* of a bad one: what kind of failure it is; else DDBLOCK_OK */
    const char *topic;     /* one word: "credentials", "clock", "keys", … */
    const char *message;   /* what is, and what is to be done where it is not good. Holds no
                              secret; text from outside is escaped */
} ddblock_finding;

/* Receives findings one after the other, in the thread of the caller. */
typedef void (*ddblock_finding_function)(void *user, const ddblock_finding *finding);

/* Examines what locks in a DynamoDB table depend on: credentials, endpoint, clock, the table's
 * keys, billing, TTL and replicas, and the permissions, each tried by a request that can change
 * nothing. Stops where the next thing cannot be looked at. It writes nothing.
 *
 * Returns DDBLOCK_OK if nothing was bad, else the status of the first that was, and its message. */
DDBLOCK_API ddblock_status ddblock_table_examine(const ddblock_dynamodb_options *options,
                                                 ddblock_finding_function found, void *user,
                                                 ddblock_error *error);

/* Examines a file of locks, without making it. Returns as ddblock_table_examine. */
DDBLOCK_API ddblock_status ddblock_file_examine(const ddblock_file_options *options,
                                                ddblock_finding_function found, void *user,
                                                ddblock_error *error);

/* ------------------------------------------------------------------ metrics
 *
 * What happened in a store since it was opened, in all of its clients. Counters only grow; each is
 * whole, but two of them may be read a step apart. */

/* How long something took. buckets[0] counts what took at most DDBLOCK_HISTOGRAM_FIRST_US
 * microseconds, each further one what took longer, but at most twice as long as the limit of the
 * one before; the last, all that took longer still. */
#define DDBLOCK_HISTOGRAM_BUCKETS  32
#define DDBLOCK_HISTOGRAM_FIRST_US ((uint64_t)64)

typedef struct ddblock_histogram {
    uint64_t buckets[DDBLOCK_HISTOGRAM_BUCKETS];
    uint64_t sum_us; /* of all */
} ddblock_histogram;

typedef struct ddblock_metrics {
    uint64_t acquisitions; /* started; each ends in one of the following six */
    uint64_t acquired_fresh;
    uint64_t acquired_released;
    uint64_t acquired_taken_over;
    uint64_t not_acquired; /* another holder has the lock */
    uint64_t acquisitions_cancelled;
    uint64_t acquisitions_failed;

    uint64_t at_risk;
    uint64_t lost_lease_ended; /* not renewed in time */
    uint64_t lost_taken;       /* somebody else had it */
    uint64_t lost_broken;      /* a person had ended it */
    uint64_t lost_gone;        /* its item had been deleted */
    uint64_t released;         /* those that were not lost */
    uint64_t releases_in_doubt;
    uint64_t releases_failed;
    uint64_t heartbeats_withheld; /* by max_hold_ms, or each time that the watchdog looked */

    uint64_t requests_acquire; /* given to the store */
    uint64_t requests_take_over;
    uint64_t requests_renew;
    uint64_t requests_release;
    uint64_t requests_read;
    uint64_t requests_read_latest; /* strongly consistent */
    uint64_t requests_break;
    uint64_t requests_list;      /* pages of lists */
    uint64_t requests_refused;   /* whose condition did not hold */
    uint64_t requests_in_doubt;  /* without a reply */
    uint64_t requests_failed;    /* that the store did not carry out */
    uint64_t requests_throttled; /* of those: it asks for fewer */
    uint64_t requests_retried;   /* made since the one before got no answer */
    uint64_t requests_unsent;    /* for want of a connection or of memory */
    uint64_t write_units;        /* an estimate of the capacity that DynamoDB counts, for items up
                                    to 1 KB: a unit for each write, also one that was refused */
    uint64_t read_half_units;    /* half a unit for each read, a whole one for the latest; lists
                                    are not in it */

    uint64_t heartbeat_margin_min_us; /* the least that was left of a lease when a heartbeat was
                                         answered; UINT64_MAX: none was yet */
    ddblock_histogram wait;           /* until the lock was acquired */
    ddblock_histogram hold;           /* until it was released or lost */
    ddblock_histogram heartbeat;      /* until it was answered, with the wait for a connection */
    uint64_t reserved[31];
} ddblock_metrics;

/* Copies the metrics of a store. Takes no lock and no memory.
 *
 * Returns DDBLOCK_OK, DDBLOCK_INVALID, or DDBLOCK_FORKED. */
DDBLOCK_API ddblock_status ddblock_store_metrics(ddblock_store *store,
                                                 ddblock_metrics *ret_metrics);

/* Writes metrics in Prometheus' text format (text/plain; version=0.0.4), durations in seconds, all
 * names beginning with ddblock_. The text ends with NUL, and is cut if the buffer is too small;
 * buffer may be NULL if size is 0.
 *
 * Returns how large the buffer must be, with the NUL. */
DDBLOCK_API size_t ddblock_metrics_prometheus(const ddblock_metrics *metrics, char *buffer,
                                              size_t size);

#ifdef __cplusplus
}
#endif

#endif
