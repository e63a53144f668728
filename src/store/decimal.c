/* decimal.c - DynamoDB's numbers in one form each.
 *
 * Amazon DynamoDB Developer Guide, "Supported data types and naming rules", Number:
 * "Numbers can have up to 38 digits of precision […] Leading and trailing zeroes are trimmed."
 * Positive and negative, their magnitude lies in 1E-130 … 9.99…9E+125. */
#include "store/decimal.h"

#include <assert.h>
#include <stdio.h>

enum {
    DIGITS_MAX = 38,
    EXPONENT_MIN = -130,
    EXPONENT_MAX = 125,
    /* The longest that needs no useless zeros, -0.000…, has 171 characters. */
    TEXT_SIZE_MAX = 256,
    /* An exponent saturates here: with TEXT_SIZE_MAX digits it is out of range anyway. */
    EXPONENT_PARSE_MAX = 10000,
    /* Up to so many zeros after "0." are written out. */
    ZEROS_MAX = 6,
};

/* The number 0.DIGITS × 10^point, without zeros at either end of DIGITS; 0 has none. */
struct decimal {
    bool negative;
    char digits[DIGITS_MAX];
    int count;
    int point;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static const char not_a_number[] = "is not a number like -12, 0.5 or 1e6";
static const char too_precise[] = "has more than the 38 significant digits that DynamoDB keeps";
static const char out_of_range[] =
    "is out of DynamoDB's range: magnitudes are 0 or 1E-130 to below 1E+126";

/* Reads digits and the point among them, up to the end or an exponent. */
static const char *decimal_mantissa(struct bytes *text, struct decimal *decimal)
{
    bool any = false;
    bool fraction = false;
    int position = 0; /* of the next digit, counted from the first that is not 0 */

    memset(decimal->digits, '0', sizeof(decimal->digits));
    for (; text->size > 0 && (is_digit(*text->data) || *text->data == '.');
         text->data++, text->size--) {
        uint8_t c = *text->data;

        if (c == '.') {
            if (fraction) {
                return not_a_number;
            }
            fraction = true;
            continue;
        }
        any = true;
        if (position == 0 && c == '0') {
            decimal->point -= fraction ? 1 : 0;
            continue;
        }
        if (c != '0') {
            if (position >= DIGITS_MAX) {
                return too_precise;
            }
            decimal->digits[position] = (char)c;
            decimal->count = position + 1;
        }
        position++;
        decimal->point += fraction ? 0 : 1;
    }
    return any ? NULL : not_a_number;
}

/* Reads an exponent, if there is one, and expects the end. */
static const char *decimal_exponent(struct bytes text, struct decimal *decimal)
{
    bool negative = false;
    int exponent = 0;

    if (text.size == 0) {
        return NULL;
    }
    if (*text.data != 'e' && *text.data != 'E') {
        return not_a_number;
    }
    text = bytes_from(text.data + 1, text.size - 1);
    if (text.size > 0 && (*text.data == '+' || *text.data == '-')) {
        negative = *text.data == '-';
        text = bytes_from(text.data + 1, text.size - 1);
    }
    if (text.size == 0) {
        return not_a_number;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i])) {
            return not_a_number;
        }
        exponent = exponent * 10 + (text.data[i] - '0');
        exponent = exponent > EXPONENT_PARSE_MAX ? EXPONENT_PARSE_MAX : exponent;
    }
    decimal->point += negative ? -exponent : exponent;
    return NULL;
}

static const char *decimal_parse(struct bytes text, struct decimal *decimal)
{
    const char *wrong;

    if (text.size > TEXT_SIZE_MAX) {
        return "is longer than the 256 characters that a number may take";
    }
    if (text.size > 0 && (*text.data == '+' || *text.data == '-')) {
        decimal->negative = *text.data == '-';
        text = bytes_from(text.data + 1, text.size - 1);
    }
    wrong = decimal_mantissa(&text, decimal);
    if (wrong == NULL) {
        wrong = decimal_exponent(text, decimal);
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (decimal->count > 0 &&
        (decimal->point - 1 < EXPONENT_MIN || decimal->point - 1 > EXPONENT_MAX)) {
        return out_of_range;
    }
    return NULL;
}

static void decimal_format(const struct decimal *decimal, char text[DECIMAL_SIZE])
{
    static const char zeros[] = "00000000000000000000000000000000000000";
    const char *sign = decimal->negative ? "-" : "";
    const char *digits = decimal->digits;
    int count = decimal->count;
    int point = decimal->point;
    int used;

    if (count == 0) {
        used = snprintf(text, DECIMAL_SIZE, "0");
    } else if (point > 0 && count <= point && point <= DIGITS_MAX) {
        used =
            snprintf(text, DECIMAL_SIZE, "%s%.*s%.*s", sign, count, digits, point - count, zeros);
    } else if (point > 0 && point <= DIGITS_MAX) {
        used = snprintf(text, DECIMAL_SIZE, "%s%.*s.%.*s", sign, point, digits, count - point,
                        digits + point);
    } else if (point <= 0 && point >= -ZEROS_MAX) {
        used = snprintf(text, DECIMAL_SIZE, "%s0.%.*s%.*s", sign, -point, zeros, count, digits);
    } else {
        used = snprintf(text, DECIMAL_SIZE, "%s%c%s%.*sE%+d", sign, digits[0], count > 1 ? "." : "",
                        count - 1, digits + 1, point - 1);
    }
    assert(used > 0 && used < DECIMAL_SIZE);
    (void)used;
}

const char *decimal_canonical(struct bytes text, char ret_text[DECIMAL_SIZE])
{
    struct decimal decimal = {0};
    const char *wrong = decimal_parse(text, &decimal);

    if (wrong == NULL) {
        decimal_format(&decimal, ret_text);
    }
    return wrong;
}
