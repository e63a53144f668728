/* text.c - text from outside, made safe to keep and to print. */
#include "base/text.h"

#include <assert.h>
#include <stdio.h>

/* The length of the well-formed character at the start of bytes, 0 if there is none.
 * RFC 3629, section 4. */
static size_t utf8_character(struct bytes bytes)
{
    const uint8_t *b = bytes.data;
    uint8_t low = 0x80;
    uint8_t high = 0xBF;
    size_t length;

    if (bytes.size == 0) {
        return 0;
    }
    if (b[0] < 0x80) {
        return 1;
    }
    if (b[0] >= 0xC2 && b[0] <= 0xDF) {
        length = 2;
    } else if (b[0] >= 0xE0 && b[0] <= 0xEF) {
        length = 3;
        low = b[0] == 0xE0 ? 0xA0 : low;
        high = b[0] == 0xED ? 0x9F : high;
    } else if (b[0] >= 0xF0 && b[0] <= 0xF4) {
        length = 4;
        low = b[0] == 0xF0 ? 0x90 : low;
        high = b[0] == 0xF4 ? 0x8F : high;
    } else {
        return 0;
    }
    if (bytes.size < length || b[1] < low || b[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (b[i] < 0x80 || b[i] > 0xBF) {
            return 0;
        }
    }
    return length;
}

bool text_is_utf8(struct bytes bytes)
{
    while (bytes.size > 0) {
        size_t length = utf8_character(bytes);

        if (length == 0) {
            return false;
        }
        bytes.data += length;
        bytes.size -= length;
    }
    return true;
}

void text_trim_utf8(char *text)
{
    size_t size = strlen(text);
    size_t start = size;

    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80 && size - start < 3) {
        start--; /* back over continuation bytes */
    }
    if (start == 0 || (unsigned char)text[start - 1] < 0x80) {
        return;
    }
    start--;
    if (utf8_character(bytes_from(text + start, size - start)) != size - start) {
        text[start] = '\0';
    }
}

void text_copy(char *target, size_t size, struct bytes bytes)
{
    size_t length;

    assert(size > 0);
    length = bytes.size < size - 1 ? bytes.size : size - 1;
    if (length > 0) {
        memcpy(target, bytes.data, length);
    }
    target[length] = '\0';
    if (length < bytes.size) {
        text_trim_utf8(target);
    }
}

/* True for the controls C1, U+0080 to U+009F, which terminals obey as well as C0; for line and
 * paragraph separators; and for the controls of Unicode's Bidi_Control property, with which a name
 * can be made to look like another (CVE-2021-42574). */
static bool is_steering(struct bytes bytes, size_t length)
{
    const uint8_t *b = bytes.data;

    if (length == 2) {
        return (b[0] == 0xC2 && b[1] < 0xA0) || (b[0] == 0xD8 && b[1] == 0x9C); /* U+061C */
    }
    if (length != 3 || b[0] != 0xE2) {
        return false;
    }
    if (b[1] == 0x80) { /* U+200E, U+200F, U+2028 to U+202E */
        return b[2] == 0x8E || b[2] == 0x8F || (b[2] >= 0xA8 && b[2] <= 0xAE);
    }
    return b[1] == 0x81 && b[2] >= 0xA6 && b[2] <= 0xA9; /* U+2066 to U+2069 */
}

char *text_escape(char *target, size_t size, struct bytes bytes)
{
    static const char cut[] = "\xE2\x80\xA6";
    size_t used = 0;

    assert(size > sizeof(cut));
    while (bytes.size > 0) {
        size_t length = utf8_character(bytes);
        char piece[5] = {0};

        if (length == 0 || is_steering(bytes, length) || bytes.data[0] < 0x20 ||
            bytes.data[0] == 0x7F || bytes.data[0] == '\\') {
            (void)snprintf(piece, sizeof(piece), "\\x%02X", bytes.data[0]);
            length = 1;
        } else {
            memcpy(piece, bytes.data, length);
        }
        if (used + strlen(piece) + sizeof(cut) > size) {
            memcpy(target + used, cut, sizeof(cut));
            return target;
        }
        memcpy(target + used, piece, strlen(piece));
        used += strlen(piece);
        bytes.data += length;
        bytes.size -= length;
    }
    target[used] = '\0';
    return target;
}

bool text_repeats(struct bytes text, struct bytes secret)
{
    const size_t run = 12; /* a quarter of a short secret; more than chance brings about */

    for (size_t i = 0; i + run <= secret.size; i++) {
        for (size_t j = 0; j + run <= text.size; j++) {
            if (memcmp(secret.data + i, text.data + j, run) == 0) {
                return true;
            }
        }
    }
    return false;
}
