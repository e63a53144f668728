/* dynamodb_record.c - an item of the lock table, in the terms of the protocol. */
#include "store/dynamodb_record.h"

#include "base/text.h"
#include "wire/attribute.h"
#include "wire/base64.h"
#include "wire/decimal.h"

/* The largest whole number that is exact for the npm package, which reads it as a double. */
#define LEASE_READ_MAX_MS ((int64_t)TOKEN_MAX)

/* Reads a whole number of type N. False if there is none. */
static bool number_find(struct bytes item, const char *name, int64_t *ret_number)
{
    struct attribute attribute = {0};

    return attribute_find(item, name, &attribute) && attribute.type == 'N' && attribute.is_whole &&
           decimal_to_int64(attribute_bytes(&attribute), ret_number);
}

uint64_t dynamodb_record_token(struct bytes item)
{
    int64_t token = 0;

    if (!number_find(item, "fencingToken", &token) || token < 1 || token > (int64_t)TOKEN_MAX) {
        return 0;
    }
    return (uint64_t)token;
}

/* Each returns the defect, or NULL. */
static const char *read_token(struct bytes item, struct record *record)
{
    record->token = dynamodb_record_token(item);
    return record->token > 0 ? NULL : "its fencingToken is not a whole number from 1 to 2^53-1";
}

static const char *read_lease(struct bytes item, struct record *record)
{
    int64_t lease_ms = 0;

    if (!number_find(item, "leaseDurationMs", &lease_ms) || lease_ms > LEASE_READ_MAX_MS) {
        return "its leaseDurationMs is not a whole number up to 2^53-1";
    }
    record->lease_ms = lease_ms;
    return NULL;
}

static const char *read_guid(const struct attribute *attribute, struct record *record)
{
    static const char defect[] = "its guid is not binary, text or a number of at most 128 bytes";
    struct foreign_guid guid = {.type = attribute->type};
    struct bytes text = attribute_bytes(attribute);
    size_t size = text.size;

    if (attribute->type == 0 || !attribute->is_whole) {
        return defect;
    }
    if (attribute->type == 'B') {
        if (!base64_decode(text, guid.bytes, sizeof(guid.bytes), &size)) {
            return defect;
        }
    } else {
        if (size > sizeof(guid.bytes)) {
            return defect;
        }
        memcpy(guid.bytes, text.data, size);
    }
    guid.size = (uint8_t)size;
    record->guid = guid;
    return NULL;
}

/* What follows is for people: odd values are left out and make nothing bad. */
static void read_owner(struct bytes item, struct record *record)
{
    struct attribute owner = {0};

    if (attribute_find(item, "owner", &owner) && owner.type == 'S') {
        text_copy(record->owner, sizeof(record->owner), attribute_bytes(&owner));
    }
}

static void read_time(struct bytes item, struct record *record)
{
    int64_t unix_ms = -1;

    if (number_find(item, "lockAcquiredTimeUnixMs", &unix_ms) && unix_ms >= 0) {
        record->acquired_time_unix_ms = unix_ms;
    }
}

/* Reads what makes it a lock. An item without a fencing token is a fail-closed one, even if
 * it has nothing else: the npm package's acquisition finds it in the way just so. */
static const char *read_lock(struct bytes item, struct record *record)
{
    struct attribute attribute = {0};
    bool is_open = attribute_find(item, "fencingToken", &attribute);
    const char *defect = NULL;

    if (attribute_find(item, "guid", &attribute)) {
        defect = read_guid(&attribute, record);
    } else if (is_open) {
        defect = "its guid is missing";
    }
    if (is_open && defect == NULL) {
        defect = read_lease(item, record);
    }
    if (is_open && defect == NULL) {
        defect = read_token(item, record);
    }
    record->kind = is_open ? RECORD_FAIL_OPEN : RECORD_FAIL_CLOSED;
    return defect;
}

void dynamodb_record_read(struct bytes item, struct record *ret_record)
{
    struct record record = {.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};

    if (item.size > 0) {
        record.defect = read_lock(item, &record);
        if (record.defect != NULL) {
            record.kind = RECORD_BAD;
        }
        read_owner(item, &record);
        read_time(item, &record);
    }
    *ret_record = record;
}
