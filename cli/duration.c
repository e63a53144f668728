/* duration.c - durations as people write and read them. */
#include "duration.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "exit.h"

static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", INT64_C(60) * 1000},
    {"h", INT64_C(3600) * 1000},
};

/* The length of a unit in milliseconds; 0 if it is none. */
static int64_t unit_ms(const char *name)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(name, units[i].name) == 0) {
            return units[i].ms;
        }
    }
    return 0;
}

/* Reads the digits that text starts with. Returns what follows them, NULL if there are none
 * or the number is beyond DURATION_MS_MAX; *ret_too_long tells which. */
static const char *read_digits(const char *text, int64_t *ret_number, bool *ret_too_long)
{
    const char *end = text;
    int64_t number = 0;

    for (; *end >= '0' && *end <= '9'; end++) {
        number = number * 10 + (*end - '0');
        if (number > DURATION_MS_MAX) {
            *ret_too_long = true;
            return NULL;
        }
    }
    *ret_number = number;
    return end == text ? NULL : end;
}

ddblock_status duration_parse(const char *option, const char *text, int64_t *ret_ms,
                              ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    bool too_long = false;
    int64_t number = 0;
    int64_t factor;
    const char *unit = read_digits(text, &number, &too_long);

    (void)escape_string(shown, sizeof(shown), text);
    if (too_long) {
        return usage_error(error, "%s: \"%s\" is longer than 100 years", option, shown);
    }
    if (unit == NULL) {
        return usage_error(error,
                           "%s: \"%s\" is no duration; write a whole number with a unit: 1500ms, "
                           "10s, 2m or 1h",
                           option, shown);
    }
    if (unit[0] == '\0') {
        if (number != 0) {
            return usage_error(error, "%s: \"%s\" has no unit; write %ss or %sms", option, shown,
                               shown, shown);
        }
        *ret_ms = 0;
        return DDBLOCK_OK;
    }
    factor = unit_ms(unit);
    if (factor == 0) {
        return usage_error(error,
                           "%s: \"%s\" has an unknown unit; ms, s, m and h follow a whole number",
                           option, shown);
    }
    if (number > DURATION_MS_MAX / factor) {
        return usage_error(error, "%s: \"%s\" is longer than 100 years", option, shown);
    }
    *ret_ms = number * factor;
    return DDBLOCK_OK;
}

ddblock_status duration_parse_or_forever(const char *option, const char *text, int64_t *ret_ms,
                                         ddblock_error *error)
{
    if (strcmp(text, "forever") == 0) {
        *ret_ms = DDBLOCK_FOREVER;
        return DDBLOCK_OK;
    }
    return duration_parse(option, text, ret_ms, error);
}

char *duration_text(char *target, int64_t ms)
{
    int64_t s = ms / 1000;
    int64_t min = s / 60;
    int64_t h = min / 60;

    if (s == 0) {
        (void)snprintf(target, DURATION_TEXT_SIZE, "%" PRId64 " ms", ms);
    } else if (min == 0) {
        (void)snprintf(target, DURATION_TEXT_SIZE, "%" PRId64 " s", s);
    } else if (h == 0) {
        (void)snprintf(target, DURATION_TEXT_SIZE, "%" PRId64 " min %" PRId64 " s", min, s % 60);
    } else if (h < 24) {
        (void)snprintf(target, DURATION_TEXT_SIZE, "%" PRId64 " h %" PRId64 " min", h, min % 60);
    } else {
        (void)snprintf(target, DURATION_TEXT_SIZE, "%" PRId64 " d %" PRId64 " h", h / 24, h % 24);
    }
    return target;
}
