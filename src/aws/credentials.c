/* credentials.c - AWS credentials, copied and wiped. */
#include "aws/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum { ACCOUNT_SIZE = 12 };

/* Tells what is wrong with one of them, without quoting it; NULL: nothing. All three go into
 * header lines or hashes, and none has ever held anything but visible ASCII. */
static const char *check(const char *text, size_t size_max, const char *barred)
{
    size_t size = strnlen(text, size_max + 1);

    if (size == 0) {
        return "is empty";
    }
    if (size > size_max) {
        return "is too long";
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] <= ' ' || text[i] > '~' || strchr(barred, text[i]) != NULL) {
            return "holds a space, a line break or another character that it cannot have";
        }
    }
    return NULL;
}

static void destroy_text(char *text)
{
    if (text != NULL) {
        explicit_bzero(text, strlen(text));
        free(text);
    }
}

void credentials_destroy(struct credentials *credentials)
{
    if (credentials != NULL) {
        destroy_text(credentials->access_key_id);
        destroy_text(credentials->secret_access_key);
        destroy_text(credentials->session_token);
        free(credentials->account_id);
        free((void *)credentials->source);
        free(credentials);
    }
}

static ddblock_status check_all(const char *access_key_id, const char *secret_access_key,
                                const char *session_token, const char *source, ddblock_error *error)
{
    const char *name = "access key id";
    /* In the Authorization header it ends at the slash. */
    const char *reason = check(access_key_id, CREDENTIALS_ID_SIZE_MAX, "/,");

    if (reason == NULL) {
        name = "secret access key";
        reason = check(secret_access_key, CREDENTIALS_SECRET_SIZE_MAX, "");
    }
    if (reason == NULL && session_token != NULL) {
        name = "session token";
        reason = check(session_token, CREDENTIALS_TOKEN_SIZE_MAX, "");
    }
    if (reason != NULL) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "the %s from %s %s", name, source, reason);
    }
    return DDBLOCK_OK;
}

ddblock_status credentials_create(const char *access_key_id, const char *secret_access_key,
                                  const char *session_token, const char *source,
                                  struct credentials **ret_credentials, ddblock_error *error)
{
    struct credentials *credentials = NULL;
    ddblock_status status =
        check_all(access_key_id, secret_access_key, session_token, source, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    credentials = calloc(1, sizeof(*credentials));
    if (credentials == NULL) {
        goto no_memory;
    }
    credentials->access_key_id = strdup(access_key_id);
    credentials->secret_access_key = strdup(secret_access_key);
    credentials->session_token = session_token != NULL ? strdup(session_token) : NULL;
    credentials->expires_unix_ms = -1;
    credentials->source = strdup(source);
    if (credentials->access_key_id == NULL || credentials->secret_access_key == NULL ||
        credentials->source == NULL ||
        (session_token != NULL && credentials->session_token == NULL)) {
        goto no_memory;
    }
    *ret_credentials = credentials;
    return DDBLOCK_OK;
no_memory:
    credentials_destroy(credentials);
    return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
}

ddblock_status credentials_set_account(struct credentials *credentials, const char *account_id,
                                       ddblock_error *error)
{
    if (account_id == NULL) {
        return DDBLOCK_OK;
    }
    if (strlen(account_id) != ACCOUNT_SIZE || strspn(account_id, "0123456789") != ACCOUNT_SIZE) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "the account id from %s is not 12 digits",
                          credentials->source);
    }
    free(credentials->account_id);
    credentials->account_id = strdup(account_id);
    return credentials->account_id != NULL ? DDBLOCK_OK
                                           : status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
}
