/* http_curl_test.c - the HTTP client over libcurl, against a server that does what it is told.
 *
 * What libcurl does by itself and must not do here has a test each. */
#include "support/testing.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/http_curl.h"
#include "support/certificate.h"
#include "support/http_server.h"

#define REPLY_200_CLOSE "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

enum { PATIENCE_MS = 20 * 1000 };

/* ---------------------------------------------------------------- faults */

/* A resolver that hangs for one name, until it is let go. */
static pthread_mutex_t resolver_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t resolver_changed = PTHREAD_COND_INITIALIZER;
static bool resolver_hangs;
static int resolver_calls;

/* libcurl's calls come here, since a program's own function goes before the C library's. */
DDBLOCK_API int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                            struct addrinfo **ret)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (node != NULL && strcmp(node, "hang.test") == 0) {
        (void)pthread_mutex_lock(&resolver_mutex);
        resolver_calls++;
        while (resolver_hangs) {
            (void)pthread_cond_wait(&resolver_changed, &resolver_mutex);
        }
        (void)pthread_mutex_unlock(&resolver_mutex);
        return EAI_FAIL;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, ret);
}

/* After how many readings the clock of leases jumps ahead by an hour, as by a suspend; 0: it
 * does not. */
static int readings_before_jump;
static time_t jumped_s;

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    int rc = (int)syscall(SYS_clock_gettime, clock, ret_now);

    if (clock == CLOCK_BOOTTIME) {
        if (readings_before_jump > 0 && readings_before_jump-- == 1) {
            jumped_s += 3600;
        }
        ret_now->tv_sec += jumped_s;
    }
    return rc;
}

/* How many more allocations of libcurl succeed; negative: all. */
static atomic_long allocations_left = -1;

static bool allocation_fails(void)
{
    if (atomic_load(&allocations_left) < 0) {
        return false;
    }
    if (atomic_load(&allocations_left) == 0) {
        return true;
    }
    (void)atomic_fetch_sub(&allocations_left, 1);
    return false;
}

static void *faulty_malloc(size_t size)
{
    return allocation_fails() ? NULL : malloc(size);
}

static void *faulty_calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : calloc(count, size);
}

static void *faulty_realloc(void *memory, size_t size)
{
    return allocation_fails() ? NULL : realloc(memory, size);
}

static char *faulty_strdup(const char *text)
{
    return allocation_fails() ? NULL : strdup(text);
}

/* ---------------------------------------------------------------- helpers */

struct world {
    size_t reply_size_max;
    struct http_server *server;
    struct http_client *client;
    char directory[64];
    char certificate_file[128]; /* what is trusted */
    char key_file[128];         /* what the server shows */
    char host[160];
};

static struct instant in_ms(int64_t ms)
{
    return instant_add(clock_now(), duration_from_ms(ms));
}

static void open_client(struct world *w, const char *url, const char *ca_file)
{
    const struct http_curl_options options = {url, ca_file, 16};
    ddblock_error error = {0};

    if (http_curl_open(&options, &w->client, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
}

#define STEPS(...)                                                                                 \
    (const struct step[]){__VA_ARGS__},                                                            \
        sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step)

static void open_plain(struct world *w, const struct step *steps, size_t step_count)
{
    char url[64];

    *w = (struct world){0};
    w->server = http_server_start(&(struct http_server_options){steps, step_count, NULL});
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", http_server_port(w->server));
    open_client(w, url, NULL);
}

static void make_directory(struct world *w)
{
    (void)snprintf(w->directory, sizeof(w->directory), "/tmp/ddblock-test-XXXXXX");
    assert_non_null(mkdtemp(w->directory));
    (void)snprintf(w->certificate_file, sizeof(w->certificate_file), "%s/ca.pem", w->directory);
    (void)snprintf(w->key_file, sizeof(w->key_file), "%s/key.pem", w->directory);
}

/* A server for this name, which the client trusts. */
static void open_tls(struct world *w, const char *name, const struct step *steps, size_t step_count)
{
    char url[64];

    *w = (struct world){0};
    make_directory(w);
    certificate_make(name, w->certificate_file, w->key_file);
    w->server = http_server_start(&(struct http_server_options){steps, step_count, w->key_file});
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/", http_server_port(w->server));
    open_client(w, url, w->certificate_file);
}

static void close_world(struct world *w)
{
    if (w->client != NULL) {
        w->client->operations->destroy(w->client, false);
    }
    http_server_stop(w->server);
    if (w->directory[0] != '\0') {
        (void)unlink(w->certificate_file);
        (void)unlink(w->key_file);
        (void)rmdir(w->directory);
    }
}

static void submit(struct world *w, uint64_t tag, const char *body, int64_t give_up_ms)
{
    const char *headers[] = {w->host, "Content-Type: application/x-amz-json-1.0", "X-Test: 1",
                             NULL};
    const struct http_request request = {.tag = tag,
                                         .headers = headers,
                                         .body = bytes_from_string(body),
                                         .give_up_at = in_ms(give_up_ms),
                                         .reply_size_max = w->reply_size_max};

    if (w->server != NULL) {
        (void)snprintf(w->host, sizeof(w->host), "Host: 127.0.0.1:%u", http_server_port(w->server));
    } else {
        (void)snprintf(w->host, sizeof(w->host), "Host: nobody");
    }
    w->client->operations->submit(w->client, &request);
    memset(w->host, '?', sizeof(w->host) - 1); /* the client may not look at it any more */
}

static const struct http_reply *next_reply(struct world *w)
{
    struct instant end = in_ms(PATIENCE_MS);
    const struct http_reply *reply = w->client->operations->take_reply(w->client);

    while (reply == NULL) {
        assert_true(instant_before(clock_now(), end));
        w->client->operations->wait(w->client, end);
        reply = w->client->operations->take_reply(w->client);
    }
    return reply;
}

static const struct http_reply *ask(struct world *w)
{
    submit(w, 1, "{\"a\":1}", PATIENCE_MS);
    return next_reply(w);
}

static void expect_200(struct world *w)
{
    const struct http_reply *reply = ask(w);

    if (reply->result != HTTP_REPLIED) {
        fail_msg("%s", reply->message);
    }
    assert_int_equal(reply->status, 200);
}

static void expect_failure(const struct http_reply *reply, enum http_result result,
                           const char *words)
{
    assert_int_equal(reply->result, result);
    assert_non_null(reply->message);
    if (strstr(reply->message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", reply->message, words);
    }
}

static void until_all_closed(struct world *w)
{
    for (int64_t i = 0; http_server_open(w->server) > 0; i++) {
        assert_true(i < PATIENCE_MS);
        (void)usleep(1000);
    }
    (void)usleep(1000);
}

/* ---------------------------------------------------------------- a request */

static void what_is_sent(void **state)
{
    struct world w;
    char expected[512];
    char got[1024];

    (void)state;
    open_plain(&w, NULL, 0);
    expect_200(&w);
    http_server_last_request(w.server, got, sizeof(got));
    (void)snprintf(expected, sizeof(expected),
                   "POST / HTTP/1.1\r\n"
                   "Host: 127.0.0.1:%u\r\n"
                   "User-Agent: ddblock/" DDBLOCK_VERSION "\r\n"
                   "Content-Type: application/x-amz-json-1.0\r\n"
                   "X-Test: 1\r\n"
                   "Content-Length: 7\r\n"
                   "\r\n"
                   "{\"a\":1}",
                   http_server_port(w.server));
    assert_string_equal(got, expected);
    close_world(&w);
}

static void what_comes_back(void **state)
{
    struct world w;
    const struct http_reply *reply;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, "HTTP/1.1 400 Bad Request\r\n"
                                      "Date: Sun, 30 Aug 2015 12:36:00 GMT\r\n"
                                      "X-Amz-Retry-After: 250\r\n"
                                      "x-amz-crc32: 4294967295\r\n"
                                      "Content-Length: 3\r\n\r\nno!"}));
    submit(&w, 77, "{}", PATIENCE_MS);
    reply = next_reply(&w);
    assert_int_equal(reply->tag, 77);
    assert_int_equal(reply->result, HTTP_REPLIED);
    assert_int_equal(reply->status, 400);
    assert_true(bytes_equal_string(reply->body, "no!"));
    assert_int_equal(reply->date_unix_ms, INT64_C(1440938160000));
    assert_int_equal(reply->retry_after_ms, 250);
    assert_int_equal(reply->crc32, INT64_C(4294967295));
    assert_null(w.client->operations->take_reply(w.client));
    close_world(&w);
}

static void headers_that_are_odd_count_as_absent(void **state)
{
    struct world w;
    const struct http_reply *reply;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, "HTTP/1.1 200 OK\r\nDate: yesterday\r\n"
                                      "x-amz-retry-after: 99999999999999999999\r\n"
                                      "x-amz-crc32: 4294967296\r\nContent-Length: 0\r\n\r\n"},
                         {STEP_REPLY, "HTTP/1.1 200 OK\r\nx-amz-retry-after: -1\r\n"
                                      "x-amz-crc32:\r\nContent-Length: 0\r\n\r\n"}));
    for (int i = 0; i < 2; i++) {
        reply = ask(&w);
        assert_int_equal(reply->result, HTTP_REPLIED);
        assert_int_equal(reply->date_unix_ms, -1);
        assert_int_equal(reply->retry_after_ms, -1);
        assert_int_equal(reply->crc32, -1);
        assert_int_equal(reply->body.size, 0);
    }
    close_world(&w);
}

static void a_redirect_is_a_reply_and_is_not_followed(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, "HTTP/1.1 307 Go\r\nLocation: /x\r\n"
                                      "Content-Length: 0\r\n\r\n"}));
    assert_int_equal(ask(&w)->status, 307);
    assert_int_equal(http_server_requests(w.server), 1);
    close_world(&w);
}

static void an_interim_reply_is_passed_over(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, "HTTP/1.1 103 Early\r\nDate: Sun, 30 Aug 2015 12:36:00 "
                                      "GMT\r\n\r\n" REPLY_200}));
    assert_int_equal(ask(&w)->date_unix_ms, -1);
    close_world(&w);
}

static void many_at_once(void **state)
{
    struct world w;
    uint64_t seen = 0;

    (void)state;
    open_plain(&w, NULL, 0);
    for (int round = 0; round < 2; round++) {
        for (uint64_t tag = 0; tag < 16; tag++) {
            submit(&w, tag, "{}", PATIENCE_MS);
        }
        seen = 0;
        for (int i = 0; i < 16; i++) {
            const struct http_reply *reply = next_reply(&w);

            assert_int_equal(reply->result, HTTP_REPLIED);
            seen |= UINT64_C(1) << reply->tag;
        }
        assert_int_equal(seen, 0xFFFF);
    }
    assert_int_equal(http_server_requests(w.server), 32);
    assert_true(http_server_connections(w.server) <= 16);
    close_world(&w);
}

/* ---------------------------------------------------------------- connections */

static void a_connection_is_used_again(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, NULL, 0);
    for (int i = 0; i < 3; i++) {
        expect_200(&w);
    }
    assert_int_equal(http_server_connections(w.server), 1);
    close_world(&w);
}

/* libcurl would send the request a second time: then the server would have seen three. */
static void dying_connection(struct world *w)
{
    expect_200(w);
    expect_failure(ask(w), HTTP_IN_DOUBT, "no reply from 127.0.0.1:");
    assert_int_equal(http_server_requests(w->server), 2);
    expect_200(w);
    assert_int_equal(http_server_requests(w->server), 3);
    close_world(w);
}

static void a_post_is_not_sent_again_when_its_connection_dies(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, NULL}, {STEP_CLOSE, NULL}));
    dying_connection(&w);
    open_plain(&w, STEPS({STEP_REPLY, NULL}, {STEP_RESET, NULL}));
    dying_connection(&w);
}

static void nor_over_tls(void **state)
{
    struct world w;

    (void)state;
    open_tls(&w, "IP:127.0.0.1", STEPS({STEP_REPLY, NULL}, {STEP_CLOSE, NULL}));
    dying_connection(&w);
    open_tls(&w, "IP:127.0.0.1", STEPS({STEP_REPLY, NULL}, {STEP_RESET, NULL}));
    dying_connection(&w);
}

static void a_connection_closed_while_idle_is_no_doubt(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY_CLOSE, NULL}));
    expect_200(&w);
    until_all_closed(&w);
    expect_200(&w);
    assert_int_equal(http_server_connections(w.server), 2);
    assert_int_equal(http_server_requests(w.server), 2);
    close_world(&w);
}

static void sockets_are_closed_on_exec(void **state)
{
    struct world w;
    int found = 0;

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, NULL}));
    expect_200(&w);
    for (int fd = 3; fd < 1024; fd++) {
        int domain = 0;
        socklen_t size = sizeof(domain);

        if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_INET) {
            found++;
            assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
        }
    }
    assert_int_equal(found, 3); /* the client's; and the server's, two */
    close_world(&w);
}

/* ---------------------------------------------------------------- doubts */

static void no_reply_in_time_is_a_doubt_and_the_connection_is_not_used_again(void **state)
{
    struct world w;
    struct instant begin = clock_now();

    (void)state;
    open_plain(&w, STEPS({STEP_REPLY, NULL}, {STEP_HOLD, NULL}));
    expect_200(&w);
    submit(&w, 5, "{}", 100);
    expect_failure(next_reply(&w), HTTP_IN_DOUBT, "time");
    assert_true(duration_to_ms(instant_until(begin, clock_now())) >= 100);
    until_all_closed(&w);
    expect_200(&w);
    assert_int_equal(http_server_connections(w.server), 2);
    close_world(&w);
}

static void replies_that_leave_a_doubt(void **state)
{
    static const struct step steps[] = {
        {STEP_CLOSE, NULL},
        {STEP_RESET, NULL},
        {STEP_REPLY_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"},
        {STEP_REPLY_CLOSE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"},
        {STEP_REPLY_CLOSE, "HTTP/1.1 200 OK\r\nContent-Le"},
        {STEP_REPLY_CLOSE, "{}"},
        {STEP_REPLY_CLOSE, "HTTP/1.1 700 What\r\nContent-Length: 0\r\n\r\n"},
        {STEP_REPLY_CLOSE, "HTTP/1.1 100 Continue\r\n\r\n"},
        {STEP_FLOOD, "HTTP/1.1 200 OK\r\nX-Endless: "},
    };
    enum { COUNT = sizeof(steps) / sizeof(steps[0]) };
    struct world w;

    (void)state;
    open_plain(&w, steps, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const struct http_reply *reply = ask(&w);

        if (reply->result != HTTP_IN_DOUBT) {
            fail_msg("step %zu is no doubt: %d", i, (int)reply->result);
        }
        assert_non_null(reply->message);
        assert_int_equal(http_server_requests(w.server), i + 1);
        until_all_closed(&w);
    }
    expect_200(&w);
    close_world(&w);
}

static void a_reply_that_is_too_large_is_a_doubt(void **state)
{
    enum { LINES = 1000 };
    static const char line[] =
        "X-Line: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n";
    static char headers[LINES * sizeof(line) + 64];
    struct world w;
    char *end = headers + sprintf(headers, "HTTP/1.1 200 OK\r\n");

    (void)state;
    for (int i = 0; i < LINES; i++) {
        end += sprintf(end, "%s", line);
    }
    (void)sprintf(end, "Content-Length: 0\r\n\r\n");
    open_plain(&w, STEPS({STEP_FLOOD, "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"},
                         {STEP_FLOOD, "HTTP/1.1 200 OK\r\n\r\n"}, {STEP_REPLY, headers}));
    for (int i = 0; i < 3; i++) {
        expect_failure(ask(&w), HTTP_IN_DOUBT, "too large");
    }
    expect_200(&w);
    close_world(&w);
}

static void a_request_may_set_the_bound_of_its_reply(void **state)
{
    static const char large[] = "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n";
    static char reply[sizeof(large) + 1048577];
    struct world w;

    (void)state;
    memset(reply, ' ', sizeof(reply) - 1);
    memcpy(reply, large, sizeof(large) - 1);
    open_plain(&w, STEPS({STEP_REPLY, reply}, {STEP_REPLY, reply}));
    w.reply_size_max = 1048577;
    assert_int_equal(ask(&w)->result, HTTP_REPLIED);
    w.reply_size_max = 1048576;
    expect_failure(ask(&w), HTTP_IN_DOUBT, "too large");
    close_world(&w);
}

/* ---------------------------------------------------------------- not sent */

static void nobody_listens(void **state)
{
    struct world w = {0};
    struct http_server *server = http_server_start(&(struct http_server_options){0});
    uint16_t port = http_server_port(server);
    char url[64];
    char words[64];

    (void)state;
    http_server_stop(server); /* now the port is free */
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%u", port);
    open_client(&w, url, NULL);
    (void)snprintf(words, sizeof(words), "cannot reach 127.0.0.1:%u", port);
    expect_failure(ask(&w), HTTP_NOT_SENT, words);
    expect_failure(ask(&w), HTTP_NOT_SENT, "Connection refused");
    assert_int_equal(ask(&w)->failure, DDBLOCK_UNAVAILABLE);
    close_world(&w);
}

static void a_resolver_that_hangs_delays_nothing(void **state)
{
    struct world w = {0};
    struct instant begin = clock_now();

    (void)state;
    resolver_hangs = true;
    open_client(&w, "http://hang.test", NULL);
    submit(&w, 1, "{}", 100);
    expect_failure(next_reply(&w), HTTP_NOT_SENT, "cannot reach hang.test:80");
    close_world(&w);
    assert_true(duration_to_ms(instant_until(begin, clock_now())) < PATIENCE_MS);
    (void)pthread_mutex_lock(&resolver_mutex);
    assert_int_equal(resolver_calls, 1); /* ours was asked, and still hangs */
    resolver_hangs = false;
    (void)pthread_cond_broadcast(&resolver_changed);
    (void)pthread_mutex_unlock(&resolver_mutex);
}

/* A listener that accepts nothing: the TCP connection is made, the handshake never ends. */
static void no_tls_in_time_is_not_sent(void **state)
{
    struct world w = {0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char url[64];

    (void)state;
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u", ntohs(address.sin_port));
    open_client(&w, url, NULL);
    submit(&w, 1, "{}", 100);
    expect_failure(next_reply(&w), HTTP_NOT_SENT, "cannot reach 127.0.0.1:");
    close_world(&w);
    (void)close(listener);
}

static void a_time_that_is_over_already_is_not_sent(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, NULL, 0);
    expect_200(&w);
    submit(&w, 1, "{}", 0);
    expect_failure(next_reply(&w), HTTP_NOT_SENT, "cannot reach");
    assert_int_equal(http_server_requests(w.server), 1);
    close_world(&w);
}

/* The machine sleeps between the look at the deadlines and the moment of sending: the second
 * reading of the clock in a wait. */
static void a_time_that_ends_right_before_sending_is_not_sent(void **state)
{
    struct world w;

    (void)state;
    open_plain(&w, NULL, 0);
    expect_200(&w);
    submit(&w, 1, "{}", PATIENCE_MS);
    readings_before_jump = 2;
    w.client->operations->wait(w.client, INSTANT_NEVER);
    expect_failure(next_reply(&w), HTTP_NOT_SENT, "the time was over");
    assert_int_equal(http_server_requests(w.server), 1);
    close_world(&w);
}

/* Each allocation of libcurl fails in turn. What is said must be true of the server. */
static void no_memory(void **state)
{
    bool replied = false;
    int no_memory_count = 0;
    long n;

    (void)state;
    for (n = 0; !replied; n++) {
        struct world w;
        const struct http_reply *reply;

        assert_true(n < 2000);
        open_plain(&w, NULL, 0);
        atomic_store(&allocations_left, n);
        reply = ask(&w);
        atomic_store(&allocations_left, -1);
        replied = reply->result == HTTP_REPLIED;
        if (reply->result == HTTP_NOT_SENT) {
            assert_int_equal(http_server_requests(w.server), 0);
            no_memory_count += reply->failure == DDBLOCK_NO_MEMORY ? 1 : 0;
        }
        assert_true(http_server_requests(w.server) <= 1);
        if (!replied) {
            expect_200(&w);
        }
        close_world(&w);
    }
    assert_true(n > 20);
    assert_true(no_memory_count > 10);
}

/* ---------------------------------------------------------------- TLS */

static void a_certificate_that_is_trusted(void **state)
{
    struct world w;

    (void)state;
    open_tls(&w, "IP:127.0.0.1", NULL, 0);
    expect_200(&w);
    expect_200(&w);
    assert_int_equal(http_server_connections(w.server), 1);
    close_world(&w);
}

static void a_certificate_that_is_not_trusted(void **state)
{
    struct world w;
    char other[160];

    (void)state;
    open_tls(&w, "IP:127.0.0.1", NULL, 0);
    w.client->operations->destroy(w.client, false);
    (void)snprintf(other, sizeof(other), "%s/other.pem", w.directory);
    certificate_make("IP:127.0.0.1", w.certificate_file, other);
    (void)unlink(other);
    {
        char url[64];

        (void)snprintf(url, sizeof(url), "https://127.0.0.1:%u", http_server_port(w.server));
        open_client(&w, url, w.certificate_file);
    }
    expect_failure(ask(&w), HTTP_NOT_SENT, "certificate problem");
    expect_failure(ask(&w), HTTP_NOT_SENT, w.certificate_file);
    assert_int_equal(http_server_requests(w.server), 0);
    close_world(&w);
}

static void the_certificate_of_another_host(void **state)
{
    struct world w;

    (void)state;
    open_tls(&w, "DNS:elsewhere.test", NULL, 0);
    expect_failure(ask(&w), HTTP_NOT_SENT, "certificate problem");
    assert_int_equal(http_server_requests(w.server), 0);
    close_world(&w);
}

static void a_file_without_certificates(void **state)
{
    struct world w;
    FILE *file;

    (void)state;
    open_tls(&w, "IP:127.0.0.1", NULL, 0);
    file = fopen(w.certificate_file, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    expect_failure(ask(&w), HTTP_NOT_SENT, "certificate problem");
    close_world(&w);
}

/* Its name may come from the environment, and the sentence goes to a terminal. */
static void a_ca_file_that_is_not_there_is_named_escaped(void **state)
{
    const struct http_curl_options options = {"https://localhost", "/none/\x1B[2J", 16};
    struct http_client *client = NULL;
    ddblock_error error = {0};

    (void)state;
    assert_int_equal(http_curl_open(&options, &client, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "the file of CA certificates /none/\\x1B[2J cannot be read: "
                                       "No such file or directory");
}

/* The file is gone after the first connection; a second one does without it. */
static void the_ca_file_is_parsed_once(void **state)
{
    struct world w;

    (void)state;
    open_tls(&w, "IP:127.0.0.1",
             STEPS({STEP_REPLY_CLOSE, REPLY_200_CLOSE}, {STEP_REPLY_CLOSE, REPLY_200_CLOSE}));
    expect_200(&w);
    assert_int_equal(unlink(w.certificate_file), 0);
    until_all_closed(&w);
    expect_200(&w);
    assert_int_equal(http_server_connections(w.server), 2);
    close_world(&w);
}

/* ---------------------------------------------------------------- the rest */

static void a_forked_child_leaves_the_parents_connection_alone(void **state)
{
    struct world w;
    int status = 0;
    pid_t child;

    (void)state;
    open_tls(&w, "IP:127.0.0.1", NULL, 0);
    expect_200(&w);
    child = fork();
    if (child == 0) {
        w.client->operations->destroy(w.client, true);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    expect_200(&w);
    assert_int_equal(http_server_connections(w.server), 1);
    close_world(&w);
}

static void *wake_soon(void *user)
{
    struct http_client *client = user;

    (void)usleep(20 * 1000);
    client->operations->wake(client);
    return NULL;
}

static void waiting_ends_at_a_wake_up_or_at_its_time(void **state)
{
    struct world w;
    struct instant begin = clock_now();
    pthread_t thread;

    (void)state;
    open_plain(&w, STEPS({STEP_HOLD, NULL}));
    assert_int_equal(pthread_create(&thread, NULL, wake_soon, w.client), 0);
    w.client->operations->wait(w.client, in_ms(PATIENCE_MS));
    assert_true(duration_to_ms(instant_until(begin, clock_now())) < PATIENCE_MS);
    assert_int_equal(pthread_join(thread, NULL), 0);

    w.client->operations->wake(w.client); /* before the wait: it counts for the next one */
    w.client->operations->wait(w.client, INSTANT_NEVER);

    submit(&w, 1, "{}", PATIENCE_MS);
    begin = clock_now();
    while (duration_to_ms(instant_until(begin, clock_now())) < 50) {
        w.client->operations->wait(w.client, instant_add(begin, duration_from_ms(50)));
    }
    assert_null(w.client->operations->take_reply(w.client));
    assert_true(duration_to_ms(instant_until(begin, clock_now())) < PATIENCE_MS);
    close_world(&w); /* with the request still under way */
}

static void options_are_checked(void **state)
{
    static const struct {
        struct http_curl_options options;
        const char *words;
    } wrong[] = {
        {{"http://a/b", NULL, 1}, "path"},
        {{"http://me:hunter2@a", NULL, 1}, "password"},
        {{"http://a", "/nonexistent/ca.pem", 1}, "/nonexistent/ca.pem"},
        {{"http://a", NULL, 0}, "1 to 1024"},
        {{"http://a", NULL, 1025}, "1 to 1024"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct http_client *client = NULL;
        ddblock_error error = {0};

        assert_int_equal(http_curl_open(&wrong[i].options, &client, &error), DDBLOCK_INVALID);
        assert_int_equal(error.status, DDBLOCK_INVALID);
        assert_non_null(strstr(error.message, wrong[i].words));
        assert_null(strstr(error.message, "hunter2"));
        assert_null(client);
    }
}

int main(void)
{
    static const char *const proxies[] = {"http_proxy",  "https_proxy", "all_proxy",
                                          "HTTPS_PROXY", "ALL_PROXY",   "no_proxy"};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent),
        cmocka_unit_test(what_comes_back),
        cmocka_unit_test(headers_that_are_odd_count_as_absent),
        cmocka_unit_test(a_redirect_is_a_reply_and_is_not_followed),
        cmocka_unit_test(an_interim_reply_is_passed_over),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(a_connection_is_used_again),
        cmocka_unit_test(a_post_is_not_sent_again_when_its_connection_dies),
        cmocka_unit_test(nor_over_tls),
        cmocka_unit_test(a_connection_closed_while_idle_is_no_doubt),
        cmocka_unit_test(sockets_are_closed_on_exec),
        cmocka_unit_test(no_reply_in_time_is_a_doubt_and_the_connection_is_not_used_again),
        cmocka_unit_test(replies_that_leave_a_doubt),
        cmocka_unit_test(a_reply_that_is_too_large_is_a_doubt),
        cmocka_unit_test(a_request_may_set_the_bound_of_its_reply),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(a_resolver_that_hangs_delays_nothing),
        cmocka_unit_test(no_tls_in_time_is_not_sent),
        cmocka_unit_test(a_time_that_is_over_already_is_not_sent),
        cmocka_unit_test(a_time_that_ends_right_before_sending_is_not_sent),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(a_certificate_that_is_trusted),
        cmocka_unit_test(a_certificate_that_is_not_trusted),
        cmocka_unit_test(the_certificate_of_another_host),
        cmocka_unit_test(a_file_without_certificates),
        cmocka_unit_test(a_ca_file_that_is_not_there_is_named_escaped),
        cmocka_unit_test(the_ca_file_is_parsed_once),
        cmocka_unit_test(a_forked_child_leaves_the_parents_connection_alone),
        cmocka_unit_test(waiting_ends_at_a_wake_up_or_at_its_time),
        cmocka_unit_test(options_are_checked),
    };

    for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
        (void)unsetenv(proxies[i]);
    }
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, faulty_malloc, free, faulty_realloc,
                             faulty_strdup, faulty_calloc) != CURLE_OK) {
        return 1;
    }
    return cmocka_run_group_tests_name("http_curl", tests, NULL, NULL);
}
