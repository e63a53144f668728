/* attribute.c - attributes of an item in DynamoDB's low-level JSON. */
#include "wire/attribute.h"

#include <assert.h>

#include "wire/base64.h"

/* "The maximum item size in DynamoDB is 400 KB" (API reference, quotas); base64 adds a third. */
enum { BASE64_SIZE_MAX = 400 * 1024 / 3 * 4 + 4 };

bool attribute_find(const json_t *item, const char *name, struct attribute *ret_attribute)
{
    const json_t *value = json_object_get(item, name);
    struct attribute attribute = {0};

    if (value == NULL) {
        return false;
    }
    /* A value has exactly one type; an object with two is none of ours. */
    if (json_object_size(value) == 1) {
        for (const char *type = "SNB"; *type != '\0'; type++) {
            const json_t *text = json_object_get(value, (char[2]){*type, '\0'});

            if (json_is_string(text)) {
                attribute.type = *type;
                attribute.text = bytes_from(json_string_value(text), json_string_length(text));
            }
        }
    }
    *ret_attribute = attribute;
    return true;
}

static json_t *binary_create(struct bytes value)
{
    struct buffer text;
    json_t *json = NULL;

    buffer_init(&text, BASE64_SIZE_MAX);
    base64_append(&text, value);
    if (buffer_ok(&text)) {
        json = json_stringn(buffer_string(&text), text.size);
    }
    buffer_finish(&text);
    return json;
}

json_t *attribute_create(char type, struct bytes value)
{
    json_t *attribute = NULL;
    json_t *text;

    assert(type == 'S' || type == 'N' || type == 'B');
    if (type == 'B') {
        text = binary_create(value);
    } else {
        text = json_stringn(value.size > 0 ? (const char *)value.data : "", value.size);
    }
    if (text == NULL) {
        return NULL;
    }
    attribute = json_object();
    /* Takes the text over, also on failure; a NULL object is a failure. */
    if (json_object_set_new(attribute, (char[2]){type, '\0'}, text) != 0) {
        json_decref(attribute);
        return NULL;
    }
    return attribute;
}
