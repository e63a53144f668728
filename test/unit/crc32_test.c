/* crc32_test.c - the checksum of a reply's body. */
#include "support/testing.h"

#include "wire/crc32.h"

static void known_values(void **state)
{
    (void)state;
    assert_int_equal(crc32_of(bytes_from_string("")), 0);
    assert_int_equal(crc32_of(bytes_from_string("123456789")), 0xCBF43926);
    assert_int_equal(crc32_of(bytes_from_string("{}")), 2745614147); /* as DynamoDB sends it */
    assert_int_equal(crc32_of(bytes_from("\xFF\xFF\xFF\xFF", 4)), 0xFFFFFFFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
