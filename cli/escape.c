/* escape.c - text from outside, made safe to print. */
#include "escape.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* RFC 3629, section 4: no overlong forms, no surrogates. */
size_t utf8_decode(const uint8_t *bytes, size_t size, uint32_t *ret_character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length;
    uint32_t character;

    if (bytes[0] < 0x80) {
        *ret_character = bytes[0];
        return 1;
    }
    length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
    if (bytes[0] < 0xC0 || bytes[0] > 0xF4 || size < length) {
        return 0;
    }
    character = bytes[0] & (0x7FU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0) != 0x80) {
            return 0;
        }
        character = character << 6 | (bytes[i] & 0x3FU);
    }
    if (character < least[length] || character > 0x10FFFF ||
        (character >= 0xD800 && character <= 0xDFFF)) {
        return 0;
    }
    *ret_character = character;
    return length;
}

bool utf8_is_harmless(uint32_t character)
{
    if (character < 0x20 || (character >= 0x7F && character < 0xA0)) {
        return false;
    }
    /* Line and paragraph separators; the controls of Unicode's Bidi_Control property, with
     * which a name can be made to look like another (CVE-2021-42574). */
    return !(character == 0x061C || character == 0x200E || character == 0x200F ||
             (character >= 0x2028 && character <= 0x202E) ||
             (character >= 0x2066 && character <= 0x2069));
}

char *escape_bytes(char *target, size_t size, const void *data, size_t data_size)
{
    static const char cut[] = "\xE2\x80\xA6";
    const uint8_t *bytes = data;
    size_t used = 0;
    size_t at = 0;

    assert(size > sizeof(cut));
    while (at < data_size) {
        uint32_t character = 0;
        char piece[5] = {0};
        size_t length = utf8_decode(bytes + at, data_size - at, &character);

        if (length > 0 && character != '\\' && utf8_is_harmless(character)) {
            memcpy(piece, bytes + at, length);
        } else {
            (void)snprintf(piece, sizeof(piece), "\\x%02X", bytes[at]);
            length = 1;
        }
        if (used + strlen(piece) + sizeof(cut) > size) {
            memcpy(target + used, cut, sizeof(cut));
            return target;
        }
        memcpy(target + used, piece, strlen(piece));
        used += strlen(piece);
        at += length;
    }
    target[used] = '\0';
    return target;
}

char *escape_string(char *target, size_t size, const char *text)
{
    return escape_bytes(target, size, text, strlen(text));
}
