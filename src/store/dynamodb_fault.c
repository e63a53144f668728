/* dynamodb_fault.c - what an error of DynamoDB's means. */
#include "store/dynamodb_fault.h"

#include <stdio.h>

#include "base/status.h"
#include "base/text.h"

/* What may help. */
enum remedy {
    NONE,
    CLOCK, /* a corrected date, as the AWS SDKs have it */
    KEYS,  /* other keys */
};

/* Two names of 64 bytes with their types. */
enum { KEYS_SIZE = 160 };

/* One such name with its option, its type and a space. */
enum { KEY_OPTION_SIZE = 96 };

struct fault {
    const char *code;
    ddblock_status status;
    enum remedy remedy;
};

/* The codes of "Error handling with DynamoDB" and of "Common errors" in AWS's API references, with
 * and without the ending under which services send them. A code that is not here is
 * DDBLOCK_INVALID: "an HTTP 400 status code indicates a problem with your request". */
static const struct fault FAULTS[] = {
    {"ProvisionedThroughputExceededException", DDBLOCK_THROTTLED, NONE},
    {"ThrottlingException", DDBLOCK_THROTTLED, NONE},
    {"Throttling", DDBLOCK_THROTTLED, NONE},
    {"RequestLimitExceeded", DDBLOCK_THROTTLED, NONE},
    {"LimitExceededException", DDBLOCK_THROTTLED, NONE},
    {"TransactionInProgressException", DDBLOCK_THROTTLED, NONE},
    /* It met a transaction, with a fence of this lock say, which is over in a moment: no reason to
     * wait as long as for capacity. */
    {"TransactionConflictException", DDBLOCK_UNAVAILABLE, NONE},
    {"ReplicatedWriteConflictException", DDBLOCK_THROTTLED, NONE},
    {"ResourceInUseException", DDBLOCK_UNAVAILABLE, NONE},
    {"ResourceNotFoundException", DDBLOCK_NO_TABLE, NONE},
    {"AccessDeniedException", DDBLOCK_DENIED, CLOCK},
    {"AccessDenied", DDBLOCK_DENIED, CLOCK},
    {"AuthFailure", DDBLOCK_DENIED, CLOCK},
    {"UnrecognizedClientException", DDBLOCK_DENIED, KEYS},
    {"InvalidClientTokenId", DDBLOCK_DENIED, KEYS},
    {"ExpiredTokenException", DDBLOCK_DENIED, KEYS},
    {"ExpiredToken", DDBLOCK_DENIED, KEYS},
    {"InvalidSignatureException", DDBLOCK_DENIED, CLOCK},
    {"SignatureDoesNotMatch", DDBLOCK_DENIED, CLOCK},
    {"RequestTimeTooSkewed", DDBLOCK_DENIED, CLOCK},
    {"RequestInTheFuture", DDBLOCK_DENIED, CLOCK},
    {"RequestExpired", DDBLOCK_DENIED, CLOCK},
    {"IncompleteSignatureException", DDBLOCK_DENIED, NONE},
    {"IncompleteSignature", DDBLOCK_DENIED, NONE},
    {"MissingAuthenticationTokenException", DDBLOCK_DENIED, NONE},
    {"MissingAuthenticationToken", DDBLOCK_DENIED, NONE},
    {"NotAuthorized", DDBLOCK_DENIED, NONE},
    {"OptInRequired", DDBLOCK_DENIED, NONE},
};

/* In the messages of a ValidationException that is about the keys. The number of conditions is
 * what DynamoDB Local and dynalite say. */
static const char *const KEY_FAULTS[] = {
    "provided key element does not match the schema",
    "Type mismatch for key",
    "One of the required keys was not given a value",
    "Missing the key",
    "number of conditions on the keys is invalid",
    "Condition parameter type does not match schema type",
    "Query condition missed key schema element",
    "Query key condition not supported",
    "provided starting key is",
};

static const struct fault *fault_find(const char *code)
{
    for (size_t i = 0; i < sizeof(FAULTS) / sizeof(FAULTS[0]); i++) {
        if (strcmp(code, FAULTS[i].code) == 0) {
            return &FAULTS[i];
        }
    }
    return NULL;
}

bool dynamodb_fault_is_refusal(const struct dynamodb_reply *reply)
{
    return strcmp(reply->code, "ConditionalCheckFailedException") == 0;
}

bool dynamodb_fault_may_be_clock(const struct dynamodb_reply *reply)
{
    const struct fault *fault = fault_find(reply->code);

    return fault != NULL && fault->remedy == CLOCK;
}

bool dynamodb_fault_is_keys(const struct dynamodb_reply *reply)
{
    const struct fault *fault = fault_find(reply->code);

    return fault != NULL && fault->remedy == KEYS;
}

static bool is_about_keys(const struct dynamodb_reply *reply)
{
    if (strcmp(reply->code, "ValidationException") != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(KEY_FAULTS) / sizeof(KEY_FAULTS[0]); i++) {
        if (strstr(reply->message, KEY_FAULTS[i]) != NULL) {
            return true;
        }
    }
    return false;
}

const char *dynamodb_table_arn(const struct dynamodb_table *table,
                               const struct aws_description *aws, char target[DYNAMODB_ARN_SIZE])
{
    if (strncmp(table->name, "arn:", 4) == 0) {
        text_copy(target, DYNAMODB_ARN_SIZE, bytes_from_string(table->name));
    } else {
        (void)snprintf(target, DYNAMODB_ARN_SIZE, "arn:%s:dynamodb:%s:%s:table/%.255s",
                       aws->partition, aws->region, aws->account_id != NULL ? aws->account_id : "*",
                       table->name);
    }
    return target;
}

/* A signature error of AWS's can quote the request as it was to be signed, and with it the
 * session token: its words are not passed on. */
static bool is_about_signature(const char *code)
{
    return strstr(code, "Signature") != NULL;
}

/* Keys that AWS does not take, or a signature. */
static ddblock_status explain_identity(const char *code, const struct dynamodb_scene *scene,
                                       ddblock_error *error)
{
    const char *keys = scene->aws.keys_from != NULL ? scene->aws.keys_from : "nowhere";

    if (strstr(code, "ExpiredToken") != NULL) {
        return status_set(error, DDBLOCK_DENIED,
                          "the keys from %s have expired, so DynamoDB denies %s on table \"%s\": "
                          "get new ones there",
                          keys, scene->operation, scene->table->name);
    }
    if (is_about_signature(code)) {
        return status_set(error, DDBLOCK_DENIED,
                          "DynamoDB denies %s on table \"%s\" (%s): is the secret access key from "
                          "%s, the region %s or this machine's clock wrong?",
                          scene->operation, scene->table->name, code, keys, scene->aws.region);
    }
    return status_set(error, DDBLOCK_DENIED,
                      "DynamoDB does not know the access key from %s (%s at %s on table \"%s\"): "
                      "was it deleted, is its session token missing, or is it of another "
                      "partition than region %s?",
                      keys, code, scene->operation, scene->table->name, scene->aws.region);
}

/* Says which action on which table was denied, and what would allow it, as whoever grants
 * permissions must know. AWS's words come last: they are cut where there is no room. */
static ddblock_status explain_denial(const char *code, const char *words,
                                     const struct dynamodb_scene *scene, ddblock_error *error)
{
    char arn[DYNAMODB_ARN_SIZE];

    (void)dynamodb_table_arn(scene->table, &scene->aws, arn);
    if (strstr(words, "explicit deny") != NULL) {
        return status_set(error, DDBLOCK_DENIED,
                          "a policy denies dynamodb:%s on %s explicitly: take that away (%s: %s)",
                          scene->operation, arn, code, words);
    }
    return status_set(error, DDBLOCK_DENIED,
                      "DynamoDB denies %s on table \"%s\"; this would allow it: "
                      "{\"Effect\":\"Allow\",\"Action\":\"dynamodb:%s\",\"Resource\":\"%s\"} "
                      "(%s: %s)",
                      scene->operation, scene->table->name, scene->operation, arn, code, words);
}

/* Writes keys as people name them: "id" (S) and "range" (N), or "id" alone. */
static void name_keys(const char *partition, char partition_type, const char *sort, char sort_type,
                      char *target, size_t size)
{
    char escaped[2][64];
    char types[2][8] = {"", ""};

    (void)text_escape(escaped[0], sizeof(escaped[0]), bytes_from_string(partition));
    (void)text_escape(escaped[1], sizeof(escaped[1]), bytes_from_string(sort));
    if (partition_type != 0) {
        (void)snprintf(types[0], sizeof(types[0]), " (%c)", partition_type);
    }
    if (sort_type != 0) {
        (void)snprintf(types[1], sizeof(types[1]), " (%c)", sort_type);
    }
    if (sort[0] != '\0') {
        (void)snprintf(target, size, "\"%s\"%s and \"%s\"%s", escaped[0], types[0], escaped[1],
                       types[1]);
    } else {
        (void)snprintf(target, size, "\"%s\"%s alone", escaped[0], types[0]);
    }
}

ddblock_status dynamodb_fault_explain_keys(const struct dynamodb_table *table,
                                           const struct table_description *description,
                                           char partition_type, char sort_type,
                                           ddblock_error *error)
{
    char there[KEYS_SIZE];
    char here[KEYS_SIZE];

    name_keys(description->partition.name, description->partition.type, description->sort.name,
              description->sort.type, there, sizeof(there));
    name_keys(table->partition_key, partition_type, table->sort_key, sort_type, here, sizeof(here));
    return status_set(error, DDBLOCK_WRONG_SCHEMA,
                      "table \"%s\" has the keys %s, but asked for is %s: name those of the table "
                      "(--partition-key NAME:TYPE, --sort-key NAME:TYPE), or take another table",
                      table->name, there, here);
}

static ddblock_status explain_keys(const char *words, const struct dynamodb_scene *scene,
                                   ddblock_error *error)
{
    const struct dynamodb_table *table = scene->table;
    char here[KEYS_SIZE];

    name_keys(table->partition_key, 0, table->sort_key, 0, here, sizeof(here));
    return status_set(error, DDBLOCK_WRONG_SCHEMA,
                      "%s: the keys of table \"%s\" are not %s with the types of the lock's id: %s",
                      scene->operation, table->name, here, words);
}

/* Writes an option of "ddblock table create" that names a key, and a space: for a type that is not
 * the tool's default too, so that the table takes the locks that were asked for. */
static void key_option(const char *option, const char *name, char type,
                       char target[KEY_OPTION_SIZE])
{
    char escaped[64];
    char suffix[3] = "";

    (void)text_escape(escaped, sizeof(escaped), bytes_from_string(name));
    if (type == DDBLOCK_KEY_NUMBER || type == DDBLOCK_KEY_BINARY) {
        (void)snprintf(suffix, sizeof(suffix), ":%c", type);
    }
    (void)snprintf(target, KEY_OPTION_SIZE, "%s %s%s ", option, escaped, suffix);
}

/* With the options that make the table where it was looked for, with the keys asked for. */
static ddblock_status explain_no_table(const struct dynamodb_scene *scene, ddblock_error *error)
{
    const struct dynamodb_table *table = scene->table;
    char partition_key[KEY_OPTION_SIZE] = "";
    char sort_key[KEY_OPTION_SIZE] = "";

    if (strcmp(table->partition_key, "id") != 0 || scene->partition_type == DDBLOCK_KEY_NUMBER ||
        scene->partition_type == DDBLOCK_KEY_BINARY) {
        key_option("--partition-key", table->partition_key, scene->partition_type, partition_key);
    }
    if (table->sort_key[0] != '\0') {
        key_option("--sort-key", table->sort_key, scene->sort_type, sort_key);
    }
    return status_set(error, DDBLOCK_NO_TABLE,
                      "there is no table \"%s\" at this endpoint, region %s; "
                      "'ddblock table create --region %s %s%s%s' makes it",
                      table->name, scene->aws.region, scene->aws.region, partition_key, sort_key,
                      table->name);
}

ddblock_status dynamodb_fault_explain(const struct dynamodb_reply *reply,
                                      const struct dynamodb_scene *scene, ddblock_error *error)
{
    const struct fault *fault = fault_find(reply->code);
    ddblock_status status = fault != NULL ? fault->status : DDBLOCK_INVALID;
    const char *table = scene->table->name;
    char code[64];
    char words[256];

    text_escape(code, sizeof(code), bytes_from_string(reply->code));
    text_escape(words, sizeof(words), bytes_from_string(reply->message));
    if (is_about_keys(reply)) {
        return explain_keys(words, scene, error);
    }
    switch (status) {
    case DDBLOCK_THROTTLED:
        return status_set(error, status,
                          "DynamoDB asks for fewer requests (%s at %s on table \"%s\"): give the "
                          "table more capacity, or on-demand billing",
                          code, scene->operation, table);
    case DDBLOCK_DENIED:
        return fault->remedy == KEYS || is_about_signature(code)
                   ? explain_identity(code, scene, error)
                   : explain_denial(code, words, scene, error);
    case DDBLOCK_NO_TABLE:
        return explain_no_table(scene, error);
    case DDBLOCK_UNAVAILABLE:
        return status_set(error, status, "table \"%s\" is not ready for %s: %s", table,
                          scene->operation, words);
    default:
        return status_set(error, status, "DynamoDB refuses %s on table \"%s\" (%s): %s",
                          scene->operation, table, code, words);
    }
}
