/* floor_curl.c - sends what ddblock sends for an acquisition and a release, by bare libcurl.
 *
 *     floor_curl STANDIN RECORD CYCLES [NEW_RECORD]
 *
 * One easy handle, one kept connection, curl_easy_perform; bodies and headers are those of the
 * record, byte for byte, and nothing is signed. */
#include <curl/curl.h>
#include <string.h>

#include "harness.h"
#include "recorded.h"

static struct {
    CURL *easy;
    struct curl_slist *headers[2];
    struct recorded requests[2];
} link_;

/* libcurl writes Host and Content-Length itself; what it adds beside them is switched off. */
static struct curl_slist *headers_of(const struct recorded *request)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    const char *line = strstr(request->head, "\r\n") + 2;
    bool accepts = false;

    while (strncmp(line, "\r\n", 2) != 0) {
        const char *end = strstr(line, "\r\n");
        char text[2048];

        (void)snprintf(text, sizeof(text), "%.*s", (int)(end - line), line);
        if (strncasecmp(text, "Host:", 5) != 0 && strncasecmp(text, "Content-Length:", 15) != 0) {
            list = curl_slist_append(list, text);
        }
        accepts = accepts || strncasecmp(text, "Accept:", 7) == 0;
        line = end + 2;
    }
    return accepts ? list : curl_slist_append(list, "Accept:");
}

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    (void)data;
    *(size_t *)user += size * count;
    return size * count;
}

static void open_link(long long port, const struct recorded requests[2])
{
    char url[64];

    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%lld/", port);
    link_.easy = curl_easy_init();
    if (link_.easy == NULL) {
        die("no libcurl");
    }
    (void)curl_easy_setopt(link_.easy, CURLOPT_URL, url);
    (void)curl_easy_setopt(link_.easy, CURLOPT_POST, 1L);
    (void)curl_easy_setopt(link_.easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(link_.easy, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(link_.easy, CURLOPT_WRITEFUNCTION, receive);
    for (size_t i = 0; i < 2; i++) {
        link_.requests[i] = requests[i];
        link_.headers[i] = headers_of(&requests[i]);
    }
}

static void send_request(size_t which)
{
    size_t received = 0;
    long status = 0;

    (void)curl_easy_setopt(link_.easy, CURLOPT_WRITEDATA, &received);
    (void)curl_easy_setopt(link_.easy, CURLOPT_HTTPHEADER, link_.headers[which]);
    (void)curl_easy_setopt(link_.easy, CURLOPT_POSTFIELDS, link_.requests[which].body);
    (void)curl_easy_setopt(link_.easy, CURLOPT_POSTFIELDSIZE,
                           (long)link_.requests[which].body_size);
    if (curl_easy_perform(link_.easy) != CURLE_OK ||
        curl_easy_getinfo(link_.easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        status != 200 || received == 0) {
        die("not answered");
    }
}

static void close_link(void)
{
    curl_slist_free_all(link_.headers[0]);
    curl_slist_free_all(link_.headers[1]);
    curl_easy_cleanup(link_.easy);
}

int main(int argc, char **argv)
{
    static const struct floor floor = {open_link, send_request, close_link};

    return floor_run(&floor, argc, argv);
}
