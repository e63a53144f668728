/* timestamp.c - instants as AWS writes them. */
#include "wire/timestamp.h"

#include <time.h>

/* Takes that many digits off the text. */
static bool take_number(struct bytes *text, size_t digits, int min, int max, int *ret_number)
{
    int number = 0;

    if (text->size < digits) {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return false;
        }
        number = number * 10 + text->data[i] - '0';
    }
    *text = bytes_from(text->data + digits, text->size - digits);
    *ret_number = number;
    return number >= min && number <= max;
}

static bool take(struct bytes *text, char c)
{
    if (text->size == 0 || text->data[0] != (uint8_t)c) {
        return false;
    }
    *text = bytes_from(text->data + 1, text->size - 1);
    return true;
}

static bool take_date(struct bytes *text, int64_t *ret_days)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int year = 0;
    int month = 0;
    int day = 0;
    bool leap;
    int64_t years;

    if (!take_number(text, 4, 1970, 9999, &year) || !take(text, '-') ||
        !take_number(text, 2, 1, 12, &month) || !take(text, '-') ||
        !take_number(text, 2, 1, 31, &day)) {
        return false;
    }
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > before[month] - before[month - 1] + (leap && month == 2 ? 1 : 0)) {
        return false;
    }
    years = year - 1; /* whole ones before it, of which so many were leap years */
    *ret_days = 365 * (years - 1969) + (years / 4 - years / 100 + years / 400) - 477 +
                before[month - 1] + (leap && month > 2 ? 1 : 0) + day - 1;
    return true;
}

/* 60 as the second is a leap second, and counts as the next minute's first. */
static bool take_time(struct bytes *text, int64_t *ret_ms)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    int64_t ms = 0;

    if (!take_number(text, 2, 0, 23, &hour) || !take(text, ':') ||
        !take_number(text, 2, 0, 59, &minute) || !take(text, ':') ||
        !take_number(text, 2, 0, 60, &second)) {
        return false;
    }
    if (take(text, '.')) {
        int scale = 100;
        int digit = 0;
        size_t digits = 0;

        while (take_number(text, 1, 0, 9, &digit)) {
            ms += digit * scale;
            scale /= 10;
            digits++;
        }
        if (digits == 0) {
            return false;
        }
    }
    *ret_ms = ((hour * INT64_C(60) + minute) * 60 + second) * 1000 + ms;
    return true;
}

static bool take_offset(struct bytes *text, int64_t *ret_ms)
{
    bool east = text->size > 0 && text->data[0] == '+';
    int hour = 0;
    int minute = 0;

    *ret_ms = 0;
    if (take(text, 'Z') || take(text, 'z')) {
        return true;
    }
    if (bytes_equal_string(*text, "UTC")) {
        *text = bytes_from(NULL, 0);
        return true;
    }
    if ((!take(text, '+') && !take(text, '-')) || !take_number(text, 2, 0, 23, &hour)) {
        return false;
    }
    (void)take(text, ':');
    if (!take_number(text, 2, 0, 59, &minute)) {
        return false;
    }
    *ret_ms = (hour * INT64_C(60) + minute) * 60000 * (east ? 1 : -1);
    return true;
}

bool timestamp_parse(struct bytes text, int64_t *ret_unix_ms)
{
    int64_t days = 0;
    int64_t ms = 0;
    int64_t offset_ms = 0;

    if (!take_date(&text, &days) || (!take(&text, 'T') && !take(&text, 't') && !take(&text, ' ')) ||
        !take_time(&text, &ms) || !take_offset(&text, &offset_ms) || text.size > 0) {
        return false;
    }
    ms += days * 86400000 - offset_ms;
    if (ms < 0) {
        return false; /* the first hours of 1970, far east */
    }
    *ret_unix_ms = ms;
    return true;
}

bool timestamp_write(int64_t unix_ms, char ret_text[TIMESTAMP_SIZE])
{
    const int64_t ms_max = INT64_C(253402300800000); /* the year 10000 */
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm = {0};

    if (unix_ms < 0 || unix_ms >= ms_max || gmtime_r(&seconds, &tm) == NULL) {
        return false;
    }
    return strftime(ret_text, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == TIMESTAMP_SIZE - 1;
}
