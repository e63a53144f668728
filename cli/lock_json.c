/* lock_json.c - a lock's item as JSON. */
#include "lock_json.h"

#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "key.h"
#include "listing.h"

/* A byte takes "\uXXXX" at most. */
enum { QUOTED_SIZE = 6 * KEY_TEXT_SIZE + 3 };

static void print_text(FILE *stream, const char *name, const char *text)
{
    char quoted[QUOTED_SIZE];

    (void)json_quote(quoted, sizeof(quoted), text, strlen(text));
    (void)fprintf(stream, ",\"%s\":%s", name, quoted);
}

static void print_key(FILE *stream, const char *before, const char *name, const char *type_name,
                      const ddblock_key *key)
{
    char text[KEY_TEXT_SIZE];
    char quoted[QUOTED_SIZE];

    (void)json_quote(quoted, sizeof(quoted), text, key_text(text, key));
    (void)fprintf(stream, "%s\"%s\":%s,\"%s\":\"%c\"", before, name, quoted, type_name,
                  (char)key->type);
}

void lock_json_begin(FILE *stream, const ddblock_id *id)
{
    print_key(stream, "{", "lock", "key_type", &id->partition);
    if (id->sort.type != DDBLOCK_KEY_NONE) {
        print_key(stream, ",", "sort", "sort_key_type", &id->sort);
    }
}

void lock_json_print(FILE *stream, const ddblock_id *id, const ddblock_info *info,
                     const char *defect, int stale)
{
    lock_json_begin(stream, id);
    (void)fprintf(stream, ",\"state\":\"%s\"", state_word(info, stale == 1));
    if (info->owner[0] != '\0') {
        print_text(stream, "owner", info->owner);
    }
    if (info->fencing_token != 0) {
        (void)fprintf(stream, ",\"token\":%" PRIu64, info->fencing_token);
    }
    if (info->lease_duration_ms > 1) { /* 1 is not a lease: it says "released" */
        (void)fprintf(stream, ",\"lease_ms\":%" PRId64, info->lease_duration_ms);
    }
    if (info->acquired_time_unix_ms >= 0) {
        (void)fprintf(stream, ",\"written_unix_ms\":%" PRId64, info->acquired_time_unix_ms);
    }
    if (stale >= 0) {
        (void)fprintf(stream, ",\"stale\":%s", stale == 1 ? "true" : "false");
    }
    if (defect != NULL) {
        print_text(stream, "defect", defect);
    }
    (void)fputs("}\n", stream);
}
