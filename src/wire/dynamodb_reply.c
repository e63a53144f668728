/* dynamodb_reply.c - the body of a reply from DynamoDB. */
#include "wire/dynamodb_reply.h"

/* Attributes nest up to 32 levels (API reference, quotas, "nested attribute depth"), each of
 * them two levels of JSON, inside a few of the reply's own. jansson allows 2048, which would
 * want more stack than a small thread has. */
enum { NESTING_MAX = 100 };

/* Counts brackets outside of strings. It need not be valid JSON: jansson judges that. */
static bool nesting_is_bounded(struct bytes text)
{
    bool in_string = false;
    size_t depth = 0;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (in_string) {
            i += c == '\\'; /* and the character that it escapes */
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
        if (depth > NESTING_MAX) {
            return false;
        }
    }
    return true;
}

ddblock_status dynamodb_reply_read(struct bytes body, struct dynamodb_reply *ret_reply)
{
    json_error_t error = {0};
    json_t *root;

    if (body.size == 0 || !nesting_is_bounded(body)) {
        return DDBLOCK_UNAVAILABLE;
    }
    root = json_loadb((const char *)body.data, body.size, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
                      &error);
    if (root == NULL) {
        /* jansson names no cause when it has run out of memory. */
        return json_error_code(&error) == json_error_unknown ? DDBLOCK_NO_MEMORY
                                                             : DDBLOCK_UNAVAILABLE;
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return DDBLOCK_UNAVAILABLE;
    }
    ret_reply->root = root;
    return DDBLOCK_OK;
}

void dynamodb_reply_finish(struct dynamodb_reply *reply)
{
    json_decref(reply->root);
    reply->root = NULL;
}

bool dynamodb_reply_item(const struct dynamodb_reply *reply, const char *parameter,
                         const json_t **ret_item)
{
    const json_t *item = json_object_get(reply->root, parameter);

    if (item != NULL && !json_is_object(item)) {
        return false;
    }
    *ret_item = item;
    return true;
}

/* The string in the object under the name; empty if there is none. */
static struct bytes string_in(const json_t *object, const char *name)
{
    const json_t *string = json_object_get(object, name);

    if (!json_is_string(string)) {
        return bytes_from(NULL, 0);
    }
    return bytes_from(json_string_value(string), json_string_length(string));
}

struct bytes dynamodb_reply_code(const struct dynamodb_reply *reply)
{
    struct bytes type = string_in(reply->root, "__type");
    const uint8_t *hash = type.size > 0 ? memrchr(type.data, '#', type.size) : NULL;

    if (hash == NULL) {
        return type;
    }
    return bytes_from(hash + 1, (size_t)(type.data + type.size - (hash + 1)));
}

struct bytes dynamodb_reply_message(const struct dynamodb_reply *reply)
{
    struct bytes message = string_in(reply->root, "message");

    /* Both spellings are in use: AccessDeniedException has the capital, others have not. */
    return message.size > 0 ? message : string_in(reply->root, "Message");
}

struct bytes dynamodb_reply_table_status(const struct dynamodb_reply *reply, const char *parameter)
{
    return string_in(json_object_get(reply->root, parameter), "TableStatus");
}
