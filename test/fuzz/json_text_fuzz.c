/* json_text_fuzz.c - any bytes as JSON, by our reader and by jansson: they take the same, and read
 * the same strings out of it. */
#include "fuzz.h"

#include <jansson.h>

#include "wire/json_text.h"

/* A name that is longer than any that is asked for is not found. */
enum { STRING_SIZE_MAX = 4096, NAME_SIZE = 255 };

static void check_value(struct bytes value, const json_t *other);

static void check_string(struct bytes value, const json_t *other)
{
    static uint8_t text[STRING_SIZE_MAX];
    bool is_whole = false;
    size_t size = 0;

    assert(json_text_string(value, text, sizeof(text), &size, &is_whole));
    assert(is_whole == (json_string_length(other) <= sizeof(text)));
    if (is_whole) {
        assert(bytes_equal(bytes_from(text, size),
                           bytes_from(json_string_value(other), json_string_length(other))));
    }
}

static void check_array(struct bytes value, const json_t *other)
{
    struct bytes rest = {0};
    struct bytes element = {0};
    size_t count = 0;

    assert(json_text_elements(value, &rest));
    while (json_text_next(&rest, &element)) {
        assert(count < json_array_size(other));
        check_value(element, json_array_get(other, count));
        count++;
    }
    assert(count == json_array_size(other));
}

/* A name with a NUL in it cannot be asked for, and is not looked at. */
static void check_object(struct bytes value, json_t *other)
{
    struct bytes member = {0};
    const char *name;
    json_t *found;

    assert(json_text_count(value) >= json_object_size(other)); /* of equal names jansson has one */
    json_object_foreach(other, name, found)
    {
        int count = json_text_find(value, name, &member);

        assert(count >= 1 || strlen(name) > NAME_SIZE);
        if (count == 1) {
            check_value(member, found);
        }
    }
}

static void check_value(struct bytes value, const json_t *other)
{
    assert(json_text_is_object(value) == json_is_object(other));
    if (json_is_object(other)) {
        check_object(value, (json_t *)(uintptr_t)other);
    } else if (json_is_array(other)) {
        check_array(value, other);
    } else if (json_is_string(other)) {
        check_string(value, other);
    }
}

/* Both stop at a nesting of theirs, and jansson at numbers that it cannot hold. */
static bool may_differ(const json_error_t *error)
{
    return json_error_code(error) == json_error_numeric_overflow ||
           json_error_code(error) == json_error_stack_overflow ||
           json_error_code(error) == json_error_null_byte_in_key;
}

/* At least as deep as the values nest. */
static size_t depth_bound(struct bytes text)
{
    size_t depth = 0;

    for (size_t i = 0; i < text.size; i++) {
        depth += text.data[i] == '[' || text.data[i] == '{';
    }
    return depth;
}

/* jansson takes a NUL for the end of the text, and nests deeper. */
static bool is_beyond_ours(struct bytes text)
{
    return depth_bound(text) > JSON_TEXT_NESTING_MAX || memchr(text.data, 0, text.size) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_from(data, size);
    bool is_valid = json_text_is_valid(text);
    json_error_t error = {0};
    json_t *other = json_loadb(size > 0 ? (const char *)data : "", size,
                               JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (is_valid) {
        assert(other != NULL || may_differ(&error));
    } else {
        assert(other == NULL || is_beyond_ours(text));
    }
    if (is_valid && other != NULL) {
        check_value(text, other);
    }
    json_decref(other);
    return 0;
}
