/* http_curl.c - the HTTP client of http.h over libcurl: one multi handle, a fixed number of
 * transfers.
 *
 * Two descriptors of libcurl 7.88 cannot be made close-on-exec from here: its wake-up
 * socketpair, which we do not use, and the socketpair of a resolver thread, for as long as it
 * runs. Who executes another program should close what it does not want there
 * (close_range(2)); both ends lie in this process and carry nothing. */
#include "net/http_curl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "base/waker.h"
#include "net/http_curl_common.h"
#include "net/http_curl_transfer.h"

enum {
    /* A connection that is used, and the second that "happy eyeballs" tries beside it. */
    SOCKETS_PER_TRANSFER = 2,
    /* The timer descriptor ends the sleep; this only bounds what a lost timer would cost. */
    POLL_MS_MAX = 60 * 1000,
    /* How long to sleep where libcurl cannot poll, for want of memory. */
    POLL_RETRY_MS = 10,
};

struct client {
    struct http_client base;
    struct http_origin origin;
    CURLM *multi;
    struct waker waker;
    struct heap deadlines;
    struct transfer *transfers;
    size_t capacity;
    struct transfer *unused; /* a stack: few easy handles are made where few are needed */
    struct transfer *done_first;
    struct transfer *done_last;
    struct transfer *taken; /* whose reply the caller looks at */
};

static_assert(offsetof(struct transfer, deadline) == 0, "an entry of the heap is its transfer");

static void push_done(struct client *client, struct transfer *transfer)
{
    heap_set(&client->deadlines, &transfer->deadline, INSTANT_NEVER);
    transfer->next = NULL;
    if (client->done_last != NULL) {
        client->done_last->next = transfer;
    } else {
        client->done_first = transfer;
    }
    client->done_last = transfer;
}

/* Takes back the transfer whose reply the caller has looked at. */
static void recycle(struct client *client)
{
    struct transfer *transfer = client->taken;

    if (transfer != NULL) {
        transfer_clear(transfer);
        transfer->next = client->unused;
        client->unused = transfer;
        client->taken = NULL;
    }
}

static void client_submit(struct http_client *base, const struct http_request *request)
{
    struct client *client = (struct client *)base;
    struct transfer *transfer;

    recycle(client);
    transfer = client->unused;
    assert(transfer != NULL);
    client->unused = transfer->next;
    if (!transfer_start(transfer, request) ||
        curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK) {
        transfer_fail_unsent(transfer);
        push_done(client, transfer);
        return;
    }
    heap_set(&client->deadlines, &transfer->deadline, request->give_up_at);
}

/* Ends the transfers whose time is over. Taking an unfinished one out of the multi handle
 * closes its connection, so that no later request follows it there. */
static void expire(struct client *client)
{
    struct instant now = clock_now();
    struct heap_entry *first = heap_first(&client->deadlines);

    while (first != NULL && !instant_before(now, first->due)) {
        struct transfer *transfer = (struct transfer *)first;

        (void)curl_multi_remove_handle(client->multi, transfer->easy);
        transfer_give_up(transfer);
        push_done(client, transfer);
        first = heap_first(&client->deadlines);
    }
}

static void perform(struct client *client)
{
    CURLMsg *message;
    int count = 0;

    (void)curl_multi_perform(client->multi, &count);
    message = curl_multi_info_read(client->multi, &count);
    while (message != NULL) {
        CURLcode code = message->data.result;
        CURL *easy = message->easy_handle;
        struct transfer *transfer = NULL;

        assert(message->msg == CURLMSG_DONE);
        (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
        transfer_finish(transfer, code);
        (void)curl_multi_remove_handle(client->multi, easy); /* the message is gone now */
        push_done(client, transfer);
        message = curl_multi_info_read(client->multi, &count);
    }
}

static void sleep_until(struct client *client, struct instant until)
{
    struct curl_waitfd extra[2] = {
        {.fd = client->waker.event_fd, .events = CURL_WAIT_POLLIN},
        {.fd = client->waker.timer_fd, .events = CURL_WAIT_POLLIN},
    };
    struct heap_entry *first = heap_first(&client->deadlines);

    if (first != NULL) {
        until = instant_min(until, first->due);
    }
    waker_set(&client->waker, until);
    if (curl_multi_poll(client->multi, extra, 2, POLL_MS_MAX, NULL) == CURLM_OK) {
        waker_clear(&client->waker);
    } else {
        struct instant soon = instant_add(clock_now(), duration_from_ms(POLL_RETRY_MS));

        waker_wait(&client->waker, instant_min(until, soon));
    }
}

static void client_wait(struct http_client *base, struct instant until)
{
    struct client *client = (struct client *)base;

    recycle(client);
    expire(client); /* before libcurl can begin to send what is over */
    perform(client);
    if (client->done_first != NULL) {
        return;
    }
    sleep_until(client, until);
    perform(client); /* a reply that came with the deadline is still a reply */
    expire(client);
}

static const struct http_reply *client_take_reply(struct http_client *base)
{
    struct client *client = (struct client *)base;

    recycle(client);
    if (client->done_first == NULL) {
        return NULL;
    }
    client->taken = client->done_first;
    client->done_first = client->taken->next;
    if (client->done_first == NULL) {
        client->done_last = NULL;
    }
    return &client->taken->reply;
}

static void client_wake(struct http_client *base)
{
    waker_wake(&((struct client *)base)->waker);
}

/* In a forked child libcurl must not be called: it would say goodbye on the parent's TLS
 * connections. There its handles are left behind, some 20 KiB, and the child's copies of the
 * sockets are closed, which the other side does not see. */
static void client_destroy(struct http_client *base, bool forked)
{
    struct client *client = (struct client *)base;

    if (!forked) {
        for (size_t i = 0; i < client->capacity; i++) {
            if (client->transfers[i].deadline.position > 0) {
                (void)curl_multi_remove_handle(client->multi, client->transfers[i].easy);
            }
        }
    }
    for (size_t i = 0; i < client->capacity; i++) {
        transfer_destroy(&client->transfers[i], forked);
    }
    if (forked) {
        http_curl_sockets_close_all(&client->origin.sockets);
    } else {
        (void)curl_multi_cleanup(client->multi); /* closes the connections that were kept */
    }
    if (client->waker.event_fd >= 0) {
        waker_close(&client->waker);
    }
    http_curl_sockets_finish(&client->origin.sockets);
    heap_finish(&client->deadlines);
    free(client->transfers);
    free(client->origin.ca_file);
    free(client);
}

static const struct http_operations operations = {
    .submit = client_submit,
    .wait = client_wait,
    .take_reply = client_take_reply,
    .wake = client_wake,
    .destroy = client_destroy,
};

static ddblock_status set_origin(struct http_origin *origin,
                                 const struct http_curl_options *options, ddblock_error *error)
{
    const char *reason = url_parse(bytes_from_string(options->url), &origin->url);
    char shown[256];

    if (reason != NULL) {
        return status_set(error, DDBLOCK_INVALID, "the URL of the endpoint %s", reason);
    }
    if (options->ca_file == NULL) {
        return DDBLOCK_OK;
    }
    /* libcurl would say so only at the first connection. */
    if (access(options->ca_file, R_OK) != 0) {
        int problem = errno;

        return status_set(error, DDBLOCK_INVALID,
                          "the file of CA certificates %s cannot be read: %s",
                          text_escape(shown, sizeof(shown), bytes_from_string(options->ca_file)),
                          strerror(problem));
    }
    origin->ca_file = strdup(options->ca_file);
    return origin->ca_file != NULL ? DDBLOCK_OK
                                   : status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
}

static bool make_transfers(struct client *client, size_t capacity)
{
    client->transfers = calloc(capacity, sizeof(*client->transfers));
    if (client->transfers == NULL || !heap_reserve(&client->deadlines, capacity) ||
        !http_curl_sockets_init(&client->origin.sockets, capacity * 2 * SOCKETS_PER_TRANSFER)) {
        return false;
    }
    client->capacity = capacity;
    for (size_t i = capacity; i > 0; i--) {
        client->transfers[i - 1].origin = &client->origin;
        client->transfers[i - 1].next = client->unused;
        client->unused = &client->transfers[i - 1];
    }
    return true;
}

static bool make_multi(struct client *client)
{
    client->multi = curl_multi_init();
    return client->multi != NULL &&
           curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING) ==
               CURLM_OK &&
           curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->capacity) ==
               CURLM_OK;
}

ddblock_status http_curl_open(const struct http_curl_options *options,
                              struct http_client **ret_client, ddblock_error *error)
{
    struct client *client = NULL;
    ddblock_status status;

    if (options->max_connections < 1 || options->max_connections > HTTP_CURL_CONNECTIONS_MAX) {
        return status_set(error, DDBLOCK_INVALID, "max_connections is %u; it must be 1 to %d",
                          (unsigned)options->max_connections, HTTP_CURL_CONNECTIONS_MAX);
    }
    client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    client->base.operations = &operations;
    client->waker = (struct waker){.event_fd = -1, .timer_fd = -1};
    status = set_origin(&client->origin, options, error);
    if (status != DDBLOCK_OK) {
        goto out;
    }
    if (!http_curl_init() || !make_transfers(client, options->max_connections) ||
        !make_multi(client)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "out of memory for libcurl");
        goto out;
    }
    if (!waker_open(&client->waker)) {
        status =
            status_set(error, DDBLOCK_UNAVAILABLE, "no descriptor to be had: %s", strerror(errno));
        client->waker.event_fd = -1;
        goto out;
    }
    *ret_client = &client->base;
    client = NULL; /* now the caller's */
out:
    if (client != NULL) {
        client_destroy(&client->base, false);
    }
    return status;
}
