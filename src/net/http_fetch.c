/* http_fetch.c - one small HTTP request, waited for, on an easy handle of libcurl. */
#include "net/http_fetch.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/status.h"
#include "base/text.h"
#include "net/http_curl_common.h"

enum { PATH_SIZE_MAX = 4096 }; /* longer than that of any request we make */

struct fetch {
    const struct http_fetch *request;
    CURL *easy;
    struct curl_slist *headers;
    struct buffer *body;
    size_t header_size;
    bool sent; /* a connection was there, and the request may have gone out */
    bool too_large;
    char curl_message[CURL_ERROR_SIZE];
};

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)user;
    (void)purpose;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int on_ready(void *user, char *remote, char *local, int remote_port, int local_port)
{
    struct fetch *fetch = user;

    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    fetch->sent = true;
    return CURL_PREREQFUNC_OK;
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    struct fetch *fetch = user;

    (void)data;
    size *= count;
    if (size > HTTP_HEADER_SIZE_MAX - fetch->header_size) {
        fetch->too_large = true;
        return 0;
    }
    fetch->header_size += size;
    return size;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct fetch *fetch = user;

    size *= count;
    if (size > fetch->body->limit - fetch->body->size) {
        fetch->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buffer_append(fetch->body, bytes_from(data, size));
    return buffer_ok(fetch->body) ? size : CURL_WRITEFUNC_ERROR;
}

static bool add_header(struct fetch *fetch, const char *line)
{
    struct curl_slist *headers = curl_slist_append(fetch->headers, line);

    if (headers == NULL) {
        return false;
    }
    fetch->headers = headers;
    return true;
}

/* The request's own, less one that libcurl would add. */
static bool set_headers(struct fetch *fetch)
{
    const char *const *line = fetch->request->headers;
    bool ok = add_header(fetch, "Accept:");

    for (; ok && line != NULL && *line != NULL; line++) {
        ok = add_header(fetch, *line);
    }
    return ok && curl_easy_setopt(fetch->easy, CURLOPT_HTTPHEADER, fetch->headers) == CURLE_OK;
}

static CURLcode set_request(struct fetch *fetch)
{
    const struct http_fetch *request = fetch->request;
    char url[sizeof(request->url->origin) + PATH_SIZE_MAX];
    CURLcode code = CURLE_OK;
    int size = snprintf(url, sizeof(url), "%s%s", request->url->origin, request->path);

    assert(size > 0 && (size_t)size < sizeof(url));
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_URL, url);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_PATH_AS_IS, 1L);
    if (request->body.size > 0) {
        HTTP_CURL_SET(code, fetch->easy, CURLOPT_POSTFIELDS, request->body.data);
        HTTP_CURL_SET(code, fetch->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                      (curl_off_t)request->body.size);
    }
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_CUSTOMREQUEST, request->method);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_timeout_ms);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    if (request->no_proxy) {
        HTTP_CURL_SET(code, fetch->easy, CURLOPT_PROXY, "");
        HTTP_CURL_SET(code, fetch->easy, CURLOPT_NOPROXY, "*");
    }
    return code;
}

static CURLcode set_callbacks(struct fetch *fetch)
{
    CURLcode code = CURLE_OK;

    HTTP_CURL_SET(code, fetch->easy, CURLOPT_ERRORBUFFER, fetch->curl_message);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_FORBID_REUSE, 1L);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_PREREQFUNCTION, on_ready);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_PREREQDATA, fetch);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_HEADERFUNCTION, on_header);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_HEADERDATA, fetch);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_WRITEFUNCTION, on_body);
    HTTP_CURL_SET(code, fetch->easy, CURLOPT_WRITEDATA, fetch);
    return code;
}

/* Runs the transfer. OpenSSL writes to sockets by write(2), which raises SIGPIPE where the
 * other side is gone, and with CURLOPT_NOSIGNAL libcurl does not keep it from the program. */
static CURLcode perform(CURL *easy)
{
    const struct timespec at_once = {0};
    sigset_t pipe;
    sigset_t pending;
    sigset_t old;
    CURLcode code;
    bool was_pending;

    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)sigpending(&pending);
    was_pending = sigismember(&pending, SIGPIPE) == 1;
    (void)pthread_sigmask(SIG_BLOCK, &pipe, &old);
    code = curl_easy_perform(easy);
    if (!was_pending) {
        (void)sigtimedwait(&pipe, NULL, &at_once);
    }
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    return code;
}

/* Says why there is no reply, in libcurl's words, which may quote a hostile server. To libcurl
 * 7.88 a header line of over 100 KiB is a want of memory, too. */
static const char *explain(const struct fetch *fetch, CURLcode code, char *escaped, size_t size)
{
    const char *why =
        fetch->curl_message[0] != '\0' ? fetch->curl_message : curl_easy_strerror(code);

    if (fetch->too_large || (fetch->sent && code == CURLE_OUT_OF_MEMORY)) {
        return "it is too large";
    }
    return code == CURLE_OK ? "what came is no whole reply"
                            : text_escape(escaped, size, bytes_from_string(why));
}

static enum http_result fail(const struct fetch *fetch, CURLcode code, ddblock_error *error)
{
    char escaped[CURL_ERROR_SIZE];

    if (!buffer_ok(fetch->body) || (!fetch->sent && code == CURLE_OUT_OF_MEMORY)) {
        (void)status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    } else {
        (void)status_set(
            error, DDBLOCK_UNAVAILABLE, "%s %s: %s", fetch->sent ? "no reply from" : "cannot reach",
            fetch->request->url->origin, explain(fetch, code, escaped, sizeof(escaped)));
    }
    return fetch->sent ? HTTP_IN_DOUBT : HTTP_NOT_SENT;
}

enum http_result http_fetch(const struct http_fetch *request, int *ret_status, struct buffer *body,
                            ddblock_error *error)
{
    struct fetch fetch = {.request = request, .body = body};
    enum http_result result;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    long status = 0;

    buffer_clear(body);
    fetch.easy = http_curl_init() ? curl_easy_init() : NULL;
    if (fetch.easy != NULL && http_curl_set_limits(fetch.easy) == CURLE_OK &&
        http_curl_set_tls(fetch.easy, request->ca_file) == CURLE_OK &&
        set_request(&fetch) == CURLE_OK && set_callbacks(&fetch) == CURLE_OK &&
        set_headers(&fetch)) {
        code = perform(fetch.easy);
        (void)curl_easy_getinfo(fetch.easy, CURLINFO_RESPONSE_CODE, &status);
    }
    if (code == CURLE_OK && status >= 200 && status <= 599) {
        *ret_status = (int)status;
        result = HTTP_REPLIED;
    } else {
        result = fail(&fetch, code, error);
    }
    curl_easy_cleanup(fetch.easy);
    http_curl_headers_free(fetch.headers);
    return result;
}
