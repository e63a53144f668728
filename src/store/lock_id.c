/* lock_id.c - a lock's id, checked and owned. */
#include "store/lock_id.h"

#include <assert.h>
#include <stdlib.h>

#include "base/status.h"
#include "base/text.h"
#include "wire/decimal.h"

/* How much of a wrong number a sentence shows. */
enum { SHOWN_SIZE = 64 };

/* What is checked and said of one part. */
struct part {
    const ddblock_key *key;
    const char *name; /* "partition key" */
    size_t size_max;
    char number[DECIMAL_CANONICAL_SIZE]; /* the canonical form of a number */
    struct bytes value;                  /* the caller's bytes, or number */
};

static ddblock_status part_check_number(struct part *part, ddblock_error *error)
{
    char shown[SHOWN_SIZE];
    const char *wrong = decimal_canonical(part->value, part->number);

    if (wrong != NULL) {
        return status_set(error, DDBLOCK_INVALID, "the %s \"%s\" %s", part->name,
                          text_escape(shown, sizeof(shown), part->value), wrong);
    }
    part->value = bytes_from_string(part->number);
    return DDBLOCK_OK;
}

static ddblock_status part_check(struct part *part, ddblock_error *error)
{
    if (part->key->data == NULL && part->key->size > 0) {
        return status_set(error, DDBLOCK_INVALID, "the %s has a size but no data", part->name);
    }
    part->value = bytes_from(part->key->data, part->key->size);

    switch (part->key->type) {
    case DDBLOCK_KEY_NUMBER:
        return part_check_number(part, error);
    case DDBLOCK_KEY_STRING:
        if (!text_is_utf8(part->value)) {
            return status_set(error, DDBLOCK_INVALID,
                              "the %s is not well-formed UTF-8; other bytes can be a key of type "
                              "binary",
                              part->name);
        }
        break;
    case DDBLOCK_KEY_BINARY:
        break;
    case DDBLOCK_KEY_NONE:
    default:
        return status_set(error, DDBLOCK_INVALID,
                          "the %s has type %u; there are string (83), number (78) and binary (66)",
                          part->name, (unsigned)part->key->type);
    }
    if (part->value.size > part->size_max) {
        return status_set(error, DDBLOCK_INVALID,
                          "the %s has %zu bytes; DynamoDB's keys have at most %zu", part->name,
                          part->value.size, part->size_max);
    }
    return DDBLOCK_OK;
}

/* Copies a key's value to *next, which moves behind it. */
static struct lock_key key_copy(const struct lock_key *key, uint8_t **next)
{
    struct lock_key copy = {
        .type = key->type,
        .value = bytes_from(*next, key->value.size),
    };

    if (key->value.size > 0) {
        memcpy(*next, key->value.data, key->value.size);
    }
    *next += key->value.size;
    return copy;
}

struct lock_id *lock_id_copy(const struct lock_id *id)
{
    struct lock_id *copy = malloc(sizeof(*copy) + id->partition.value.size + id->sort.value.size);
    uint8_t *next;

    if (copy == NULL) {
        return NULL;
    }
    next = (uint8_t *)(copy + 1);
    copy->partition = key_copy(&id->partition, &next);
    copy->sort = key_copy(&id->sort, &next);
    return copy;
}

ddblock_status lock_id_create(const ddblock_id *id, struct lock_id **ret_id, ddblock_error *error)
{
    struct part partition = {0};
    struct part sort = {0};
    struct lock_id checked = {0};
    struct lock_id *created;
    ddblock_status status;

    assert(id != NULL);
    assert(ret_id != NULL);
    partition.key = &id->partition;
    partition.name = "partition key";
    partition.size_max = PARTITION_KEY_SIZE_MAX;
    status = part_check(&partition, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    if (partition.value.size == 0) {
        return status_set(error, DDBLOCK_INVALID,
                          "the partition key is empty; a lock's name has 1 to %d bytes",
                          PARTITION_KEY_SIZE_MAX);
    }
    sort.key = &id->sort;
    sort.name = "sort key";
    sort.size_max = SORT_KEY_SIZE_MAX;
    if (id->sort.type != DDBLOCK_KEY_NONE) {
        status = part_check(&sort, error);
        if (status != DDBLOCK_OK) {
            return status;
        }
    }

    checked.partition = (struct lock_key){id->partition.type, partition.value};
    checked.sort = (struct lock_key){id->sort.type, sort.value};
    created = lock_id_copy(&checked);
    if (created == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "no memory for the id of a lock");
    }
    *ret_id = created;
    return DDBLOCK_OK;
}

bool lock_key_equal(const struct lock_key *a, const struct lock_key *b)
{
    return a->type == b->type && bytes_equal(a->value, b->value);
}

static int key_compare(const struct lock_key *a, const struct lock_key *b)
{
    size_t common = a->value.size < b->value.size ? a->value.size : b->value.size;
    int order = common > 0 ? memcmp(a->value.data, b->value.data, common) : 0;

    if (a->type != b->type) {
        return a->type < b->type ? -1 : 1;
    }
    if (order != 0 || a->value.size == b->value.size) {
        return order;
    }
    return a->value.size < b->value.size ? -1 : 1;
}

int lock_id_compare(const struct lock_id *a, const struct lock_id *b)
{
    int order = key_compare(&a->partition, &b->partition);

    return order != 0 ? order : key_compare(&a->sort, &b->sort);
}

void lock_id_destroy(struct lock_id *id)
{
    free(id);
}
