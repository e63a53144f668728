/* decimal.c - DynamoDB's numbers as integers. */
#include "wire/decimal.h"

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
