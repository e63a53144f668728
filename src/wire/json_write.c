/* json_write.c - writes JSON. */
#include "wire/json_write.h"

#include "base/text.h"

/* RFC 8259, section 7: "the characters that MUST be escaped: quotation mark, reverse solidus, and
 * the control characters (U+0000 through U+001F)". */
static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c != '"' && c != '\\';
}

static void append_escaped(struct buffer *target, uint8_t c)
{
    static const char digits[] = "0123456789abcdef";
    char escape[] = "\\u0000";

    if (c == '"' || c == '\\') {
        buffer_append(target, bytes_from((char[2]){'\\', (char)c}, 2));
        return;
    }
    escape[4] = digits[c >> 4];
    escape[5] = digits[c & 0x0F];
    buffer_append(target, bytes_from(escape, 6));
}

/* How many bytes at the start of the text need no escape. */
static size_t plain_size(struct bytes text)
{
    size_t size = 0;

    while (size < text.size && is_plain(text.data[size])) {
        size++;
    }
    return size;
}

bool json_write_string(struct buffer *target, struct bytes text)
{
    if (!text_is_utf8(text)) {
        return false;
    }
    buffer_append_string(target, "\"");
    while (text.size > 0) {
        size_t size = plain_size(text);

        buffer_append(target, bytes_from(text.data, size));
        text = bytes_from(text.data + size, text.size - size);
        if (text.size > 0) {
            append_escaped(target, text.data[0]);
            text = bytes_from(text.data + 1, text.size - 1);
        }
    }
    buffer_append_string(target, "\"");
    return true;
}
