/* base64.c - base64, by libcrypto. */
#include "wire/base64.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

/* A group: three bytes, four characters. EVP_EncodeBlock adds a NUL. So many groups are encoded at
 * once: a guid's 64 bytes are 22. */
enum { GROUP_BYTES = 3, GROUP_CHARACTERS = 4, GROUPS_AT_ONCE = 24 };

static void encode_group(struct bytes bytes, char target[GROUP_CHARACTERS + 1])
{
    int length = EVP_EncodeBlock((unsigned char *)target, bytes.data, (int)bytes.size);

    assert(length == GROUP_CHARACTERS);
    (void)length;
}

void base64_append(struct buffer *buffer, struct bytes bytes)
{
    const size_t most = (size_t)GROUPS_AT_ONCE * GROUP_BYTES;
    char text[GROUPS_AT_ONCE * GROUP_CHARACTERS + 1];

    while (bytes.size > 0) {
        size_t size = bytes.size < most ? bytes.size : most;
        int length = EVP_EncodeBlock((unsigned char *)text, bytes.data, (int)size);

        buffer_append(buffer, bytes_from(text, (size_t)length));
        bytes.data += size;
        bytes.size -= size;
    }
    OPENSSL_cleanse(text, sizeof(text)); /* guids are the right to release a lock */
}

/* Decodes one group; returns how many bytes it holds, 0 if it is malformed.
 *
 * EVP_DecodeBlock(3) skips white space and ignores unused bits, so the result is encoded
 * again: only the one right spelling comes back the same. */
static size_t decode_group(const uint8_t *text, bool is_last, uint8_t target[GROUP_BYTES])
{
    size_t size = GROUP_BYTES;
    char again[GROUP_CHARACTERS + 1];

    if (is_last && text[3] == '=') {
        size = text[2] == '=' ? 1 : 2;
    }
    if (EVP_DecodeBlock(target, text, GROUP_CHARACTERS) != GROUP_BYTES) {
        return 0;
    }
    encode_group(bytes_from(target, size), again);
    return memcmp(again, text, GROUP_CHARACTERS) == 0 ? size : 0;
}

bool base64_decode(struct bytes text, uint8_t *target, size_t capacity, size_t *ret_size)
{
    size_t used = 0;

    if (text.size % GROUP_CHARACTERS != 0) {
        return false;
    }
    for (size_t i = 0; i < text.size; i += GROUP_CHARACTERS) {
        bool is_last = i + GROUP_CHARACTERS == text.size;
        uint8_t group[GROUP_BYTES] = {0};
        size_t size = decode_group(text.data + i, is_last, group);

        if (size == 0 || size > capacity - used) {
            return false;
        }
        memcpy(target + used, group, size);
        used += size;
    }
    *ret_size = used;
    return true;
}
