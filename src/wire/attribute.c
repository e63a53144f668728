/* attribute.c - attributes of an item in DynamoDB's low-level JSON. */
#include "wire/attribute.h"

#include <assert.h>

#include "wire/base64.h"
#include "wire/json_text.h"

/* "The maximum item size in DynamoDB is 400 KB" (API reference, quotas); base64 adds a third. */
enum { BASE64_SIZE_MAX = 400 * 1024 / 3 * 4 + 4 };

bool attribute_find(struct bytes item, const char *name, struct attribute *ret_attribute)
{
    struct attribute attribute = {0};
    struct bytes value = {0};
    struct bytes text = {0};
    int found = json_text_find(item, name, &value);

    /* A value has exactly one type; an object with two is none of ours. */
    if (found == 1 && json_text_count(value) == 1) {
        for (const char *type = "SNB"; *type != '\0'; type++) {
            if (json_text_find(value, (char[2]){*type, '\0'}, &text) == 1 &&
                json_text_string(text, attribute.text, sizeof(attribute.text), &attribute.size,
                                 &attribute.is_whole)) {
                attribute.type = *type;
            }
        }
    }
    if (found > 0) {
        *ret_attribute = attribute;
    }
    return found > 0;
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
