/* fake_http.c - an HTTP client that keeps what is sent and answers as it is told. */
#include "support/fake_http.h"

#include <time.h>

#include "base/clock.h"
#include "support/testing.h"

static struct fake_http *fake_of(struct http_client *client)
{
    return (struct fake_http *)client; /* its first member */
}

static void submit(struct http_client *client, const struct http_request *request)
{
    static const char name[] = "X-Amz-Target: ";
    struct fake_http *fake = fake_of(client);
    struct fake_request *sent = &fake->sent[fake->sent_count];

    assert_true(fake->sent_count < FAKE_REQUESTS_MAX);
    fake->sent_count++;
    sent->tag = request->tag;
    sent->give_up_at = request->give_up_at;
    sent->body = strndup((const char *)request->body.data, request->body.size);
    for (const char *const *header = request->headers; *header != NULL; header++) {
        if (strncasecmp(*header, name, sizeof(name) - 1) == 0) {
            assert_null(sent->target);
            sent->target = strdup(*header + sizeof(name) - 1);
        }
    }
    assert_non_null(sent->target);
}

/* Time passes as it really does, but at most a little of it. */
static void wait(struct http_client *client, struct instant until)
{
    struct duration nap = duration_min(instant_until(clock_now(), until), duration_from_ms(10));

    fake_of(client)->waits++;
    (void)nanosleep(&(struct timespec){.tv_nsec = (long)nap.ns}, NULL);
}

static const struct http_reply *take_reply(struct http_client *client)
{
    struct fake_http *fake = fake_of(client);
    const struct http_reply *answer = &fake->answers[fake->answers_taken];

    if (fake->answers_taken == fake->answers_count || answer->tag >= fake->sent_count) {
        return NULL;
    }
    fake->answers_taken++;
    fake->reply = *answer;
    fake->reply.tag = fake->sent[answer->tag].tag;
    return &fake->reply;
}

static void wake(struct http_client *client)
{
    fake_of(client)->wakes++;
}

static void destroy(struct http_client *client, bool forked)
{
    struct fake_http *fake = fake_of(client);

    (void)forked;
    for (size_t i = 0; i < fake->sent_count; i++) {
        free(fake->sent[i].target);
        free(fake->sent[i].body);
    }
    free(fake);
}

static const struct http_operations OPERATIONS = {
    .submit = submit,
    .wait = wait,
    .take_reply = take_reply,
    .wake = wake,
    .destroy = destroy,
};

struct fake_http *fake_http_create(void)
{
    struct fake_http *fake = calloc(1, sizeof(*fake));

    assert_non_null(fake);
    fake->client.operations = &OPERATIONS;
    return fake;
}

void fake_http_answer(struct fake_http *fake, size_t index, const struct http_reply *reply)
{
    assert_true(fake->answers_count < FAKE_REQUESTS_MAX);
    fake->answers[fake->answers_count] = *reply;
    fake->answers[fake->answers_count].tag = index;
    fake->answers_count++;
}

void fake_http_answer_body(struct fake_http *fake, size_t index, int status, const char *body)
{
    struct http_reply reply = {
        .result = HTTP_REPLIED,
        .status = status,
        .body = bytes_from_string(body),
        .date_unix_ms = -1,
        .retry_after_ms = -1,
        .crc32 = -1,
    };

    fake_http_answer(fake, index, &reply);
}
