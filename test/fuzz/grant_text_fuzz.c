/* grant_text_fuzz.c - any bytes as a lock that is handed over. An odd first byte: what follows is
 * packed as such a text is, with its checksum, so that the fuzzer need not find that. */
#include "fuzz.h"

#include "engine/grant_text.h"
#include "wire/base64.h"
#include "wire/crc32.h"

/* A text that was taken is the only one for what it says. */
static void check(const char *text)
{
    struct machine_grant grant;
    struct boot_id boot;
    struct buffer again;

    if (!grant_text_read(text, &grant, &boot)) {
        return;
    }
    assert(grant.mine_count >= 1 && grant.mine_count <= GUIDS_MAX);
    if (grant.kind == DDBLOCK_FAIL_OPEN) {
        assert(grant.token >= 1 && grant.token <= TOKEN_MAX && !instant_is_never(grant.deadline));
    }
    assert(grant_text_reserve(&again));
    grant_text_write(&grant, &boot, &again);
    assert(strcmp(buffer_string(&again), text) == 0);
    buffer_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = bytes_from(data, size);
    struct buffer packed;
    struct buffer text;
    char *plain;

    if (fuzz_take(&input) % 2 == 0) {
        plain = fuzz_string(input);
        check(plain);
        free(plain);
        return 0;
    }
    buffer_init(&packed, input.size + 4);
    buffer_init(&text, 2 * input.size + 16);
    buffer_append(&packed, input);
    for (int shift = 24; shift >= 0; shift -= 8) {
        uint8_t byte = (uint8_t)(crc32_of(input) >> shift);

        buffer_append(&packed, bytes_from(&byte, 1));
    }
    base64_append(&text, buffer_bytes(&packed));
    check(buffer_string(&text));
    buffer_finish(&text);
    buffer_finish(&packed);
    return 0;
}
