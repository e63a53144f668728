/* dynamodb_fault.c - what an error of DynamoDB's means. */
#include "store/dynamodb_fault.h"

#include "base/status.h"
#include "base/text.h"

struct fault {
    const char *code;
    ddblock_status status;
    bool may_be_clock; /* as the AWS SDKs have it: then a corrected date may help */
};

/* The codes of "Error handling with DynamoDB" and of "Common errors" in AWS's API references, with
 * and without the ending under which services send them. A code that is not here is
 * DDBLOCK_INVALID: "an HTTP 400 status code indicates a problem with your request". */
static const struct fault FAULTS[] = {
    {"ProvisionedThroughputExceededException", DDBLOCK_THROTTLED, false},
    {"ThrottlingException", DDBLOCK_THROTTLED, false},
    {"Throttling", DDBLOCK_THROTTLED, false},
    {"RequestLimitExceeded", DDBLOCK_THROTTLED, false},
    {"LimitExceededException", DDBLOCK_THROTTLED, false},
    {"TransactionInProgressException", DDBLOCK_THROTTLED, false},
    {"TransactionConflictException", DDBLOCK_THROTTLED, false},
    {"ReplicatedWriteConflictException", DDBLOCK_THROTTLED, false},
    {"ResourceInUseException", DDBLOCK_UNAVAILABLE, false},
    {"ResourceNotFoundException", DDBLOCK_NO_TABLE, false},
    {"AccessDeniedException", DDBLOCK_DENIED, true},
    {"AccessDenied", DDBLOCK_DENIED, true},
    {"AuthFailure", DDBLOCK_DENIED, true},
    {"UnrecognizedClientException", DDBLOCK_DENIED, false},
    {"InvalidClientTokenId", DDBLOCK_DENIED, false},
    {"ExpiredTokenException", DDBLOCK_DENIED, false},
    {"ExpiredToken", DDBLOCK_DENIED, false},
    {"InvalidSignatureException", DDBLOCK_DENIED, true},
    {"SignatureDoesNotMatch", DDBLOCK_DENIED, true},
    {"RequestTimeTooSkewed", DDBLOCK_DENIED, true},
    {"RequestInTheFuture", DDBLOCK_DENIED, true},
    {"RequestExpired", DDBLOCK_DENIED, true},
    {"IncompleteSignatureException", DDBLOCK_DENIED, false},
    {"IncompleteSignature", DDBLOCK_DENIED, false},
    {"MissingAuthenticationTokenException", DDBLOCK_DENIED, false},
    {"MissingAuthenticationToken", DDBLOCK_DENIED, false},
    {"NotAuthorized", DDBLOCK_DENIED, false},
    {"OptInRequired", DDBLOCK_DENIED, false},
};

/* In the messages of a ValidationException that is about the keys. The number of conditions is
 * what DynamoDB Local and dynalite say. */
static const char *const KEY_FAULTS[] = {
    "provided key element does not match the schema", "Type mismatch for key",
    "One of the required keys was not given a value", "Missing the key",
    "number of conditions on the keys is invalid",
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

    return fault != NULL && fault->may_be_clock;
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

/* A signature error of AWS's can quote the request as it was to be signed, and with it the
 * session token: its words are not passed on. */
static bool is_about_signature(const char *code)
{
    return strstr(code, "Signature") != NULL;
}

/* Says which action on which table was denied, as whoever grants permissions must know. */
static ddblock_status explain_denial(const char *code, const char *words, const char *operation,
                                     const struct dynamodb_table *table, ddblock_error *error)
{
    if (strstr(code, "ExpiredToken") != NULL) {
        return status_set(error, DDBLOCK_DENIED,
                          "the session token has expired, so DynamoDB denies %s on table \"%s\"",
                          operation, table->name);
    }
    if (is_about_signature(code)) {
        return status_set(error, DDBLOCK_DENIED,
                          "DynamoDB denies %s on table \"%s\" (%s): is the secret access key, "
                          "the region or this machine's clock wrong?",
                          operation, table->name, code);
    }
    return status_set(error, DDBLOCK_DENIED, "DynamoDB denies %s on table \"%s\" (%s): %s",
                      operation, table->name, code, words);
}

static ddblock_status explain_keys(const char *words, const char *operation,
                                   const struct dynamodb_table *table, ddblock_error *error)
{
    char partition_key[64];
    char sort_key[64];

    text_escape(partition_key, sizeof(partition_key), bytes_from_string(table->partition_key));
    text_escape(sort_key, sizeof(sort_key), bytes_from_string(table->sort_key));
    return status_set(error, DDBLOCK_WRONG_SCHEMA,
                      "%s: the keys of table \"%s\" are not \"%s\"%s%s%s with the types of the "
                      "lock's id: %s",
                      operation, table->name, partition_key,
                      dynamodb_table_has_sort_key(table) ? " and \"" : "", sort_key,
                      dynamodb_table_has_sort_key(table) ? "\"" : " alone", words);
}

ddblock_status dynamodb_fault_explain(const struct dynamodb_reply *reply, const char *operation,
                                      const struct dynamodb_table *table, ddblock_error *error)
{
    const struct fault *fault = fault_find(reply->code);
    ddblock_status status = fault != NULL ? fault->status : DDBLOCK_INVALID;
    char code[64];
    char words[256];

    text_escape(code, sizeof(code), bytes_from_string(reply->code));
    text_escape(words, sizeof(words), bytes_from_string(reply->message));
    if (is_about_keys(reply)) {
        return explain_keys(words, operation, table, error);
    }
    switch (status) {
    case DDBLOCK_THROTTLED:
        return status_set(error, status,
                          "DynamoDB asks for fewer requests (%s at %s on table \"%s\")", code,
                          operation, table->name);
    case DDBLOCK_DENIED:
        return explain_denial(code, words, operation, table, error);
    case DDBLOCK_NO_TABLE:
        return status_set(error, status,
                          "there is no table \"%s\" at this endpoint; "
                          "'ddblock table create %s' makes it",
                          table->name, table->name);
    case DDBLOCK_UNAVAILABLE:
        return status_set(error, status, "table \"%s\" is not ready for %s: %s", table->name,
                          operation, words);
    default:
        return status_set(error, status, "DynamoDB refuses %s on table \"%s\" (%s): %s", operation,
                          table->name, code, words);
    }
}
