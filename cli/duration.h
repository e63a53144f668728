/* duration.h - durations as people write them: 1500ms, 10s, 2m, 1h. */
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include <ddblock/ddblock.h>

/* A hundred years: longer than any wait, and no sum with an instant overflows. */
#define DURATION_MS_MAX ((int64_t)100 * 365 * 24 * 3600 * 1000)

/* Reads a whole number with its unit; of plain numbers only 0, which needs none.
 *
 * Returns DDBLOCK_OK, or DDBLOCK_INVALID with a sentence that names the option. */
ddblock_status duration_parse(const char *option, const char *text, int64_t *ret_ms,
                              ddblock_error *error);

/* As duration_parse; "forever" is DDBLOCK_FOREVER. */
ddblock_status duration_parse_or_forever(const char *option, const char *text, int64_t *ret_ms,
                                         ddblock_error *error);

enum { DURATION_TEXT_SIZE = 32 };

/* Writes a duration for people, to two places at most: "850 ms", "12 s", "3 min 20 s",
 * "2 h 5 min", "4 d 3 h". Returns target, which has DURATION_TEXT_SIZE bytes. */
char *duration_text(char *target, int64_t ms);

#endif
