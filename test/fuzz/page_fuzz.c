/* page_fuzz.c - any bytes as DynamoDB's reply to a request for a page of locks. The first says
 * whether the table has a sort key.
 *
 * Where a page ends the next one must begin: what is read of LastEvaluatedKey goes out as
 * ExclusiveStartKey, and read again it is the same. */
#include "fuzz.h"

#include "store/dynamodb_page.h"
#include "wire/attribute.h"
#include "wire/json_text.h"

enum { LIMIT = 4, BODY_SIZE_MAX = 64 * 1024 };

static void check_entries(const struct page *page)
{
    assert(page->count <= page->limit);
    for (size_t i = 0; i < page->count; i++) {
        assert(page->entries[i].id->partition.type != DDBLOCK_KEY_NONE);
        assert(page->entries[i].id->partition.value.size <= ATTRIBUTE_SIZE_MAX);
        assert(page->entries[i].record.kind != RECORD_UNKNOWN);
        assert(page->entries[i].record.kind != RECORD_ABSENT);
    }
}

/* The key of the request, as the end of an answer. */
static void answer_with(struct bytes request, struct buffer *answer)
{
    struct bytes key = {0};

    assert(json_text_is_valid(request));
    assert(json_text_find(request, "ExclusiveStartKey", &key) == 1);
    buffer_append_string(answer, "{\"Items\":[],\"LastEvaluatedKey\":");
    buffer_append(answer, key);
    buffer_append_string(answer, "}");
    assert(buffer_ok(answer));
}

static void check_round_trip(const struct dynamodb_table *table, const struct page *page)
{
    struct dynamodb_reply reply = {0};
    struct buffer request;
    struct buffer answer;
    struct page next;

    buffer_init(&request, BODY_SIZE_MAX);
    buffer_init(&answer, BODY_SIZE_MAX);
    assert(page_init(&next, LIMIT));
    assert(dynamodb_page_write(table, page, &request, NULL) == DDBLOCK_OK);
    answer_with(buffer_bytes(&request), &answer);
    assert(dynamodb_reply_read(buffer_bytes(&answer), &reply));
    assert(dynamodb_page_read(table, &reply, &next, NULL) == DDBLOCK_OK);
    assert(!next.is_last && next.after != NULL);
    assert(lock_id_compare(next.after, page->after) == 0);
    page_finish(&next);
    buffer_finish(&answer);
    buffer_finish(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_from(data, size);
    struct dynamodb_table table = {.name = "locks", .partition_key = "id"};
    struct dynamodb_reply reply = {0};
    ddblock_error error = {0};
    ddblock_status status;
    struct page page;

    if (fuzz_take(&input) % 2 != 0) {
        memcpy(table.sort_key, "range", sizeof("range"));
    }
    if (!dynamodb_reply_read(input, &reply)) {
        return 0;
    }
    assert(page_init(&page, LIMIT));
    status = dynamodb_page_read(&table, &reply, &page, &error);
    if (status == DDBLOCK_OK) {
        check_entries(&page);
        assert(page.is_last == (page.after == NULL));
        if (page.after != NULL) {
            check_round_trip(&table, &page);
        }
    } else {
        assert(page.after == NULL);
        assert(status == DDBLOCK_UNAVAILABLE || error.message[0] != '\0');
    }
    page_finish(&page);
    return 0;
}
