/* floor_socket.c - sends what ddblock sends for an acquisition and a release, by a bare socket.
 *
 *     floor_socket STANDIN RECORD CYCLES [NEW_RECORD]
 *
 * Does what no client can do without: a send, and receiving until the reply is whole. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "recorded.h"

static struct {
    char text[16 * 1024];
    size_t size[2];
    char *whole[2];
    int fd;
} link_;

static void open_link(long long port, const struct recorded requests[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link_.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link_.fd < 0 || connect(link_.fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        die("cannot connect");
    }
    (void)setsockopt(link_.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    for (size_t i = 0; i < 2; i++) {
        link_.size[i] = requests[i].head_size + requests[i].body_size;
        link_.whole[i] = malloc(link_.size[i]);
        if (link_.whole[i] == NULL) {
            die("no memory");
        }
        memcpy(link_.whole[i], requests[i].head, requests[i].head_size);
        memcpy(link_.whole[i] + requests[i].head_size, requests[i].body, requests[i].body_size);
    }
}

static bool is_whole(size_t size)
{
    const char *end = strstr(link_.text, "\r\n\r\n");
    const char *length = strstr(link_.text, "Content-Length: ");

    return end != NULL && length != NULL &&
           size >= (size_t)(end - link_.text) + 4 + strtoul(length + 16, NULL, 10);
}

static void send_request(size_t which)
{
    size_t size = 0;

    if (send(link_.fd, link_.whole[which], link_.size[which], MSG_NOSIGNAL) !=
        (ssize_t)link_.size[which]) {
        die("cannot send");
    }
    do {
        ssize_t got = recv(link_.fd, link_.text + size, sizeof(link_.text) - 1 - size, 0);

        if (got <= 0) {
            die("no reply");
        }
        size += (size_t)got;
        link_.text[size] = '\0';
    } while (!is_whole(size));
    if (strncmp(link_.text, "HTTP/1.1 200", 12) != 0) {
        die("the stand-in refused");
    }
}

static void close_link(void)
{
    (void)close(link_.fd);
    free(link_.whole[0]);
    free(link_.whole[1]);
}

int main(int argc, char **argv)
{
    static const struct floor floor = {open_link, send_request, close_link};

    return floor_run(&floor, argc, argv);
}
