/* http_curl.h - the HTTP client of http.h over libcurl. */
#ifndef NET_HTTP_CURL_H
#define NET_HTTP_CURL_H

#include "net/http.h"

struct http_curl_options {
    const char *url;          /* http or https, host, port; no path but "/" */
    const char *ca_file;      /* PEM; NULL: the system's */
    uint32_t max_connections; /* requests in flight at once, from 1; more wait their turn */
};

/* Opens a client. Sends nothing. It belongs to one thread at a time, but for wake.
 *
 * Returns DDBLOCK_INVALID (the URL; a CA file that cannot be read), DDBLOCK_UNAVAILABLE (no
 * descriptor to be had) or DDBLOCK_NO_MEMORY with a sentence. */
ddblock_status http_curl_open(const struct http_curl_options *options,
                              struct http_client **ret_client, ddblock_error *error);

#endif
