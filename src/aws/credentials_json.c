/* credentials_json.c - credentials in JSON, as processes and services of AWS give them. */
#include "aws/credentials_json.h"

#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "wire/decimal.h"
#include "wire/json_text.h"
#include "wire/timestamp.h"

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

bool credentials_json_string(struct bytes object, const char *name, struct buffer *target)
{
    uint8_t text[CREDENTIALS_TOKEN_SIZE_MAX];
    struct bytes value = {0};
    size_t size = 0;
    bool whole = false;
    bool ok = json_text_find(object, name, &value) == 1 &&
              json_text_string(value, text, sizeof(text), &size, &whole) && whole && size > 0 &&
              memchr(text, '\0', size) == NULL && size <= target->limit - target->size;

    if (ok) {
        buffer_append(target, bytes_from(text, size));
    }
    explicit_bzero(text, sizeof(text));
    return ok && buffer_ok(target);
}

bool credentials_json_word(struct bytes object, const char *name,
                           char ret_word[CREDENTIALS_JSON_WORD_SIZE])
{
    struct bytes value = {0};
    size_t size = 0;
    bool whole = false;

    if (json_text_find(object, name, &value) != 1 ||
        !json_text_string(value, (uint8_t *)ret_word, CREDENTIALS_JSON_WORD_SIZE - 1, &size,
                          &whole) ||
        !whole || size == 0 || memchr(ret_word, '\0', size) != NULL) {
        return false;
    }
    ret_word[size] = '\0';
    return true;
}

/* True if the object says something under this name. */
static bool has(struct bytes object, const char *name)
{
    struct bytes value = {0};

    return json_text_find(object, name, &value) > 0 && !bytes_equal_string(value, "null");
}

/* When they expire: text, or at SSO a number of milliseconds. */
static bool read_expiration(struct bytes object, enum credentials_json_kind kind,
                            int64_t *ret_unix_ms)
{
    const char *name = names_of[kind].expiration;
    char word[CREDENTIALS_JSON_WORD_SIZE];
    struct bytes value = {0};

    *ret_unix_ms = -1;
    if (!has(object, name)) {
        return true;
    }
    if (kind == CREDENTIALS_JSON_SSO) {
        return json_text_find(object, name, &value) == 1 && decimal_to_int64(value, ret_unix_ms) &&
               *ret_unix_ms >= 0;
    }
    return credentials_json_word(object, name, word) &&
           timestamp_parse(bytes_from_string(word), ret_unix_ms);
}

/* What the text says of itself. */
static ddblock_status check_head(struct bytes object, enum credentials_json_kind kind,
                                 const char *source, ddblock_error *error)
{
    struct bytes version = {0};
    char code[CREDENTIALS_JSON_WORD_SIZE];
    char escaped[CREDENTIALS_JSON_WORD_SIZE];

    if (kind == CREDENTIALS_JSON_PROCESS &&
        (json_text_find(object, "Version", &version) != 1 || !bytes_equal_string(version, "1"))) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "the output of %s does not say \"Version\": 1", source);
    }
    if (kind == CREDENTIALS_JSON_METADATA && credentials_json_word(object, "Code", code) &&
        strcmp(code, "Success") != 0) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "instead of credentials %s gave the code %s", source,
                          text_escape(escaped, sizeof(escaped), bytes_from_string(code)));
    }
    return DDBLOCK_OK;
}

/* The texts of one object. */
struct texts {
    struct buffer id;
    struct buffer secret;
    struct buffer token;
    char account[CREDENTIALS_JSON_WORD_SIZE]; /* empty: none */
    int64_t expires_unix_ms;
};

/* Names the first that is missing or cannot be used; NULL: none. What is wrong with them beyond
 * that credentials_create() says. */
static const char *read_texts(struct bytes object, enum credentials_json_kind kind,
                              struct texts *texts)
{
    const struct names *names = &names_of[kind];

    if (!credentials_json_string(object, names->id, &texts->id)) {
        return names->id;
    }
    if (!credentials_json_string(object, names->secret, &texts->secret)) {
        return names->secret;
    }
    if (has(object, names->token) &&
        !credentials_json_string(object, names->token, &texts->token)) {
        return names->token;
    }
    if (!read_expiration(object, kind, &texts->expires_unix_ms)) {
        return names->expiration;
    }
    if (has(object, names->account) &&
        !credentials_json_word(object, names->account, texts->account)) {
        return names->account;
    }
    return NULL;
}

static const char *text_or_null(const struct buffer *text)
{
    return text->size > 0 ? buffer_string(text) : NULL;
}

static ddblock_status make(const struct texts *texts, const char *source,
                           struct credentials **ret_credentials, ddblock_error *error)
{
    struct credentials *credentials = NULL;
    ddblock_status status =
        credentials_create(buffer_string(&texts->id), buffer_string(&texts->secret),
                           text_or_null(&texts->token), source, &credentials, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    credentials->expires_unix_ms = texts->expires_unix_ms;
    status = credentials_set_account(credentials, texts->account[0] != '\0' ? texts->account : NULL,
                                     error);
    if (status != DDBLOCK_OK) {
        credentials_destroy(credentials);
        return status;
    }
    *ret_credentials = credentials;
    return DDBLOCK_OK;
}

static ddblock_status read_object(struct bytes object, enum credentials_json_kind kind,
                                  const char *source, struct credentials **ret_credentials,
                                  ddblock_error *error)
{
    struct texts texts = {0};
    const char *wrong;
    ddblock_status status = check_head(object, kind, source, error);

    if (status != DDBLOCK_OK) {
        return status;
    }
    buffer_init(&texts.id, CREDENTIALS_ID_SIZE_MAX);
    buffer_init(&texts.secret, CREDENTIALS_SECRET_SIZE_MAX);
    buffer_init(&texts.token, CREDENTIALS_TOKEN_SIZE_MAX);
    wrong = read_texts(object, kind, &texts);
    if (!buffer_ok(&texts.id) || !buffer_ok(&texts.secret) || !buffer_ok(&texts.token)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    } else if (wrong != NULL) {
        status = status_set(error, DDBLOCK_NO_CREDENTIALS,
                            "what came from %s has no well-formed %s", source, wrong);
    } else {
        status = make(&texts, source, ret_credentials, error);
    }
    buffer_finish(&texts.id);
    buffer_finish(&texts.secret);
    buffer_finish(&texts.token);
    return status;
}

ddblock_status credentials_json_read(struct bytes text, enum credentials_json_kind kind,
                                     const char *source, struct credentials **ret_credentials,
                                     ddblock_error *error)
{
    struct bytes object = text;
    bool ok = json_text_is_valid(text);

    if (ok && kind == CREDENTIALS_JSON_SSO) {
        ok = json_text_find(text, "roleCredentials", &object) == 1;
    }
    if (!ok || !json_text_is_object(object)) {
        return status_set(error, DDBLOCK_NO_CREDENTIALS,
                          "what came from %s is not the JSON of credentials", source);
    }
    return read_object(object, kind, source, ret_credentials, error);
}
