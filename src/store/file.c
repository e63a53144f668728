/* file.c - locks in a file on this machine.
 *
 * What is submitted waits in a queue. wait() carries it out: all writes in one transaction,
 * so that they share one fsync. Where another process is writing, the queue stays, and is
 * tried again a few milliseconds later, while replies and wake-ups are served. */
#include "store/stores.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "base/text.h"
#include "base/waker.h"
#include "store/file_database.h"
#include "store/file_error.h"
#include "store/file_page.h"
#include "store/file_path.h"
#include "store/file_row.h"
#include "store/reply_queue.h"
#include "store/transition.h"

/* A transaction of another process takes about one fsync, which is about this long. */
#define RETRY_MIN_NS         INT64_C(1000000)
#define RETRY_JITTER_STEP_NS INT64_C(16000) /* times 0 … 255 */

struct pending {
    uint64_t tag;
    const struct lock_id *id;
    const char *owner;
    struct page *page;
    struct request ask;
};

struct file_store {
    struct store store;
    struct waker waker;
    struct file_database *database;
    char path[PATH_SHOWN_SIZE]; /* escaped, for sentences */
    struct pending pending[REPLY_QUEUE_CAPACITY];
    size_t pending_count;
    struct outcome outcomes[REPLY_QUEUE_CAPACITY]; /* of the transaction that is open */
    struct instant retry_at;                       /* nothing is tried before */
    struct reply_queue replies;
};

/* How many stores are open, and in which process. */
static atomic_int open_stores;
static atomic_int open_process;

/* False in a process that was forked while a store was open: SQLite remembers the locks of its
 * parent there, which the child does not have, and would hand them to a new connection.
 * "Do not open an SQLite database connection, then fork(), then try to use that database
 * connection in the child process. All kinds of locking problems will result":
 * https://www.sqlite.org/howtocorrupt.html, section 2.6. Its locks are kept by file, so the warning
 * holds for a new connection too. */
static bool process_enter(void)
{
    int process = (int)getpid();

    if (atomic_load(&open_process) != process) {
        if (atomic_load(&open_stores) > 0) {
            return false;
        }
        atomic_store(&open_process, process);
    }
    atomic_fetch_add(&open_stores, 1);
    return true;
}

static void process_leave(void)
{
    atomic_fetch_sub(&open_stores, 1);
}

static struct file_store *file_from(struct store *store)
{
    return (struct file_store *)store;
}

static void file_submit(struct store *store, const struct store_request *request)
{
    struct file_store *file = file_from(store);

    assert(file->pending_count + file->replies.count < REPLY_QUEUE_CAPACITY);
    file->pending[file->pending_count] = (struct pending){
        .tag = request->tag,
        .id = request->id,
        .owner = request->owner,
        .page = request->page,
        .ask = *request->ask,
    };
    file->pending_count++;
}

/* Replies that a request did not go well. */
static void file_reply_error(struct file_store *file, const struct pending *pending,
                             enum outcome_kind kind, int rc)
{
    struct store_reply *reply = reply_queue_add(&file->replies, pending->tag);

    reply->outcome.kind = kind;
    reply->outcome.status = file_error_status(rc);
    (void)snprintf(reply->message, sizeof(reply->message), "\"%s\": %s", file->path,
                   file_error_text(rc));
    text_trim_utf8(reply->message);
}

/* Reads what stands, and makes it what shall stand. */
static int file_write_one(struct file_store *file, const struct pending *pending,
                          struct outcome *outcome)
{
    struct record record;
    int rc = file_row_read(file->database, pending->id, &record);

    if (rc != SQLITE_OK) {
        return rc;
    }
    transition_apply(&pending->ask, pending->owner, &record, outcome);
    if (outcome->kind == OUTCOME_APPLIED) {
        rc = file_row_write(file->database, pending->id, &record);
    }
    return rc;
}

/* Replies after a COMMIT that failed.
 *
 * An error out of COMMIT does not say that nothing was written: where the fsync of the log failed,
 * the whole transaction stands in the log, and the next process that has to recover the log takes
 * it for committed: recovery takes all up to "the last valid commit frame in WAL"
 * (https://www.sqlite.org/walformat.html). So what it wrote is in doubt; what it did not write is
 * not. */
static void file_reply_doubt(struct file_store *file, const struct pending *pending, size_t count,
                             int rc)
{
    for (size_t i = 0; i < count; i++) {
        bool applied = file->outcomes[i].kind == OUTCOME_APPLIED;

        file_reply_error(file, &pending[i], applied ? OUTCOME_IN_DOUBT : OUTCOME_FAILED, rc);
    }
}

/* Carries out the writes in one transaction and replies to each. False if another process is in
 * the way, and then nothing has happened. */
static bool file_write(struct file_store *file, const struct pending *pending, size_t count)
{
    bool committing = false;
    int rc = file_database_begin(file->database);

    for (size_t i = 0; i < count && rc == SQLITE_OK; i++) {
        rc = file_write_one(file, &pending[i], &file->outcomes[i]);
    }
    if (rc == SQLITE_OK) {
        committing = true;
        rc = file_database_commit(file->database);
    }
    if (rc == SQLITE_OK) {
        for (size_t i = 0; i < count; i++) {
            struct store_reply *reply = reply_queue_add(&file->replies, pending[i].tag);

            reply->outcome = file->outcomes[i];
            if (reply->outcome.kind == OUTCOME_FAILED) {
                (void)snprintf(reply->message, sizeof(reply->message), TRANSITION_FAILED);
            }
        }
        return true;
    }

    file_database_rollback(file->database);
    /* Of COMMIT too: "When COMMIT fails in this way, the transaction remains active":
     * https://www.sqlite.org/lang_transaction.html, and then it was rolled back. */
    if (file_error_is_busy(rc)) {
        return false;
    }
    if (committing) {
        file_reply_doubt(file, pending, count, rc);
    } else if (count == 1) {
        file_reply_error(file, pending, OUTCOME_FAILED, rc);
    } else {
        /* One of them may be to blame: each for itself. */
        for (size_t i = 0; i < count; i++) {
            if (!file_write(file, &pending[i], 1)) {
                file_reply_error(file, &pending[i], OUTCOME_FAILED, SQLITE_BUSY);
            }
        }
    }
    return true;
}

/* Answers one read. False as for file_write. */
static bool file_read(struct file_store *file, const struct pending *pending)
{
    bool is_list = pending->ask.kind == REQUEST_LIST;
    struct store_reply *reply;
    struct record record;
    int rc = file_database_check_place(file->database);

    if (rc == SQLITE_OK && is_list) {
        rc = file_page_read(file->database, pending->page);
    } else if (rc == SQLITE_OK) {
        rc = file_row_read(file->database, pending->id, &record);
    }
    if (file_error_is_busy(rc)) {
        return false;
    }
    if (rc != SQLITE_OK) {
        file_reply_error(file, pending, OUTCOME_FAILED, rc);
        return true;
    }
    reply = reply_queue_add(&file->replies, pending->tag);
    if (is_list) {
        reply->outcome.kind = OUTCOME_FOUND;
    } else {
        transition_apply(&pending->ask, pending->owner, &record, &reply->outcome);
    }
    return true;
}

/* Gives up what has waited too long; keeps the rest in its order, writes before reads, and returns
 * how many writes there are. */
static size_t file_sort(struct file_store *file)
{
    struct instant now = clock_now();
    size_t kept = 0;
    size_t writes = 0;

    for (size_t i = 0; i < file->pending_count; i++) {
        struct pending pending = file->pending[i];

        if (!instant_before(now, pending.ask.give_up_at)) {
            file_reply_error(file, &pending, OUTCOME_FAILED, SQLITE_BUSY);
            continue;
        }
        if (request_is_write(pending.ask.kind)) {
            memmove(file->pending + writes + 1, file->pending + writes,
                    (kept - writes) * sizeof(file->pending[0]));
            file->pending[writes] = pending;
            writes++;
        } else {
            file->pending[kept] = pending;
        }
        kept++;
    }
    file->pending_count = kept;
    return writes;
}

static struct instant retry_instant(void)
{
    uint8_t jitter = 0;

    (void)random_fill(&jitter, sizeof(jitter)); /* without it 0, which is slower, not wrong */
    return instant_add(clock_now(),
                       (struct duration){RETRY_MIN_NS + jitter * RETRY_JITTER_STEP_NS});
}

/* Carries out what waits, as far as other processes let it. */
static void file_progress(struct file_store *file)
{
    size_t writes = file_sort(file);
    size_t kept = 0;
    size_t next = 0;

    if (writes > 0 && file_write(file, file->pending, writes)) {
        next = writes;
    }
    for (; next < file->pending_count; next++) {
        if (next < writes || !file_read(file, &file->pending[next])) {
            file->pending[kept] = file->pending[next];
            kept++;
        }
    }
    file->pending_count = kept;
    file->retry_at = kept > 0 ? retry_instant() : (struct instant){0};
}

static void file_wait(struct store *store, struct instant until)
{
    struct file_store *file = file_from(store);

    if (file->pending_count > 0 && !instant_before(clock_now(), file->retry_at)) {
        file_progress(file);
    }
    if (file->replies.count > 0) {
        return;
    }
    if (file->pending_count > 0) {
        until = instant_min(until, file->retry_at);
    }
    waker_wait(&file->waker, until);
}

static const struct store_reply *file_take_reply(struct store *store)
{
    return reply_queue_take(&file_from(store)->replies);
}

static void file_wake(struct store *store)
{
    waker_wake(&file_from(store)->waker);
}

static void file_destroy(struct store *store, bool forked)
{
    struct file_store *file = file_from(store);

    /* In the child of a fork SQLite is not touched at all: "Do not even call
     * sqlite3_close() on a database connection from a child process if the connection was opened in
     * the parent" (howtocorrupt.html, section 2.6). Its memory and its
     * descriptors stay until the child ends or calls exec. */
    if (!forked) {
        file_database_close(file->database);
        process_leave();
    }
    waker_close(&file->waker);
    free(file);
}

static const struct store_operations file_operations = {
    .submit = file_submit,
    .wait = file_wait,
    .take_reply = file_take_reply,
    .wake = file_wake,
    .destroy = file_destroy,
};

/* Opens a store, in a process that has none of its parent's. */
static ddblock_status file_open(const char *path, struct file_store **ret_file,
                                ddblock_error *error)
{
    struct file_store *file = calloc(1, sizeof(*file));
    ddblock_status status;

    if (file == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a store");
    }
    status = file_database_open(path, &file->database, error);
    if (status != DDBLOCK_OK) {
        goto out;
    }
    if (!waker_open(&file->waker)) {
        status = status_set(error, DDBLOCK_UNAVAILABLE, "no descriptor for a store: %s",
                            strerror(errno));
        goto out;
    }
    text_escape(file->path, sizeof(file->path), bytes_from_string(path));
    file->store.operations = &file_operations;
    file->store.capacity = REPLY_QUEUE_CAPACITY;
    *ret_file = file;
    return DDBLOCK_OK;
out:
    file_database_close(file->database);
    free(file);
    return status;
}

ddblock_status store_file_open(const ddblock_file_options *options, struct store **ret_store,
                               ddblock_error *error)
{
    struct file_store *file = NULL;
    ddblock_status status;

    assert(options != NULL);
    assert(ret_store != NULL);
    if (!process_enter()) {
        return status_set(error, DDBLOCK_FORKED,
                          "this process was forked while a file of locks was open; open it after "
                          "the fork");
    }
    status = file_open(options->path, &file, error);
    if (status != DDBLOCK_OK) {
        process_leave();
        return status;
    }
    *ret_store = &file->store;
    return DDBLOCK_OK;
}
