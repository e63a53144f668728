/* resource.c - writes to the fenced resource of scripts/chaos (resource.js), from C. */
#include "resource.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* "write LOCK WHO NUMBER TOKEN"; names in a run are short. */
enum { LINE_SIZE_MAX = 256, NO_RESOURCE = 3 };

int resource_connect(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
    int resource = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (resource < 0 ||
        connect(resource, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        _exit(NO_RESOURCE);
    }
    return resource;
}

bool resource_write(int resource, const char *lock, const char *who, int number, uint64_t token)
{
    char line[LINE_SIZE_MAX];
    char answer[2] = {0}; /* "y" or "n", and a newline */
    int size =
        snprintf(line, sizeof(line), "write %s %s %d %" PRIu64 "\n", lock, who, number, token);

    if (size <= 0 || size >= LINE_SIZE_MAX ||
        send(resource, line, (size_t)size, MSG_NOSIGNAL) != size ||
        recv(resource, answer, sizeof(answer), MSG_WAITALL) != sizeof(answer)) {
        _exit(NO_RESOURCE);
    }
    return answer[0] == 'y';
}
