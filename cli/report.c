/* report.c - a lock's item as a small table for people. */
#include "report.h"

#include <inttypes.h>

#include "duration.h"
#include "escape.h"
#include "message.h"

static const char *kind_text(ddblock_item_kind kind)
{
    switch (kind) {
    case DDBLOCK_ITEM_ABSENT:
        return "free (no item)";
    case DDBLOCK_ITEM_RELEASED:
        return "free (released)";
    case DDBLOCK_ITEM_FAIL_OPEN:
        return "held, fails open";
    case DDBLOCK_ITEM_FAIL_CLOSED:
        return "held, fails closed";
    case DDBLOCK_ITEM_BAD:
        return "unknown: the item is not a well-formed lock";
    }
    return "unknown";
}

/* The age is by two wall clocks, the writer's and ours: about so much. */
static void print_written(FILE *stream, int64_t written_ms, int64_t now_ms)
{
    char time[UTC_TIME_SIZE];
    char age[DURATION_TEXT_SIZE];

    (void)utc_time(time, written_ms);
    if (written_ms <= now_ms) {
        (void)fprintf(stream, "last written  %s, about %s ago\n", time,
                      duration_text(age, now_ms - written_ms));
    } else {
        (void)fprintf(stream, "last written  %s, about %s ahead of this machine's clock\n", time,
                      duration_text(age, written_ms - now_ms));
    }
}

void report_print(FILE *stream, const char *shown, const ddblock_info *info, int64_t now_unix_ms)
{
    char text[4 * sizeof(info->owner) + 8];

    (void)fprintf(stream, "lock          %s\n", shown);
    (void)fprintf(stream, "state         %s\n", kind_text(info->kind));
    if (info->owner[0] != '\0') {
        (void)fprintf(stream, "%-14s%s\n",
                      info->kind == DDBLOCK_ITEM_RELEASED ? "last owner" : "owner",
                      escape_string(text, sizeof(text), info->owner));
    }
    if (info->fencing_token != 0) {
        (void)fprintf(stream, "token         %" PRIu64 "\n", info->fencing_token);
    }
    if (info->lease_duration_ms > 1) { /* 1 is not a lease: it says "released" */
        (void)fprintf(stream, "lease         %s\n", duration_text(text, info->lease_duration_ms));
    }
    if (info->acquired_time_unix_ms >= 0) {
        print_written(stream, info->acquired_time_unix_ms, now_unix_ms);
    }
}
