/* key.h - key names and key values on the command line. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include <ddblock/ddblock.h>

/* DynamoDB: the name of a key attribute is 1 to 255 bytes long. */
enum { KEY_NAME_BYTES_MAX = 255 };

/* DynamoDB: a partition key value has at most 2048 bytes, a sort key value 1024. */
enum { KEY_VALUE_BYTES_MAX = 2048 };

struct key_spec {
    char name[KEY_NAME_BYTES_MAX + 1];
    ddblock_key_type type;
};

/* Reads NAME, NAME:S, NAME:N or NAME:B; without a type it is S. A name with a colon in it
 * needs the type. Returns DDBLOCK_OK, or DDBLOCK_INVALID with a sentence that names the
 * option. */
ddblock_status key_spec_parse(const char *option, const char *text, struct key_spec *ret_spec,
                              ddblock_error *error);

struct key_value {
    ddblock_key key; /* points into this struct, or to the text */
    unsigned char bytes[KEY_VALUE_BYTES_MAX];
};

/* Reads a value: B as base64, S and N as they are, which the library checks. */
ddblock_status key_value_parse(const char *what, ddblock_key_type type, const char *text,
                               struct key_value *value, ddblock_error *error);

/* Room for a value as text: as base64, with a NUL. */
enum { KEY_TEXT_SIZE = (KEY_VALUE_BYTES_MAX + 2) / 3 * 4 + 1 };

/* Writes a value as key_value_parse reads it, with a NUL. Returns the number of bytes before it (a
 * string may have one of its own); target has KEY_TEXT_SIZE bytes. */
size_t key_text(char *target, const ddblock_key *key);

#endif
