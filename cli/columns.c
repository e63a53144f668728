/* columns.c - text in columns of a terminal. */
#include "columns.h"

#include <stdint.h>
#include <string.h>

#include "escape.h"

/* Blocks whose characters take two columns, or none (Unicode, EastAsianWidth.txt and general
 * categories Mn and Cf, the large blocks of them only: a rare one moves the rest of its line). */
static const struct block {
    uint32_t first;
    uint32_t last;
    size_t width;
} blocks[] = {
    {0x0300, 0x036F, 0},   {0x1100, 0x115F, 2},   {0x200B, 0x200D, 0},   {0x20D0, 0x20FF, 0},
    {0x2E80, 0xA4CF, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},
    {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},   {0x1F300, 0x1F64F, 2},
    {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2},
};

static size_t width_of(uint32_t character)
{
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        if (character >= blocks[i].first && character <= blocks[i].last) {
            return blocks[i].width;
        }
    }
    return 1;
}

/* The length of the character that the text starts with, and its width. */
static size_t next_character(const char *text, size_t *ret_width)
{
    uint32_t character = 0;
    size_t length = utf8_decode((const uint8_t *)text, strlen(text), &character);

    *ret_width = length > 0 ? width_of(character) : 1;
    return length > 0 ? length : 1;
}

size_t columns_width(const char *text)
{
    size_t columns = 0;

    while (*text != '\0') {
        size_t width = 0;

        text += next_character(text, &width);
        columns += width;
    }
    return columns;
}

char *columns_fit_safe(char *target, const char *text, size_t columns)
{
    static const char cut[] = "\xE2\x80\xA6";
    const char *from = text;
    size_t used = 0;
    size_t filled = 0;
    size_t whole;

    if (columns > COLUMNS_MAX) {
        columns = COLUMNS_MAX;
    }
    whole = columns_width(text);
    while (*from != '\0') {
        size_t width = 0;
        size_t length = next_character(from, &width);

        /* The last column is the sign's where something is left out. */
        if (filled + width > columns - (whole > columns && columns > 0 ? 1 : 0) ||
            used + length + sizeof(cut) + (columns - filled) > COLUMNS_SIZE) {
            break;
        }
        memcpy(target + used, from, length);
        used += length;
        filled += width;
        from += length;
    }
    if (*from != '\0' && filled < columns) {
        memcpy(target + used, cut, sizeof(cut) - 1);
        used += sizeof(cut) - 1;
        filled++;
    }
    memset(target + used, ' ', columns - filled);
    target[used + columns - filled] = '\0';
    return target;
}

char *columns_fit(char *target, const char *text, size_t columns)
{
    char safe[COLUMNS_SIZE];

    return columns_fit_safe(target, escape_string(safe, sizeof(safe), text), columns);
}
