/* http_curl_sockets.h - the sockets that libcurl has open for a client.
 *
 * They are opened with SOCK_CLOEXEC, which libcurl 7.88 does not do, and counted, so that a
 * child after fork() can close its copies without libcurl. */
#ifndef NET_HTTP_CURL_SOCKETS_H
#define NET_HTTP_CURL_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

#include <curl/curl.h>

struct http_curl_sockets {
    curl_socket_t *open;
    size_t count;
    size_t capacity;
};

/* False if there is no memory. */
bool http_curl_sockets_init(struct http_curl_sockets *sockets, size_t capacity);

/* Frees the memory; closes nothing. */
void http_curl_sockets_finish(struct http_curl_sockets *sockets);

/* Closes the sockets without a word to libcurl: in a forked child. */
void http_curl_sockets_close_all(struct http_curl_sockets *sockets);

/* CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION; user is the sockets. */
curl_socket_t http_curl_sockets_open(void *user, curlsocktype purpose,
                                     struct curl_sockaddr *address);
int http_curl_sockets_close(void *user, curl_socket_t socket);

#endif
