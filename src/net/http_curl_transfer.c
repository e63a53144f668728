/* http_curl_transfer.c - one request and its reply, on one easy handle of libcurl.
 *
 * What libcurl does on its own and must not, was found by experiment on 7.88.1; each has a
 * test in http_curl_test.c. */
#include "net/http_curl_transfer.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "net/http_curl_common.h"

enum {
    /* Requests name one item by its key and write some hundred bytes to it: a few KiB. Up to 1 MiB
     * libcurl sends no "Expect: 100-continue", which would cost a round trip. */
    SENT_SIZE_MAX = 256 * 1024,
    /* What a reply usually needs at most; more is given back after it. */
    RECEIVED_SIZE_KEPT = 16 * 1024,
    /* Three round trips around the world and one lost SYN, which is sent again after a second
     * (RFC 6298), fit; what lies beyond is better tried anew, on another address. */
    CONNECT_TIMEOUT_MS = 2000,
    /* Common idle limits are 60 s (load balancers) and 350 s (NAT gateways): an older connection
     * may be dead without our knowing, and a request sent on it would be in doubt. */
    CONNECTION_IDLE_MAX_S = 55,
    /* The smallest that libcurl takes for the one, and enough for the other. */
    CURL_BUFFER_SIZE = 16 * 1024,
};

/* Called when a connection is ready, right before the request is sent. Where a reused
 * connection dies before the reply's first byte, libcurl sends the request again, on a new
 * one, and comes by here a second time. */
static int on_ready(void *user, char *remote, char *local, int remote_port, int local_port)
{
    struct transfer *transfer = user;

    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    if (transfer->attempts > 0) {
        transfer->resent = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (!instant_before(clock_now(), transfer->give_up_at)) {
        transfer->late = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->attempts++;
    return CURL_PREREQFUNC_OK;
}

/* Called for each line, the empty one at the end too. Where the connection ends before that,
 * libcurl takes the reply for whole. */
static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;

    size *= count; /* size is 1, "always" */
    if (size > HTTP_HEADER_SIZE_MAX - transfer->header_size) {
        transfer->too_large = true;
        return 0;
    }
    transfer->header_size += size;
    if (size >= 5 && memcmp(data, "HTTP/", 5) == 0) {
        transfer->headers_ended = false;
    } else if (size > 0 && (data[0] == '\r' || data[0] == '\n')) {
        transfer->headers_ended = true;
    }
    return size;
}

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct transfer *transfer = user;

    size *= count;
    if (size > transfer->received.limit - transfer->received.size) {
        transfer->too_large = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buffer_append(&transfer->received, bytes_from(data, size));
    return buffer_ok(&transfer->received) ? size : CURL_WRITEFUNC_ERROR;
}

static CURLcode set_connection(CURL *easy, struct http_origin *origin)
{
    CURLcode code = CURLE_OK;

    HTTP_CURL_SET(code, easy, CURLOPT_TCP_KEEPALIVE, 1L);
    HTTP_CURL_SET(code, easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_IDLE_MAX_S);
    HTTP_CURL_SET(code, easy, CURLOPT_BUFFERSIZE, (long)CURL_BUFFER_SIZE);
    HTTP_CURL_SET(code, easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)CURL_BUFFER_SIZE);
    HTTP_CURL_SET(code, easy, CURLOPT_OPENSOCKETFUNCTION, http_curl_sockets_open);
    HTTP_CURL_SET(code, easy, CURLOPT_OPENSOCKETDATA, &origin->sockets);
    HTTP_CURL_SET(code, easy, CURLOPT_CLOSESOCKETFUNCTION, http_curl_sockets_close);
    HTTP_CURL_SET(code, easy, CURLOPT_CLOSESOCKETDATA, &origin->sockets);
    return code;
}

static CURLcode set_callbacks(CURL *easy, struct transfer *transfer)
{
    CURLcode code = CURLE_OK;

    HTTP_CURL_SET(code, easy, CURLOPT_PRIVATE, transfer);
    HTTP_CURL_SET(code, easy, CURLOPT_ERRORBUFFER, transfer->curl_message);
    HTTP_CURL_SET(code, easy, CURLOPT_PREREQFUNCTION, on_ready);
    HTTP_CURL_SET(code, easy, CURLOPT_PREREQDATA, transfer);
    HTTP_CURL_SET(code, easy, CURLOPT_HEADERFUNCTION, on_header);
    HTTP_CURL_SET(code, easy, CURLOPT_HEADERDATA, transfer);
    HTTP_CURL_SET(code, easy, CURLOPT_WRITEFUNCTION, on_body);
    HTTP_CURL_SET(code, easy, CURLOPT_WRITEDATA, transfer);
    return code;
}

/* Makes the easy handle, if there is none yet. */
static bool make_easy(struct transfer *transfer)
{
    CURL *easy;

    if (transfer->easy != NULL) {
        return true;
    }
    easy = curl_easy_init();
    if (easy == NULL || set_connection(easy, transfer->origin) != CURLE_OK ||
        http_curl_set_limits(easy) != CURLE_OK ||
        http_curl_set_tls(easy, transfer->origin->ca_file) != CURLE_OK ||
        set_callbacks(easy, transfer) != CURLE_OK) {
        curl_easy_cleanup(easy);
        return false;
    }
    transfer->easy = easy;
    return true;
}

static bool add_header(struct transfer *transfer, const char *line)
{
    struct curl_slist *headers = curl_slist_append(transfer->headers, line);

    if (headers == NULL) {
        return false;
    }
    transfer->headers = headers;
    return true;
}

/* The request's own, less one that libcurl would add. */
static bool set_headers(struct transfer *transfer, const char *const *headers)
{
    bool ok = add_header(transfer, "Accept:");

    for (size_t i = 0; ok && headers[i] != NULL; i++) {
        ok = add_header(transfer, headers[i]);
    }
    return ok;
}

static long connect_timeout_ms(struct instant give_up_at)
{
    int64_t left_ms = duration_to_ms(instant_until(clock_now(), give_up_at));

    /* 0 would mean libcurl's default. */
    return (long)(left_ms < 1 ? 1 : left_ms < CONNECT_TIMEOUT_MS ? left_ms : CONNECT_TIMEOUT_MS);
}

bool transfer_start(struct transfer *transfer, const struct http_request *request)
{
    CURLcode code = CURLE_OK;

    assert(request->body.size <= SENT_SIZE_MAX);
    transfer->reply = (struct http_reply){
        .tag = request->tag,
        .date_unix_ms = -1,
        .retry_after_ms = -1,
        .crc32 = -1,
    };
    transfer->give_up_at = request->give_up_at;
    buffer_init(&transfer->sent, SENT_SIZE_MAX);
    transfer->received.limit =
        request->reply_size_max > 0 ? request->reply_size_max : HTTP_BODY_SIZE_MAX;
    buffer_append(&transfer->sent, request->body);
    if (!buffer_ok(&transfer->sent) || !make_easy(transfer) ||
        !set_headers(transfer, request->headers)) {
        return false;
    }
    HTTP_CURL_SET(code, transfer->easy, CURLOPT_URL,
                  request->url != NULL ? request->url : transfer->origin->url.origin);
    HTTP_CURL_SET(code, transfer->easy, CURLOPT_POST, 1L);
    HTTP_CURL_SET(code, transfer->easy, CURLOPT_POSTFIELDS, buffer_string(&transfer->sent));
    HTTP_CURL_SET(code, transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                  (curl_off_t)transfer->sent.size);
    HTTP_CURL_SET(code, transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
    HTTP_CURL_SET(code, transfer->easy, CURLOPT_CONNECTTIMEOUT_MS,
                  connect_timeout_ms(request->give_up_at));
    return code == CURLE_OK;
}

void transfer_fail_unsent(struct transfer *transfer)
{
    transfer->reply.result = HTTP_NOT_SENT;
    transfer->reply.failure = DDBLOCK_NO_MEMORY;
    transfer->reply.message = "out of memory before the request was sent";
}

/* Reads a header that is a whole number, 0 to max; -1 if it is absent or anything else. */
static int64_t header_number(CURL *easy, const char *name, int64_t max)
{
    struct curl_header *header = NULL;
    int64_t number = 0;

    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return -1;
    }
    for (const char *c = header->value; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || number > (max - (*c - '0')) / 10) {
            return -1;
        }
        number = number * 10 + (*c - '0');
    }
    return header->value[0] != '\0' ? number : -1;
}

static int64_t header_date_ms(CURL *easy)
{
    struct curl_header *header = NULL;
    time_t seconds;

    /* With an Age it comes from a cache, and tells when that got it (RFC 9111, section 5.1). */
    if (curl_easy_header(easy, "Age", 0, CURLH_HEADER, -1, &header) == CURLHE_OK ||
        curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return -1;
    }
    seconds = curl_getdate(header->value, NULL);
    return seconds >= 0 && seconds <= INT64_MAX / 1000 ? (int64_t)seconds * 1000 : -1;
}

/* Writes where the request goes: "host:port". */
static void name_host(const struct transfer *transfer, char *target, size_t size)
{
    struct url url = transfer->origin->url;
    char *asked = NULL;

    if (curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &asked) == CURLE_OK &&
        asked != NULL) {
        (void)url_parse(bytes_from_string(asked), &url);
    }
    (void)snprintf(target, size, strchr(url.host, ':') != NULL ? "[%s]:%u" : "%s:%u", url.host,
                   (unsigned)url.port);
}

/* Sets the message from libcurl's own words, which may quote a hostile server. */
static void set_message(struct transfer *transfer, const char *what, const char *why)
{
    char escaped[CURL_ERROR_SIZE];
    char host[URL_HOST_SIZE_MAX + 9];

    name_host(transfer, host, sizeof(host));
    (void)text_escape(escaped, sizeof(escaped), bytes_from_string(why));
    (void)status_set(&transfer->error, transfer->reply.failure, "%s %s: %s", what, host, escaped);
    transfer->reply.message = transfer->error.message;
}

static const char *ca_file_name(const struct transfer *transfer)
{
    char *name = NULL;

    if (transfer->origin->ca_file != NULL) {
        return transfer->origin->ca_file;
    }
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CAINFO, &name);
    return name != NULL ? name : "the system's CA file";
}

/* The words of libcurl, with the CA file for what is about certificates, and the system's reason
 * why no connection was to be had. */
static void explain(struct transfer *transfer, CURLcode code, char *why, size_t size)
{
    const char *text =
        transfer->curl_message[0] != '\0' ? transfer->curl_message : curl_easy_strerror(code);
    long problem = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &problem);
    if (code == CURLE_COULDNT_CONNECT && problem != 0) {
        (void)snprintf(why, size, "%s: %s", text, strerror((int)problem));
    } else if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
        (void)snprintf(why, size, "certificate problem (trusted are those in %.80s): %s",
                       ca_file_name(transfer), text);
    } else {
        (void)snprintf(why, size, "%s", text);
    }
}

static void fail(struct transfer *transfer, enum http_result result, ddblock_status failure,
                 const char *why)
{
    transfer->reply.result = result;
    transfer->reply.failure = failure;
    set_message(transfer, result == HTTP_NOT_SENT ? "cannot reach" : "no reply from", why);
}

/* Takes over what libcurl has received. False if the status is none that ends a request, or
 * the headers have no end. */
static bool take_reply(struct transfer *transfer)
{
    long status = 0;

    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 599 || !transfer->headers_ended) {
        return false;
    }
    transfer->reply.result = HTTP_REPLIED;
    transfer->reply.status = (int)status;
    transfer->reply.body = buffer_bytes(&transfer->received);
    transfer->reply.date_unix_ms = header_date_ms(transfer->easy);
    transfer->reply.retry_after_ms = header_number(transfer->easy, "x-amz-retry-after", INT64_MAX);
    transfer->reply.crc32 = header_number(transfer->easy, "x-amz-crc32", UINT32_MAX);
    return true;
}

void transfer_finish(struct transfer *transfer, CURLcode code)
{
    enum http_result result = transfer->attempts > 0 ? HTTP_IN_DOUBT : HTTP_NOT_SENT;
    ddblock_status failure = code == CURLE_OUT_OF_MEMORY || !buffer_ok(&transfer->received)
                                 ? DDBLOCK_NO_MEMORY
                                 : DDBLOCK_UNAVAILABLE;
    char why[CURL_ERROR_SIZE * 2];

    if (code == CURLE_OK && transfer->attempts > 0) {
        if (!take_reply(transfer)) {
            fail(transfer, HTTP_IN_DOUBT, DDBLOCK_UNAVAILABLE, "what came is no whole reply");
        }
    } else if (transfer->late) {
        fail(transfer, HTTP_NOT_SENT, DDBLOCK_UNAVAILABLE,
             "the time was over when it could be sent");
    } else if (transfer->resent) {
        fail(transfer, HTTP_IN_DOUBT, DDBLOCK_UNAVAILABLE, "the connection broke");
    } else if (transfer->too_large) {
        fail(transfer, result, DDBLOCK_UNAVAILABLE, "it is too large");
    } else {
        explain(transfer, code, why, sizeof(why));
        fail(transfer, result, failure, why);
    }
}

void transfer_give_up(struct transfer *transfer)
{
    if (transfer->attempts > 0) {
        fail(transfer, HTTP_IN_DOUBT, DDBLOCK_UNAVAILABLE, "the time for it is over");
    } else {
        fail(transfer, HTTP_NOT_SENT, DDBLOCK_UNAVAILABLE, "no connection in the time there was");
    }
}

void transfer_clear(struct transfer *transfer)
{
    if (transfer->easy != NULL) {
        (void)curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
        (void)curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, NULL);
    }
    http_curl_headers_free(transfer->headers);
    transfer->headers = NULL;
    buffer_finish(&transfer->sent);
    if (transfer->received.capacity > RECEIVED_SIZE_KEPT) {
        buffer_finish(&transfer->received);
    } else {
        buffer_clear(&transfer->received);
    }
    transfer->header_size = 0;
    transfer->attempts = 0;
    transfer->late = false;
    transfer->resent = false;
    transfer->too_large = false;
    transfer->headers_ended = false;
    transfer->curl_message[0] = '\0';
}

void transfer_destroy(struct transfer *transfer, bool forked)
{
    if (!forked) {
        curl_easy_cleanup(transfer->easy);
    }
    http_curl_headers_free(transfer->headers);
    buffer_finish(&transfer->sent);
    buffer_finish(&transfer->received);
}
