/* dynamodb_body.h - the body of a request to DynamoDB, built piece by piece.
 *
 * Names and values from outside go in as JSON strings under placeholders (#name, :value), never
 * into the text of an expression. The first failure sticks: ask once, at the end. */
#ifndef WIRE_DYNAMODB_BODY_H
#define WIRE_DYNAMODB_BODY_H

#include <jansson.h>

#include "base/buffer.h"

struct dynamodb_body {
    json_t *root;
    bool failed;
};

/* A body with a TableName. */
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

/* The same of one parameter's value, which must be there unless the body has failed. */
bool dynamodb_body_write_parameter(const struct dynamodb_body *body, const char *parameter,
                                   struct buffer *buffer);

#endif
