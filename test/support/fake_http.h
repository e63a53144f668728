/* fake_http.h - an HTTP client that keeps what is sent and answers as it is told. */
#ifndef TEST_SUPPORT_FAKE_HTTP_H
#define TEST_SUPPORT_FAKE_HTTP_H

#include "net/http.h"

enum { FAKE_REQUESTS_MAX = 32 };

struct fake_request {
    uint64_t tag;
    char *target; /* the value of X-Amz-Target */
    char *body;
    struct instant give_up_at;
};

struct fake_http {
    struct http_client client;
    struct fake_request sent[FAKE_REQUESTS_MAX];
    size_t sent_count;
    struct http_reply answers[FAKE_REQUESTS_MAX]; /* tag: the index of the request */
    size_t answers_count;
    size_t answers_taken;
    struct http_reply reply; /* what was taken last */
    int waits;
    int wakes;
};

/* The store that gets its client destroys it. */
struct fake_http *fake_http_create(void);

/* The index-th request will be answered so, after those answered before. Memory in the reply
 * must live until it was taken. */
void fake_http_answer(struct fake_http *fake, size_t index, const struct http_reply *reply);

/* The same, with a status and a body. */
void fake_http_answer_body(struct fake_http *fake, size_t index, int status, const char *body);

#endif
