/* http_fuzz.c - any bytes as what an HTTP server sends, over a real connection. It then closes
 * its side, so that a reply is over one way or the other. */
#include "fuzz.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http_curl.h"

enum { REPLY_SIZE_MAX = 2048, PATIENCE_MS = 5000, TURN_MS = 20 };

/* Listens on a free port of the loopback, for the life of the process. */
static int listen_once(uint16_t *ret_port)
{
    static int fd = -1;
    static struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);

    if (fd < 0) {
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
            listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
            abort();
        }
    }
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* Answers a connection that has come, with all of the bytes. Returns it, or -1. */
static int answer(int listener, struct bytes bytes)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0}; /* no port is left waiting */
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        (void)send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        (void)shutdown(fd, SHUT_WR);
    }
    return fd;
}

/* A reply is there only if its headers have ended, and of all that was sent it cannot be more. */
static void check_reply(const struct http_reply *reply, struct bytes sent)
{
    assert(reply->tag == 7);
    if (reply->result == HTTP_REPLIED) {
        assert(reply->status >= 200 && reply->status <= 599);
        assert(reply->body.size <= sent.size && reply->body.size <= REPLY_SIZE_MAX);
        assert(reply->date_unix_ms >= -1 && reply->retry_after_ms >= -1);
        assert(reply->crc32 >= -1 && reply->crc32 <= (int64_t)UINT32_MAX);
        /* libcurl takes a line that begins with a carriage return for an empty one. */
        assert(memmem(sent.data, sent.size, "\n\r", 2) != NULL ||
               memmem(sent.data, sent.size, "\n\n", 2) != NULL);
    } else {
        assert(reply->result == HTTP_IN_DOUBT);
        assert(reply->failure == DDBLOCK_UNAVAILABLE && reply->message[0] != '\0');
    }
}

static void ask(struct http_client *client, int listener, struct bytes sent)
{
    const char *const headers[] = {"X-Amz-Target: t", NULL};
    const struct http_request request = {
        .tag = 7,
        .headers = headers,
        .body = bytes_from_string("{}"),
        .give_up_at = instant_add(clock_now(), duration_from_ms(PATIENCE_MS)),
        .reply_size_max = REPLY_SIZE_MAX};
    const struct http_reply *reply;
    int fd = -1;

    client->operations->submit(client, &request);
    while ((reply = client->operations->take_reply(client)) == NULL) {
        client->operations->wait(client, instant_add(clock_now(), duration_from_ms(TURN_MS)));
        if (fd < 0) {
            fd = answer(listener, sent);
        }
    }
    check_reply(reply, sent);
    if (fd >= 0) {
        (void)close(fd);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_client *client = NULL;
    uint16_t port = 0;
    int listener = listen_once(&port);
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", (unsigned)port);
    if (http_curl_open(&(const struct http_curl_options){.url = url, .max_connections = 1}, &client,
                       NULL) != DDBLOCK_OK) {
        abort();
    }
    ask(client, listener, bytes_from(data, size));
    client->operations->destroy(client, false);
    return 0;
}
