/* grant_text.c - a lock that is handed over, as text.
 *
 * Base64 of: a version, the kind, the boot, lease, token, deadline, until when ghosts may come,
 * the number of guids, each guid with when it was sent and whether that is in doubt, and a CRC of
 * all this. Numbers are big-endian. */
#include "engine/grant_text.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "wire/base64.h"
#include "wire/crc32.h"

enum { VERSION = 1 };

enum {
    GUID_ENTRY_SIZE = GUID_SIZE + 8 + 1,
    HEAD_SIZE = 1 + 1 + BOOT_ID_SIZE + 4 * 8 + 1,
    CRC_SIZE = 4,
    PACKED_SIZE_MAX = HEAD_SIZE + GUIDS_MAX * GUID_ENTRY_SIZE + CRC_SIZE,
};
_Static_assert((PACKED_SIZE_MAX + 2) / 3 * 4 + 1 <= GRANT_TEXT_SIZE, "every grant fits");

/* Bytes that are written or read in order. */
struct cursor {
    uint8_t bytes[PACKED_SIZE_MAX];
    size_t size; /* in use */
    size_t at;
    bool failed; /* something was read beyond the end */
};

static void put(struct cursor *cursor, const void *data, size_t size)
{
    assert(size <= sizeof(cursor->bytes) - cursor->size);
    memcpy(cursor->bytes + cursor->size, data, size);
    cursor->size += size;
}

static void put_number(struct cursor *cursor, uint64_t number, unsigned size)
{
    for (unsigned i = size; i > 0; i--) {
        uint8_t byte = (uint8_t)(number >> (8 * (i - 1)));

        put(cursor, &byte, 1);
    }
}

static void take(struct cursor *cursor, void *target, size_t size)
{
    if (cursor->failed || size > cursor->size - cursor->at) {
        cursor->failed = true;
        memset(target, 0, size);
        return;
    }
    memcpy(target, cursor->bytes + cursor->at, size);
    cursor->at += size;
}

static uint64_t take_number(struct cursor *cursor, unsigned size)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < size; i++) {
        uint8_t byte = 0;

        take(cursor, &byte, 1);
        number = number << 8 | byte;
    }
    return number;
}

/* A byte that is 0 or 1. */
static bool take_flag(struct cursor *cursor)
{
    uint64_t flag = take_number(cursor, 1);

    cursor->failed = cursor->failed || flag > 1;
    return flag != 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number of the time namespace; 0: there are none. In each the clock that counts suspend may be
 * set otherwise (time_namespaces(7)). */
static uint64_t time_namespace(void)
{
    char text[64] = ""; /* "time:[4026531834]" */
    uint64_t number = 0;

    if (readlink("/proc/self/ns/time", text, sizeof(text) - 1) > 0) {
        (void)sscanf(text, "time:[%" SCNu64 "]", &number);
    }
    return number;
}

bool boot_id_read(struct boot_id *ret_id)
{
    char text[64]; /* 36 bytes: a UUID, and a newline */
    struct boot_id id = {0};
    size_t digits = 0;
    ssize_t size;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return false;
    }
    size = read(fd, text, sizeof(text));
    (void)close(fd);
    for (ssize_t i = 0; i < size && digits < (size_t)2 * BOOT_ID_SIZE; i++) {
        int value = hex_value(text[i]);

        if (value >= 0) {
            id.bytes[digits / 2] = (uint8_t)(id.bytes[digits / 2] << 4 | value);
            digits++;
        }
    }
    if (digits != (size_t)2 * BOOT_ID_SIZE) {
        return false;
    }
    for (uint64_t number = time_namespace(), i = 0; i < 8; i++) {
        id.bytes[i] ^= (uint8_t)(number >> 8 * i);
    }
    *ret_id = id;
    return true;
}

static void pack(struct cursor *cursor, const struct machine_grant *grant,
                 const struct boot_id *boot)
{
    put_number(cursor, VERSION, 1);
    put_number(cursor, grant->kind == DDBLOCK_FAIL_CLOSED, 1);
    put(cursor, boot->bytes, sizeof(boot->bytes));
    put_number(cursor, (uint64_t)grant->lease_ms, 8);
    put_number(cursor, grant->token, 8);
    put_number(cursor, (uint64_t)grant->deadline.ns, 8);
    put_number(cursor, (uint64_t)grant->ghosts_until.ns, 8);
    put_number(cursor, grant->mine_count, 1);
    for (size_t i = 0; i < grant->mine_count; i++) {
        const struct guid_sent *entry = &grant->mine[i];

        put(cursor, entry->guid.bytes, sizeof(entry->guid.bytes));
        put_number(cursor, (uint64_t)entry->sent.ns, 8);
        put_number(cursor, entry->in_doubt, 1);
    }
    put_number(cursor, crc32_of(bytes_from(cursor->bytes, cursor->size)), CRC_SIZE);
}

bool grant_text_reserve(struct buffer *ret_text)
{
    static const uint8_t most[GRANT_TEXT_SIZE];
    struct buffer text;

    buffer_init(&text, sizeof(most));
    buffer_append(&text, bytes_from(most, sizeof(most)));
    if (!buffer_ok(&text)) {
        buffer_finish(&text);
        return false;
    }
    buffer_clear(&text); /* which keeps the memory */
    *ret_text = text;
    return true;
}

void grant_text_write(const struct machine_grant *grant, const struct boot_id *boot,
                      struct buffer *text)
{
    struct cursor cursor = {0};

    assert(grant->mine_count >= 1 && grant->mine_count <= GUIDS_MAX);
    pack(&cursor, grant, boot);
    base64_append(text, bytes_from(cursor.bytes, cursor.size));
    assert(buffer_ok(text));
    explicit_bzero(&cursor, sizeof(cursor));
}

static struct machine_grant unpack(struct cursor *cursor, struct boot_id *boot)
{
    struct machine_grant grant = {0};
    size_t count;

    cursor->failed = take_number(cursor, 1) != VERSION;
    grant.kind = take_flag(cursor) ? DDBLOCK_FAIL_CLOSED : DDBLOCK_FAIL_OPEN;
    take(cursor, boot->bytes, sizeof(boot->bytes));
    grant.lease_ms = (int64_t)take_number(cursor, 8);
    grant.token = take_number(cursor, 8);
    grant.deadline.ns = (int64_t)take_number(cursor, 8);
    grant.ghosts_until.ns = (int64_t)take_number(cursor, 8);
    count = take_number(cursor, 1);
    cursor->failed = cursor->failed || count < 1 || count > GUIDS_MAX;
    for (size_t i = 0; i < count && !cursor->failed; i++) {
        struct guid_sent *entry = &grant.mine[grant.mine_count++];

        take(cursor, entry->guid.bytes, sizeof(entry->guid.bytes));
        entry->sent.ns = (int64_t)take_number(cursor, 8);
        entry->in_doubt = take_flag(cursor);
    }
    return grant;
}

/* What no machine ever held. */
static bool is_impossible(const struct machine_grant *grant)
{
    if (grant->kind == DDBLOCK_FAIL_CLOSED) {
        return grant->token != 0 || !instant_is_never(grant->deadline);
    }
    return grant->token < 1 || grant->token > TOKEN_MAX || instant_is_never(grant->deadline);
}

bool grant_text_read(const char *text, struct machine_grant *ret_grant, struct boot_id *ret_boot)
{
    struct cursor cursor = {0};
    struct machine_grant grant = {0};
    struct boot_id boot = {0};
    size_t body = 0;
    bool ok;

    ok = base64_decode(bytes_from_string(text), cursor.bytes, sizeof(cursor.bytes), &cursor.size);
    if (ok) {
        grant = unpack(&cursor, &boot);
        body = cursor.at;
        ok = take_number(&cursor, CRC_SIZE) == crc32_of(bytes_from(cursor.bytes, body)) &&
             !cursor.failed && cursor.at == cursor.size && !is_impossible(&grant);
    }
    if (ok) {
        *ret_grant = grant;
        *ret_boot = boot;
    }
    explicit_bzero(&cursor, sizeof(cursor));
    explicit_bzero(&grant, sizeof(grant));
    return ok;
}
