/* http_server.c - a server that does what a script says; a thread for each connection. */
#include "support/http_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

enum { CONNECTIONS_MAX = 64, REQUEST_SIZE_MAX = 64 * 1024, REQUESTS_KEPT = 16 };

struct connection {
    struct http_server *server;
    pthread_t thread;
    int fd;
    SSL *ssl;
    bool open;
    char request[REQUEST_SIZE_MAX + 1];
    size_t size;
};

struct http_server {
    struct http_server_options options;
    int listener;
    uint16_t port;
    pthread_t thread;
    SSL_CTX *tls;
    pthread_mutex_t mutex;
    bool stopping;
    struct connection *connections[CONNECTIONS_MAX];
    size_t accepted;
    size_t up;
    size_t requests;
    char last[REQUEST_SIZE_MAX + 1];
    char *kept[REQUESTS_KEPT];
};

static ssize_t connection_read(struct connection *connection, char *data, size_t size)
{
    if (connection->ssl != NULL) {
        return SSL_read(connection->ssl, data, (int)size);
    }
    return recv(connection->fd, data, size, 0);
}

static bool connection_write(struct connection *connection, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t sent = connection->ssl != NULL ? SSL_write(connection->ssl, data, (int)size)
                                               : send(connection->fd, data, size, MSG_NOSIGNAL);

        if (sent <= 0) {
            return false;
        }
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* The size of the whole request that stands at the start of the buffer; 0: not there yet. */
static size_t request_size(const struct connection *connection)
{
    const char *end = strstr(connection->request, "\r\n\r\n");
    const char *length;

    if (end == NULL) {
        return 0;
    }
    length = strcasestr(connection->request, "\r\nContent-Length:");
    return (size_t)(end - connection->request) + 4 +
           (length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0);
}

static bool read_request(struct connection *connection)
{
    size_t size = 0;

    connection->size = 0;
    connection->request[0] = '\0';
    while (size == 0 || connection->size < size) {
        ssize_t got;

        assert(connection->size < REQUEST_SIZE_MAX);
        got = connection_read(connection, connection->request + connection->size,
                              REQUEST_SIZE_MAX - connection->size);
        if (got <= 0) {
            return false;
        }
        connection->size += (size_t)got;
        connection->request[connection->size] = '\0';
        size = request_size(connection);
    }
    return true;
}

static struct step next_step(struct connection *connection)
{
    struct http_server *server = connection->server;
    struct step step = {STEP_REPLY, NULL};

    (void)pthread_mutex_lock(&server->mutex);
    if (server->requests < server->options.step_count) {
        step = server->options.steps[server->requests];
    }
    if (server->requests < REQUESTS_KEPT) {
        server->kept[server->requests] = strdup(connection->request);
    }
    server->requests++;
    (void)strcpy(server->last, connection->request);
    (void)pthread_mutex_unlock(&server->mutex);
    if (step.text == NULL) {
        step.text = REPLY_200;
    }
    return step;
}

static void reset_on_close(int fd)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* Carries out a step. False if it ends the connection. */
static bool play(struct connection *connection, struct step step)
{
    char flood[4096];

    switch (step.kind) {
    case STEP_REPLY:
        return connection_write(connection, step.text, strlen(step.text));
    case STEP_REPLY_CLOSE:
        (void)connection_write(connection, step.text, strlen(step.text));
        return false;
    case STEP_CLOSE:
        return false;
    case STEP_RESET:
        reset_on_close(connection->fd);
        return false;
    case STEP_HOLD:
        (void)connection_read(connection, flood, sizeof(flood));
        return false;
    case STEP_FLOOD:
        memset(flood, 'x', sizeof(flood));
        if (connection_write(connection, step.text, strlen(step.text))) {
            while (connection_write(connection, flood, sizeof(flood))) {
            }
        }
        return false;
    }
    return false;
}

static void set_open(struct connection *connection, bool open)
{
    (void)pthread_mutex_lock(&connection->server->mutex);
    connection->open = open;
    connection->server->up += open ? 1 : 0;
    (void)pthread_mutex_unlock(&connection->server->mutex);
}

static void *connection_run(void *user)
{
    struct connection *connection = user;
    bool ok = true;

    if (connection->server->tls != NULL) {
        connection->ssl = SSL_new(connection->server->tls);
        assert(connection->ssl != NULL && SSL_set_fd(connection->ssl, connection->fd) == 1);
        ok = SSL_accept(connection->ssl) == 1;
    }
    if (ok) {
        set_open(connection, true);
        while (read_request(connection) && play(connection, next_step(connection))) {
        }
        set_open(connection, false);
    }
    SSL_free(connection->ssl);
    (void)pthread_mutex_lock(&connection->server->mutex);
    (void)close(connection->fd);
    connection->fd = -1;
    (void)pthread_mutex_unlock(&connection->server->mutex);
    return NULL;
}

static void *server_run(void *user)
{
    struct http_server *server = user;

    for (;;) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        struct connection *connection;

        if (fd < 0) {
            return NULL;
        }
        connection = calloc(1, sizeof(*connection));
        assert(connection != NULL && server->accepted < CONNECTIONS_MAX);
        connection->server = server;
        connection->fd = fd;
        (void)pthread_mutex_lock(&server->mutex);
        server->connections[server->accepted++] = connection;
        (void)pthread_mutex_unlock(&server->mutex);
        if (pthread_create(&connection->thread, NULL, connection_run, connection) != 0) {
            abort();
        }
    }
}

static void start_listening(struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 ||
        bind(server->listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(server->listener, CONNECTIONS_MAX) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0) {
        abort();
    }
    server->port = ntohs(address.sin_port);
}

struct http_server *http_server_start(const struct http_server_options *options)
{
    struct http_server *server = calloc(1, sizeof(*server));
    sigset_t all;
    sigset_t old;

    assert(server != NULL);
    server->options = *options;
    (void)pthread_mutex_init(&server->mutex, NULL);
    if (options->certificate_file != NULL) {
        server->tls = SSL_CTX_new(TLS_server_method());
        if (server->tls == NULL ||
            SSL_CTX_use_certificate_file(server->tls, options->certificate_file,
                                         SSL_FILETYPE_PEM) != 1 ||
            SSL_CTX_use_PrivateKey_file(server->tls, options->certificate_file, SSL_FILETYPE_PEM) !=
                1) {
            abort();
        }
    }
    start_listening(server);
    /* Its threads, but not those of the test, are kept from SIGPIPE. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    if (pthread_create(&server->thread, NULL, server_run, server) != 0) {
        abort();
    }
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return server;
}

void http_server_stop(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    (void)shutdown(server->listener, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->listener);
    for (size_t i = 0; i < server->accepted; i++) {
        (void)pthread_mutex_lock(&server->mutex);
        (void)shutdown(server->connections[i]->fd, SHUT_RDWR);
        (void)pthread_mutex_unlock(&server->mutex);
        (void)pthread_join(server->connections[i]->thread, NULL);
        free(server->connections[i]);
    }
    for (size_t i = 0; i < REQUESTS_KEPT; i++) {
        free(server->kept[i]);
    }
    SSL_CTX_free(server->tls);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

size_t http_server_connections(struct http_server *server)
{
    size_t count;

    (void)pthread_mutex_lock(&server->mutex);
    count = server->up;
    (void)pthread_mutex_unlock(&server->mutex);
    return count;
}

size_t http_server_requests(struct http_server *server)
{
    size_t count;

    (void)pthread_mutex_lock(&server->mutex);
    count = server->requests;
    (void)pthread_mutex_unlock(&server->mutex);
    return count;
}

size_t http_server_open(struct http_server *server)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&server->mutex);
    for (size_t i = 0; i < server->accepted; i++) {
        count += server->connections[i]->open ? 1 : 0;
    }
    (void)pthread_mutex_unlock(&server->mutex);
    return count;
}

void http_server_last_request(struct http_server *server, char *target, size_t size)
{
    (void)pthread_mutex_lock(&server->mutex);
    (void)snprintf(target, size, "%s", server->last);
    (void)pthread_mutex_unlock(&server->mutex);
}

void http_server_request(struct http_server *server, size_t index, char *target, size_t size)
{
    assert(index < REQUESTS_KEPT);
    (void)pthread_mutex_lock(&server->mutex);
    (void)snprintf(target, size, "%s", server->kept[index] != NULL ? server->kept[index] : "");
    (void)pthread_mutex_unlock(&server->mutex);
}
