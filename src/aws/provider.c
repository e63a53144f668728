/* provider.c - gets keys from a source on a thread of its own. */
#include "aws/provider.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/status.h"
#include "base/thread.h"
#include "base/waker.h"

struct provider {
    struct credentials_source *source; /* the thread's while asking is set */
    provider_changed changed;
    void *changed_user;
    struct waker waker;
    pthread_t thread;
    bool started;       /* of the owner's thread alone */
    atomic_bool asking; /* what a forked child needs to know without the mutex */

    pthread_mutex_t mutex; /* guards what follows */
    bool closed;
    bool wanted;
    struct refresh refresh;
    enum provider_news news;   /* not told yet: */
    struct credentials *fresh; /* KEYS */
    ddblock_error failure;     /* FAILURE */
};

struct provider *provider_create(struct credentials_source *source)
{
    struct provider *provider = source != NULL ? calloc(1, sizeof(*provider)) : NULL;

    if (provider == NULL) {
        credentials_source_destroy(source);
        return NULL;
    }
    provider->source = source;
    (void)pthread_mutex_init(&provider->mutex, NULL); /* cannot fail without attributes */
    return provider;
}

static void free_provider(struct provider *provider)
{
    if (provider->started) {
        waker_close(&provider->waker);
    }
    credentials_source_destroy(provider->source);
    credentials_destroy(provider->fresh);
    free(provider);
}

void provider_notify(struct provider *provider, provider_changed changed, void *user)
{
    provider->changed = changed;
    provider->changed_user = user;
}

static uint32_t draw(void)
{
    uint32_t random = 0;

    (void)random_fill(&random, sizeof(random)); /* jitter: none is as good */
    return random;
}

/* With the mutex held. */
static void take_answer(struct provider *provider, struct credentials *credentials,
                        const ddblock_error *failure)
{
    if (credentials != NULL) {
        refresh_found(&provider->refresh, credentials->expires_unix_ms, clock_now(),
                      clock_wall_ms(), draw());
        credentials_destroy(provider->fresh);
        provider->fresh = credentials;
        provider->news = PROVIDER_KEYS;
    } else {
        refresh_failed(&provider->refresh, clock_now(), draw());
        provider->failure = *failure;
        provider->news = provider->fresh != NULL ? PROVIDER_KEYS : PROVIDER_FAILURE;
    }
    provider->wanted = false;
    if (provider->changed != NULL) {
        provider->changed(provider->changed_user);
    }
}

/* Asks the source once. With the mutex held, but not for the time that it takes. */
static void ask_source(struct provider *provider)
{
    struct credentials *credentials = NULL;
    ddblock_error failure = {0};

    atomic_store(&provider->asking, true);
    (void)pthread_mutex_unlock(&provider->mutex);
    if (credentials_source_get(provider->source, &credentials, &failure) != CREDENTIALS_FOUND) {
        credentials = NULL;
    }
    (void)pthread_mutex_lock(&provider->mutex);
    atomic_store(&provider->asking, false);
    take_answer(provider, credentials, &failure);
}

static void *run(void *argument)
{
    struct provider *provider = argument;

    (void)pthread_mutex_lock(&provider->mutex);
    while (!provider->closed) {
        const struct refresh *refresh = &provider->refresh;
        struct instant due = refresh->has_keys ? refresh->due : INSTANT_NEVER;

        if (provider->wanted || !instant_before(clock_now(), due)) {
            ask_source(provider);
            continue;
        }
        (void)pthread_mutex_unlock(&provider->mutex);
        waker_wait(&provider->waker, due);
        (void)pthread_mutex_lock(&provider->mutex);
    }
    (void)pthread_mutex_unlock(&provider->mutex);
    return NULL;
}

/* With the mutex held. */
static ddblock_status start(struct provider *provider, ddblock_error *error)
{
    int rc;

    if (!waker_open(&provider->waker)) {
        return status_set(error, DDBLOCK_UNAVAILABLE, "no descriptor to be had: %s",
                          strerror(errno));
    }
    rc = thread_start(&provider->thread, run, provider);
    if (rc != 0) {
        waker_close(&provider->waker);
        return status_set(error, DDBLOCK_UNAVAILABLE, "cannot start a thread: %s", strerror(rc));
    }
    provider->started = true;
    return DDBLOCK_OK;
}

/* With the mutex held. */
static void want(struct provider *provider)
{
    if (!provider->started && start(provider, &provider->failure) != DDBLOCK_OK) {
        provider->news = PROVIDER_FAILURE;
        return;
    }
    if (!provider->wanted) {
        provider->wanted = true;
        waker_wake(&provider->waker);
    }
}

void provider_ask(struct provider *provider)
{
    (void)pthread_mutex_lock(&provider->mutex);
    want(provider);
    (void)pthread_mutex_unlock(&provider->mutex);
}

bool provider_force(struct provider *provider)
{
    bool allowed;

    (void)pthread_mutex_lock(&provider->mutex);
    allowed = provider->wanted || refresh_may_force(&provider->refresh, clock_now());
    if (allowed) {
        want(provider);
    }
    (void)pthread_mutex_unlock(&provider->mutex);
    return allowed;
}

bool provider_is_asked(struct provider *provider)
{
    bool wanted;

    (void)pthread_mutex_lock(&provider->mutex);
    wanted = provider->wanted;
    (void)pthread_mutex_unlock(&provider->mutex);
    return wanted;
}

enum provider_news provider_hear(struct provider *provider, struct credentials **ret_credentials,
                                 ddblock_error *ret_failure)
{
    enum provider_news news;

    (void)pthread_mutex_lock(&provider->mutex);
    news = provider->news;
    provider->news = PROVIDER_NOTHING;
    if (news == PROVIDER_KEYS) {
        *ret_credentials = provider->fresh;
        provider->fresh = NULL; /* now the caller's */
    } else if (news == PROVIDER_FAILURE) {
        *ret_failure = provider->failure;
    }
    (void)pthread_mutex_unlock(&provider->mutex);
    return news;
}

void provider_destroy(struct provider *provider, bool forked)
{
    if (provider == NULL) {
        return;
    }
    if (forked) {
        /* The thread does not exist in here; it may have held the mutex, or been in the middle of
         * the source, which is left then. */
        if (atomic_load(&provider->asking)) {
            provider->source = NULL;
        }
        free_provider(provider);
        return;
    }
    if (provider->started) {
        (void)pthread_mutex_lock(&provider->mutex);
        provider->closed = true;
        (void)pthread_mutex_unlock(&provider->mutex);
        waker_wake(&provider->waker);
        (void)pthread_join(provider->thread, NULL);
    }
    (void)pthread_mutex_destroy(&provider->mutex);
    free_provider(provider);
}
