/* outcome_fuzz.c - any bytes as DynamoDB's reply to a request about a lock. The first four choose
 * the request, the HTTP status, what the headers said and what is known of the clock. */
#include "fuzz.h"

#include "store/dynamodb_outcome.h"
#include "wire/json_text.h"

/* All requests but a list, which page_fuzz.c has. */
static const enum request_kind kinds[] = {
    REQUEST_ACQUIRE,        REQUEST_TAKE_OVER,   REQUEST_RENEW,       REQUEST_RELEASE,
    REQUEST_ACQUIRE_CLOSED, REQUEST_READ,        REQUEST_READ_LATEST, REQUEST_RELEASE_CLOSED,
    REQUEST_BREAK,          REQUEST_BREAK_CLOSED};

static const int statuses[] = {200, 400, 413, 500, 503, 204, 301, 499};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), STATUSES = sizeof(statuses) / sizeof(int) };

static const struct dynamodb_table table = {.name = "locks", .partition_key = "id"};

/* A record never says more than a lock can. */
static void check_record(const struct record *record)
{
    assert((record->kind == RECORD_BAD) == (record->defect != NULL));
    assert(record->acquired_time_unix_ms >= -1);
    assert(memchr(record->owner, '\0', sizeof(record->owner)) != NULL);
    assert(record->guid.size <= GUID_FOREIGN_SIZE_MAX);
    if (record->kind == RECORD_FAIL_OPEN) {
        assert(record->token >= 1 && record->token <= TOKEN_MAX && record->guid.type != 0);
    }
}

/* Applied only with a 200 to a write, refused only with the one code that says so to a write; a
 * write is in doubt wherever the body is not DynamoDB's. */
static void check_outcome(const struct dynamodb_question *question, const struct http_reply *http,
                          const struct outcome *outcome, const char *message)
{
    bool is_write = request_is_write(question->kind);
    bool is_json = json_text_is_valid(http->body) && json_text_is_object(http->body);
    struct dynamodb_reply answer = {0};

    switch (outcome->kind) {
    case OUTCOME_APPLIED:
        assert(is_write && http->status == 200 && is_json && http->crc32 < 0);
        assert(outcome->token <= TOKEN_MAX);
        break;
    case OUTCOME_FOUND:
        assert(!is_write && http->status == 200 && is_json && http->crc32 < 0);
        check_record(&outcome->record);
        break;
    case OUTCOME_REFUSED:
        assert(is_write && http->status >= 400 && http->status < 500 && is_json);
        assert(dynamodb_reply_read(http->body, &answer) && dynamodb_fault_is_refusal(&answer));
        check_record(&outcome->record);
        break;
    case OUTCOME_IN_DOUBT:
        assert(is_write && outcome->status == DDBLOCK_UNAVAILABLE && message[0] != '\0');
        break;
    case OUTCOME_FAILED:
        assert(outcome->status != DDBLOCK_OK && message[0] != '\0');
        assert(!is_write || (http->status >= 400 && http->status < 500 && is_json));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_from(data, size);
    struct dynamodb_question question = {
        .kind = kinds[fuzz_take(&input) % KINDS],
        .scene = {.table = &table,
                  .aws = {.partition = "aws", .region = "eu-west-1", .keys_from = "a test"}}};
    struct http_reply http = {.result = HTTP_REPLIED,
                              .status = statuses[fuzz_take(&input) % STATUSES]};
    uint8_t headers = fuzz_take(&input);
    struct store_reply reply;

    /* An odd one has a checksum that is not the body's (but for a chance of 2^-32 and for none). */
    http.crc32 = headers % 2 != 0 ? INT64_C(0xDEADBEEF) : -1;
    http.retry_after_ms = headers >= 0x80 ? headers : -1;
    question.clock_corrected = fuzz_take(&input) % 2 != 0;
    http.body = input;
    memset(&reply, 0xA5, sizeof(reply));
    dynamodb_outcome_read(&question, &http, &reply);
    assert(memchr(reply.message, '\0', sizeof(reply.message)) != NULL);
    check_outcome(&question, &http, &reply.outcome, reply.message);
    return 0;
}
