/* http_curl.h - the HTTP client of http.h over libcurl. */
#ifndef NET_HTTP_CURL_H
#define NET_HTTP_CURL_H

#include "net/http.h"

enum { HTTP_CURL_CONNECTIONS_MAX = 1024 };

struct http_curl_options {
    const char *url;          /* http or https, host, port; no path but "/" */
    const char *ca_file;      /* PEM; NULL: the system's */
    uint32_t max_connections; /* 1 … 1024: how many requests may be without their reply at once;
                                 the caller submits no more */
};

/* Opens a client. Sends nothing. It belongs to one thread at a time, but for wake. A proxy
 * is taken from the environment as curl does it (https_proxy, no_proxy, …).
 *
 * Returns DDBLOCK_INVALID (the URL; a CA file that cannot be read), DDBLOCK_UNAVAILABLE (no
 * descriptor to be had) or DDBLOCK_NO_MEMORY with a sentence. */
ddblock_status http_curl_open(const struct http_curl_options *options,
                              struct http_client **ret_client, ddblock_error *error);

#endif
