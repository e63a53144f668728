/* http_server.h - a server on a free port of the loopback, which does what a script says.
 *
 * Each request that arrives, on whatever connection, takes the next step of the script. */
#ifndef TEST_SUPPORT_HTTP_SERVER_H
#define TEST_SUPPORT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum step_kind {
    STEP_REPLY,       /* send the text, keep the connection */
    STEP_REPLY_CLOSE, /* send the text, close */
    STEP_CLOSE,       /* close without a reply */
    STEP_RESET,       /* the same with a TCP reset */
    STEP_HOLD,        /* no reply; wait for the client to close */
    STEP_FLOOD,       /* send the text, then 'x' until the client closes */
};

struct step {
    enum step_kind kind;
    const char *text; /* NULL: a small reply 200 */
};

/* A small reply, for STEP_REPLY. */
#define REPLY_200 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

struct http_server_options {
    const struct step *steps;
    size_t step_count;            /* beyond the last, STEP_REPLY with a small reply 200 */
    const char *certificate_file; /* PEM, with its key; NULL: no TLS */
};

struct http_server;

struct http_server *http_server_start(const struct http_server_options *options);

/* Stops it and closes its connections. */
void http_server_stop(struct http_server *server);

uint16_t http_server_port(const struct http_server *server);

/* How many connections were accepted (and their TLS is up), and requests read in full. */
size_t http_server_connections(struct http_server *server);
size_t http_server_requests(struct http_server *server);

/* How many connections are open. */
size_t http_server_open(struct http_server *server);

/* Copies a request as it came, cut to fit: the first is 0, up to the 16th. */
void http_server_request(struct http_server *server, size_t index, char *target, size_t size);

/* Copies the last request as it came, cut to fit. */
void http_server_last_request(struct http_server *server, char *target, size_t size);

#endif
