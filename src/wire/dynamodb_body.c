/* dynamodb_body.c - the body of a request to DynamoDB. */
#include "wire/dynamodb_body.h"

#include <inttypes.h>

#include "wire/attribute.h"

/* Takes value over; a NULL one, and a failure before, make the body fail. */
static void body_set(struct dynamodb_body *body, json_t *object, const char *name, json_t *value)
{
    if (json_object_set_new(object, name, value) != 0) {
        body->failed = true;
    }
}

/* The parameter's object or array, made by create when it is not there yet. NULL on failure. */
static json_t *body_container(struct dynamodb_body *body, const char *parameter,
                              json_t *(*create)(void))
{
    if (json_object_get(body->root, parameter) == NULL) {
        body_set(body, body->root, parameter, create());
    }
    return json_object_get(body->root, parameter);
}

void dynamodb_body_init(struct dynamodb_body *body, const char *table)
{
    *body = (struct dynamodb_body){.root = json_object()};
    body->failed = body->root == NULL;
    dynamodb_body_string(body, "TableName", table);
}

void dynamodb_body_finish(struct dynamodb_body *body)
{
    json_decref(body->root);
    *body = (struct dynamodb_body){0};
}

void dynamodb_body_string(struct dynamodb_body *body, const char *parameter, const char *text)
{
    body_set(body, body->root, parameter, json_string(text));
}

void dynamodb_body_flag(struct dynamodb_body *body, const char *parameter, bool flag)
{
    body_set(body, body->root, parameter, json_boolean(flag));
}

void dynamodb_body_count(struct dynamodb_body *body, const char *parameter, size_t count)
{
    body_set(body, body->root, parameter, json_integer((json_int_t)count));
}

void dynamodb_body_attribute(struct dynamodb_body *body, const char *parameter, const char *name,
                             char type, struct bytes value)
{
    body_set(body, body_container(body, parameter, json_object), name,
             attribute_create(type, value));
}

void dynamodb_body_name(struct dynamodb_body *body, const char *placeholder, const char *name)
{
    body_set(body, body_container(body, "ExpressionAttributeNames", json_object), placeholder,
             json_string(name));
}

void dynamodb_body_value(struct dynamodb_body *body, const char *placeholder, char type,
                         struct bytes value)
{
    dynamodb_body_attribute(body, "ExpressionAttributeValues", placeholder, type, value);
}

void dynamodb_body_number(struct dynamodb_body *body, const char *placeholder, int64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof(text), "%" PRId64, number);

    dynamodb_body_value(body, placeholder, 'N', bytes_from(text, (size_t)length));
}

/* An element {first: first_value, second: second_value} of an array. */
static void body_append_pair(struct dynamodb_body *body, const char *parameter, const char *first,
                             const char *first_value, const char *second, const char *second_value)
{
    json_t *pair = json_object();

    body_set(body, pair, first, json_string(first_value));
    body_set(body, pair, second, json_string(second_value));
    /* Takes the pair over, also on failure. */
    if (json_array_append_new(body_container(body, parameter, json_array), pair) != 0) {
        body->failed = true;
    }
}

void dynamodb_body_key(struct dynamodb_body *body, const char *name, char type, const char *role)
{
    body_append_pair(body, "AttributeDefinitions", "AttributeName", name, "AttributeType",
                     (char[2]){type, '\0'});
    body_append_pair(body, "KeySchema", "AttributeName", name, "KeyType", role);
}

void dynamodb_body_member_flag(struct dynamodb_body *body, const char *parameter, const char *name,
                               bool flag)
{
    body_set(body, body_container(body, parameter, json_object), name, json_boolean(flag));
}

void dynamodb_body_tag(struct dynamodb_body *body, const char *key, const char *value)
{
    body_append_pair(body, "Tags", "Key", key, "Value", value);
}

/* Goes on after a failure of the buffer, which remembers it. */
static int write_piece(const char *text, size_t size, void *user)
{
    buffer_append(user, bytes_from(text, size));
    return 0;
}

static bool write_value(const struct dynamodb_body *body, const json_t *value,
                        struct buffer *buffer)
{
    if (body->failed) {
        return false;
    }
    return json_dump_callback(value, write_piece, buffer, JSON_COMPACT) == 0 && buffer_ok(buffer);
}

bool dynamodb_body_write(const struct dynamodb_body *body, struct buffer *buffer)
{
    return write_value(body, body->root, buffer);
}

bool dynamodb_body_write_parameter(const struct dynamodb_body *body, const char *parameter,
                                   struct buffer *buffer)
{
    return write_value(body, json_object_get(body->root, parameter), buffer);
}
