/* http_fetch_test.c - one small HTTP request, waited for. */
#include "support/testing.h"

#include <dirent.h>
#include <time.h>

#include "base/clock.h"
#include "net/http_fetch.h"
#include "support/certificate.h"
#include "support/folder.h"
#include "support/http_server.h"

struct world {
    struct http_server *server;
    struct url url;
    struct http_fetch request;
    struct buffer body;
    int status;
    ddblock_error error;
    char seen[8192];
};

static void begin(struct world *w, const struct step *steps, size_t count, const char *certificate,
                  const char *host)
{
    const struct http_server_options options = {steps, count, certificate};
    char text[64];

    memset(w, 0, sizeof(*w));
    buffer_init(&w->body, 1000);
    w->server = http_server_start(&options);
    snprintf(text, sizeof(text), "%s://%s:%u", certificate != NULL ? "https" : "http", host,
             http_server_port(w->server));
    assert_null(url_parse(bytes_from_string(text), &w->url));
    w->request = (struct http_fetch){
        .method = "GET",
        .url = &w->url,
        .path = "/",
        .connect_timeout_ms = 10000,
        .timeout_ms = 30000,
    };
}

static void end(struct world *w)
{
    http_server_stop(w->server);
    buffer_finish(&w->body);
}

static enum http_result fetch(struct world *w)
{
    enum http_result result = http_fetch(&w->request, &w->status, &w->body, &w->error);

    http_server_last_request(w->server, w->seen, sizeof(w->seen));
    return result;
}

static void expect_failure(struct world *w, enum http_result result, const char *part)
{
    assert_int_equal(fetch(w), result);
    assert_int_equal(w->error.status, DDBLOCK_UNAVAILABLE);
    if (strstr(w->error.message, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, w->error.message);
    }
}

static void what_is_sent(void **state)
{
    static const char *const headers[] = {"X-One: 1", "Content-Type: text/x", NULL};
    struct world w;

    (void)state;
    begin(&w, NULL, 0, NULL, "127.0.0.1");
    w.request.path = "/a/../b?c=d";
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    assert_int_equal(w.status, 200);
    assert_string_equal(buffer_string(&w.body), "{}");
    assert_int_equal(strncmp(w.seen, "GET /a/../b?c=d HTTP/1.1\r\nHost: 127.0.0.1:", 42), 0);
    assert_null(strstr(w.seen, "Accept"));
    assert_null(strstr(w.seen, "Content-"));

    w.request.method = "PUT";
    w.request.headers = headers;
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    assert_int_equal(strncmp(w.seen, "PUT /a/../b?c=d HTTP/1.1\r\n", 26), 0);
    assert_non_null(strstr(w.seen, "\r\nX-One: 1\r\n"));

    w.request.method = "POST";
    w.request.body = bytes_from("a\0b", 3);
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    assert_int_equal(strncmp(w.seen, "POST ", 5), 0);
    assert_non_null(strstr(w.seen, "\r\nContent-Type: text/x\r\n"));
    assert_non_null(strstr(w.seen, "\r\nContent-Length: 3\r\n"));
    assert_int_equal(http_server_connections(w.server), 3);
    end(&w);
}

static void replies(void **state)
{
    static const struct step steps[] = {
        {STEP_REPLY, "HTTP/1.1 404 X\r\nContent-Length: 3\r\n\r\nabc"},
        {STEP_REPLY, "HTTP/1.1 302 X\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n"},
        {STEP_CLOSE, NULL},
        {STEP_RESET, NULL},
        {STEP_REPLY_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"},
        {STEP_FLOOD, "HTTP/1.1 200 OK\r\n\r\n"},
        {STEP_FLOOD, "HTTP/1.1 200 OK\r\nX: "},
        {STEP_REPLY_CLOSE, "SSH-2.0-\x1b[1mno\r\n"},
    };
    struct world w;

    (void)state;
    begin(&w, steps, sizeof(steps) / sizeof(steps[0]), NULL, "127.0.0.1");
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    assert_int_equal(w.status, 404);
    assert_string_equal(buffer_string(&w.body), "abc");
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    assert_int_equal(w.status, 302);
    assert_int_equal(w.body.size, 0);
    expect_failure(&w, HTTP_IN_DOUBT, "no reply from http://127.0.0.1:");
    expect_failure(&w, HTTP_IN_DOUBT, "no reply from http://127.0.0.1:");
    expect_failure(&w, HTTP_IN_DOUBT, "no reply from http://127.0.0.1:");
    expect_failure(&w, HTTP_IN_DOUBT, "it is too large");
    expect_failure(&w, HTTP_IN_DOUBT, ": ");
    expect_failure(&w, HTTP_IN_DOUBT, "no reply from http://127.0.0.1:");
    assert_null(strchr(w.error.message, '\x1b'));
    assert_int_equal(http_server_requests(w.server), 8);
    end(&w);
}

static void no_reply_in_time(void **state)
{
    static const struct step steps[] = {{STEP_HOLD, NULL}};
    struct instant start = clock_now();
    struct world w;

    (void)state;
    begin(&w, steps, 1, NULL, "127.0.0.1");
    w.request.timeout_ms = 300;
    expect_failure(&w, HTTP_IN_DOUBT, "imed out");
    assert_true(duration_to_ms(instant_until(start, clock_now())) < 20000);
    end(&w);
}

static void tls(void **state)
{
    struct folder folder;
    char key[256];
    struct world w;

    (void)state;
    folder_make(&folder);
    snprintf(key, sizeof(key), "%s/key.pem", folder.path);
    certificate_make("IP:127.0.0.1", folder.file, key);
    begin(&w, NULL, 0, key, "127.0.0.1");
    w.request.ca_file = folder.file;
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    w.request.ca_file = NULL; /* the system's know nothing of it */
    expect_failure(&w, HTTP_NOT_SENT, "cannot reach https://127.0.0.1:");
    end(&w);

    certificate_make("DNS:elsewhere.example", folder.file, key);
    begin(&w, NULL, 0, key, "127.0.0.1");
    w.request.ca_file = folder.file;
    expect_failure(&w, HTTP_NOT_SENT, "cannot reach https://127.0.0.1:");
    end(&w);
    folder_remove(&folder);
}

static void proxies(void **state)
{
    struct world w;
    char proxy[sizeof(w.url.origin)];

    (void)state;
    begin(&w, NULL, 0, NULL, "127.0.0.1");
    snprintf(proxy, sizeof(proxy), "%s", w.url.origin);
    assert_null(url_parse(bytes_from_string("http://nowhere.invalid"), &w.url));
    assert_int_equal(setenv("http_proxy", proxy, 1), 0);
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    assert_int_equal(strncmp(w.seen, "GET http://nowhere.invalid/ ", 28), 0);
    w.request.no_proxy = true;
    expect_failure(&w, HTTP_NOT_SENT, "cannot reach http://nowhere.invalid");
    unsetenv("http_proxy");
    end(&w);
}

static size_t count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;

    assert_non_null(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}

static void nothing_stays_open(void **state)
{
    struct world w;
    size_t before;

    (void)state;
    begin(&w, NULL, 0, NULL, "127.0.0.1");
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    while (http_server_open(w.server) > 0) {
    }
    before = count_descriptors();
    assert_int_equal(fetch(&w), HTTP_REPLIED);
    while (http_server_open(w.server) > 0) {
    }
    /* The server closes its end a moment after it counts it as closed. */
    for (int i = 0; i < 1000 && count_descriptors() > before; i++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    assert_true(count_descriptors() <= before);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent),     cmocka_unit_test(replies),
        cmocka_unit_test(no_reply_in_time), cmocka_unit_test(tls),
        cmocka_unit_test(proxies),          cmocka_unit_test(nothing_stays_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
