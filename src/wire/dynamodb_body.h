/* dynamodb_body.h - the body of a request to DynamoDB, built piece by piece.
 *
 * Names and values from outside go in as JSON strings under placeholders (#name, :value), never
 * into the text of an expression. The first failure sticks: ask once, at the end. */
#ifndef WIRE_DYNAMODB_BODY_H
#define WIRE_DYNAMODB_BODY_H

#include "base/buffer.h"

/* A parameter that is an object or an array. */
struct dynamodb_body_part {
    const char *parameter;
    struct buffer text; /* without its braces */
    bool is_array;
};

/* The most is that of a new table: AttributeDefinitions, KeySchema, Tags. An acquisition has Key,
 * ExpressionAttributeNames and ExpressionAttributeValues; there is room for as many again. */
enum { DYNAMODB_BODY_PARTS_MAX = 6 };

struct dynamodb_body {
    struct buffer text; /* the other parameters, without the body's braces */
    struct dynamodb_body_part parts[DYNAMODB_BODY_PARTS_MAX];
    size_t part_count;
    bool failed;
};

/* A body with a TableName. Names of parameters are kept, not copied: they must be constants. */
void dynamodb_body_init(struct dynamodb_body *body, const char *table);
void dynamodb_body_finish(struct dynamodb_body *body);

/* A parameter of the request, such as UpdateExpression or ConsistentRead. */
void dynamodb_body_string(struct dynamodb_body *body, const char *parameter, const char *text);
void dynamodb_body_flag(struct dynamodb_body *body, const char *parameter, bool flag);
void dynamodb_body_count(struct dynamodb_body *body, const char *parameter, size_t count);

/* An attribute in Key or Item: type 'S', 'N' or 'B', of which value has the bytes. */
void dynamodb_body_attribute(struct dynamodb_body *body, const char *parameter, const char *name,
                             char type, struct bytes value);

/* What a placeholder of the expressions stands for: "#x" or ":x". */
void dynamodb_body_name(struct dynamodb_body *body, const char *placeholder, const char *name);
void dynamodb_body_value(struct dynamodb_body *body, const char *placeholder, char type,
                         struct bytes value);
void dynamodb_body_number(struct dynamodb_body *body, const char *placeholder, int64_t number);

/* A key of a table to be created: role is "HASH" or "RANGE". */
void dynamodb_body_key(struct dynamodb_body *body, const char *name, char type, const char *role);

/* A flag inside a parameter that is an object. */
void dynamodb_body_member_flag(struct dynamodb_body *body, const char *parameter, const char *name,
                               bool flag);

/* A tag of a table to be created. */
void dynamodb_body_tag(struct dynamodb_body *body, const char *key, const char *value);

/* Appends the body as text. False if it could not be built: no memory, or not UTF-8. */
bool dynamodb_body_write(const struct dynamodb_body *body, struct buffer *buffer);

/* The same of the value of one parameter that is an object or an array, which must be there unless
 * the body has failed. */
bool dynamodb_body_write_parameter(const struct dynamodb_body *body, const char *parameter,
                                   struct buffer *buffer);

#endif
