/* dynamodb_page.c - a page of a list of the locks in a DynamoDB table. */
#include "store/dynamodb_page.h"

#include <stdio.h>

#include "base/status.h"
#include "base/text.h"
#include "store/dynamodb_record.h"
#include "wire/attribute.h"
#include "wire/base64.h"
#include "wire/decimal.h"
#include "wire/dynamodb_body.h"
#include "wire/json_text.h"

#define LOCK_ATTRIBUTES ", #token, #lease, #time, #owner, #guid"

static void add_key(struct dynamodb_body *body, const char *parameter, const char *name,
                    const struct lock_key *key)
{
    dynamodb_body_attribute(body, parameter, name, (char)key->type, key->value);
}

static void add_names(struct dynamodb_body *body, const struct dynamodb_table *table)
{
    dynamodb_body_name(body, "#pk", table->partition_key);
    if (dynamodb_table_has_sort_key(table)) {
        dynamodb_body_name(body, "#sk", table->sort_key);
    }
    dynamodb_body_name(body, "#token", "fencingToken");
    dynamodb_body_name(body, "#lease", "leaseDurationMs");
    dynamodb_body_name(body, "#time", "lockAcquiredTimeUnixMs");
    dynamodb_body_name(body, "#owner", "owner");
    dynamodb_body_name(body, "#guid", "guid");
}

/* Which locks. A filter spares the bytes, not the price: it "is applied after a Scan finishes but
 * before the results are returned" (DynamoDB guide, "Scanning tables"). */
static void add_choice(struct dynamodb_body *body, const struct page *page)
{
    bool has_prefix = page->prefix.type != DDBLOCK_KEY_NONE;

    if (page->partition.type != DDBLOCK_KEY_NONE) {
        dynamodb_body_string(body, "KeyConditionExpression",
                             has_prefix ? "#pk = :pk AND begins_with(#sk, :prefix)" : "#pk = :pk");
        dynamodb_body_value(body, ":pk", (char)page->partition.type, page->partition.value);
    } else if (has_prefix) {
        dynamodb_body_string(body, "FilterExpression", "begins_with(#pk, :prefix)");
    }
    if (has_prefix) {
        dynamodb_body_value(body, ":prefix", (char)page->prefix.type, page->prefix.value);
    }
}

ddblock_status dynamodb_page_write(const struct dynamodb_table *table, const struct page *page,
                                   struct buffer *buffer, ddblock_error *error)
{
    bool has_sort_key = dynamodb_table_has_sort_key(table);
    struct dynamodb_body body = {0};
    bool written;

    if (page->partition.type != DDBLOCK_KEY_NONE && page->prefix.type != DDBLOCK_KEY_NONE &&
        !has_sort_key) {
        return status_set(error, DDBLOCK_INVALID,
                          "a prefix of sort keys is asked for, but the option sort_key names none");
    }
    dynamodb_body_init(&body, table->name);
    dynamodb_body_count(&body, "Limit", page->limit);
    dynamodb_body_flag(&body, "ConsistentRead", !page->may_be_stale);
    dynamodb_body_string(&body, "ProjectionExpression",
                         has_sort_key ? "#pk, #sk" LOCK_ATTRIBUTES : "#pk" LOCK_ATTRIBUTES);
    add_names(&body, table);
    add_choice(&body, page);
    if (page->after != NULL) {
        add_key(&body, "ExclusiveStartKey", table->partition_key, &page->after->partition);
        if (has_sort_key) {
            add_key(&body, "ExclusiveStartKey", table->sort_key, &page->after->sort);
        }
    }
    written = dynamodb_body_write(&body, buffer);
    dynamodb_body_finish(&body);
    return written ? DDBLOCK_OK
                   : status_set(error, DDBLOCK_NO_MEMORY, "no memory for a request to DynamoDB");
}

/* A key as it was read, and memory for it. */
struct key_read {
    struct attribute attribute;
    uint8_t bytes[PARTITION_KEY_SIZE_MAX];
    char number[DECIMAL_CANONICAL_SIZE];
};

/* False if the item has no such key. */
static bool read_key(struct bytes item, const char *name, struct key_read *memory,
                     struct lock_key *ret_key)
{
    struct attribute *attribute = &memory->attribute;
    struct bytes value;
    size_t size = 0;

    if (!attribute_find(item, name, attribute) || attribute->type == 0 || !attribute->is_whole) {
        return false;
    }
    value = attribute_bytes(attribute);
    if (attribute->type == 'B') {
        if (!base64_decode(value, memory->bytes, sizeof(memory->bytes), &size)) {
            return false;
        }
        value = bytes_from(memory->bytes, size);
    } else if (attribute->type == 'N') {
        if (decimal_canonical(value, memory->number) != NULL) {
            return false;
        }
        value = bytes_from_string(memory->number);
    }
    *ret_key = (struct lock_key){(ddblock_key_type)attribute->type, value};
    return true;
}

/* Memory for both parts of an id. */
struct id_read {
    struct key_read partition;
    struct key_read sort;
};

static bool read_id(const struct dynamodb_table *table, struct bytes item, struct id_read *memory,
                    struct lock_id *ret_id)
{
    struct lock_id id = {0};

    if (!read_key(item, table->partition_key, &memory->partition, &id.partition) ||
        (dynamodb_table_has_sort_key(table) &&
         !read_key(item, table->sort_key, &memory->sort, &id.sort))) {
        return false;
    }
    *ret_id = id;
    return true;
}

/* Whoever names the wrong keys gets items without them, or a key with more parts. */
static ddblock_status refuse_keys(const struct dynamodb_table *table, ddblock_error *error)
{
    return status_set(error, DDBLOCK_WRONG_SCHEMA,
                      "the items of table \"%s\" do not have the keys that the options name",
                      table->name);
}

static ddblock_status no_memory(ddblock_error *error)
{
    return status_set(error, DDBLOCK_NO_MEMORY, "no memory for a list of locks");
}

static ddblock_status read_items(const struct dynamodb_table *table, struct bytes rest,
                                 struct page *page, ddblock_error *error)
{
    struct id_read memory;
    struct lock_id id = {0};
    struct record record;
    struct bytes item;

    while (json_text_next(&rest, &item)) {
        if (!json_text_is_object(item) || page->count == page->limit) {
            return DDBLOCK_UNAVAILABLE;
        }
        if (!read_id(table, item, &memory, &id)) {
            return refuse_keys(table, error);
        }
        dynamodb_record_read(item, &record);
        if (!page_add(page, &id, &record)) {
            return no_memory(error);
        }
    }
    return DDBLOCK_OK;
}

/* "If LastEvaluatedKey is empty, then the "last page" of results has been processed" (API
 * reference, Scan). */
static ddblock_status read_end(const struct dynamodb_table *table, struct bytes last,
                               struct page *page, ddblock_error *error)
{
    size_t parts = dynamodb_table_has_sort_key(table) ? 2 : 1;
    bool is_last = json_text_count(last) == 0;
    struct id_read memory;
    struct lock_id id = {0};

    if (!is_last && (json_text_count(last) != parts || !read_id(table, last, &memory, &id))) {
        return refuse_keys(table, error);
    }
    return page_end(page, is_last ? NULL : &id) ? DDBLOCK_OK : no_memory(error);
}

ddblock_status dynamodb_page_read(const struct dynamodb_table *table,
                                  const struct dynamodb_reply *answer, struct page *page,
                                  ddblock_error *error)
{
    struct bytes items = {0};
    struct bytes last = {0};
    struct bytes rest = {0};
    ddblock_status status;

    page_clear(page);
    if (json_text_find(answer->body, "Items", &items) != 1 || !json_text_elements(items, &rest) ||
        !dynamodb_reply_item(answer, "LastEvaluatedKey", &last)) {
        return DDBLOCK_UNAVAILABLE;
    }
    status = read_items(table, rest, page, error);
    return status == DDBLOCK_OK ? read_end(table, last, page, error) : status;
}
