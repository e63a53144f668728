/* description_fuzz.c - any bytes as what DynamoDB says of a table, or of what is wrong. */
#include "fuzz.h"

#include "base/text.h"
#include "store/dynamodb_fault.h"
#include "wire/json_text.h"

static const struct dynamodb_table table = {
    .name = "locks", .partition_key = "a \xC3\xA9", .sort_key = "\033[2J"};

static void check_key(const struct table_key *key)
{
    assert(memchr(key->name, '\0', sizeof(key->name)) != NULL &&
           text_is_utf8(bytes_from_string(key->name)));
    assert(key->type == 0 || strchr("SNB", key->type) != NULL);
}

/* A sentence for a terminal: nothing in it that steers it. */
static void check_sentence(const ddblock_error *error)
{
    char escaped[4 * sizeof(error->message)];
    const char *backslash = strchr(error->message, '\\');

    assert(error->status != DDBLOCK_OK && error->message[0] != '\0');
    if (backslash == NULL) {
        (void)text_escape(escaped, sizeof(escaped), bytes_from_string(error->message));
        assert(strcmp(escaped, error->message) == 0);
    }
}

static void read_description(struct bytes body)
{
    struct table_description description;
    struct table_ttl ttl;
    ddblock_error error = {0};

    if (table_description_read(body, &description)) {
        check_key(&description.partition);
        check_key(&description.sort);
        assert(description.write_units >= -1);
        (void)dynamodb_fault_explain_keys(&table, &description, 'S', 0, &error);
        check_sentence(&error);
    }
    if (table_ttl_read(body, &ttl)) {
        assert(memchr(ttl.attribute, '\0', sizeof(ttl.attribute)) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct dynamodb_scene scene = {
        .operation = "GetItem",
        .table = &table,
        .aws = {.partition = "aws", .region = "eu-west-1", .keys_from = "a test"}};
    struct bytes body = bytes_from(data, size);
    struct dynamodb_reply reply = {0};
    ddblock_error error = {0};

    if (!dynamodb_reply_read(body, &reply)) {
        return 0;
    }
    assert(text_is_utf8(bytes_from_string(reply.code)));
    assert(text_is_utf8(bytes_from_string(reply.message)));
    read_description(body);
    (void)dynamodb_reply_has_table_status(&reply, "Table", "ACTIVE");
    (void)dynamodb_fault_explain(&reply, &scene, &error);
    check_sentence(&error);
    return 0;
}
