/* http_curl_sockets.c - the sockets that libcurl has open for a client. */
#include "net/http_curl_sockets.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

bool http_curl_sockets_init(struct http_curl_sockets *sockets, size_t capacity)
{
    sockets->open = calloc(capacity, sizeof(*sockets->open));
    sockets->capacity = sockets->open != NULL ? capacity : 0;
    return sockets->open != NULL;
}

void http_curl_sockets_finish(struct http_curl_sockets *sockets)
{
    free(sockets->open);
    *sockets = (struct http_curl_sockets){0};
}

void http_curl_sockets_close_all(struct http_curl_sockets *sockets)
{
    for (size_t i = 0; i < sockets->count; i++) {
        (void)close(sockets->open[i]);
    }
    sockets->count = 0;
}

curl_socket_t http_curl_sockets_open(void *user, curlsocktype purpose,
                                     struct curl_sockaddr *address)
{
    struct http_curl_sockets *sockets = user;
    curl_socket_t opened;

    (void)purpose; /* only CURLSOCKTYPE_IPCXN there is */
    if (sockets->count == sockets->capacity) {
        return CURL_SOCKET_BAD;
    }
    opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (opened >= 0) {
        sockets->open[sockets->count++] = opened;
    }
    return opened;
}

int http_curl_sockets_close(void *user, curl_socket_t socket)
{
    struct http_curl_sockets *sockets = user;

    for (size_t i = 0; i < sockets->count; i++) {
        if (sockets->open[i] == socket) {
            sockets->open[i] = sockets->open[--sockets->count];
            break;
        }
    }
    return close(socket);
}
