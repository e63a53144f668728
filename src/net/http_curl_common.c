/* http_curl_common.c - what every use of libcurl here has in common. */
#include "net/http_curl_common.h"

#include <pthread.h>
#include <string.h>

#include "ddblock/ddblock.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode init_code;

/* curl_global_init() is safe beside other users of libcurl in this process only if libcurl
 * was built so (Debian's is); otherwise the program must have called it before its threads
 * began, https://curl.se/libcurl/c/curl_global_init.html. Never undone: others may use it. */
static void init(void)
{
    init_code = curl_global_init(CURL_GLOBAL_DEFAULT);
}

bool http_curl_init(void)
{
    (void)pthread_once(&once, init);
    return init_code == CURLE_OK;
}

CURLcode http_curl_set_tls(CURL *easy, const char *ca_file)
{
    CURLcode code = CURLE_OK;

    HTTP_CURL_SET(code, easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    HTTP_CURL_SET(code, easy, CURLOPT_SSL_VERIFYPEER, 1L);
    HTTP_CURL_SET(code, easy, CURLOPT_SSL_VERIFYHOST, 2L);
    /* With a CA path, Debian's default, libcurl parses the CA file anew for each connection (26
     * ms); without one, once for each multi handle. */
    HTTP_CURL_SET(code, easy, CURLOPT_CAPATH, NULL);
    if (ca_file != NULL) {
        HTTP_CURL_SET(code, easy, CURLOPT_CAINFO, ca_file);
    }
    return code;
}

CURLcode http_curl_set_limits(CURL *easy)
{
    CURLcode code = CURLE_OK;

    HTTP_CURL_SET(code, easy, CURLOPT_PROTOCOLS_STR, "http,https");
    HTTP_CURL_SET(code, easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    HTTP_CURL_SET(code, easy, CURLOPT_FOLLOWLOCATION, 0L);
    HTTP_CURL_SET(code, easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    HTTP_CURL_SET(code, easy, CURLOPT_NOSIGNAL, 1L);
    /* Without it, giving up waits for a getaddrinfo() that hangs. */
    HTTP_CURL_SET(code, easy, CURLOPT_QUICK_EXIT, 1L);
    HTTP_CURL_SET(code, easy, CURLOPT_USERAGENT, "ddblock/" DDBLOCK_VERSION);
    return code;
}

void http_curl_headers_free(struct curl_slist *headers)
{
    for (struct curl_slist *line = headers; line != NULL; line = line->next) {
        explicit_bzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(headers);
}
