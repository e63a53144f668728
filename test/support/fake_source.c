/* fake_source.c - a source of credentials that answers when and what it is told to. */
#include "support/fake_source.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/status.h"
#include "support/testing.h"

enum { ANSWERS_MAX = 16 };

struct answer {
    const char *access_key_id; /* NULL: a failure */
    int64_t lives_ms;
    const char *account_id;
    ddblock_status status;
    const char *message;
};

struct fake_source {
    struct credentials_source base;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct answer answers[ANSWERS_MAX];
    int count;
    int taken;
    bool held;
    int asked;
    int now;
    int most;
};

static struct answer next_answer(struct fake_source *fake)
{
    struct answer answer;

    (void)pthread_mutex_lock(&fake->mutex);
    fake->asked++;
    fake->now++;
    fake->most = fake->now > fake->most ? fake->now : fake->most;
    while (fake->held || fake->count == 0) {
        (void)pthread_cond_wait(&fake->changed, &fake->mutex);
    }
    fake->taken += fake->taken < fake->count ? 1 : 0;
    answer = fake->answers[fake->taken - 1];
    fake->now--;
    (void)pthread_mutex_unlock(&fake->mutex);
    return answer;
}

static enum credentials_answer get(struct credentials_source *base,
                                   struct credentials **ret_credentials, ddblock_error *error)
{
    struct answer answer = next_answer((struct fake_source *)base);
    struct credentials *credentials = NULL;

    if (answer.access_key_id == NULL) {
        (void)status_set(error, answer.status, "%s", answer.message);
        return CREDENTIALS_FAILED;
    }
    assert_int_equal(credentials_create(answer.access_key_id, FAKE_SOURCE_SECRET, NULL,
                                        "the fake source", &credentials, error),
                     DDBLOCK_OK);
    if (answer.lives_ms >= 0) {
        credentials->expires_unix_ms = clock_wall_ms() + answer.lives_ms;
    }
    if (answer.account_id != NULL) {
        credentials->account_id = strdup(answer.account_id);
    }
    *ret_credentials = credentials;
    return CREDENTIALS_FOUND;
}

static void destroy(struct credentials_source *base)
{
    struct fake_source *fake = (struct fake_source *)base;

    (void)pthread_cond_destroy(&fake->changed);
    (void)pthread_mutex_destroy(&fake->mutex);
    free(fake);
}

static const struct credentials_source_operations operations = {get, destroy};

struct fake_source *fake_source_create(void)
{
    struct fake_source *fake = calloc(1, sizeof(*fake));

    assert_non_null(fake);
    fake->base.operations = &operations;
    (void)pthread_mutex_init(&fake->mutex, NULL);
    (void)pthread_cond_init(&fake->changed, NULL);
    return fake;
}

struct credentials_source *fake_source_base(struct fake_source *fake)
{
    return &fake->base;
}

static void add(struct fake_source *fake, const struct answer *answer)
{
    (void)pthread_mutex_lock(&fake->mutex);
    assert_true(fake->count < ANSWERS_MAX);
    fake->answers[fake->count++] = *answer;
    (void)pthread_cond_broadcast(&fake->changed);
    (void)pthread_mutex_unlock(&fake->mutex);
}

void fake_source_give(struct fake_source *fake, const char *access_key_id, int64_t lives_ms,
                      const char *account_id)
{
    add(fake, &(struct answer){access_key_id, lives_ms, account_id, DDBLOCK_OK, NULL});
}

void fake_source_refuse(struct fake_source *fake, ddblock_status status, const char *message)
{
    add(fake, &(struct answer){NULL, 0, NULL, status, message});
}

void fake_source_hold(struct fake_source *fake, bool held)
{
    (void)pthread_mutex_lock(&fake->mutex);
    fake->held = held;
    (void)pthread_cond_broadcast(&fake->changed);
    (void)pthread_mutex_unlock(&fake->mutex);
}

int fake_source_asked(struct fake_source *fake)
{
    int asked;

    (void)pthread_mutex_lock(&fake->mutex);
    asked = fake->asked;
    (void)pthread_mutex_unlock(&fake->mutex);
    return asked;
}

int fake_source_most_at_once(struct fake_source *fake)
{
    int most;

    (void)pthread_mutex_lock(&fake->mutex);
    most = fake->most;
    (void)pthread_mutex_unlock(&fake->mutex);
    return most;
}
