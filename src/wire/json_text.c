/* json_text.c - reads JSON where it lies. */
#include "wire/json_text.h"

#include "base/text.h"

/* The longest names that are asked for are those of keys (API reference, AttributeName). */
enum { NAME_SIZE_MAX = 255 };

struct reader {
    const uint8_t *next;
    const uint8_t *end;
};

/* Where a decoded string goes. Zeroed it only counts as not whole. */
struct sink {
    uint8_t *data;
    size_t capacity;
    size_t size;
    bool is_cut;
};

static bool read_value(struct reader *reader, int depth);

static struct reader reader_of(struct bytes text)
{
    /* An empty text may have no address, and to that even zero must not be added. */
    return text.size > 0 ? (struct reader){text.data, text.data + text.size} : (struct reader){0};
}

static bool is_next(const struct reader *reader, char c)
{
    return reader->next < reader->end && *reader->next == (uint8_t)c;
}

/* Takes the character if it is the next one. Each function below that reads something leaves the
 * reader behind it, or anywhere if it returns false. */
static bool accept(struct reader *reader, char c)
{
    if (!is_next(reader, c)) {
        return false;
    }
    reader->next++;
    return true;
}

static void skip_space(struct reader *reader)
{
    while (accept(reader, ' ') || accept(reader, '\n') || accept(reader, '\r') ||
           accept(reader, '\t')) {
    }
}

static bool read_word(struct reader *reader, const char *word)
{
    size_t size = strlen(word);

    if ((size_t)(reader->end - reader->next) < size || memcmp(reader->next, word, size) != 0) {
        return false;
    }
    reader->next += size;
    return true;
}

static bool read_digits(struct reader *reader)
{
    const uint8_t *start = reader->next;

    while (reader->next < reader->end && *reader->next >= '0' && *reader->next <= '9') {
        reader->next++;
    }
    return reader->next > start;
}

/* number = [ minus ] int [ frac ] [ exp ], RFC 8259, section 6: no plus, no leading zero, no point
 * without digits. */
static bool read_number(struct reader *reader)
{
    (void)accept(reader, '-');
    if (!accept(reader, '0') && !read_digits(reader)) {
        return false;
    }
    if (accept(reader, '.') && !read_digits(reader)) {
        return false;
    }
    if (accept(reader, 'e') || accept(reader, 'E')) {
        (void)(accept(reader, '+') || accept(reader, '-'));
        return read_digits(reader);
    }
    return true;
}

/* All of the bytes, or none from here on: what came after a gap would not be the text. */
static void sink_append(struct sink *sink, const uint8_t *bytes, size_t size)
{
    if (sink->is_cut || size > sink->capacity - sink->size) {
        sink->is_cut = true;
        return;
    }
    memcpy(sink->data + sink->size, bytes, size);
    sink->size += size;
}

static void sink_append_code_point(struct sink *sink, uint32_t c)
{
    uint8_t bytes[4];
    size_t size;

    if (c < 0x80) {
        bytes[0] = (uint8_t)c;
        size = 1;
    } else if (c < 0x800) {
        bytes[0] = (uint8_t)(0xC0 | c >> 6);
        size = 2;
    } else if (c < 0x10000) {
        bytes[0] = (uint8_t)(0xE0 | c >> 12);
        size = 3;
    } else {
        bytes[0] = (uint8_t)(0xF0 | c >> 18);
        size = 4;
    }
    for (size_t i = 1; i < size; i++) {
        bytes[i] = (uint8_t)(0x80 | (c >> 6 * (size - 1 - i) & 0x3F));
    }
    sink_append(sink, bytes, size);
}

/* The four hexadecimal digits after \u. */
static bool read_unit(struct reader *reader, uint32_t *ret_unit)
{
    uint32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t c = reader->next < reader->end ? *reader->next : 0;

        if (c >= '0' && c <= '9') {
            unit = unit << 4 | (c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            unit = unit << 4 | ((c | 0x20) - 'a' + 10);
        } else {
            return false;
        }
        reader->next++;
    }
    *ret_unit = unit;
    return true;
}

/* "To escape an extended character … as a 12-character sequence, encoding the UTF-16 surrogate
 * pair" (RFC 8259, section 7). Half a pair is no character. */
static bool read_code_point(struct reader *reader, struct sink *sink)
{
    uint32_t c;
    uint32_t low;

    if (!read_unit(reader, &c) || (c >= 0xDC00 && c <= 0xDFFF)) {
        return false;
    }
    if (c >= 0xD800 && c <= 0xDBFF) {
        if (!read_word(reader, "\\u") || !read_unit(reader, &low) || low < 0xDC00 || low > 0xDFFF) {
            return false;
        }
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    sink_append_code_point(sink, c);
    return true;
}

static bool read_escape(struct reader *reader, struct sink *sink)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";

    if (accept(reader, 'u')) {
        return read_code_point(reader, sink);
    }
    for (size_t i = 0; names[i] != '\0'; i++) {
        if (accept(reader, names[i])) {
            sink_append(sink, (const uint8_t *)&meanings[i], 1);
            return true;
        }
    }
    return false;
}

/* "All Unicode characters may be placed within the quotation marks, except for … quotation mark,
 * reverse solidus, and the control characters" (RFC 8259, section 7). */
static bool read_string(struct reader *reader, struct sink *sink)
{
    if (!accept(reader, '"')) {
        return false;
    }
    while (reader->next < reader->end && *reader->next >= 0x20) {
        if (accept(reader, '"')) {
            return true;
        }
        if (accept(reader, '\\')) {
            if (!read_escape(reader, sink)) {
                return false;
            }
        } else {
            sink_append(sink, reader->next, 1);
            reader->next++;
        }
    }
    return false;
}

/* Reads a name and its value, which it returns; the name goes into the sink. */
static bool read_member(struct reader *reader, int depth, struct sink *name,
                        struct bytes *ret_value)
{
    const uint8_t *start;

    skip_space(reader);
    if (!read_string(reader, name)) {
        return false;
    }
    skip_space(reader);
    if (!accept(reader, ':')) {
        return false;
    }
    skip_space(reader);
    start = reader->next;
    if (!read_value(reader, depth)) {
        return false;
    }
    *ret_value = bytes_from(start, (size_t)(reader->next - start));
    skip_space(reader);
    return true;
}

/* The members, or elements, up to the closing bracket. */
static bool read_container(struct reader *reader, int depth, bool is_object)
{
    char close = is_object ? '}' : ']';

    skip_space(reader);
    if (accept(reader, close)) {
        return true;
    }
    do {
        struct sink name = {0};
        struct bytes value;

        if (is_object ? !read_member(reader, depth, &name, &value) : !read_value(reader, depth)) {
            return false;
        }
        skip_space(reader);
    } while (accept(reader, ','));
    return accept(reader, close);
}

/* Goes down by one call a level, and depth says how many levels are left. */
static bool read_value(struct reader *reader, int depth)
{
    struct sink nothing = {0};

    if (depth == 0) {
        return false;
    }
    skip_space(reader);
    if (accept(reader, '{')) {
        return read_container(reader, depth - 1, true);
    }
    if (accept(reader, '[')) {
        return read_container(reader, depth - 1, false);
    }
    if (is_next(reader, '"')) {
        return read_string(reader, &nothing);
    }
    return read_word(reader, "true") || read_word(reader, "false") || read_word(reader, "null") ||
           read_number(reader);
}

bool json_text_is_valid(struct bytes text)
{
    struct reader reader = reader_of(text);

    if (text.size == 0 || !text_is_utf8(text) || !read_value(&reader, JSON_TEXT_NESTING_MAX)) {
        return false;
    }
    skip_space(&reader);
    return reader.next == reader.end;
}

/* Puts the reader behind the opening bracket. False if the value is no object, or an empty one. */
static bool enter_object(struct reader *reader)
{
    skip_space(reader);
    if (!accept(reader, '{')) {
        return false;
    }
    skip_space(reader);
    return !is_next(reader, '}');
}

int json_text_find(struct bytes value, const char *name, struct bytes *ret_value)
{
    struct reader reader = reader_of(value);
    uint8_t buffer[NAME_SIZE_MAX];
    int found = 0;

    if (!enter_object(&reader)) {
        return 0;
    }
    /* A name that does not fit is none that anybody asks for. */
    do {
        struct sink sink = {.data = buffer, .capacity = sizeof(buffer)};
        struct bytes member;

        if (!read_member(&reader, JSON_TEXT_NESTING_MAX, &sink, &member)) {
            return 0;
        }
        if (!sink.is_cut && bytes_equal_string(bytes_from(buffer, sink.size), name)) {
            if (found > 0) {
                return 2;
            }
            found = 1;
            *ret_value = member;
        }
    } while (accept(&reader, ','));
    return found;
}

size_t json_text_count(struct bytes value)
{
    struct reader reader = reader_of(value);
    size_t count = 0;

    if (!enter_object(&reader)) {
        return 0;
    }
    do {
        struct sink name = {0};
        struct bytes member;

        if (!read_member(&reader, JSON_TEXT_NESTING_MAX, &name, &member)) {
            return 0;
        }
        count++;
    } while (accept(&reader, ','));
    return count;
}

bool json_text_is_object(struct bytes value)
{
    struct reader reader = reader_of(value);

    skip_space(&reader);
    return is_next(&reader, '{');
}

bool json_text_elements(struct bytes value, struct bytes *ret_rest)
{
    struct reader reader = reader_of(value);

    skip_space(&reader);
    if (!accept(&reader, '[')) {
        return false;
    }
    skip_space(&reader);
    (void)accept(&reader, ']');
    *ret_rest = bytes_from(reader.next, (size_t)(reader.end - reader.next));
    return true;
}

bool json_text_next(struct bytes *rest, struct bytes *ret_element)
{
    struct reader reader = reader_of(*rest);
    const uint8_t *start;

    skip_space(&reader);
    start = reader.next;
    if (!read_value(&reader, JSON_TEXT_NESTING_MAX)) {
        return false;
    }
    *ret_element = bytes_from(start, (size_t)(reader.next - start));
    skip_space(&reader);
    (void)(accept(&reader, ',') || accept(&reader, ']'));
    *rest = bytes_from(reader.next, (size_t)(reader.end - reader.next));
    return true;
}

bool json_text_string(struct bytes value, uint8_t *target, size_t capacity, size_t *ret_size,
                      bool *ret_whole)
{
    struct reader reader = reader_of(value);
    struct sink sink = {.data = target, .capacity = capacity};

    skip_space(&reader);
    if (!read_string(&reader, &sink)) {
        return false;
    }
    *ret_size = sink.size;
    *ret_whole = !sink.is_cut;
    return true;
}

void json_text_copy(struct bytes object, const char *name, char *target, size_t size)
{
    struct bytes value = {0};
    size_t length = 0;
    bool is_whole;

    if (json_text_find(object, name, &value) == 1) {
        (void)json_text_string(value, (uint8_t *)target, size - 1, &length, &is_whole);
    }
    target[length] = '\0';
    text_trim_utf8(target);
}
