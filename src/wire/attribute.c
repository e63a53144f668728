/* attribute.c - attributes of an item in DynamoDB's low-level JSON. */
#include "wire/attribute.h"

#include <assert.h>

#include "wire/base64.h"
#include "wire/json_text.h"
#include "wire/json_write.h"

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

bool attribute_append(struct buffer *target, char type, struct bytes value)
{
    bool ok = true;

    assert(type == 'S' || type == 'N' || type == 'B');
    buffer_append(target, bytes_from((char[5]){'{', '"', type, '"', ':'}, 5));
    if (type == 'B') {
        buffer_append_string(target, "\"");
        base64_append(target, value);
        buffer_append_string(target, "\"");
    } else {
        ok = json_write_string(target, value);
    }
    buffer_append_string(target, "}");
    return ok;
}
