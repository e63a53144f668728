/* http_fetch.h - one small HTTP request, waited for: how credentials are fetched.
 *
 * On a connection of its own, which is closed afterwards: it is used once an hour or less. */
#ifndef NET_HTTP_FETCH_H
#define NET_HTTP_FETCH_H

#include "base/buffer.h"
#include "net/http.h"
#include "wire/url.h"

struct http_fetch {
    const char *method; /* "GET", "PUT" or "POST" */
    const struct url *url;
    const char *path;           /* "/latest/api/token?x=y"; visible ASCII */
    const char *const *headers; /* "Name: value" lines, ended by NULL; may be NULL */
    struct bytes body;          /* none if it is empty */
    const char *ca_file;        /* PEM; NULL: the system's */
    int64_t connect_timeout_ms;
    int64_t timeout_ms; /* for everything */
    bool no_proxy;      /* whatever the environment says of proxies */
};

/* Sends it, follows no redirect, and puts the reply's body into body, whose limit is the most
 * that is taken. *ret_status is 200 … 599.
 *
 * For anything but HTTP_REPLIED, error says why: DDBLOCK_UNAVAILABLE and a sentence that names
 * the host, or DDBLOCK_NO_MEMORY. */
enum http_result http_fetch(const struct http_fetch *request, int *ret_status, struct buffer *body,
                            ddblock_error *error);

#endif
