/* json.c - text as JSON. */
#include "json.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"

/* Writes one character as it stands in a string: at most "\uXXXX\uXXXX". Returns piece. */
static const char *write_character(char *piece, size_t size, uint32_t character,
                                   const uint8_t *bytes, size_t length)
{
    if (length == 0) {
        (void)snprintf(piece, size, "\\uFFFD");
    } else if (character == '"' || character == '\\') {
        (void)snprintf(piece, size, "\\%c", (char)character);
    } else if (!utf8_is_harmless(character)) { /* all of them lie below U+10000 */
        (void)snprintf(piece, size, "\\u%04X", (unsigned)character);
    } else {
        memcpy(piece, bytes, length);
        piece[length] = '\0';
    }
    return piece;
}

size_t json_quote(char *target, size_t size, const void *data, size_t data_size)
{
    const uint8_t *bytes = data;
    size_t used = 0;
    size_t at = 0;

    assert(size > 2);
    target[used++] = '"';
    while (at < data_size) {
        uint32_t character = 0;
        char piece[16];
        size_t length = utf8_decode(bytes + at, data_size - at, &character);

        (void)write_character(piece, sizeof(piece), character, bytes + at, length);
        if (used + strlen(piece) + 2 > size) {
            break;
        }
        memcpy(target + used, piece, strlen(piece));
        used += strlen(piece);
        at += length > 0 ? length : 1;
    }
    target[used++] = '"';
    target[used] = '\0';
    return used;
}
