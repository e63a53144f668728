/* dynamodb_call.c - a request of the program's own to DynamoDB, with libcurl, which signs it too.
 */
#include "dynamodb_call.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
    char *text;
    size_t size;
    size_t used;
};

static size_t keep(char *data, size_t one, size_t size, void *user)
{
    struct answer *answer = user;
    size_t room = answer->size - 1 - answer->used;
    size_t kept = size < room ? size : room;

    (void)one; /* it is always 1 */
    memcpy(answer->text + answer->used, data, kept);
    answer->used += kept;
    answer->text[answer->used] = '\0';
    return size;
}

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL ? value : "";
}

int dynamodb_call(const char *operation, const char *body, char *answer, size_t answer_size)
{
    struct answer kept = {answer, answer_size, 0};
    struct curl_slist *headers = NULL;
    char text[4096];
    long status = 0;
    CURL *curl = curl_easy_init();

    answer[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, setting("AWS_ENDPOINT_URL_DYNAMODB"));
    if (setting("AWS_ENDPOINT_URL_DYNAMODB")[0] == '\0') {
        snprintf(text, sizeof(text), "https://dynamodb.%s.amazonaws.com", setting("AWS_REGION"));
        curl_easy_setopt(curl, CURLOPT_URL, text);
    }
    snprintf(text, sizeof(text), "aws:amz:%s:dynamodb", setting("AWS_REGION"));
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, text);
    curl_easy_setopt(curl, CURLOPT_USERNAME, setting("AWS_ACCESS_KEY_ID"));
    curl_easy_setopt(curl, CURLOPT_PASSWORD, setting("AWS_SECRET_ACCESS_KEY"));
    snprintf(text, sizeof(text), "X-Amz-Target: DynamoDB_20120810.%s", operation);
    headers = curl_slist_append(headers, text);
    headers = curl_slist_append(headers, "Content-Type: application/x-amz-json-1.0");
    if (setting("AWS_SESSION_TOKEN")[0] != '\0') {
        snprintf(text, sizeof(text), "X-Amz-Security-Token: %s", setting("AWS_SESSION_TOKEN"));
        headers = curl_slist_append(headers, text);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &kept);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    if (curl_easy_perform(curl) == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return (int)status;
}
