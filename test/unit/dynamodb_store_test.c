/* dynamodb_store_test.c - the DynamoDB store over a fake HTTP client: what it sends for each
 * transition, and what it makes of each answer. */
#include "support/testing.h"

#include <jansson.h>

#include "base/clock.h"
#include "base/status.h"
#include "store/dynamodb.h"
#include "support/fake_environment.h"
#include "support/fake_http.h"
#include "support/fake_source.h"
#include "wire/base64.h"
#include "wire/crc32.h"

enum { CAPACITY = 4, WALL_MS = 1234567890 };

struct world {
    struct fake_http *http;
    struct store *store;
    struct lock_id id;
    struct page page;
    struct request ask;
};

static ddblock_dynamodb_options any_options(void)
{
    ddblock_dynamodb_options options;

    ddblock_dynamodb_options_init(&options);
    options.lock_table = "locks";
    options.region = "eu-west-1";
    options.endpoint = "http://localhost:1";
    options.access_key_id = "AKID";
    options.secret_access_key = "secret";
    return options;
}

static struct lock_key key_from(char type, const char *text)
{
    return (struct lock_key){(ddblock_key_type)type, bytes_from_string(text)};
}

/* The store of a table; sort_key may be NULL. */
static void world_open(struct world *w, const char *sort_key)
{
    ddblock_dynamodb_options options = any_options();
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};
    struct dynamodb_link link = {0};
    ddblock_error error = {0};

    *w = (struct world){.http = fake_http_create()};
    options.sort_key = sort_key;
    assert_int_equal(dynamodb_options_read(&options, &checked, &table, &error), DDBLOCK_OK);
    assert_int_equal(aws_session_open(&checked, &link.session, &error), DDBLOCK_OK);
    link.client = &w->http->client;
    assert_int_equal(dynamodb_store_create(&table, &link, CAPACITY, &w->store, &error), DDBLOCK_OK);
    assert_true(page_init(&w->page, 10));
    w->id.partition = key_from('S', "a \"lock\"");
}

static void world_close(struct world *w)
{
    store_destroy(w->store, false);
    page_finish(&w->page);
}

/* The store of a table whose keys come from a source. */
static void world_open_on(struct world *w, struct fake_source *source)
{
    ddblock_dynamodb_options options = any_options();
    ddblock_dynamodb_options checked = {0};
    struct dynamodb_table table = {0};
    struct dynamodb_link link = {0};

    *w = (struct world){.http = fake_http_create()};
    options.access_key_id = NULL;
    options.secret_access_key = NULL;
    assert_int_equal(dynamodb_options_read(&options, &checked, &table, NULL), DDBLOCK_OK);
    assert_int_equal(aws_session_open_in(&checked, FAKE_ENVIRONMENT(NULL), fake_source_base(source),
                                         &link.session, NULL),
                     DDBLOCK_OK);
    link.client = &w->http->client;
    assert_int_equal(dynamodb_store_create(&table, &link, CAPACITY, &w->store, NULL), DDBLOCK_OK);
    w->id.partition = key_from('S', "a \"lock\"");
}

/* The guid of sixty-four times the byte. */
static struct guid guid_of(int byte)
{
    struct guid guid;

    memset(guid.bytes, byte, sizeof(guid.bytes));
    return guid;
}

/* A request that has something in every field, so that what is sent by mistake shows. */
static struct request request_of(enum request_kind kind)
{
    struct request ask = {
        .kind = kind,
        .fresh = guid_of(1),
        .mine = {guid_of(2), guid_of(3)},
        .mine_count = 2,
        .observed = {.type = 'S', .size = 3, .bytes = "abc"},
        .observed_token = 41,
        .lease_ms = 10000,
        .wall_ms = WALL_MS,
        .give_up_at = {12345},
    };

    return ask;
}

static void world_submit(struct world *w, uint64_t tag, enum request_kind kind)
{
    struct store_request request = {.tag = tag, .id = &w->id, .owner = "ow\xC3\xBCner"};

    w->ask = request_of(kind);
    request.ask = &w->ask;
    request.page = &w->page;
    store_submit(w->store, &request);
}

/* JSON from a text with ' for ", and $1 for guid_of(1) in base64. */
static json_t *json_from(const char *quoted)
{
    struct buffer text;
    json_t *json;

    buffer_init(&text, 8192);
    for (const char *c = quoted; *c != '\0'; c++) {
        if (*c == '$') {
            struct guid guid = guid_of(*++c - '0');

            base64_append(&text, bytes_from(guid.bytes, sizeof(guid.bytes)));
        } else {
            buffer_append(&text, bytes_from(*c == '\'' ? "\"" : c, 1));
        }
    }
    json = json_loads(buffer_string(&text), 0, NULL);
    if (json == NULL) {
        fail_msg("no JSON: %s", buffer_string(&text));
    }
    buffer_finish(&text);
    return json;
}

static void assert_sent(const struct world *w, size_t index, const char *operation,
                        const char *quoted)
{
    const struct fake_request *sent = &w->http->sent[index];
    json_t *expected = json_from(quoted);
    json_t *body = json_loads(sent->body, 0, NULL);
    char target[64];

    (void)snprintf(target, sizeof(target), "DynamoDB_20120810.%s", operation);
    assert_string_equal(sent->target, target);
    assert_int_equal(sent->give_up_at.ns, 12345);
    assert_non_null(body);
    if (!json_equal(expected, body)) {
        fail_msg("sent: %s", sent->body);
    }
    json_decref(expected);
    json_decref(body);
}

/* Sends one request of that kind and compares. */
static void assert_request(enum request_kind kind, const char *operation, const char *quoted)
{
    struct world w;

    world_open(&w, NULL);
    world_submit(&w, 7, kind);
    assert_int_equal(w.http->sent_count, 1);
    assert_sent(&w, 0, operation, quoted);
    world_close(&w);
}

#define TABLE            "'TableName':'locks'"
#define KEY              "'Key':{'id':{'S':'a \\'lock\\''}}"
#define REFUSE_WITH_ITEM "'ReturnValuesOnConditionCheckFailure':'ALL_OLD'"

static void acquire(void **state)
{
    (void)state;
    assert_request(REQUEST_ACQUIRE, "UpdateItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ",'ReturnValues':'UPDATED_NEW',"
                   "'ConditionExpression':'attribute_not_exists(#pk) OR "
                   "(#lease <= :released AND #token BETWEEN :zero AND :max)',"
                   "'UpdateExpression':'SET #token = if_not_exists(#token, :zero) + :one, "
                   "#guid = :guid, #owner = :owner, #lease = :lease, #time = :time',"
                   "'ExpressionAttributeNames':{'#pk':'id','#token':'fencingToken',"
                   "'#lease':'leaseDurationMs','#time':'lockAcquiredTimeUnixMs',"
                   "'#owner':'owner','#guid':'guid'},"
                   "'ExpressionAttributeValues':{':zero':{'N':'0'},':one':{'N':'1'},"
                   "':max':{'N':'9007199254740990'},':released':{'N':'1'},"
                   "':lease':{'N':'10000'},':time':{'N':'1234567890'},"
                   "':guid':{'B':'$1'},':owner':{'S':'ow\xC3\xBCner'}}}");
}

static void take_over(void **state)
{
    (void)state;
    assert_request(REQUEST_TAKE_OVER, "UpdateItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ",'ReturnValues':'UPDATED_NEW',"
                   "'ConditionExpression':'#guid = :seen AND #token = :token',"
                   "'UpdateExpression':'SET #token = :next, "
                   "#guid = :guid, #owner = :owner, #lease = :lease, #time = :time',"
                   "'ExpressionAttributeNames':{'#token':'fencingToken',"
                   "'#lease':'leaseDurationMs','#time':'lockAcquiredTimeUnixMs',"
                   "'#owner':'owner','#guid':'guid'},"
                   "'ExpressionAttributeValues':{':token':{'N':'41'},':next':{'N':'42'},"
                   "':seen':{'S':'abc'},':lease':{'N':'10000'},':time':{'N':'1234567890'},"
                   "':guid':{'B':'$1'},':owner':{'S':'ow\xC3\xBCner'}}}");
}

static void renew(void **state)
{
    (void)state;
    assert_request(REQUEST_RENEW, "UpdateItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                   "'ConditionExpression':'#guid IN (:mine0, :mine1) AND #lease > :released',"
                   "'UpdateExpression':'SET #guid = :guid, #time = :time',"
                   "'ExpressionAttributeNames':{'#lease':'leaseDurationMs',"
                   "'#time':'lockAcquiredTimeUnixMs','#guid':'guid'},"
                   "'ExpressionAttributeValues':{':mine0':{'B':'$2'},':mine1':{'B':'$3'},"
                   "':released':{'N':'1'},':time':{'N':'1234567890'},':guid':{'B':'$1'}}}");
}

static void release(void **state)
{
    (void)state;
    assert_request(REQUEST_RELEASE, "UpdateItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                   "'ConditionExpression':'#guid IN (:mine0, :mine1)',"
                   "'UpdateExpression':'SET #lease = :released, #time = :time',"
                   "'ExpressionAttributeNames':{'#lease':'leaseDurationMs',"
                   "'#time':'lockAcquiredTimeUnixMs','#guid':'guid'},"
                   "'ExpressionAttributeValues':{':mine0':{'B':'$2'},':mine1':{'B':'$3'},"
                   "':released':{'N':'1'},':time':{'N':'1234567890'}}}");
}

static void acquire_closed(void **state)
{
    (void)state;
    assert_request(REQUEST_ACQUIRE_CLOSED, "PutItem",
                   "{" TABLE "," REFUSE_WITH_ITEM ","
                   "'Item':{'id':{'S':'a \\'lock\\''},'owner':{'S':'ow\xC3\xBCner'},"
                   "'guid':{'B':'$1'}},"
                   "'ConditionExpression':'attribute_not_exists(#pk)',"
                   "'ExpressionAttributeNames':{'#pk':'id'}}");
}

static void release_closed(void **state)
{
    (void)state;
    assert_request(REQUEST_RELEASE_CLOSED, "DeleteItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                   "'ConditionExpression':'#guid IN (:mine0, :mine1)',"
                   "'ExpressionAttributeNames':{'#guid':'guid'},"
                   "'ExpressionAttributeValues':{':mine0':{'B':'$2'},':mine1':{'B':'$3'}}}");
}

static void reads(void **state)
{
    (void)state;
    assert_request(REQUEST_READ, "GetItem", "{" TABLE "," KEY ",'ConsistentRead':false}");
    assert_request(REQUEST_READ_LATEST, "GetItem", "{" TABLE "," KEY ",'ConsistentRead':true}");
}

static void break_open(void **state)
{
    (void)state;
    assert_request(REQUEST_BREAK, "UpdateItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                   "'ConditionExpression':'#guid = :seen AND #token = :token',"
                   "'UpdateExpression':'SET #lease = :released, #guid = :guid, #time = :time',"
                   "'ExpressionAttributeNames':{'#lease':'leaseDurationMs',"
                   "'#token':'fencingToken','#time':'lockAcquiredTimeUnixMs','#guid':'guid'},"
                   "'ExpressionAttributeValues':{':seen':{'S':'abc'},':token':{'N':'41'},"
                   "':released':{'N':'1'},':time':{'N':'1234567890'},':guid':{'B':'$1'}}}");
}

static void break_closed(void **state)
{
    struct world w;
    struct store_request request = {.tag = 1, .id = &w.id, .owner = "o", .ask = &w.ask};

    (void)state;
    assert_request(REQUEST_BREAK_CLOSED, "DeleteItem",
                   "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                   "'ConditionExpression':'#guid = :seen AND attribute_not_exists(#token)',"
                   "'ExpressionAttributeNames':{'#token':'fencingToken','#guid':'guid'},"
                   "'ExpressionAttributeValues':{':seen':{'S':'abc'}}}");
    world_open(&w, NULL);
    w.ask = request_of(REQUEST_BREAK_CLOSED);
    w.ask.observed = (struct foreign_guid){0};
    store_submit(w.store, &request);
    assert_sent(&w, 0, "DeleteItem",
                "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                "'ConditionExpression':'attribute_exists(#pk) AND attribute_not_exists(#guid) "
                "AND attribute_not_exists(#token)',"
                "'ExpressionAttributeNames':{'#pk':'id','#token':'fencingToken','#guid':'guid'}}");
    world_close(&w);
}

static void all_guids_of_a_full_set_are_named(void **state)
{
    struct world w;
    struct store_request request = {.tag = 1, .id = &w.id, .owner = "o", .ask = &w.ask};

    (void)state;
    world_open(&w, NULL);
    w.ask = request_of(REQUEST_RELEASE_CLOSED);
    w.ask.mine_count = GUIDS_MAX;
    for (int i = 0; i < GUIDS_MAX; i++) {
        w.ask.mine[i] = guid_of(4 + i);
    }
    store_submit(w.store, &request);
    assert_sent(&w, 0, "DeleteItem",
                "{" TABLE "," KEY "," REFUSE_WITH_ITEM ","
                "'ConditionExpression':"
                "'#guid IN (:mine0, :mine1, :mine2, :mine3, :mine4, :mine5)',"
                "'ExpressionAttributeNames':{'#guid':'guid'},"
                "'ExpressionAttributeValues':{':mine0':{'B':'$4'},':mine1':{'B':'$5'},"
                "':mine2':{'B':'$6'},':mine3':{'B':'$7'},':mine4':{'B':'$8'},"
                "':mine5':{'B':'$9'}}}");
    world_close(&w);
}

static void the_sort_key_goes_along(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, "s");
    w.id.partition = key_from('N', "-15E2");
    w.id.sort = key_from('B', "f");
    world_submit(&w, 1, REQUEST_READ);
    assert_sent(&w, 0, "GetItem",
                "{" TABLE ",'Key':{'id':{'N':'-15E2'},'s':{'B':'Zg=='}},'ConsistentRead':false}");
    w.id.sort = key_from('S', "");
    world_submit(&w, 2, REQUEST_ACQUIRE_CLOSED);
    assert_sent(&w, 1, "PutItem",
                "{" TABLE "," REFUSE_WITH_ITEM ",'Item':{'id':{'N':'-15E2'},'s':{'S':''},"
                "'owner':{'S':'ow\xC3\xBCner'},'guid':{'B':'$1'}},"
                "'ConditionExpression':'attribute_not_exists(#pk)',"
                "'ExpressionAttributeNames':{'#pk':'id'}}");
    world_close(&w);
}

/* Takes the only reply, which must fail so and say these words. */
static void assert_unsent(struct world *w, uint64_t tag, ddblock_status status, const char *words)
{
    const struct store_reply *reply;

    assert_int_equal(w->http->sent_count, 0);
    store_wait(w->store, INSTANT_NEVER);
    assert_int_equal(w->http->waits, 0);
    reply = store_take_reply(w->store);
    assert_non_null(reply);
    assert_int_equal(reply->tag, tag);
    assert_int_equal(reply->outcome.kind, OUTCOME_FAILED);
    assert_int_equal(reply->outcome.status, status);
    assert_non_null(strstr(reply->message, words));
}

static void an_id_of_the_wrong_shape_is_not_sent(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, "s");
    world_submit(&w, 5, REQUEST_ACQUIRE);
    assert_unsent(&w, 5, DDBLOCK_INVALID, "no sort key");
    assert_null(store_take_reply(w.store));
    world_close(&w);

    world_open(&w, NULL);
    w.id.sort = key_from('S', "x");
    world_submit(&w, 6, REQUEST_READ);
    world_submit(&w, 7, REQUEST_RELEASE);
    world_submit(&w, 8, REQUEST_ACQUIRE);
    for (uint64_t tag = 6; tag <= 8; tag++) {
        assert_unsent(&w, tag, DDBLOCK_INVALID, "names none");
    }
    assert_null(store_take_reply(w.store));
    world_close(&w);
}

static void a_token_is_never_counted_past_the_last(void **state)
{
    struct world w;
    struct store_request request = {.tag = 1, .id = &w.id, .owner = "o", .ask = &w.ask};

    (void)state;
    world_open(&w, NULL);
    w.ask = request_of(REQUEST_TAKE_OVER);
    w.ask.observed_token = TOKEN_MAX;
    store_submit(w.store, &request);
    assert_unsent(&w, 1, DDBLOCK_BAD_ITEM, "last fencing token");
    world_close(&w);
}

/* ------------------------------------------------------------------ answers */

#define ITEM                                                                                       \
    "{\"id\":{\"S\":\"a\"},\"guid\":{\"B\":\"AQID\"},\"owner\":{\"S\":\"me\"},"                    \
    "\"fencingToken\":{\"N\":\"7\"},\"leaseDurationMs\":{\"N\":\"5000\"}}"
#define FAULT(code, message)                                                                       \
    "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" code "\",\"message\":\"" message "\"}"
#define REFUSAL "ConditionalCheckFailedException"

/* An answer, and what it must become. */
struct row {
    enum request_kind kind;
    int http_status;
    const char *body;
    enum outcome_kind outcome;
    ddblock_status status;
    enum record_kind record;
    uint64_t token;
    const char *words; /* in the message */
};

static void assert_outcome(const struct row *row, const struct store_reply *reply)
{
    const struct outcome *outcome = &reply->outcome;

    assert_int_equal(reply->tag, 3);
    if (outcome->kind != row->outcome || outcome->status != row->status ||
        outcome->record.kind != row->record || outcome->token != row->token) {
        fail_msg("HTTP %d %s: kind %d, %s, record %d, token %llu, \"%s\"", row->http_status,
                 row->body, (int)outcome->kind, ddblock_status_name(outcome->status),
                 (int)outcome->record.kind, (unsigned long long)outcome->token, reply->message);
    }
    if (row->words == NULL ? reply->message[0] != '\0'
                           : strstr(reply->message, row->words) == NULL) {
        fail_msg("HTTP %d %s: \"%s\"", row->http_status, row->body, reply->message);
    }
}

static void assert_row(const struct row *row)
{
    struct world w;
    const struct store_reply *reply;

    world_open(&w, NULL);
    world_submit(&w, 3, row->kind);
    assert_null(store_take_reply(w.store));
    fake_http_answer_body(w.http, 0, row->http_status, row->body);
    reply = store_take_reply(w.store);
    if (row->status == DDBLOCK_WRONG_SCHEMA) { /* it asks what the keys are, and is not told */
        assert_null(reply);
        assert_string_equal(w.http->sent[1].target, "DynamoDB_20120810.DescribeTable");
        assert_string_equal(w.http->sent[1].body, "{\"TableName\":\"locks\"}");
        fake_http_answer_body(w.http, 1, 400, FAULT("AccessDeniedException", "no"));
        reply = store_take_reply(w.store);
    }
    assert_non_null(reply);
    assert_outcome(row, reply);
    assert_null(store_take_reply(w.store));
    world_close(&w);
}

static void assert_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_row(&rows[i]);
    }
}

#define ASSERT_ROWS(rows) assert_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define TOKEN_REPLY(type, value)                                                                   \
    "{\"Attributes\":{\"fencingToken\":{\"" type "\":\"" value "\"},\"guid\":{\"B\":\"AQID\"}}}"

static void writes_that_were_applied(void **state)
{
    static const struct row rows[] = {
        {REQUEST_ACQUIRE, 200, TOKEN_REPLY("N", "8"), OUTCOME_APPLIED, 0, 0, 8, NULL},
        {REQUEST_TAKE_OVER, 200, TOKEN_REPLY("N", "42"), OUTCOME_APPLIED, 0, 0, 42, NULL},
        {REQUEST_ACQUIRE, 200, TOKEN_REPLY("N", "2.5"), OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_ACQUIRE, 200, TOKEN_REPLY("N", "9007199254740992"), OUTCOME_APPLIED, 0, 0, 0,
         NULL},
        {REQUEST_ACQUIRE, 200, TOKEN_REPLY("S", "8"), OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_ACQUIRE, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_RENEW, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_RELEASE, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_ACQUIRE_CLOSED, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_RELEASE_CLOSED, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_BREAK, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
        {REQUEST_BREAK_CLOSED, 200, "{}", OUTCOME_APPLIED, 0, 0, 0, NULL},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void reads_that_were_answered(void **state)
{
    static const struct row rows[] = {
        {REQUEST_READ, 200, "{}", OUTCOME_FOUND, 0, RECORD_ABSENT, 0, NULL},
        {REQUEST_READ, 200, "{\"Item\":" ITEM "}", OUTCOME_FOUND, 0, RECORD_FAIL_OPEN, 0, NULL},
        {REQUEST_READ_LATEST, 200, "{\"Item\":{\"id\":{\"S\":\"a\"}}}", OUTCOME_FOUND, 0,
         RECORD_FAIL_CLOSED, 0, NULL},
        {REQUEST_READ_LATEST, 200, "{\"Item\":{\"fencingToken\":{\"N\":\"x\"}}}", OUTCOME_FOUND, 0,
         RECORD_BAD, 0, NULL},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void refusals(void **state)
{
    static const struct row rows[] = {
        {REQUEST_ACQUIRE, 400,
         "{\"__type\":\"com.amazonaws.dynamodb.v20120810#" REFUSAL "\",\"Item\":" ITEM "}",
         OUTCOME_REFUSED, 0, RECORD_FAIL_OPEN, 0, NULL},
        {REQUEST_ACQUIRE_CLOSED, 400,
         "{\"__type\":\"" REFUSAL "\",\"Item\":{\"id\":{\"S\":\"a\"}}}", OUTCOME_REFUSED, 0,
         RECORD_FAIL_CLOSED, 0, NULL},
        {REQUEST_RENEW, 400, FAULT(REFUSAL, "no"), OUTCOME_REFUSED, 0, RECORD_UNKNOWN, 0, NULL},
        /* Not to be taken for a refusal. */
        {REQUEST_RENEW, 400, "{\"__type\":\"" REFUSAL "\",\"Item\":[]}", OUTCOME_IN_DOUBT,
         DDBLOCK_UNAVAILABLE, 0, 0, "not one of DynamoDB's"},
        {REQUEST_RENEW, 500, FAULT(REFUSAL, "no"), OUTCOME_IN_DOUBT, DDBLOCK_UNAVAILABLE, 0, 0,
         "HTTP 500"},
        {REQUEST_READ, 400, FAULT(REFUSAL, "no"), OUTCOME_FAILED, DDBLOCK_UNAVAILABLE, 0, 0,
         "not one of DynamoDB's"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void no_usable_answer(void **state)
{
    static const struct {
        int status;
        const char *body;
    } answers[] = {
        {500, FAULT("InternalServerError", "x")},
        {503, "{}"},
        {502, "<html>"},
        {200, "<html>log in to the network</html>"},
        {200, ""},
        {200, "{\"Attributes\":"},
        {200, "[]"},
        {200, "{\"Attributes\":5,\"Item\":5}"},
        {204, "{}"},
        {302, "{}"},
        {400, "{}"},
        {403, "<html>"},
        {407, "{\"message\":\"proxy\"}"},
        {408, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct row row = {.http_status = answers[i].status, .body = answers[i].body};
        char words[16];

        (void)snprintf(words, sizeof(words), "HTTP %d", row.http_status);
        row.words = words;
        row.status = DDBLOCK_UNAVAILABLE;
        for (int kind = REQUEST_ACQUIRE; kind < REQUEST_KINDS; kind++) {
            row.kind = (enum request_kind)kind;
            row.outcome = request_is_write(row.kind) ? OUTCOME_IN_DOUBT : OUTCOME_FAILED;
            assert_row(&row);
        }
    }
}

static void faults(void **state)
{
    static const struct row rows[] = {
        {REQUEST_RENEW, 400, FAULT("ProvisionedThroughputExceededException", ""), OUTCOME_FAILED,
         DDBLOCK_THROTTLED, 0, 0, "fewer requests"},
        {REQUEST_RENEW, 400, FAULT("ThrottlingException", ""), OUTCOME_FAILED, DDBLOCK_THROTTLED, 0,
         0, "ThrottlingException"},
        {REQUEST_RENEW, 400, FAULT("RequestLimitExceeded", ""), OUTCOME_FAILED, DDBLOCK_THROTTLED,
         0, 0, "UpdateItem"},
        {REQUEST_RENEW, 400, FAULT("LimitExceededException", ""), OUTCOME_FAILED, DDBLOCK_THROTTLED,
         0, 0, "\"locks\""},
        {REQUEST_READ, 400, FAULT("TransactionInProgressException", ""), OUTCOME_FAILED,
         DDBLOCK_THROTTLED, 0, 0, "GetItem"},
        {REQUEST_RENEW, 400, FAULT("TransactionConflictException", ""), OUTCOME_FAILED,
         DDBLOCK_UNAVAILABLE, 0, 0, "not ready for UpdateItem"},
        {REQUEST_RENEW, 400, FAULT("ReplicatedWriteConflictException", ""), OUTCOME_FAILED,
         DDBLOCK_THROTTLED, 0, 0, "fewer"},
        {REQUEST_ACQUIRE, 400, FAULT("ResourceInUseException", "busy"), OUTCOME_FAILED,
         DDBLOCK_UNAVAILABLE, 0, 0, "not ready for UpdateItem: busy"},
        {REQUEST_ACQUIRE, 400, FAULT("ResourceNotFoundException", "x"), OUTCOME_FAILED,
         DDBLOCK_NO_TABLE, 0, 0, "ddblock table create --region eu-west-1 locks"},
        {REQUEST_ACQUIRE_CLOSED, 400, FAULT("AccessDeniedException", "User: arn is not"),
         OUTCOME_FAILED, DDBLOCK_DENIED, 0, 0, "PutItem on table \"locks\""},
        {REQUEST_READ, 400, FAULT("UnrecognizedClientException", "The token is invalid."),
         OUTCOME_FAILED, DDBLOCK_DENIED, 0, 0, "the access key from the options"},
        {REQUEST_READ, 403, FAULT("ExpiredTokenException", "x"), OUTCOME_FAILED, DDBLOCK_DENIED, 0,
         0, "have expired"},
        {REQUEST_READ, 400, FAULT("MissingAuthenticationTokenException", "x"), OUTCOME_FAILED,
         DDBLOCK_DENIED, 0, 0, "GetItem"},
        {REQUEST_READ, 400, FAULT("InvalidSignatureException", "x"), OUTCOME_FAILED, DDBLOCK_DENIED,
         0, 0, "secret access key"},
        {REQUEST_READ, 400, FAULT("SomethingNewException", "odd\\n\\u001b"), OUTCOME_FAILED,
         DDBLOCK_INVALID, 0, 0, "(SomethingNewException): odd\\x0A\\x1B"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void validation(void **state)
{
#define VALIDATION(message) FAULT("ValidationException", message)
    static const struct row rows[] = {
        {REQUEST_READ, 400, VALIDATION("The provided key element does not match the schema"),
         OUTCOME_FAILED, DDBLOCK_WRONG_SCHEMA, 0, 0, "are not \"id\" alone with the types"},
        {REQUEST_ACQUIRE_CLOSED, 400,
         VALIDATION("One or more parameter values were invalid: Type mismatch for key id"),
         OUTCOME_FAILED, DDBLOCK_WRONG_SCHEMA, 0, 0, "Type mismatch for key id"},
        {REQUEST_ACQUIRE, 400, VALIDATION("One of the required keys was not given a value"),
         OUTCOME_FAILED, DDBLOCK_WRONG_SCHEMA, 0, 0, "keys of table \"locks\""},
        {REQUEST_ACQUIRE_CLOSED, 400,
         VALIDATION("One or more parameter values were invalid: Missing the key s in the item"),
         OUTCOME_FAILED, DDBLOCK_WRONG_SCHEMA, 0, 0, "Missing the key s"},
        {REQUEST_READ, 400,
         VALIDATION("One or more parameter values are not valid. The AttributeValue for a key "
                    "attribute cannot contain an empty string value. Key: id"),
         OUTCOME_FAILED, DDBLOCK_INVALID, 0, 0, "cannot contain an empty string"},
        {REQUEST_RENEW, 400, VALIDATION("Item size has exceeded the maximum"), OUTCOME_FAILED,
         DDBLOCK_INVALID, 0, 0, "Item size has exceeded"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void what_http_knows_is_passed_on(void **state)
{
    const struct http_reply not_sent = {.result = HTTP_NOT_SENT,
                                        .date_unix_ms = -1,
                                        .crc32 = -1,
                                        .failure = DDBLOCK_UNAVAILABLE,
                                        .message = "no route to host.example"};
    struct http_reply in_doubt = not_sent;
    static const struct row rows[] = {
        {REQUEST_RENEW, 0, "not sent", OUTCOME_FAILED, DDBLOCK_UNAVAILABLE, 0, 0, "host.example"},
        {REQUEST_READ, 0, "not sent", OUTCOME_FAILED, DDBLOCK_UNAVAILABLE, 0, 0, "host.example"},
        {REQUEST_RENEW, 0, "doubt", OUTCOME_IN_DOUBT, DDBLOCK_NO_MEMORY, 0, 0, "host.example"},
        {REQUEST_READ, 0, "doubt", OUTCOME_FAILED, DDBLOCK_NO_MEMORY, 0, 0, "host.example"},
    };

    (void)state;
    in_doubt.result = HTTP_IN_DOUBT;
    in_doubt.failure = DDBLOCK_NO_MEMORY;
    for (size_t i = 0; i < 4; i++) {
        struct world w;

        world_open(&w, NULL);
        world_submit(&w, 3, rows[i].kind);
        fake_http_answer(w.http, 0, i < 2 ? &not_sent : &in_doubt);
        assert_outcome(&rows[i], store_take_reply(w.store));
        world_close(&w);
    }
}

/* The store works until it has a reply. */
static const struct store_reply *await_reply(struct world *w)
{
    const struct store_reply *reply;

    while ((reply = store_take_reply(w->store)) == NULL) {
        store_wait(w->store, INSTANT_NEVER);
    }
    return reply;
}

static void await_sent(struct world *w, size_t count)
{
    while (w->http->sent_count < count) {
        store_wait(w->store, INSTANT_NEVER);
    }
}

/* As world_submit, with time enough. */
static void submit_patiently(struct world *w, uint64_t tag, enum request_kind kind)
{
    struct store_request request = {.tag = tag, .id = &w->id, .owner = "owner"};

    w->ask = request_of(kind);
    w->ask.give_up_at = instant_add(clock_now(), duration_from_ms(60 * 1000));
    request.ask = &w->ask;
    store_submit(w->store, &request);
    memset(&w->ask, 0xEE, sizeof(w->ask)); /* it was for the time of the call only */
}

static void requests_wait_for_keys_and_go_in_their_order(void **state)
{
    struct fake_source *source = fake_source_create();
    struct world w;

    (void)state;
    world_open_on(&w, source);
    fake_source_hold(source, true);
    submit_patiently(&w, 1, REQUEST_ACQUIRE);
    submit_patiently(&w, 2, REQUEST_READ);
    store_wait(w.store, clock_now());
    assert_int_equal(w.http->sent_count, 0);
    assert_null(store_take_reply(w.store));
    fake_source_give(source, "AKID", -1, NULL);
    fake_source_hold(source, false);
    await_sent(&w, 2);
    assert_string_equal(w.http->sent[0].target, "DynamoDB_20120810.UpdateItem");
    assert_string_equal(w.http->sent[1].target, "DynamoDB_20120810.GetItem");
    assert_non_null(strstr(w.http->sent[0].body, "attribute_not_exists"));
    fake_http_answer_body(w.http, 1, 200, "{}");
    assert_int_equal(await_reply(&w)->tag, 2);
    submit_patiently(&w, 3, REQUEST_READ); /* now without waiting */
    assert_int_equal(w.http->sent_count, 3);
    assert_int_equal(fake_source_asked(source), 1);
    world_close(&w);
}

static void requests_fail_with_the_words_of_the_source(void **state)
{
    struct fake_source *source = fake_source_create();
    const struct store_reply *reply;
    struct world w;

    (void)state;
    world_open_on(&w, source);
    fake_source_refuse(source, DDBLOCK_NO_CREDENTIALS, "no credentials: not here, not there");
    submit_patiently(&w, 1, REQUEST_ACQUIRE);
    submit_patiently(&w, 2, REQUEST_RENEW);
    for (uint64_t tag = 1; tag <= 2; tag++) {
        reply = await_reply(&w);
        assert_int_equal(reply->tag, tag);
        assert_int_equal(reply->outcome.kind, OUTCOME_FAILED);
        assert_int_equal(reply->outcome.status, DDBLOCK_NO_CREDENTIALS);
        assert_string_equal(reply->message, "no credentials: not here, not there");
    }
    fake_source_give(source, "AKID", -1, NULL); /* the next one asks again */
    submit_patiently(&w, 3, REQUEST_READ);
    await_sent(&w, 1);
    world_close(&w);
}

static void a_request_is_given_up_in_time_while_it_waits_for_keys(void **state)
{
    struct fake_source *source = fake_source_create();
    const struct store_reply *reply;
    struct world w;

    (void)state;
    world_open_on(&w, source);
    fake_source_hold(source, true);
    world_submit(&w, 7, REQUEST_ACQUIRE); /* its time is over already */
    reply = await_reply(&w);
    assert_int_equal(reply->tag, 7);
    assert_int_equal(reply->outcome.kind, OUTCOME_FAILED);
    assert_int_equal(reply->outcome.status, DDBLOCK_UNAVAILABLE);
    assert_int_equal(w.http->sent_count, 0);
    fake_source_give(source, "AKID", -1, NULL);
    fake_source_hold(source, false);
    world_close(&w);
}

/* Keys that were just fetched are refused: no others are to be had. */
static void fresh_keys_that_are_refused_are_a_denial(void **state)
{
    struct fake_source *source = fake_source_create();
    const struct store_reply *reply;
    struct world w;

    (void)state;
    world_open_on(&w, source);
    fake_source_give(source, "AKID", -1, NULL);
    submit_patiently(&w, 1, REQUEST_READ);
    await_sent(&w, 1);
    fake_http_answer_body(w.http, 0, 400, FAULT("ExpiredTokenException", "x"));
    reply = await_reply(&w);
    assert_int_equal(reply->outcome.status, DDBLOCK_DENIED);
    assert_non_null(strstr(reply->message, "the keys from the fake source have expired"));
    world_close(&w);
}

static void keys_of_the_table_are_told_where_they_are_others(void **state)
{
    const struct store_reply *reply;
    struct world w;

    (void)state;
    world_open(&w, "sort");
    w.id.sort = key_from('N', "1");
    world_submit(&w, 3, REQUEST_ACQUIRE);
    fake_http_answer_body(
        w.http, 0, 400,
        FAULT("ValidationException", "The provided key element does not match the schema"));
    assert_null(store_take_reply(w.store));
    fake_http_answer_body(
        w.http, 1, 200,
        "{\"Table\":{\"AttributeDefinitions\":[{\"AttributeName\":\"r\",\"AttributeType\":\"B\"},"
        "{\"AttributeName\":\"pk\\u001b\",\"AttributeType\":\"N\"}],\"KeySchema\":["
        "{\"AttributeName\":\"pk\\u001b\",\"KeyType\":\"HASH\"},"
        "{\"AttributeName\":\"r\",\"KeyType\":\"RANGE\"}]}}");
    reply = store_take_reply(w.store);
    assert_non_null(reply);
    assert_int_equal(reply->tag, 3);
    assert_int_equal(reply->outcome.kind, OUTCOME_FAILED);
    assert_int_equal(reply->outcome.status, DDBLOCK_WRONG_SCHEMA);
    assert_non_null(strstr(reply->message, "has the keys \"pk\\x1B\" (N) and \"r\" (B), but asked "
                                           "for is \"id\" (S) and \"sort\" (N)"));
    world_close(&w);
}

static void a_denial_says_what_would_allow_it(void **state)
{
    static const struct row rows[] = {
        {REQUEST_READ, 400, FAULT("AccessDeniedException", "User: arn:aws:iam::1:user/x is not"),
         OUTCOME_FAILED, DDBLOCK_DENIED, 0, 0,
         "{\"Effect\":\"Allow\",\"Action\":\"dynamodb:GetItem\",\"Resource\":"
         "\"arn:aws:dynamodb:eu-west-1:*:table/locks\"} (AccessDeniedException: User: arn:aws:iam"},
        {REQUEST_READ, 400,
         FAULT("AccessDeniedException", "... with an explicit deny in a service control policy"),
         OUTCOME_FAILED, DDBLOCK_DENIED, 0, 0,
         "denies dynamodb:GetItem on arn:aws:dynamodb:eu-west-1:*:table/locks explicitly"},
    };

    (void)state;
    ASSERT_ROWS(rows);
}

static void the_store_may_say_how_long_to_wait(void **state)
{
    struct http_reply http = {.result = HTTP_REPLIED,
                              .status = 503,
                              .body = {(const uint8_t *)"{}", 2},
                              .date_unix_ms = -1,
                              .retry_after_ms = 1500,
                              .crc32 = -1};
    const struct store_reply *reply;
    struct world w;

    (void)state;
    world_open(&w, NULL);
    world_submit(&w, 1, REQUEST_RENEW);
    fake_http_answer(w.http, 0, &http);
    reply = store_take_reply(w.store);
    assert_int_equal(reply->outcome.kind, OUTCOME_IN_DOUBT);
    assert_int_equal(duration_to_ms(reply->outcome.retry_after), 1500);
    world_close(&w);
}

static void a_wrong_checksum_is_no_answer(void **state)
{
    static const char body[] = "{}";
    struct http_reply http = {.result = HTTP_REPLIED,
                              .status = 200,
                              .body = bytes_from_string(body),
                              .date_unix_ms = -1,
                              .crc32 = crc32_of(bytes_from_string(body))};
    struct world w;

    (void)state;
    world_open(&w, NULL);
    world_submit(&w, 1, REQUEST_RENEW);
    world_submit(&w, 2, REQUEST_RENEW);
    fake_http_answer(w.http, 0, &http);
    http.crc32 ^= 1;
    fake_http_answer(w.http, 1, &http);
    assert_int_equal(store_take_reply(w.store)->outcome.kind, OUTCOME_APPLIED);
    assert_int_equal(store_take_reply(w.store)->outcome.kind, OUTCOME_IN_DOUBT);
    world_close(&w);
}

/* The next reply to a request that was refused for its signature. */
static ddblock_status status_of_bad_signature(struct world *w, size_t index, int64_t date_unix_ms)
{
    static const char body[] = FAULT("InvalidSignatureException", "Signature expired: secret");
    struct http_reply http = {.result = HTTP_REPLIED,
                              .status = 400,
                              .body = bytes_from_string(body),
                              .date_unix_ms = date_unix_ms,
                              .crc32 = -1};
    const struct store_reply *reply;

    fake_http_answer(w->http, index, &http);
    reply = store_take_reply(w->store);
    assert_non_null(reply);
    assert_int_equal(reply->outcome.kind, OUTCOME_FAILED);
    assert_null(strstr(reply->message, "secret:"));
    return reply->outcome.status;
}

static void a_wrong_clock_is_corrected_once(void **state)
{
    int64_t server_ms = clock_wall_ms() + 10 * 60 * 1000;
    struct world w;

    (void)state;
    world_open(&w, NULL);
    world_submit(&w, 1, REQUEST_RENEW);
    world_submit(&w, 2, REQUEST_RENEW);
    /* Both were signed by the wrong clock. */
    assert_int_equal(status_of_bad_signature(&w, 0, server_ms), DDBLOCK_UNAVAILABLE);
    assert_int_equal(status_of_bad_signature(&w, 1, server_ms), DDBLOCK_UNAVAILABLE);
    /* This one was not: it is the key that is wrong. */
    world_submit(&w, 3, REQUEST_RENEW);
    assert_int_equal(status_of_bad_signature(&w, 2, server_ms), DDBLOCK_DENIED);
    world_close(&w);
}

static void replies_find_their_requests(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, NULL);
    for (int round = 0; round < 3; round++) {
        size_t first = w.http->sent_count;

        for (size_t i = 0; i < CAPACITY; i++) {
            world_submit(&w, 100 + i, i == 2 ? REQUEST_READ : REQUEST_RENEW);
        }
        for (size_t i = CAPACITY; i > 0; i--) {
            const struct store_reply *reply;

            fake_http_answer_body(w.http, first + i - 1, 200, "{}");
            reply = store_take_reply(w.store);
            assert_int_equal(reply->tag, 100 + i - 1);
            assert_int_equal(reply->outcome.kind, i == 3 ? OUTCOME_FOUND : OUTCOME_APPLIED);
        }
        assert_null(store_take_reply(w.store));
    }
    assert_int_equal(w.store->capacity, CAPACITY);
    store_wake(w.store);
    assert_int_equal(w.http->wakes, 1);
    store_wait(w.store, (struct instant){0});
    assert_int_equal(w.http->waits, 1);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acquire),
        cmocka_unit_test(take_over),
        cmocka_unit_test(renew),
        cmocka_unit_test(release),
        cmocka_unit_test(acquire_closed),
        cmocka_unit_test(release_closed),
        cmocka_unit_test(reads),
        cmocka_unit_test(break_open),
        cmocka_unit_test(break_closed),
        cmocka_unit_test(all_guids_of_a_full_set_are_named),
        cmocka_unit_test(the_sort_key_goes_along),
        cmocka_unit_test(an_id_of_the_wrong_shape_is_not_sent),
        cmocka_unit_test(a_token_is_never_counted_past_the_last),
        cmocka_unit_test(writes_that_were_applied),
        cmocka_unit_test(reads_that_were_answered),
        cmocka_unit_test(refusals),
        cmocka_unit_test(no_usable_answer),
        cmocka_unit_test(faults),
        cmocka_unit_test(validation),
        cmocka_unit_test(what_http_knows_is_passed_on),
        cmocka_unit_test(requests_wait_for_keys_and_go_in_their_order),
        cmocka_unit_test(requests_fail_with_the_words_of_the_source),
        cmocka_unit_test(a_request_is_given_up_in_time_while_it_waits_for_keys),
        cmocka_unit_test(fresh_keys_that_are_refused_are_a_denial),
        cmocka_unit_test(keys_of_the_table_are_told_where_they_are_others),
        cmocka_unit_test(a_denial_says_what_would_allow_it),
        cmocka_unit_test(the_store_may_say_how_long_to_wait),
        cmocka_unit_test(a_wrong_checksum_is_no_answer),
        cmocka_unit_test(a_wrong_clock_is_corrected_once),
        cmocka_unit_test(replies_find_their_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
