/* lock_json.h - a lock's item as JSON (RFC 8259), for programs. */
#ifndef CLI_LOCK_JSON_H
#define CLI_LOCK_JSON_H

#include <ddblock/ddblock.h>
#include <stdio.h>

/* Writes the beginning of an object: what names the lock, without the closing brace. Keys stand as
 * they are given on a command line. */
void lock_json_begin(FILE *stream, const ddblock_id *id);

/* Writes an object and a line's end. Members that are not known are left out. stale: 1 or 0, or -1
 * where it was not looked at; defect may be NULL. */
void lock_json_print(FILE *stream, const ddblock_id *id, const ddblock_info *info,
                     const char *defect, int stale);

/* What lock_json_print writes, for the help of the commands. */
#define LOCK_JSON_HELP                                                                             \
    "JSON: lock, key_type, sort and sort_key_type (where there is a sort key), state (held,\n"     \
    "stale, fail-closed, free, no lock), owner, token, lease_ms, written_unix_ms, stale and\n"     \
    "defect; what is not known is left out. Binary keys are base64, as on the command line.\n"

#endif
