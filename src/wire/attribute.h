/* attribute.h - attributes of an item in DynamoDB's low-level JSON: {"name": {"S": "text"}}. */
#ifndef WIRE_ATTRIBUTE_H
#define WIRE_ATTRIBUTE_H

#include <jansson.h>

#include "base/bytes.h"

/* An attribute that was read: a view into the item. */
struct attribute {
    char type;         /* 'S', 'N' or 'B'; 0: of another type, or malformed */
    struct bytes text; /* of these three; of a 'B' its base64 */
};

/* Finds an attribute by its name; false if the item has none. */
bool attribute_find(const json_t *item, const char *name, struct attribute *ret_attribute);

/* Makes a value to be sent: type 'S', 'N' or 'B', of which value has the bytes. NULL if there is
 * no memory, or text is not UTF-8. */
json_t *attribute_create(char type, struct bytes value);

#endif
