/* decimal_fuzz.c - any bytes as one of DynamoDB's numbers. */
#include "fuzz.h"

#include <inttypes.h>
#include <stdio.h>

#include "wire/decimal.h"

/* What is written plainly is read as the same. */
static void check_int64(int64_t value, const char *canonical)
{
    char plain[32];
    char text[DECIMAL_CANONICAL_SIZE];
    int64_t again = ~value;

    (void)snprintf(plain, sizeof(plain), "%" PRId64, value);
    assert(decimal_to_int64(bytes_from_string(plain), &again) && again == value);
    assert(decimal_canonical(bytes_from_string(plain), text) == NULL);
    if (canonical != NULL) {
        assert(strcmp(text, canonical) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_from(data, size);
    char canonical[DECIMAL_CANONICAL_SIZE];
    char again[DECIMAL_CANONICAL_SIZE];
    bool is_number = decimal_canonical(text, canonical) == NULL;
    int64_t value = 0;
    int64_t same = 0;

    if (decimal_to_int64(text, &value)) {
        check_int64(value, is_number ? canonical : NULL);
    }
    if (is_number) {
        assert(memchr(canonical, '\0', sizeof(canonical)) != NULL);
        assert(decimal_canonical(bytes_from_string(canonical), again) == NULL);
        assert(strcmp(canonical, again) == 0);
        assert(decimal_to_int64(bytes_from_string(canonical), &same) ==
               decimal_to_int64(text, &value));
        assert(same == value);
    }
    return 0;
}
