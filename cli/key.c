/* key.c - key names and key values on the command line. */
#include "key.h"

#include <string.h>

#include "key_base64.h"
#include "escape.h"
#include "exit.h"

ddblock_status key_spec_parse(const char *option, const char *text, struct key_spec *ret_spec,
                              ddblock_error *error)
{
    /* docs/protocol.md: "any name but the five below". A file has no attributes, but what it is
     * asked for may come to stand in a table. */
    static const char *const reserved[] = {"fencingToken", "leaseDurationMs",
                                           "lockAcquiredTimeUnixMs", "owner", "guid"};
    const char *colon = strrchr(text, ':');
    size_t size = colon != NULL ? (size_t)(colon - text) : strlen(text);
    ddblock_key_type type = DDBLOCK_KEY_STRING;
    char shown[ESCAPED_SIZE];

    (void)escape_string(shown, sizeof(shown), text);
    if (colon != NULL) {
        if (strcmp(colon, ":S") != 0 && strcmp(colon, ":N") != 0 && strcmp(colon, ":B") != 0) {
            return usage_error(error,
                               "%s: \"%s\" names no type after the colon; it is S (a string), N "
                               "(a number) or B (binary)",
                               option, shown);
        }
        type = (ddblock_key_type)colon[1];
    }
    if (size == 0 || size > KEY_NAME_BYTES_MAX) {
        return usage_error(error, "%s: the name of a key has 1 to 255 bytes, that of \"%s\" %zu",
                           option, shown, size);
    }
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strlen(reserved[i]) == size && memcmp(reserved[i], text, size) == 0) {
            return usage_error(error, "%s: \"%s\" is an attribute of the lock's own", option,
                               reserved[i]);
        }
    }
    *ret_spec = (struct key_spec){.type = type};
    memcpy(ret_spec->name, text, size);
    return DDBLOCK_OK;
}

ddblock_status key_value_parse(const char *what, ddblock_key_type type, const char *text,
                               struct key_value *value, ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    size_t size = 0;

    if (type != DDBLOCK_KEY_BINARY) {
        value->key = (ddblock_key){.type = type, .data = text, .size = strlen(text)};
        return DDBLOCK_OK;
    }
    if (!key_base64_decode(text, value->bytes, sizeof(value->bytes), &size)) {
        return usage_error(error,
                           "%s: \"%s\" is not base64 of at most %d bytes, as the value of a "
                           "binary key is given (YnVpbGQ= for \"build\")",
                           what, escape_string(shown, sizeof(shown), text), KEY_VALUE_BYTES_MAX);
    }
    value->key = ddblock_key_binary(value->bytes, size);
    return DDBLOCK_OK;
}

size_t key_text(char *target, const ddblock_key *key)
{
    size_t size = key->size < KEY_VALUE_BYTES_MAX ? key->size : KEY_VALUE_BYTES_MAX;

    if (key->type == DDBLOCK_KEY_BINARY) {
        return key_base64_encode(target, key->data, size);
    }
    if (size > 0) {
        memcpy(target, key->data, size);
    }
    target[size] = '\0';
    return size;
}
