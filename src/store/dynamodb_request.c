/* dynamodb_request.c - the transitions of docs/protocol.md as requests to DynamoDB. */
#include "store/dynamodb_request.h"

#include <assert.h>
#include <stdio.h>

#include "base/status.h"
#include "store/dynamodb_page.h"
#include "wire/dynamodb_body.h"

#define GET_ITEM    DYNAMODB_TARGET "GetItem"
#define UPDATE_ITEM DYNAMODB_TARGET "UpdateItem"
#define PUT_ITEM    DYNAMODB_TARGET "PutItem"
#define DELETE_ITEM DYNAMODB_TARGET "DeleteItem"
#define SCAN        DYNAMODB_TARGET "Scan"
#define QUERY       DYNAMODB_TARGET "Query"

/* What every acquisition sets besides the token. */
#define SET_HOLDER "#guid = :guid, #owner = :owner, #lease = :lease, #time = :time"

#define AS_OBSERVED "#guid = :seen AND #token = :token"

/* How a transition is written. Placeholders are defined by what mentions them. */
struct shape {
    const char *target;
    bool is_mine;          /* the condition begins with "#guid IN (mine)" */
    const char *condition; /* NULL: none, a read */
    const char *update;    /* NULL: none */
};

static const struct shape SHAPES[REQUEST_KINDS] = {
    /* A token that is full, negative or no number refuses: the engine must not count it on. */
    [REQUEST_ACQUIRE] = {UPDATE_ITEM, false,
                         "attribute_not_exists(#pk) OR "
                         "(#lease <= :released AND #token BETWEEN :zero AND :max)",
                         "SET #token = if_not_exists(#token, :zero) + :one, " SET_HOLDER},
    [REQUEST_TAKE_OVER] = {UPDATE_ITEM, false, AS_OBSERVED, "SET #token = :next, " SET_HOLDER},
    /* A renewal that comes after the release must leave the guid, on which sleeping waiters of
     * the npm package rely. */
    [REQUEST_RENEW] = {UPDATE_ITEM, true, " AND #lease > :released",
                       "SET #guid = :guid, #time = :time"},
    [REQUEST_RELEASE] = {UPDATE_ITEM, true, "", "SET #lease = :released, #time = :time"},
    [REQUEST_ACQUIRE_CLOSED] = {PUT_ITEM, false, "attribute_not_exists(#pk)", NULL},
    [REQUEST_RELEASE_CLOSED] = {DELETE_ITEM, true, "", NULL},
    [REQUEST_READ] = {GET_ITEM, false, NULL, NULL},
    [REQUEST_READ_LATEST] = {GET_ITEM, false, NULL, NULL},
    [REQUEST_LIST] = {SCAN, false, NULL, NULL},
    [REQUEST_BREAK] = {UPDATE_ITEM, false, AS_OBSERVED,
                       "SET #lease = :released, #guid = :guid, #time = :time"},
    [REQUEST_BREAK_CLOSED] = {DELETE_ITEM, false, "#guid = :seen AND attribute_not_exists(#token)",
                              NULL},
};

/* REQUEST_BREAK_CLOSED for an item without a guid. */
static const char NO_GUID[] =
    "attribute_exists(#pk) AND attribute_not_exists(#guid) AND attribute_not_exists(#token)";

/* The longest condition has some 90 characters. */
struct expressions {
    char condition[256];
    const char *update;
};

const char *dynamodb_request_target(enum request_kind kind, const struct page *page)
{
    assert(kind > REQUEST_NONE && kind < REQUEST_KINDS);
    if (kind == REQUEST_LIST && page->partition.type != DDBLOCK_KEY_NONE) {
        return QUERY;
    }
    return SHAPES[kind].target;
}

const char *dynamodb_request_operation(enum request_kind kind, const struct page *page)
{
    return dynamodb_request_target(kind, page) + sizeof(DYNAMODB_TARGET) - 1;
}

/* The expressions of a request, with as many guids as it names. */
static struct expressions expressions_of(const struct request *ask)
{
    const struct shape *shape = &SHAPES[ask->kind];
    struct expressions e = {.update = shape->update != NULL ? shape->update : ""};
    bool has_no_guid = ask->kind == REQUEST_BREAK_CLOSED && ask->observed.type == 0;
    const char *condition = has_no_guid ? NO_GUID : shape->condition;
    char mine[GUIDS_MAX * sizeof(", :mineN")] = "";
    size_t used = 0;

    assert(ask->mine_count <= GUIDS_MAX);
    for (size_t i = 0; i < ask->mine_count; i++) {
        used +=
            (size_t)snprintf(mine + used, sizeof(mine) - used, "%s:mine%zu", i > 0 ? ", " : "", i);
    }
    if (shape->is_mine) {
        assert(ask->mine_count > 0);
        (void)snprintf(e.condition, sizeof(e.condition), "#guid IN (%s)%s", mine, condition);
    } else if (condition != NULL) {
        (void)snprintf(e.condition, sizeof(e.condition), "%s", condition);
    }
    return e;
}

/* DynamoDB refuses definitions that are not used. No placeholder is the start of another. */
static bool mentions(const struct expressions *e, const char *placeholder)
{
    return strstr(e->condition, placeholder) != NULL || strstr(e->update, placeholder) != NULL;
}

static void add_name(struct dynamodb_body *body, const struct expressions *e,
                     const char *placeholder, const char *name)
{
    if (mentions(e, placeholder)) {
        dynamodb_body_name(body, placeholder, name);
    }
}

static void add_number(struct dynamodb_body *body, const struct expressions *e,
                       const char *placeholder, int64_t number)
{
    if (mentions(e, placeholder)) {
        dynamodb_body_number(body, placeholder, number);
    }
}

static void add_value(struct dynamodb_body *body, const struct expressions *e,
                      const char *placeholder, char type, struct bytes value)
{
    if (mentions(e, placeholder)) {
        dynamodb_body_value(body, placeholder, type, value);
    }
}

static void add_names(struct dynamodb_body *body, const struct expressions *e,
                      const struct dynamodb_table *table)
{
    add_name(body, e, "#pk", table->partition_key);
    add_name(body, e, "#token", "fencingToken");
    add_name(body, e, "#lease", "leaseDurationMs");
    add_name(body, e, "#time", "lockAcquiredTimeUnixMs");
    add_name(body, e, "#owner", "owner");
    add_name(body, e, "#guid", "guid");
}

/* The names of the placeholders say what they stand for; docs/protocol.md has the same. */
static void add_values(struct dynamodb_body *body, const struct expressions *e,
                       const struct store_request *request)
{
    const struct request *ask = request->ask;

    add_number(body, e, ":zero", 0);
    add_number(body, e, ":one", 1);
    add_number(body, e, ":max", (int64_t)TOKEN_MAX - 1);
    add_number(body, e, ":released", LEASE_RELEASED_MS);
    add_number(body, e, ":lease", ask->lease_ms);
    add_number(body, e, ":time", ask->wall_ms);
    add_number(body, e, ":token", (int64_t)ask->observed_token);
    add_number(body, e, ":next", (int64_t)ask->observed_token + 1);
    add_value(body, e, ":seen", ask->observed.type,
              bytes_from(ask->observed.bytes, ask->observed.size));
    add_value(body, e, ":guid", 'B', bytes_from(ask->fresh.bytes, GUID_SIZE));
    if (mentions(e, ":owner")) {
        dynamodb_body_value(body, ":owner", 'S', bytes_from_string(request->owner));
    }
    for (size_t i = 0; i < ask->mine_count; i++) {
        char placeholder[] = ":mine0";

        placeholder[sizeof(placeholder) - 2] = (char)('0' + i);
        add_value(body, e, placeholder, 'B', bytes_from(ask->mine[i].bytes, GUID_SIZE));
    }
}

/* The key, in Key or, for a whole item, in Item. */
static void add_id(struct dynamodb_body *body, const char *parameter,
                   const struct dynamodb_table *table, const struct lock_id *id)
{
    dynamodb_body_attribute(body, parameter, table->partition_key, (char)id->partition.type,
                            id->partition.value);
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_attribute(body, parameter, table->sort_key, (char)id->sort.type,
                                id->sort.value);
    }
}

static void add_write(struct dynamodb_body *body, const struct dynamodb_table *table,
                      const struct store_request *request)
{
    const struct request *ask = request->ask;
    struct expressions e = expressions_of(ask);

    dynamodb_body_string(body, "ConditionExpression", e.condition);
    /* So that a refusal tells who has the lock, in the same round trip. */
    dynamodb_body_string(body, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");
    if (e.update[0] != '\0') {
        dynamodb_body_string(body, "UpdateExpression", e.update);
    }
    if (ask->kind == REQUEST_ACQUIRE || ask->kind == REQUEST_TAKE_OVER) {
        dynamodb_body_string(body, "ReturnValues", "UPDATED_NEW"); /* with the token */
    }
    if (ask->kind == REQUEST_ACQUIRE_CLOSED) {
        dynamodb_body_attribute(body, "Item", "owner", 'S', bytes_from_string(request->owner));
        dynamodb_body_attribute(body, "Item", "guid", 'B', bytes_from(ask->fresh.bytes, GUID_SIZE));
    }
    add_names(body, &e, table);
    add_values(body, &e, request);
}

/* What DynamoDB would not refuse, or not with a sentence that helps. */
static ddblock_status request_check(const struct dynamodb_table *table,
                                    const struct store_request *request, ddblock_error *error)
{
    const struct request *ask = request->ask;
    bool has_sort_key = request->id->sort.type != DDBLOCK_KEY_NONE;

    if (has_sort_key && !dynamodb_table_has_sort_key(table)) {
        return status_set(error, DDBLOCK_INVALID,
                          "the lock's id has a sort key, but the option sort_key names none");
    }
    if (!has_sort_key && dynamodb_table_has_sort_key(table)) {
        return status_set(error, DDBLOCK_INVALID,
                          "the lock's id has no sort key, but the option sort_key names one");
    }
    if (ask->kind == REQUEST_TAKE_OVER && ask->observed_token >= TOKEN_MAX) {
        return status_set(error, DDBLOCK_BAD_ITEM,
                          "the lock has had its last fencing token, 2^53-1: end it and use "
                          "another id");
    }
    return DDBLOCK_OK;
}

ddblock_status dynamodb_request_write(const struct dynamodb_table *table,
                                      const struct store_request *request, struct buffer *buffer,
                                      ddblock_error *error)
{
    enum request_kind kind = request->ask->kind;
    const char *parameter = kind == REQUEST_ACQUIRE_CLOSED ? "Item" : "Key";
    struct dynamodb_body body = {0};
    ddblock_status status;

    if (kind == REQUEST_LIST) {
        return dynamodb_page_write(table, request->page, buffer, error);
    }
    status = request_check(table, request, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    dynamodb_body_init(&body, table->name);
    add_id(&body, parameter, table, request->id);
    if (request_is_write(kind)) {
        add_write(&body, table, request);
    } else {
        dynamodb_body_flag(&body, "ConsistentRead", kind == REQUEST_READ_LATEST);
    }
    if (!dynamodb_body_write(&body, buffer)) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a request to DynamoDB");
    }
    dynamodb_body_finish(&body);
    return status;
}
