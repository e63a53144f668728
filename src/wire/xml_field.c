/* xml_field.c - the text of one element in a small XML document. */
#include "wire/xml_field.h"

enum { DEPTH_MAX = 16 }; /* STS nests four deep */

struct reader {
    struct bytes rest;
    struct bytes open[DEPTH_MAX]; /* the names of the elements that we are in */
    size_t depth;
};

enum tag_kind { TAG_BROKEN, TAG_OPENS, TAG_CLOSES, TAG_EMPTY, TAG_OTHER };

struct tag {
    enum tag_kind kind;
    struct bytes name;
};

static struct bytes skip(struct bytes text, size_t size)
{
    return bytes_from(text.data + size, text.size - size);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool starts_with(struct bytes text, const char *prefix)
{
    size_t size = strlen(prefix);

    return text.size >= size && memcmp(text.data, prefix, size) == 0;
}

/* The size of a tag up to its ">", which may stand in the quotes of an attribute too; 0 if it
 * has no end. */
static size_t tag_size(struct bytes text)
{
    uint8_t quote = 0;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (quote != 0) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return i + 1;
        }
    }
    return 0;
}

/* Takes a comment or a declaration off. */
static bool take_other(struct bytes *text)
{
    const char *end = starts_with(*text, "<!--") ? "-->" : starts_with(*text, "<?") ? "?>" : NULL;

    while (end != NULL && text->size > 0) {
        if (starts_with(*text, end)) {
            *text = skip(*text, strlen(end));
            return true;
        }
        *text = skip(*text, 1);
    }
    return false;
}

/* Takes the tag at the start of the text off. */
static struct tag take_tag(struct bytes *text)
{
    struct tag tag = {TAG_OPENS, {NULL, 0}};
    size_t size;
    size_t start = 1;
    size_t end;

    if (text->size > 1 && (text->data[1] == '!' || text->data[1] == '?')) {
        tag.kind = take_other(text) ? TAG_OTHER : TAG_BROKEN;
        return tag;
    }
    size = tag_size(*text);
    if (size == 0) {
        tag.kind = TAG_BROKEN;
        return tag;
    }
    if (text->data[1] == '/') {
        tag.kind = TAG_CLOSES;
        start = 2;
    } else if (text->data[size - 2] == '/') {
        tag.kind = TAG_EMPTY;
    }
    end = start;
    while (!is_space(text->data[end]) && text->data[end] != '/' && text->data[end] != '>') {
        end++;
    }
    tag.name = bytes_from(text->data + start, end - start);
    if (tag.name.size == 0) {
        tag.kind = TAG_BROKEN;
    }
    *text = skip(*text, size);
    return tag;
}

/* Takes the text up to the next tag off. */
static struct bytes take_text(struct bytes *text)
{
    const uint8_t *end = text->size > 0 ? memchr(text->data, '<', text->size) : NULL;
    struct bytes taken =
        bytes_from(text->data, end != NULL ? (size_t)(end - text->data) : text->size);

    *text = skip(*text, taken.size);
    return taken;
}

/* Reads "#65" or "#x41": a character of ASCII, which is all that such fields hold. */
static bool read_number(struct bytes name, uint8_t *ret_character)
{
    bool hex = name.size > 2 && name.data[1] == 'x';
    unsigned number = 0;

    name = skip(name, hex ? 2 : 1);
    for (size_t i = 0; i < name.size; i++) {
        unsigned c = name.data[i];
        unsigned digit = 16;

        if (c >= '0' && c <= '9') {
            digit = c - '0';
        } else if (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) {
            digit = (c | 0x20) - 'a' + 10;
        }
        if (digit == 16) {
            return false;
        }
        number = number * (hex ? 16 : 10) + digit;
        if (number > 0x7F) {
            return false;
        }
    }
    *ret_character = (uint8_t)number;
    return number > 0;
}

static bool read_entity(struct bytes name, uint8_t *ret_character)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

    if (name.size > 1 && name.data[0] == '#') {
        return read_number(name, ret_character);
    }
    for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
        if (bytes_equal_string(name, entities[i].name)) {
            *ret_character = (uint8_t)entities[i].character;
            return true;
        }
    }
    return false;
}

static bool append_text(struct buffer *target, struct bytes text)
{
    while (text.size > 0) {
        const uint8_t *ampersand = memchr(text.data, '&', text.size);
        size_t size = ampersand != NULL ? (size_t)(ampersand - text.data) : text.size;
        const uint8_t *end;
        uint8_t character = 0;

        buffer_append(target, bytes_from(text.data, size));
        text = skip(text, size);
        if (text.size == 0) {
            break;
        }
        end = memchr(text.data, ';', text.size);
        if (end == NULL ||
            !read_entity(bytes_from(text.data + 1, (size_t)(end - text.data) - 1), &character)) {
            return false;
        }
        buffer_append(target, bytes_from(&character, 1));
        text = skip(text, (size_t)(end - text.data) + 1);
    }
    return buffer_ok(target);
}

/* Takes note of a tag. False if it does not fit those before it. */
static bool enter_or_leave(struct reader *reader, struct tag tag)
{
    switch (tag.kind) {
    case TAG_OPENS:
        if (reader->depth == DEPTH_MAX) {
            return false;
        }
        reader->open[reader->depth++] = tag.name;
        return true;
    case TAG_CLOSES:
        return reader->depth > 0 && bytes_equal(reader->open[--reader->depth], tag.name);
    case TAG_EMPTY:
    case TAG_OTHER:
        return true;
    case TAG_BROKEN:
        return false;
    }
    return false;
}

bool xml_field(struct bytes document, const char *parent, const char *name, struct buffer *target)
{
    struct reader reader = {.rest = document};

    for (;;) {
        struct tag tag;
        bool wanted;

        (void)take_text(&reader.rest);
        if (reader.rest.size == 0) {
            return false;
        }
        tag = take_tag(&reader.rest);
        wanted = tag.kind == TAG_OPENS && reader.depth > 0 && bytes_equal_string(tag.name, name) &&
                 bytes_equal_string(reader.open[reader.depth - 1], parent);
        if (!enter_or_leave(&reader, tag)) {
            return false;
        }
        if (wanted) {
            struct bytes text = take_text(&reader.rest);

            return reader.rest.size > 0 && take_tag(&reader.rest).kind == TAG_CLOSES &&
                   append_text(target, text);
        }
    }
}
