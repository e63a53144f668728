/* http.h - POST requests to one origin, or few, many at a time.
 *
 * An interface, so that tests can put their own behind it; http_curl.h has the real one.
 * A request is sent once: whatever may have reached the server is never repeated in here. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/bytes.h"
#include "base/time.h"
#include "ddblock/ddblock.h"

/* DynamoDB's replies to these requests are a few KiB (an item holds at most 400 KiB, and
 * comes back with a refusal). */
enum { HTTP_BODY_SIZE_MAX = 1024 * 1024, HTTP_HEADER_SIZE_MAX = 64 * 1024 };

struct http_request {
    uint64_t tag;
    const char *const *headers; /* "Name: value" lines, ended by NULL */
    struct bytes body;
    struct instant give_up_at;
    const char *url;       /* the origin it goes to; NULL: that of the client */
    size_t reply_size_max; /* 0: HTTP_BODY_SIZE_MAX */
};

enum http_result {
    HTTP_REPLIED,  /* status, headers and the whole body are there */
    HTTP_NOT_SENT, /* the server has not seen the request: no address, no connection, no TLS */
    HTTP_IN_DOUBT, /* it may have: time-out, reset, a reply cut short or too large */
};

struct http_reply {
    uint64_t tag;
    enum http_result result;
    int status;             /* 200 … 599, for REPLIED */
    struct bytes body;      /* valid until the next call */
    int64_t date_unix_ms;   /* the Date header; -1: none, or an old one from a cache */
    int64_t retry_after_ms; /* x-amz-retry-after; -1: none */
    int64_t crc32;          /* x-amz-crc32; -1: none */
    ddblock_status failure; /* NOT_SENT, IN_DOUBT: UNAVAILABLE, NO_MEMORY */
    const char *message;    /* NOT_SENT, IN_DOUBT: a sentence that names the host; valid as body */
};

struct http_client;

/* As in store_operations (store/store.h): submit cannot fail, wait makes progress and may
 * return early, wake is for any thread. */
struct http_operations {
    void (*submit)(struct http_client *client, const struct http_request *request);
    void (*wait)(struct http_client *client, struct instant until);
    const struct http_reply *(*take_reply)(struct http_client *client);
    void (*wake)(struct http_client *client);
    void (*destroy)(struct http_client *client, bool forked);
};

struct http_client {
    const struct http_operations *operations;
};

#endif
