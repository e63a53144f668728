/* fake_store.c - a store that answers when the test says so, and a host whose time stands still. */
#include "support/fake_store.h"

#include "support/testing.h"

#include "store/transition.h"

static struct fake_store *from_store(struct store *store)
{
    return (struct fake_store *)store;
}

static void submit(struct store *store, const struct store_request *request)
{
    struct fake_store *fake = from_store(store);

    assert_true(fake->sent_count + fake->replies_count < store->capacity);
    fake->sent[fake->sent_count] =
        (struct fake_request){.tag = request->tag, .ask = *request->ask, .owner = request->owner};
    fake->sent_count++;
    fake->submitted++;
}

static void wait(struct store *store, struct instant until)
{
    (void)store;
    (void)until;
}

static const struct store_reply *take_reply(struct store *store)
{
    struct fake_store *fake = from_store(store);
    const struct store_reply *reply;

    if (fake->replies_count == 0) {
        return NULL;
    }
    reply = &fake->replies[fake->replies_first];
    fake->replies_first = (fake->replies_first + 1) % FAKE_REQUESTS_MAX;
    fake->replies_count--;
    return reply;
}

static void wake(struct store *store)
{
    (void)store;
}

static void destroy(struct store *store, bool forked)
{
    (void)store;
    (void)forked;
}

void fake_store_init(struct fake_store *fake, size_t capacity)
{
    static const struct store_operations operations = {
        .submit = submit,
        .wait = wait,
        .take_reply = take_reply,
        .wake = wake,
        .destroy = destroy,
    };

    assert_true(capacity <= FAKE_REQUESTS_MAX);
    memset(fake, 0, sizeof(*fake));
    fake->store.operations = &operations;
    fake->store.capacity = capacity;
    fake->record = (struct record){.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};
}

void fake_store_reply(struct fake_store *fake, size_t index, struct outcome outcome)
{
    size_t last = (fake->replies_first + fake->replies_count) % FAKE_REQUESTS_MAX;

    assert_true(index < fake->sent_count);
    fake->replies[last] = (struct store_reply){.tag = fake->sent[index].tag, .outcome = outcome};
    fake->replies_count++;
    fake->sent_count--;
    memmove(&fake->sent[index], &fake->sent[index + 1],
            (fake->sent_count - index) * sizeof(fake->sent[0]));
}

void fake_store_carry_out(struct fake_store *fake)
{
    struct outcome outcome = {0};

    assert_true(fake->sent_count > 0);
    transition_apply(&fake->sent[0].ask, fake->sent[0].owner, &fake->record, &outcome);
    fake_store_reply(fake, 0, outcome);
}

void fake_store_lose(struct fake_store *fake, size_t index)
{
    fake_store_reply(fake, index,
                     (struct outcome){.kind = OUTCOME_IN_DOUBT, .status = DDBLOCK_UNAVAILABLE});
}

static struct instant host_now(void *user)
{
    return ((struct fake_host *)user)->now;
}

static int64_t host_wall_ms(void *user)
{
    (void)user;
    return 1700000000000;
}

static bool host_random_fill(void *user, void *data, size_t size)
{
    struct fake_host *host = user;

    if (host->no_random) {
        return false;
    }
    host->random_asked++;
    memset(data, 0, size);
    memcpy(data, &host->random_asked,
           size < sizeof(host->random_asked) ? size : sizeof(host->random_asked));
    return true;
}

struct loop_host fake_host_init(struct fake_host *host)
{
    *host = (struct fake_host){.now = {INT64_C(3600) * 1000000000}};
    return (struct loop_host){host_now, host_wall_ms, host_random_fill, host};
}

void fake_host_pass_ms(struct fake_host *host, int64_t ms)
{
    host->now = instant_add(host->now, duration_from_ms(ms));
}
