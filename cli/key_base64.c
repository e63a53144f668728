/* key_base64.c - RFC 4648, section 4. */
#include "key_base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool key_base64_decode(const char *text, uint8_t *target, size_t size, size_t *ret_size)
{
    size_t length = strlen(text);
    size_t digits = length;
    size_t used = 0;
    uint32_t bits = 0; /* those not written yet are the lowest */
    unsigned int bit_count = 0;

    while (digits > 0 && length - digits < 2 && text[digits - 1] == '=') {
        digits--;
    }
    if (length % 4 != 0) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        const char *digit = memchr(alphabet, text[i], sizeof(alphabet) - 1);

        if (digit == NULL) {
            return false;
        }
        bits = (bits << 6 | (uint32_t)(digit - alphabet)) & 0xFFFF;
        bit_count += 6;
        if (bit_count >= 8) {
            bit_count -= 8;
            if (used == size) {
                return false;
            }
            target[used++] = (uint8_t)(bits >> bit_count);
        }
    }
    if (bit_count >= 6 || (bits & ((1U << bit_count) - 1)) != 0) {
        return false;
    }
    *ret_size = used;
    return true;
}

size_t key_base64_encode(char *target, const uint8_t *data, size_t size)
{
    size_t used = 0;

    for (size_t at = 0; at < size; at += 3) {
        size_t count = size - at < 3 ? size - at : 3;
        uint32_t bits = (uint32_t)data[at] << 16;

        bits |= count > 1 ? (uint32_t)data[at + 1] << 8 : 0;
        bits |= count > 2 ? (uint32_t)data[at + 2] : 0;
        for (size_t digit = 0; digit < 4; digit++) {
            target[used++] = digit > count ? '=' : alphabet[bits >> (18 - 6 * digit) & 0x3F];
        }
    }
    target[used] = '\0';
    return used;
}
