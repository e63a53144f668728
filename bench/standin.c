/* standin.c - a small server in place of DynamoDB, so that a benchmark measures the client.
 *
 *     standin [DELAY_MS [LOST_PERMILLE [RECORD]]]
 *
 * Listens on a free port of 127.0.0.1, prints the port on a line, and answers from memory until its
 * standard input ends. Each reply is sent DELAY_MS after its request came; of a thousand, by
 * chance, LOST_PERMILLE are carried out and never answered: the connection is closed. Appends each
 * request as it came to the file RECORD, if one is given. On SIGUSR1 it prints how many requests it
 * has answered, and the write units and half read units for what it was asked. What it is not is
 * said in standin_table.c. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/heap.h"
#include "standin_table.h"

enum { CONNECTIONS_MAX = 4096, REQUEST_SIZE_MAX = 64 * 1024, EVENTS = 256 };

struct connection {
    struct heap_entry due; /* first: when the reply is to be sent */
    int fd;                /* -1: not in use */
    bool lost;             /* the reply is not sent, the connection is closed instead */
    struct buffer in;
    struct buffer out;
};

struct server {
    struct table *table;
    struct heap timers;
    struct connection *connections; /* by descriptor */
    struct duration delay;
    uint32_t lost_permille;
    uint64_t answered;
    uint64_t random;
    FILE *record; /* NULL: none */
    int epoll_fd;
    int listen_fd;
    int signal_fd;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void close_connection(struct server *server, struct connection *connection)
{
    heap_set(&server->timers, &connection->due, INSTANT_NEVER);
    (void)close(connection->fd);
    connection->fd = -1;
    buffer_finish(&connection->in);
    buffer_finish(&connection->out);
}

static bool is_lost(struct server *server)
{
    server->random = server->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (server->random >> 33) % 1000 < server->lost_permille;
}

/* Replies are small: what the socket does not take at once is a fault of the benchmark. */
static void send_reply(struct server *server, struct connection *connection)
{
    ssize_t sent;

    heap_set(&server->timers, &connection->due, INSTANT_NEVER);
    if (connection->lost) {
        close_connection(server, connection);
        return;
    }
    sent = send(connection->fd, connection->out.data, connection->out.size, MSG_NOSIGNAL);
    if (sent != (ssize_t)connection->out.size) {
        close_connection(server, connection);
        return;
    }
    server->answered++;
    buffer_clear(&connection->out);
}

static void answer(struct server *server, struct connection *connection, struct bytes target,
                   struct bytes body)
{
    struct buffer reply;
    int status;

    buffer_init(&reply, REQUEST_SIZE_MAX);
    status = table_answer(server->table, target, body, &reply);
    buffer_append_format(&connection->out,
                         "HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\n"
                         "Content-Length: %zu\r\n\r\n%s",
                         status, reply.size, buffer_string(&reply));
    buffer_finish(&reply);
    connection->lost = is_lost(server);
    if (server->delay.ns == 0) {
        send_reply(server, connection);
    } else {
        heap_set(&server->timers, &connection->due, instant_add(clock_now(), server->delay));
    }
}

static void record(const struct server *server, struct bytes request)
{
    if (server->record != NULL) {
        (void)fwrite(request.data, 1, request.size, server->record);
        (void)fflush(server->record);
    }
}

/* One whole request in what was received, if there is one. Clients do not pipeline. */
static void parse(struct server *server, struct connection *connection)
{
    const char *text = buffer_string(&connection->in);
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\nContent-Length:");
    const char *target = strcasestr(text, "\r\nX-Amz-Target:");
    size_t head;
    size_t body;

    if (end == NULL || length == NULL || target == NULL) {
        return;
    }
    head = (size_t)(end - text) + 4;
    body = strtoul(length + 17, NULL, 10);
    target = strchr(target, '.');
    if (target == NULL || connection->in.size < head + body) {
        return;
    }
    target++;
    record(server, bytes_from(text, head + body));
    answer(server, connection, bytes_from(target, strcspn(target, "\r\n")),
           bytes_from(text + head, body));
    if (connection->fd >= 0) {
        buffer_clear(&connection->in);
    }
}

static void receive(struct server *server, struct connection *connection)
{
    char data[16 * 1024];
    ssize_t got = recv(connection->fd, data, sizeof(data), MSG_DONTWAIT);

    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            close_connection(server, connection);
        }
        return;
    }
    buffer_append(&connection->in, bytes_from(data, (size_t)got));
    parse(server, connection);
}

static void accept_one(struct server *server)
{
    int one = 1;
    int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (fd < 0) {
        return;
    }
    if (fd >= CONNECTIONS_MAX) {
        (void)close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    server->connections[fd] = (struct connection){.fd = fd};
    buffer_init(&server->connections[fd].in, REQUEST_SIZE_MAX);
    buffer_init(&server->connections[fd].out, REQUEST_SIZE_MAX);
    (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int timeout_ms(const struct server *server)
{
    struct heap_entry *first = heap_first(&server->timers);

    return first == NULL ? -1 : (int)duration_to_ms(instant_until(clock_now(), first->due)) + 1;
}

static void send_due(struct server *server)
{
    struct heap_entry *first = heap_first(&server->timers);

    while (first != NULL && !instant_before(clock_now(), first->due)) {
        send_reply(server, (struct connection *)first);
        first = heap_first(&server->timers);
    }
}

static void print_counts(const struct server *server)
{
    struct table_units units = table_units(server->table);

    printf("%llu %llu %llu\n", (unsigned long long)server->answered,
           (unsigned long long)units.writes, (unsigned long long)units.half_reads);
    (void)fflush(stdout);
}

/* Serves until standard input ends. */
static void serve(struct server *server)
{
    struct epoll_event events[EVENTS];

    for (;;) {
        int count = epoll_wait(server->epoll_fd, events, EVENTS, timeout_ms(server));

        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            struct signalfd_siginfo info;

            if (fd == STDIN_FILENO) {
                return;
            }
            if (fd == server->listen_fd) {
                accept_one(server);
            } else if (fd == server->signal_fd) {
                (void)!read(fd, &info, sizeof(info));
                print_counts(server);
            } else if (server->connections[fd].fd == fd) {
                receive(server, &server->connections[fd]);
            }
        }
        send_due(server);
    }
}

static void watch(const struct server *server, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        die("epoll_ctl");
    }
}

static void listen_on_loopback(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listen_fd < 0 ||
        bind(server->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(server->listen_fd, SOMAXCONN) != 0 ||
        getsockname(server->listen_fd, (struct sockaddr *)&address, &size) != 0) {
        die("listen");
    }
    printf("%d\n", ntohs(address.sin_port));
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    struct server server = {.random = 1};
    sigset_t signals;

    server.delay = duration_from_ms(argc > 1 ? strtol(argv[1], NULL, 10) : 0);
    server.lost_permille = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    if (argc > 3) {
        server.record = fopen(argv[3], "ae");
        if (server.record == NULL) {
            die(argv[3]);
        }
    }
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    server.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server.table = table_create();
    server.connections = calloc(CONNECTIONS_MAX, sizeof(*server.connections));
    if (server.table == NULL || server.connections == NULL ||
        !heap_reserve(&server.timers, CONNECTIONS_MAX)) {
        die("memory");
    }
    listen_on_loopback(&server);
    watch(&server, server.listen_fd);
    watch(&server, server.signal_fd);
    watch(&server, STDIN_FILENO);
    serve(&server);
    for (int fd = STDERR_FILENO + 1; fd < CONNECTIONS_MAX; fd++) {
        if (server.connections[fd].fd == fd) {
            close_connection(&server, &server.connections[fd]);
        }
    }
    if (server.record != NULL) {
        (void)fclose(server.record);
    }
    free(server.connections);
    heap_finish(&server.timers);
    table_destroy(server.table);
    return 0;
}
