/* http_curl_transfer.h - one request and its reply, on one easy handle of libcurl. */
#ifndef NET_HTTP_CURL_TRANSFER_H
#define NET_HTTP_CURL_TRANSFER_H

#include <curl/curl.h>

#include "base/buffer.h"
#include "base/heap.h"
#include "net/http.h"
#include "net/http_curl_sockets.h"
#include "wire/url.h"

/* What all transfers of a client share. */
struct http_origin {
    struct url url;
    char *ca_file; /* NULL: libcurl's default */
    struct http_curl_sockets sockets;
};

/* Zeroed but for its origin, it is ready for transfer_start(). */
struct transfer {
    struct heap_entry deadline; /* comes first: the heap's entry is the transfer */
    struct transfer *next;      /* in the list that it is in */
    struct http_origin *origin;
    CURL *easy; /* made at the first start, then kept */
    struct curl_slist *headers;
    struct buffer sent;
    struct buffer received;
    struct instant give_up_at;
    size_t header_size;
    int attempts; /* how often libcurl was about to send the request */
    bool late;    /* libcurl was about to send it when its time was over */
    bool resent;  /* libcurl was about to send it again */
    bool too_large;
    bool headers_ended;
    struct http_reply reply;
    char curl_message[CURL_ERROR_SIZE];
    ddblock_error error; /* where the reply's message is */
};

/* Prepares the transfer for this request, which is copied. False if there is no memory; then
 * transfer_fail_unsent() makes the reply. */
bool transfer_start(struct transfer *transfer, const struct http_request *request);

/* Makes the reply of a transfer that never reached libcurl, for want of memory. */
void transfer_fail_unsent(struct transfer *transfer);

/* Makes the reply of a transfer that libcurl has ended with this code. */
void transfer_finish(struct transfer *transfer, CURLcode code);

/* Makes the reply of a transfer whose time is over. */
void transfer_give_up(struct transfer *transfer);

/* Lets go of what the request and the reply hold; the easy handle is kept. */
void transfer_clear(struct transfer *transfer);

/* Frees everything. With forked, libcurl's handle is left as it is. */
void transfer_destroy(struct transfer *transfer, bool forked);

#endif
