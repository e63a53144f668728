/* standin_table.c - the table of the stand-in.
 *
 * Knows the requests of ddblock, by the expressions that dynamodb_request.c writes, which it
 * carries out with the rules of store/transition.c, and those of the npm package
 * dynamodb-lock-client. It is no engine: it evaluates no expression, checks no signature and keeps
 * nothing on disk. */
#include "standin_table.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/transition.h"
#include "wire/base64.h"

enum { BUCKETS = 1 << 16, REPLY_TEXT_MAX = 4096 };

/* Of a lock, beside its key. */
static const char *const ATTRIBUTES[] = {"guid", "owner", "fencingToken", "leaseDurationMs",
                                         "lockAcquiredTimeUnixMs"};

struct item {
    char *key; /* the Key member as text */
    struct record record;
    struct item *next;
};

struct table {
    struct item *buckets[BUCKETS];
    struct table_units units;
};

struct table *table_create(void)
{
    return calloc(1, sizeof(struct table));
}

void table_destroy(struct table *table)
{
    for (size_t i = 0; table != NULL && i < BUCKETS; i++) {
        while (table->buckets[i] != NULL) {
            struct item *item = table->buckets[i];

            table->buckets[i] = item->next;
            free(item->key);
            free(item);
        }
    }
    free(table);
}

struct table_units table_units(const struct table *table)
{
    return table->units;
}

/* The item of a key, made if it is not there. Takes the key over. */
static struct item *find(struct table *table, char *key)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    struct item **link;
    struct item *item;

    for (const char *c = key; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001B3);
    }
    link = &table->buckets[hash % BUCKETS];
    for (item = *link; item != NULL; item = item->next) {
        if (strcmp(item->key, key) == 0) {
            free(key);
            return item;
        }
    }
    item = calloc(1, sizeof(*item));
    item->key = key;
    item->record.kind = RECORD_ABSENT;
    item->next = *link;
    *link = item;
    return item;
}

static const char *text_of(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));

    return text != NULL ? text : "";
}

/* Which request this is, by its operation and expressions. */
static enum request_kind kind_of(struct bytes target, const json_t *body)
{
    const char *condition = text_of(body, "ConditionExpression");
    const char *update = text_of(body, "UpdateExpression");

    if (bytes_equal_string(target, "GetItem")) {
        return REQUEST_READ_LATEST;
    }
    if (bytes_equal_string(target, "PutItem")) {
        return REQUEST_ACQUIRE_CLOSED;
    }
    if (bytes_equal_string(target, "DeleteItem")) {
        return strstr(condition, " IN (") != NULL ? REQUEST_RELEASE_CLOSED : REQUEST_BREAK_CLOSED;
    }
    if (!bytes_equal_string(target, "UpdateItem")) {
        return REQUEST_NONE;
    }
    if (strstr(condition, " IN (") != NULL) {
        return strstr(update, ":guid") != NULL ? REQUEST_RENEW : REQUEST_RELEASE;
    }
    if (strstr(condition, "attribute_not_exists") != NULL) {
        return REQUEST_ACQUIRE;
    }
    return strstr(update, ":next") != NULL ? REQUEST_TAKE_OVER : REQUEST_BREAK;
}

static int64_t number_of(const json_t *values, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(values, name), "N"));

    return text != NULL ? strtoll(text, NULL, 10) : 0;
}

static void guid_of(const json_t *holder, const char *name, uint8_t *target, size_t size)
{
    const char *text = json_string_value(json_object_get(json_object_get(holder, name), "B"));
    size_t decoded = 0;

    if (text == NULL || !base64_decode(bytes_from_string(text), target, size, &decoded)) {
        memset(target, 0, size);
    }
}

static void read_request(const json_t *body, enum request_kind kind, struct request *ask)
{
    const json_t *values = json_object_get(body, "ExpressionAttributeValues");
    const json_t *item = json_object_get(body, "Item");

    *ask = (struct request){.kind = kind, .observed = {.type = 'B', .size = GUID_SIZE}};
    if (item != NULL) {
        guid_of(item, "guid", ask->fresh.bytes, GUID_SIZE);
    } else {
        guid_of(values, ":guid", ask->fresh.bytes, GUID_SIZE);
    }
    guid_of(values, ":seen", ask->observed.bytes, GUID_SIZE);
    ask->observed_token = (uint64_t)number_of(values, ":token");
    ask->lease_ms = number_of(values, ":lease");
    ask->wall_ms = number_of(values, ":time");
    for (size_t i = 0; i < GUIDS_MAX; i++) {
        char name[] = ":mine0";

        name[5] = (char)('0' + i);
        if (json_object_get(values, name) != NULL) {
            guid_of(values, name, ask->mine[i].bytes, GUID_SIZE);
            ask->mine_count = i + 1;
        }
    }
}

static const char *owner_of(const json_t *body)
{
    const json_t *values = json_object_get(body, "ExpressionAttributeValues");
    const json_t *owner = json_object_get(values, ":owner");

    if (owner == NULL) {
        owner = json_object_get(json_object_get(body, "Item"), "owner");
    }
    owner = json_object_get(owner, "S");
    return json_string_value(owner) != NULL ? json_string_value(owner) : "";
}

/* "Item":{…}, without the key, which no reader of ours looks at. Owners of benchmarks need no
 * escapes. */
static void append_item(struct buffer *reply, const struct record *record)
{
    buffer_append_string(reply, "\"Item\":{\"guid\":{\"B\":\"");
    base64_append(reply, bytes_from(record->guid.bytes, record->guid.size));
    buffer_append_format(reply, "\"},\"owner\":{\"S\":\"%s\"}", record->owner);
    if (record->kind == RECORD_FAIL_OPEN) {
        buffer_append_format(reply,
                             ",\"fencingToken\":{\"N\":\"%" PRIu64
                             "\"},\"leaseDurationMs\":{\"N\":\"%" PRId64
                             "\"},\"lockAcquiredTimeUnixMs\":{\"N\":\"%" PRId64 "\"}",
                             record->token, record->lease_ms, record->acquired_time_unix_ms);
    }
    buffer_append_string(reply, "}");
}

static int write_outcome(const struct outcome *outcome, struct buffer *reply)
{
    switch (outcome->kind) {
    case OUTCOME_APPLIED:
        buffer_append_string(reply, "{");
        if (outcome->token > 0) {
            buffer_append_format(reply, "\"Attributes\":{\"fencingToken\":{\"N\":\"%" PRIu64 "\"}}",
                                 outcome->token);
        }
        buffer_append_string(reply, "}");
        return 200;
    case OUTCOME_FOUND:
        buffer_append_string(reply, "{");
        if (outcome->record.kind != RECORD_ABSENT) {
            append_item(reply, &outcome->record);
        }
        buffer_append_string(reply, "}");
        return 200;
    default:
        buffer_append_string(reply, "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"
                                    "ConditionalCheckFailedException\",\"message\":\"refused\"");
        if (outcome->record.kind != RECORD_ABSENT) {
            buffer_append_string(reply, ",");
            append_item(reply, &outcome->record);
        }
        buffer_append_string(reply, "}");
        return 400;
    }
}

static json_t *key_of(const json_t *body)
{
    json_t *key = json_object_get(body, "Key");

    if (key != NULL) {
        return json_incref(key);
    }
    key = json_copy(json_object_get(body, "Item")); /* a PutItem: all but what is not the key */
    for (size_t i = 0; i < sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]); i++) {
        (void)json_object_del(key, ATTRIBUTES[i]);
    }
    return key;
}

static void count(struct table *table, enum request_kind kind, const json_t *body)
{
    if (kind != REQUEST_READ_LATEST) {
        table->units.writes++;
    } else {
        table->units.half_reads += json_is_true(json_object_get(body, "ConsistentRead")) ? 2 : 1;
    }
}

/* The original writes whole items, also to renew and to release. */
static bool is_put_of_original(const json_t *body)
{
    return json_object_get(json_object_get(body, "Item"), "fencingToken") != NULL;
}

/* Its conditions: the item is not there, or has the guid (and, to take it over, the token) that
 * was seen; to renew and release it must be there. */
static void put_of_original(const json_t *body, struct record *record, struct outcome *outcome)
{
    const json_t *item = json_object_get(body, "Item");
    const json_t *values = json_object_get(body, "ExpressionAttributeValues");
    uint8_t seen[GUID_SIZE] = {0};
    bool applies;

    guid_of(values, ":guid", seen, sizeof(seen));
    if (record->kind == RECORD_ABSENT) {
        applies = strstr(text_of(body, "ConditionExpression"), "attribute_not_exists") != NULL;
    } else {
        applies = record->guid.size == GUID_SIZE &&
                  memcmp(seen, record->guid.bytes, GUID_SIZE) == 0 &&
                  (json_object_get(values, ":fencingToken") == NULL ||
                   (uint64_t)number_of(values, ":fencingToken") == record->token);
    }
    *outcome = (struct outcome){.kind = applies ? OUTCOME_APPLIED : OUTCOME_REFUSED};
    if (applies) {
        *record =
            (struct record){.kind = RECORD_FAIL_OPEN,
                            .guid = {.type = 'B', .size = GUID_SIZE},
                            .token = (uint64_t)number_of(item, "fencingToken"),
                            .lease_ms = number_of(item, "leaseDurationMs"),
                            .acquired_time_unix_ms = number_of(item, "lockAcquiredTimeUnixMs")};
        guid_of(item, "guid", record->guid.bytes, GUID_SIZE);
        text_copy(record->owner, sizeof(record->owner), bytes_from_string(owner_of(body)));
    }
}

int table_answer(struct table *table, struct bytes target, struct bytes text, struct buffer *reply)
{
    json_t *body = json_loadb((const char *)text.data, text.size, 0, NULL);
    enum request_kind kind = kind_of(target, body);
    json_t *key = key_of(body);
    struct outcome outcome = {.kind = OUTCOME_FAILED};
    struct request ask;
    int status = 400;

    if (body != NULL && key != NULL && kind != REQUEST_NONE) {
        struct item *item = find(table, json_dumps(key, JSON_SORT_KEYS | JSON_COMPACT));

        count(table, kind, body);
        if (is_put_of_original(body)) {
            put_of_original(body, &item->record, &outcome);
        } else {
            read_request(body, kind, &ask);
            transition_apply(&ask, owner_of(body), &item->record, &outcome);
        }
        status = write_outcome(&outcome, reply);
    } else {
        buffer_append_string(reply, "{\"__type\":\"ValidationException\",\"message\":\"the "
                                    "stand-in does not know this request\"}");
    }
    json_decref(key);
    json_decref(body);
    return status;
}
