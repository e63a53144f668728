/* credentials_json.h - credentials in JSON, as processes and services of AWS give them. */
#ifndef AWS_CREDENTIALS_JSON_H
#define AWS_CREDENTIALS_JSON_H

#include "aws/credentials.h"
#include "base/buffer.h"

enum credentials_json_kind {
    CREDENTIALS_JSON_PROCESS,  /* the output of a credential_process */
    CREDENTIALS_JSON_METADATA, /* the reply of a container's or an instance's service */
    CREDENTIALS_JSON_SSO,      /* the reply of GetRoleCredentials */
};

/* Reads a text. source stands in messages, which quote nothing of it but its code.
 *
 * Returns DDBLOCK_NO_CREDENTIALS or DDBLOCK_NO_MEMORY. */
ddblock_status credentials_json_read(struct bytes text, enum credentials_json_kind kind,
                                     const char *source, struct credentials **ret_credentials,
                                     ddblock_error *error);

/* Appends a member of an object (a valid text, wire/json_text.h) that is a string, not empty, and
 * without NULs in it. False, and nothing appended, if there is none, several, or it does not
 * fit. */
bool credentials_json_string(struct bytes object, const char *name, struct buffer *target);

/* The same for a short one, of at most 63 bytes, without taking memory. */
enum { CREDENTIALS_JSON_WORD_SIZE = 64 };
bool credentials_json_word(struct bytes object, const char *name,
                           char ret_word[CREDENTIALS_JSON_WORD_SIZE]);

#endif
