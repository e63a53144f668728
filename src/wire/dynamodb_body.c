/* dynamodb_body.c - the body of a request to DynamoDB.
 *
 * It is text from the start: to build a tree of objects and write that took two fifths of the
 * instructions of an acquisition. */
#include "wire/dynamodb_body.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "wire/attribute.h"
#include "wire/json_write.h"

/* The largest body is that of a list: the id where the page before ended, a partition key and a
 * prefix, of 3 KiB each pair, which JSON may write six times as long. */
enum { BODY_SIZE_MAX = 64 * 1024 };

static void write_string(struct dynamodb_body *body, struct buffer *target, const char *text)
{
    body->failed = !json_write_string(target, bytes_from_string(text)) || body->failed;
}

/* Begins a member: a comma, unless it is the first of its object, and the name. */
static void write_name(struct dynamodb_body *body, struct buffer *target, bool is_first,
                       const char *name)
{
    if (!is_first) {
        buffer_append_string(target, ",");
    }
    write_string(body, target, name);
    buffer_append_string(target, ":");
}

/* The parameter that is an object or an array; NULL if there is none of that name yet. */
static const struct dynamodb_body_part *part_find(const struct dynamodb_body *body,
                                                  const char *parameter)
{
    for (size_t i = 0; i < body->part_count; i++) {
        if (strcmp(body->parts[i].parameter, parameter) == 0) {
            return &body->parts[i];
        }
    }
    return NULL;
}

/* The same, made if need be: its text so far, to which the next member or element is appended. */
static struct buffer *part_get(struct dynamodb_body *body, const char *parameter, bool is_array)
{
    const struct dynamodb_body_part *found = part_find(body, parameter);
    struct dynamodb_body_part *part = &body->parts[body->part_count];

    if (found != NULL) {
        return &body->parts[found - body->parts].text;
    }
    assert(body->part_count < DYNAMODB_BODY_PARTS_MAX);
    body->part_count++;
    part->parameter = parameter;
    part->is_array = is_array;
    buffer_init(&part->text, BODY_SIZE_MAX);
    return &part->text;
}

void dynamodb_body_init(struct dynamodb_body *body, const char *table)
{
    *body = (struct dynamodb_body){.part_count = 0};
    buffer_init(&body->text, BODY_SIZE_MAX);
    write_name(body, &body->text, true, "TableName");
    write_string(body, &body->text, table);
}

void dynamodb_body_finish(struct dynamodb_body *body)
{
    for (size_t i = 0; i < body->part_count; i++) {
        buffer_finish(&body->parts[i].text);
    }
    buffer_finish(&body->text);
    *body = (struct dynamodb_body){.part_count = 0};
}

void dynamodb_body_string(struct dynamodb_body *body, const char *parameter, const char *text)
{
    write_name(body, &body->text, false, parameter);
    write_string(body, &body->text, text);
}

static const char *flag_text(bool flag)
{
    return flag ? "true" : "false";
}

void dynamodb_body_flag(struct dynamodb_body *body, const char *parameter, bool flag)
{
    write_name(body, &body->text, false, parameter);
    buffer_append_string(&body->text, flag_text(flag));
}

void dynamodb_body_count(struct dynamodb_body *body, const char *parameter, size_t count)
{
    write_name(body, &body->text, false, parameter);
    buffer_append_format(&body->text, "%zu", count);
}

void dynamodb_body_attribute(struct dynamodb_body *body, const char *parameter, const char *name,
                             char type, struct bytes value)
{
    struct buffer *object = part_get(body, parameter, false);

    write_name(body, object, object->size == 0, name);
    body->failed = !attribute_append(object, type, value) || body->failed;
}

void dynamodb_body_name(struct dynamodb_body *body, const char *placeholder, const char *name)
{
    struct buffer *object = part_get(body, "ExpressionAttributeNames", false);

    write_name(body, object, object->size == 0, placeholder);
    write_string(body, object, name);
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
static void append_pair(struct dynamodb_body *body, const char *parameter, const char *first,
                        const char *first_value, const char *second, const char *second_value)
{
    struct buffer *array = part_get(body, parameter, true);

    buffer_append_string(array, array->size == 0 ? "{" : ",{");
    write_name(body, array, true, first);
    write_string(body, array, first_value);
    write_name(body, array, false, second);
    write_string(body, array, second_value);
    buffer_append_string(array, "}");
}

void dynamodb_body_key(struct dynamodb_body *body, const char *name, char type, const char *role)
{
    append_pair(body, "AttributeDefinitions", "AttributeName", name, "AttributeType",
                (char[2]){type, '\0'});
    append_pair(body, "KeySchema", "AttributeName", name, "KeyType", role);
}

void dynamodb_body_member_flag(struct dynamodb_body *body, const char *parameter, const char *name,
                               bool flag)
{
    struct buffer *object = part_get(body, parameter, false);

    write_name(body, object, object->size == 0, name);
    buffer_append_string(object, flag_text(flag));
}

void dynamodb_body_tag(struct dynamodb_body *body, const char *key, const char *value)
{
    append_pair(body, "Tags", "Key", key, "Value", value);
}

static bool body_ok(const struct dynamodb_body *body)
{
    bool ok = !body->failed && buffer_ok(&body->text);

    for (size_t i = 0; i < body->part_count; i++) {
        ok = ok && buffer_ok(&body->parts[i].text);
    }
    return ok;
}

static void write_part(const struct dynamodb_body_part *part, struct buffer *buffer)
{
    buffer_append_string(buffer, part->is_array ? "[" : "{");
    buffer_append(buffer, buffer_bytes(&part->text));
    buffer_append_string(buffer, part->is_array ? "]" : "}");
}

bool dynamodb_body_write(const struct dynamodb_body *body, struct buffer *buffer)
{
    if (!body_ok(body)) {
        return false;
    }
    buffer_append_string(buffer, "{");
    buffer_append(buffer, buffer_bytes(&body->text));
    for (size_t i = 0; i < body->part_count; i++) {
        buffer_append_format(buffer, ",\"%s\":", body->parts[i].parameter);
        write_part(&body->parts[i], buffer);
    }
    buffer_append_string(buffer, "}");
    return buffer_ok(buffer);
}

bool dynamodb_body_write_parameter(const struct dynamodb_body *body, const char *parameter,
                                   struct buffer *buffer)
{
    const struct dynamodb_body_part *part = part_find(body, parameter);

    if (!body_ok(body)) {
        return false;
    }
    assert(part != NULL);
    write_part(part, buffer);
    return buffer_ok(buffer);
}
