/* errand_task.c - looking at a lock or at many, and breaking one, waited for.
 *
 * The task lies on the stack of the thread that waits: it is there until it has ended. */
#include "engine/errand_task.h"

#include <stddef.h>

#include "base/status.h"
#include "base/text.h"
#include "core/errand.h"
#include "engine/explain.h"

struct errand_task {
    struct task task; /* first: the loop knows only this */
    struct ddblock_store *engine;
    struct errand errand;
    char failure[STORE_MESSAGE_SIZE];
    pthread_cond_t changed;
    bool ended; /* guarded by the engine's mutex */
    ddblock_status status;
};

static struct effects errand_task_step(struct task *task, const struct event *event)
{
    return errand_step(&((struct errand_task *)task)->errand, event);
}

static void errand_task_publish(struct task *task, const struct effects *effects,
                                const struct store_reply *reply)
{
    struct errand_task *errand = (struct errand_task *)task;

    if (effects->request.kind != REQUEST_NONE && errand->errand.failures > 0) {
        metrics_add(&errand->engine->loop.metrics.requests_retried);
    }
    if (reply != NULL && reply->message[0] != '\0') {
        text_copy(errand->failure, sizeof(errand->failure), bytes_from_string(reply->message));
    }
}

static void errand_task_ended(struct task *task, ddblock_status status)
{
    struct errand_task *errand = (struct errand_task *)task;
    pthread_mutex_t *mutex = &errand->engine->mutex;

    (void)pthread_mutex_lock(mutex);
    if (status == DDBLOCK_OK) {
        status = errand->errand.ended ? errand->errand.status : DDBLOCK_CANCELLED;
    }
    errand->status = status;
    errand->ended = true;
    (void)pthread_cond_signal(&errand->changed);
    (void)pthread_mutex_unlock(mutex);
}

static const struct task_operations operations = {
    .step = errand_task_step,
    .publish = errand_task_publish,
    .ended = errand_task_ended,
};

/* Runs an errand that has its id or its page. */
static ddblock_status run(struct ddblock_store *engine, struct errand_task *errand,
                          ddblock_error *error)
{
    ddblock_status status;

    errand->task.operations = &operations;
    errand->task.owner = ""; /* no errand writes it */
    errand->engine = engine;
    errand->errand.tries = engine->store->tries;
    (void)pthread_cond_init(&errand->changed, NULL);
    (void)pthread_mutex_lock(&engine->mutex);
    engine_post(engine, &errand->task, POST_START);
    while (!errand->ended) {
        (void)pthread_cond_wait(&errand->changed, &engine->mutex);
    }
    (void)pthread_mutex_unlock(&engine->mutex);
    (void)pthread_cond_destroy(&errand->changed);
    status = errand->status;
    if (status != DDBLOCK_OK) {
        (void)status_set(error, status, "%s",
                         errand->failure[0] != '\0' ? errand->failure
                                                    : ddblock_status_text(status));
    }
    return status;
}

/* The same for one that is about a lock. */
static ddblock_status run_on(struct ddblock_store *engine, const ddblock_id *id,
                             struct errand_task *errand, ddblock_error *error)
{
    struct lock_id *copy = NULL;
    ddblock_status status = lock_id_create(id, &copy, error);

    if (status == DDBLOCK_OK) {
        errand->task.id = copy;
        status = run(engine, errand, error);
    }
    lock_id_destroy(copy);
    return status;
}

ddblock_status errand_show(struct ddblock_store *engine, const ddblock_id *id,
                           ddblock_info *ret_info, ddblock_error *error)
{
    struct errand_task errand = {.errand = {.kind = REQUEST_READ_LATEST}};
    ddblock_status status = run_on(engine, id, &errand, error);

    if (status == DDBLOCK_OK) {
        info_from_record(ret_info, &errand.errand.record);
    }
    return status;
}

ddblock_status errand_list(struct ddblock_store *engine, struct page *page, ddblock_error *error)
{
    struct errand_task errand = {
        .task = {.page = page},
        .errand = {.kind = REQUEST_LIST},
    };

    return run(engine, &errand, error);
}

ddblock_status errand_break(struct ddblock_store *engine, const ddblock_id *id,
                            const ddblock_info *shown, ddblock_error *error)
{
    struct errand_task errand = {.errand = {.observed_token = shown->fencing_token}};
    bool closed = shown->kind == DDBLOCK_ITEM_FAIL_CLOSED;
    ddblock_status status;

    if (!closed && shown->kind != DDBLOCK_ITEM_FAIL_OPEN) {
        return status_set(error, DDBLOCK_INVALID, "there is no held lock to break");
    }
    if (!info_version(shown, &errand.errand.observed) ||
        (!closed && (errand.errand.observed.type == '\0' || shown->fencing_token < 1 ||
                     shown->fencing_token > TOKEN_MAX))) {
        return status_set(error, DDBLOCK_INVALID,
                          "what is to be broken must come from ddblock_show");
    }
    errand.errand.kind = closed ? REQUEST_BREAK_CLOSED : REQUEST_BREAK;
    status = run_on(engine, id, &errand, error);
    if (status == DDBLOCK_NOT_ACQUIRED) {
        (void)status_set(error, status,
                         "the lock has changed since it was shown; it was not broken");
    }
    return status;
}
