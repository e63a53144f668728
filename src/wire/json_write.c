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

/* Most texts are short, plain ASCII: one look at each byte is enough. */
static bool is_plain_ascii(struct bytes text)
{
    bool plain = true;

    for (size_t i = 0; i < text.size; i++) {
        plain = plain && is_plain(text.data[i]) && text.data[i] < 0x80;
    }
    return plain;
}

bool json_write_string(struct buffer *target, struct bytes text)
{
    bool plain = is_plain_ascii(text);

    if (!plain && !text_is_utf8(text)) {
        return false;
    }
    buffer_append_string(target, "\"");
    while (text.size > 0) {
        size_t size = plain ? text.size : plain_size(text);

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
