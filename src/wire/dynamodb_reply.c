/* dynamodb_reply.c - the body of a reply from DynamoDB. */
#include "wire/dynamodb_reply.h"

#include "base/text.h"
#include "wire/json_text.h"

bool dynamodb_reply_read(struct bytes body, struct dynamodb_reply *ret_reply)
{
    struct dynamodb_reply reply = {.body = body};
    char type[DYNAMODB_CODE_SIZE_MAX];
    const char *hash;

    if (!json_text_is_valid(body) || !json_text_is_object(body)) {
        return false;
    }
    json_text_copy(body, "__type", type, sizeof(type));
    hash = strrchr(type, '#');
    text_copy(reply.code, sizeof(reply.code), bytes_from_string(hash != NULL ? hash + 1 : type));
    /* Both spellings are in use: AccessDeniedException has the capital, others have not. */
    json_text_copy(body, "message", reply.message, sizeof(reply.message));
    if (reply.message[0] == '\0') {
        json_text_copy(body, "Message", reply.message, sizeof(reply.message));
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
    json_text_copy(table, "TableStatus", text, sizeof(text));
    return strcmp(text, status) == 0;
}
