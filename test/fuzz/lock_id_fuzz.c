/* lock_id_fuzz.c - any bytes as a lock's id: the first two choose the types, the third the length
 * of the partition key. What is taken can be asked for. */
#include "fuzz.h"

#include "store/dynamodb_request.h"
#include "wire/json_text.h"

static const ddblock_key_type types[] = {DDBLOCK_KEY_NONE, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NUMBER,
                                         DDBLOCK_KEY_BINARY, (ddblock_key_type)'X'};

enum { TYPES = sizeof(types) / sizeof(types[0]), BODY_SIZE_MAX = 64 * 1024 };

static ddblock_key key_from(const struct lock_key *key)
{
    return (ddblock_key){key->type, key->value.data, key->value.size};
}

/* A checked id is what it was when it is checked again. */
static void check_stable(const struct lock_id *id)
{
    ddblock_id given = {key_from(&id->partition), key_from(&id->sort)};
    struct lock_id *again = NULL;

    assert(lock_id_create(&given, &again, NULL) == DDBLOCK_OK);
    assert(lock_id_compare(id, again) == 0);
    lock_id_destroy(again);
}

static void check_request(const struct lock_id *id)
{
    struct dynamodb_table table = {.name = "locks", .partition_key = "id"};
    const struct request ask = {.kind = REQUEST_READ};
    const struct store_request request = {.id = id, .ask = &ask};
    struct bytes key = {0};
    struct buffer body;

    if (id->sort.type != DDBLOCK_KEY_NONE) {
        memcpy(table.sort_key, "range", sizeof("range"));
    }
    buffer_init(&body, BODY_SIZE_MAX);
    assert(dynamodb_request_write(&table, &request, &body, NULL) == DDBLOCK_OK);
    assert(json_text_is_valid(buffer_bytes(&body)));
    assert(json_text_find(buffer_bytes(&body), "Key", &key) == 1);
    assert(json_text_count(key) == (id->sort.type != DDBLOCK_KEY_NONE ? 2 : 1));
    buffer_finish(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_from(data, size);
    ddblock_id given = {.partition.type = types[fuzz_take(&input) % TYPES],
                        .sort.type = types[fuzz_take(&input) % TYPES]};
    size_t first = fuzz_take(&input);
    struct lock_id *id = NULL;
    ddblock_error error = {0};

    first = first < input.size ? first : input.size;
    given.partition.data = input.data;
    given.partition.size = first;
    given.sort.data = input.size > first ? input.data + first : NULL;
    given.sort.size = input.size - first;
    if (lock_id_create(&given, &id, &error) == DDBLOCK_OK) {
        check_stable(id);
        check_request(id);
    } else {
        assert(id == NULL && error.status == DDBLOCK_INVALID && error.message[0] != '\0');
    }
    lock_id_destroy(id);
    return 0;
}
