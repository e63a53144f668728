/* decimal.c - DynamoDB's numbers as integers, and in one form each. */
#include "wire/decimal.h"

#include <assert.h>
#include <stdio.h>

/* "Numbers can have up to 38 digits of precision", and magnitudes of 1E-130 to below 1E+126:
 * DynamoDB Developer Guide, "Supported data types and naming rules", Number. */
enum { DIGITS_MAX = 38, MAGNITUDE_MIN = -130, MAGNITUDE_MAX = 125 };

/* Up to so many zeros after "0." are written out in the canonical form. */
enum { ZEROS_MAX = 6 };

/* An exponent beyond any that can matter for a text of DECIMAL_SIZE_MAX digits. */
enum { EXPONENT_MAX = 10000 };

/* The number is 0.DIGITS × 10^point, with neither a leading nor a trailing zero digit; no
 * digits at all is zero. */
struct decimal {
    bool negative;
    uint8_t digits[DECIMAL_SIZE_MAX];
    int digits_count;
    int point;
};

struct cursor {
    const uint8_t *next;
    const uint8_t *end;
};

static bool cursor_skip(struct cursor *cursor, const char *any_of)
{
    if (cursor->next == cursor->end || *cursor->next == '\0' ||
        strchr(any_of, *cursor->next) == NULL) {
        return false;
    }
    cursor->next++;
    return true;
}

static bool cursor_digit(struct cursor *cursor, uint8_t *ret_digit)
{
    if (cursor->next == cursor->end || *cursor->next < '0' || *cursor->next > '9') {
        return false;
    }
    *ret_digit = (uint8_t)(*cursor->next - '0');
    cursor->next++;
    return true;
}

/* Reads digits before the point (step 1) or after it (step 0). Returns how many there are. */
static int read_digits(struct cursor *cursor, struct decimal *decimal, int step)
{
    int count = 0;
    uint8_t digit;

    while (cursor_digit(cursor, &digit)) {
        count++;
        if (digit == 0 && decimal->digits_count == 0) {
            decimal->point -= 1 - step; /* a leading zero */
        } else {
            decimal->digits[decimal->digits_count++] = digit;
            decimal->point += step;
        }
    }
    return count;
}

/* Moves the point by the exponent; none is fine. */
static bool read_exponent(struct cursor *cursor, struct decimal *decimal)
{
    bool negative;
    int exponent = 0;
    int count = 0;
    uint8_t digit;

    if (!cursor_skip(cursor, "eE")) {
        return true;
    }
    negative = cursor->next < cursor->end && *cursor->next == '-';
    (void)cursor_skip(cursor, "+-");
    while (cursor_digit(cursor, &digit)) {
        count++;
        exponent = exponent < EXPONENT_MAX ? exponent * 10 + digit : exponent;
    }
    decimal->point += negative ? -exponent : exponent;
    return count > 0;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before or after the point. */
static bool decimal_read(struct bytes text, struct decimal *decimal)
{
    struct cursor cursor;
    int count;

    if (text.size == 0 || text.size > DECIMAL_SIZE_MAX) {
        return false;
    }
    cursor = (struct cursor){text.data, text.data + text.size};
    decimal->negative = *cursor.next == '-';
    (void)cursor_skip(&cursor, "+-");
    count = read_digits(&cursor, decimal, 1);
    if (cursor_skip(&cursor, ".")) {
        count += read_digits(&cursor, decimal, 0);
    }
    while (decimal->digits_count > 0 && decimal->digits[decimal->digits_count - 1] == 0) {
        decimal->digits_count--;
    }
    return count > 0 && read_exponent(&cursor, decimal) && cursor.next == cursor.end;
}

bool decimal_to_int64(struct bytes text, int64_t *ret_value)
{
    struct decimal decimal = {0};
    int64_t value = 0;

    if (!decimal_read(text, &decimal)) {
        return false;
    }
    if (decimal.digits_count > 0 && (decimal.point < decimal.digits_count || decimal.point > 19)) {
        return false; /* a fraction, or 20 digits: INT64_MAX has 19 */
    }
    for (int i = 0; decimal.digits_count > 0 && i < decimal.point; i++) {
        int64_t digit = i < decimal.digits_count ? decimal.digits[i] : 0;

        /* Downwards, since INT64_MIN has no positive counterpart. */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (!decimal.negative && __builtin_sub_overflow((int64_t)0, value, &value)) {
        return false;
    }
    *ret_value = value;
    return true;
}

/* Writes a number of at most 38 digits. */
static void decimal_format(const struct decimal *decimal, char text[DECIMAL_CANONICAL_SIZE])
{
    static const char zeros[] = "00000000000000000000000000000000000000";
    const char *sign = decimal->negative ? "-" : "";
    char digits[DIGITS_MAX] = {0};
    int count = decimal->digits_count;
    int point = decimal->point;
    int used;

    for (int i = 0; i < count; i++) {
        digits[i] = (char)('0' + decimal->digits[i]);
    }
    if (count == 0) {
        used = snprintf(text, DECIMAL_CANONICAL_SIZE, "0");
    } else if (point > 0 && count <= point && point <= DIGITS_MAX) {
        used = snprintf(text, DECIMAL_CANONICAL_SIZE, "%s%.*s%.*s", sign, count, digits,
                        point - count, zeros);
    } else if (point > 0 && point <= DIGITS_MAX) {
        used = snprintf(text, DECIMAL_CANONICAL_SIZE, "%s%.*s.%.*s", sign, point, digits,
                        count - point, digits + point);
    } else if (point <= 0 && point >= -ZEROS_MAX) {
        used = snprintf(text, DECIMAL_CANONICAL_SIZE, "%s0.%.*s%.*s", sign, -point, zeros, count,
                        digits);
    } else {
        used = snprintf(text, DECIMAL_CANONICAL_SIZE, "%s%c%s%.*sE%+d", sign, digits[0],
                        count > 1 ? "." : "", count - 1, digits + 1, point - 1);
    }
    assert(used > 0 && used < DECIMAL_CANONICAL_SIZE);
    (void)used;
}

const char *decimal_canonical(struct bytes text, char ret_text[DECIMAL_CANONICAL_SIZE])
{
    struct decimal decimal = {0};

    if (text.size > DECIMAL_SIZE_MAX) {
        return "is longer than the 256 characters that a number may take";
    }
    if (!decimal_read(text, &decimal)) {
        return "is not a number like -12, 0.5 or 1e6";
    }
    if (decimal.digits_count > DIGITS_MAX) {
        return "has more than the 38 significant digits that DynamoDB keeps";
    }
    if (decimal.digits_count > 0 &&
        (decimal.point - 1 < MAGNITUDE_MIN || decimal.point - 1 > MAGNITUDE_MAX)) {
        return "is out of DynamoDB's range: magnitudes are 0 or 1E-130 to below 1E+126";
    }
    decimal_format(&decimal, ret_text);
    return NULL;
}
