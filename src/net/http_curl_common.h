/* http_curl_common.h - what every use of libcurl here has in common. */
#ifndef NET_HTTP_CURL_COMMON_H
#define NET_HTTP_CURL_COMMON_H

#include <stdbool.h>

#include <curl/curl.h>

/* Sets a list of options, up to the first failure. */
#define HTTP_CURL_SET(code, easy, option, value)                                                   \
    ((code) = (code) == CURLE_OK ? curl_easy_setopt((easy), (option), (value)) : (code))

/* Readies libcurl, once in a process. False if it has no memory for that. */
bool http_curl_init(void);

/* TLS: which versions, and what is trusted. ca_file may be NULL: libcurl's default. */
CURLcode http_curl_set_tls(CURL *easy, const char *ca_file);

/* What libcurl may do and where it may go. */
CURLcode http_curl_set_limits(CURL *easy);

/* Frees a list of header lines, which may hold secrets. */
void http_curl_headers_free(struct curl_slist *headers);

#endif
