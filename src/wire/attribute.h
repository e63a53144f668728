/* attribute.h - attributes of an item in DynamoDB's low-level JSON: {"name": {"S": "text"}}. */
#ifndef WIRE_ATTRIBUTE_H
#define WIRE_ATTRIBUTE_H

#include "base/buffer.h"

/* No attribute of a lock's item may be longer: a partition key has at most 2048 bytes, which base64
 * makes 2732; a guid has at most 128, a number DECIMAL_SIZE_MAX, an owner is cut at 255. */
enum { ATTRIBUTE_SIZE_MAX = 2736 };

/* An attribute that was read. */
struct attribute {
    char type;     /* 'S', 'N' or 'B'; 0: of another type, malformed, or not unique */
    bool is_whole; /* false: there was more text than this */
    size_t size;
    uint8_t text[ATTRIBUTE_SIZE_MAX]; /* of a 'B' its base64 */
};

static inline struct bytes attribute_bytes(const struct attribute *attribute)
{
    return bytes_from(attribute->text, attribute->size);
}

/* Finds an attribute by its name in an item, a valid JSON text; false if it has none. */
bool attribute_find(struct bytes item, const char *name, struct attribute *ret_attribute);

/* Appends a value to be sent: type 'S', 'N' or 'B', of which value has the bytes. False if it is
 * text and not UTF-8; what was appended then is of no use. */
bool attribute_append(struct buffer *target, char type, struct bytes value);

#endif
