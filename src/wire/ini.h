/* ini.h - the text of AWS's shared config and credentials files.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html leaves much open; where the
 * SDKs differ, docs/credentials.md says what is taken. */
#ifndef WIRE_INI_H
#define WIRE_INI_H

#include "base/bytes.h"
#include "ddblock/ddblock.h"

/* Generated files list every role of every account: some hundred KiB were seen. */
enum { INI_SIZE_MAX = 1024 * 1024 };

struct ini;

/* Reads a text. The message of an error is a clause that names the line and quotes nothing
 * of it, since it may be a secret.
 *
 * Returns DDBLOCK_INVALID or DDBLOCK_NO_MEMORY. */
ddblock_status ini_parse(struct bytes text, struct ini **ret_ini, ddblock_error *error);

/* Wipes it. NULL is fine. */
void ini_destroy(struct ini *ini);

/* A section is named as it stands between the brackets, "profile x", with one space and
 * without quotes. NULL as ini is an empty file. */
bool ini_has_section(const struct ini *ini, const char *section);

/* The value of a property, or (subkey is not NULL) of one that is nested in it. Keys are
 * compared whatever their case; of several the last counts. NULL if there is none. Valid as
 * long as ini. */
const char *ini_get(const struct ini *ini, const char *section, const char *key,
                    const char *subkey);

#endif
