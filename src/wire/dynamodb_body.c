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

static void write_string(struct dynamodb_body *body, const char *text)
{
    body->failed = !json_write_string(&body->text, bytes_from_string(text)) || body->failed;
}

/* Begins a member: a comma, unless it is the first of its object, and the name. */
static void write_name(struct dynamodb_body *body, bool is_first, const char *name)
{
    if (!is_first) {
        buffer_append_string(&body->text, ",");
    }
    write_string(body, name);
    buffer_append_string(&body->text, ":");
}

static struct dynamodb_body_part *part_find(struct dynamodb_body *body, const char *parameter)
{
    for (size_t i = 0; i < body->part_count; i++) {
        if (strcmp(body->parts[i].parameter, parameter) == 0) {
            return &body->parts[i];
        }
    }
    return NULL;
}

/* A parameter's object or array, made empty if it is not there yet. */
static struct dynamodb_body_part *part_get(struct dynamodb_body *body, const char *parameter,
                                           const char *empty)
{
    struct dynamodb_body_part *part = part_find(body, parameter);

    if (part == NULL) {
        assert(body->part_count < DYNAMODB_BODY_PARTS_MAX);
        write_name(body, false, parameter);
        part = &body->parts[body->part_count++];
        part->parameter = parameter;
        part->begin = body->text.size;
        buffer_append_string(&body->text, empty);
        part->end = body->text.size;
    }
    return part;
}

static void reverse(uint8_t *from, uint8_t *end)
{
    while (from < end) {
        uint8_t byte = *from;

        *from++ = *--end;
        *end = byte;
    }
}

/* Moves what was written behind the text since written_from into the part, before its closing
 * brace. Nearly always the part is the last, and only its brace is in the way. */
static void part_insert(struct dynamodb_body *body, struct dynamodb_body_part *part,
                        size_t written_from)
{
    size_t added = body->text.size - written_from;
    size_t at = part->end - 1;
    uint8_t *data = body->text.data;

    if (!buffer_ok(&body->text)) {
        return;
    }
    if (part->end == written_from) {
        uint8_t closing = data[at];

        memmove(data + at, data + written_from, added);
        data[at + added] = closing;
    } else {
        reverse(data + at, data + written_from);
        reverse(data + written_from, data + body->text.size);
        reverse(data + at, data + body->text.size);
    }
    for (size_t i = 0; i < body->part_count; i++) {
        if (body->parts[i].begin > part->begin) {
            body->parts[i].begin += added;
            body->parts[i].end += added;
        }
    }
    part->end += added;
}

static bool part_is_empty(const struct dynamodb_body_part *part)
{
    return part->end - part->begin <= 2;
}

void dynamodb_body_init(struct dynamodb_body *body, const char *table)
{
    *body = (struct dynamodb_body){.part_count = 0};
    buffer_init(&body->text, BODY_SIZE_MAX);
    buffer_append_string(&body->text, "{");
    write_name(body, true, "TableName");
    write_string(body, table);
}

void dynamodb_body_finish(struct dynamodb_body *body)
{
    buffer_finish(&body->text);
    *body = (struct dynamodb_body){.part_count = 0};
}

void dynamodb_body_string(struct dynamodb_body *body, const char *parameter, const char *text)
{
    write_name(body, false, parameter);
    write_string(body, text);
}

static const char *flag_text(bool flag)
{
    return flag ? "true" : "false";
}

void dynamodb_body_flag(struct dynamodb_body *body, const char *parameter, bool flag)
{
    write_name(body, false, parameter);
    buffer_append_string(&body->text, flag_text(flag));
}

void dynamodb_body_count(struct dynamodb_body *body, const char *parameter, size_t count)
{
    write_name(body, false, parameter);
    buffer_append_format(&body->text, "%zu", count);
}

void dynamodb_body_attribute(struct dynamodb_body *body, const char *parameter, const char *name,
                             char type, struct bytes value)
{
    struct dynamodb_body_part *part = part_get(body, parameter, "{}");
    size_t from = body->text.size;

    write_name(body, part_is_empty(part), name);
    body->failed = !attribute_append(&body->text, type, value) || body->failed;
    part_insert(body, part, from);
}

void dynamodb_body_name(struct dynamodb_body *body, const char *placeholder, const char *name)
{
    struct dynamodb_body_part *part = part_get(body, "ExpressionAttributeNames", "{}");
    size_t from = body->text.size;

    write_name(body, part_is_empty(part), placeholder);
    write_string(body, name);
    part_insert(body, part, from);
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
    struct dynamodb_body_part *part = part_get(body, parameter, "[]");
    size_t from = body->text.size;

    buffer_append_string(&body->text, part_is_empty(part) ? "{" : ",{");
    write_name(body, true, first);
    write_string(body, first_value);
    write_name(body, false, second);
    write_string(body, second_value);
    buffer_append_string(&body->text, "}");
    part_insert(body, part, from);
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
    struct dynamodb_body_part *part = part_get(body, parameter, "{}");
    size_t from = body->text.size;

    write_name(body, part_is_empty(part), name);
    buffer_append_string(&body->text, flag_text(flag));
    part_insert(body, part, from);
}

void dynamodb_body_tag(struct dynamodb_body *body, const char *key, const char *value)
{
    body_append_pair(body, "Tags", "Key", key, "Value", value);
}

static bool body_ok(const struct dynamodb_body *body)
{
    return !body->failed && buffer_ok(&body->text);
}

bool dynamodb_body_write(const struct dynamodb_body *body, struct buffer *buffer)
{
    if (!body_ok(body)) {
        return false;
    }
    buffer_append(buffer, buffer_bytes(&body->text));
    buffer_append_string(buffer, "}");
    return buffer_ok(buffer);
}

bool dynamodb_body_write_parameter(const struct dynamodb_body *body, const char *parameter,
                                   struct buffer *buffer)
{
    const struct dynamodb_body_part *part = part_find((struct dynamodb_body *)body, parameter);

    if (!body_ok(body)) {
        return false;
    }
    assert(part != NULL);
    buffer_append(buffer, bytes_from(body->text.data + part->begin, part->end - part->begin));
    return buffer_ok(buffer);
}
