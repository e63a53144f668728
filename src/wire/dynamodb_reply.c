/* dynamodb_reply.c - the body of a reply from DynamoDB. */
#include "wire/dynamodb_reply.h"

#include "base/text.h"
#include "wire/json_text.h"

/* Copies the object's one string of the name, cut to fit; "" if there is none. */
static void copy_string(struct bytes object, const char *name, char *target, size_t size)
{
    struct bytes value = {0};
    size_t length = 0;
    bool is_whole;

    if (json_text_find(object, name, &value) == 1) {
        (void)json_text_string(value, (uint8_t *)target, size - 1, &length, &is_whole);
    }
    target[length] = '\0';
    text_trim_utf8(target);
}

bool dynamodb_reply_read(struct bytes body, struct dynamodb_reply *ret_reply)
{
    struct dynamodb_reply reply = {.body = body};
    char type[DYNAMODB_CODE_SIZE_MAX];
    const char *hash;

    if (!json_text_is_valid(body) || !json_text_is_object(body)) {
        return false;
    }
    copy_string(body, "__type", type, sizeof(type));
    hash = strrchr(type, '#');
    text_copy(reply.code, sizeof(reply.code), bytes_from_string(hash != NULL ? hash + 1 : type));
    /* Both spellings are in use: AccessDeniedException has the capital, others have not. */
    copy_string(body, "message", reply.message, sizeof(reply.message));
    if (reply.message[0] == '\0') {
        copy_string(body, "Message", reply.message, sizeof(reply.message));
    }
    *ret_reply = reply;
    return true;
}

bool dynamodb_reply_item(const struct dynamodb_reply *reply, const char *parameter,
                         struct bytes *ret_item)
{
    struct bytes item = {0};
    int found = json_text_find(reply->body, parameter, &item);

    if (found > 1 || (found == 1 && !json_text_is_object(item))) {
        return false;
    }
    *ret_item = item;
    return true;
}

bool dynamodb_reply_has_table_status(const struct dynamodb_reply *reply, const char *parameter,
                                     const char *status)
{
    struct bytes table = {0};
    char text[32];

    if (json_text_find(reply->body, parameter, &table) != 1) {
        return false;
    }
    copy_string(table, "TableStatus", text, sizeof(text));
    return strcmp(text, status) == 0;
}
