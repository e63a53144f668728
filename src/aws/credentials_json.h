/* credentials_json.h - credentials in JSON, as processes and services of AWS give them. */
#ifndef AWS_CREDENTIALS_JSON_H
#define AWS_CREDENTIALS_JSON_H

#include <jansson.h>

#include "aws/credentials.h"
#include "base/bytes.h"

enum credentials_json_kind {
    CREDENTIALS_JSON_PROCESS,  /* the output of a credential_process */
    CREDENTIALS_JSON_METADATA, /* the reply of a container's or an instance's service */
    CREDENTIALS_JSON_SSO,      /* the reply of GetRoleCredentials */
};

/* Reads a text. source stands in messages, which quote nothing of it.
 *
 * Returns DDBLOCK_NO_CREDENTIALS or DDBLOCK_NO_MEMORY. */
ddblock_status credentials_json_read(struct bytes text, enum credentials_json_kind kind,
                                     const char *source, struct credentials **ret_credentials,
                                     ddblock_error *error);

/* Reads one JSON object. NULL if it is none, or there is no memory. */
json_t *credentials_json_load(struct bytes text);

/* A member that is a string, not empty and without NULs in it; NULL if there is none. */
const char *credentials_json_string(const json_t *object, const char *name);

/* Wipes the strings in an object and lets it go. NULL is fine. */
void credentials_json_destroy(json_t *object);

#endif
