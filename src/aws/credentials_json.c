/* credentials_json.c - credentials in JSON, as processes and services of AWS give them. */
#include "aws/credentials_json.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "wire/timestamp.h"

/* jansson nests up to 2048 deep; none of these texts is deeper than two. */
enum { WIPE_DEPTH_MAX = 8 };

struct names {
    const char *id;
    const char *secret;
    const char *token;
    const char *expiration;
    const char *account;
};

static const struct names names_of[] = {
    /* https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html */
    [CREDENTIALS_JSON_PROCESS] = {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration",
                                  "AccountId"},
    /* https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
    [CREDENTIALS_JSON_METADATA] = {"AccessKeyId", "SecretAccessKey", "Token", "Expiration",
                                   "AccountId"},
    /* https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_RoleCredentials.html
     */
    [CREDENTIALS_JSON_SSO] = {"accessKeyId", "secretAccessKey", "sessionToken", "expiration",
                              "accountId"},
};

json_t *credentials_json_load(struct bytes text)
{
    json_error_t ignored;
    json_t *object = json_loadb(text.size > 0 ? (const char *)text.data : "", text.size,
                                JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &ignored);

    if (object != NULL && !json_is_object(object)) {
        credentials_json_destroy(object);
        return NULL;
    }
    return object;
}

const char *credentials_json_string(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    size_t size = json_string_length(value);

    return size > 0 && strlen(json_string_value(value)) == size ? json_string_value(value) : NULL;
}

static void wipe(json_t *value, size_t depth)
{
    const char *name;
    json_t *member;

    if (json_is_string(value)) {
        explicit_bzero((char *)json_string_value(value), json_string_length(value));
    } else if (json_is_object(value) && depth < WIPE_DEPTH_MAX) {
        json_object_foreach(value, name, member)
        {
            wipe(member, depth + 1);
        }
    }
}

void credentials_json_destroy(json_t *object)
{
    wipe(object, 0);
    json_decref(object);
}

/* When they expire: text, or at SSO a number of milliseconds. */
static bool read_expiration(const json_t *object, enum credentials_json_kind kind,
                            int64_t *ret_unix_ms)
{
    const json_t *value = json_object_get(object, names_of[kind].expiration);

    if (value == NULL || json_is_null(value)) {
        *ret_unix_ms = -1;
        return true;
    }
    if (kind == CREDENTIALS_JSON_SSO) {
        *ret_unix_ms = json_integer_value(value);
        return json_is_integer(value) && *ret_unix_ms >= 0;
    }
    return json_is_string(value) &&
           timestamp_parse(bytes_from(json_string_value(value), json_string_length(value)),
                           ret_unix_ms);
}

/* What the text says of itself. */
static ddblock_status check_head(const json_t *object, enum credentials_json_kind kind,
                                 const char *source, ddblock_error *error)
{
    const json_t *version = json_object_get(object, "Version");
    const char *code = credentials_json_string(object, "Code");
    char escaped[64];

    if (kind == CREDENTIALS_JSON_PROCESS &&
        (!json_is_integer(version) || json_integer_value(version) != 1)) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "the output of %s does not say \"Version\": 1", source);
    }
    if (kind == CREDENTIALS_JSON_METADATA && code != NULL && strcmp(code, "Success") != 0) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "the credentials of %s have the code %s",
                          source, text_escape(escaped, sizeof(escaped), bytes_from_string(code)));
    }
    return DDBLOCK_OK;
}

static ddblock_status read_object(const json_t *object, enum credentials_json_kind kind,
                                  const char *source, struct credentials **ret_credentials,
                                  ddblock_error *error)
{
    const struct names *names = &names_of[kind];
    const char *id = credentials_json_string(object, names->id);
    const char *secret = credentials_json_string(object, names->secret);
    struct credentials *credentials = NULL;
    int64_t expires_unix_ms = -1;
    ddblock_status status = check_head(object, kind, source, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    if (id == NULL || secret == NULL) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS, "what came from %s has no %s", source,
                          id == NULL ? names->id : names->secret);
    }
    if (!read_expiration(object, kind, &expires_unix_ms)) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "the %s of the credentials from %s is no instant", names->expiration,
                          source);
    }
    status = credentials_create(id, secret, credentials_json_string(object, names->token), source,
                                &credentials, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    credentials->expires_unix_ms = expires_unix_ms;
    status = credentials_set_account(credentials, credentials_json_string(object, names->account),
                                     error);
    if (status != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return status;
    }
    *ret_credentials = credentials;
    return DDBLOCK_OK;
}

ddblock_status credentials_json_read(struct bytes text, enum credentials_json_kind kind,
                                     const char *source, struct credentials **ret_credentials,
                                     ddblock_error *error)
{
    json_t *root = credentials_json_load(text);
    const json_t *object =
        kind == CREDENTIALS_JSON_SSO ? json_object_get(root, "roleCredentials") : root;
    ddblock_status status;

    if (json_is_object(object)) {
        status = read_object(object, kind, source, ret_credentials, error);
    } else {
        status = status_set(error, DDBLOCK_NO_CREDENTIALS,
                            "what came from %s is not the JSON of credentials", source);
    }
    credentials_json_destroy(root);
    return status;
}
