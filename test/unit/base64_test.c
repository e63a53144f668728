/* base64_test.c - the vectors of RFC 4648, and what strict means. */
#include "support/testing.h"

#include "wire/base64.h"

static void assert_pair(const char *plain, const char *encoded)
{
    struct buffer buffer;
    uint8_t decoded[16] = {0};
    size_t size = 99;

    buffer_init(&buffer, 100);
    base64_append(&buffer, bytes_from_string(plain));
    assert_true(buffer_ok(&buffer));
    assert_string_equal(buffer_string(&buffer), encoded);
    assert_true(base64_decode(bytes_from_string(encoded), decoded, sizeof(decoded), &size));
    assert_true(bytes_equal_string(bytes_from(decoded, size), plain));
    buffer_finish(&buffer);
}

static void vectors_of_the_rfc(void **state)
{
    (void)state;
    assert_pair("", "");
    assert_pair("f", "Zg==");
    assert_pair("fo", "Zm8=");
    assert_pair("foo", "Zm9v");
    assert_pair("foob", "Zm9vYg==");
    assert_pair("fooba", "Zm9vYmE=");
    assert_pair("foobar", "Zm9vYmFy");
}

static void every_byte_comes_back(void **state)
{
    uint8_t plain[256];
    uint8_t decoded[256];
    struct buffer buffer;
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(plain); i++) {
        plain[i] = (uint8_t)(i * 7);
    }
    buffer_init(&buffer, 1000);
    base64_append(&buffer, bytes_from(plain, sizeof(plain)));
    assert_true(base64_decode(buffer_bytes(&buffer), decoded, sizeof(decoded), &size));
    assert_int_equal(size, sizeof(plain));
    assert_memory_equal(decoded, plain, sizeof(plain));
    buffer_finish(&buffer);
}

static void other_spellings_are_refused(void **state)
{
    static const char *const bad[] = {
        "Z",    "Zg",       "Zg=",      "Zg=a",     "Zh==",
        "Zm9=", "====",     "Z===",     "Zg==Zg==", "Zm9v\n",
        "Zm9 ", " Zm9vYg=", "Zm9v    ", "Zm-_",     "Zm9vYg=\n",
        "    ", "-AAA",     "AA-A",     "Zm9v====", "\xC3\xA4\xC3\xA4",
    };
    uint8_t decoded[16];
    size_t size = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (base64_decode(bytes_from_string(bad[i]), decoded, sizeof(decoded), &size)) {
            fail_msg("accepted \"%s\"", bad[i]);
        }
        assert_int_equal(size, 7);
    }
}

static void more_than_the_capacity_is_refused(void **state)
{
    uint8_t decoded[5];
    size_t size = 0;

    (void)state;
    assert_true(base64_decode(bytes_from_string("Zm9vYmE="), decoded, 5, &size));
    assert_int_equal(size, 5);
    assert_false(base64_decode(bytes_from_string("Zm9vYmE="), decoded, 4, &size));
    assert_false(base64_decode(bytes_from_string("Zm9vYmFy"), decoded, 5, &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_the_rfc),
        cmocka_unit_test(every_byte_comes_back),
        cmocka_unit_test(other_spellings_are_refused),
        cmocka_unit_test(more_than_the_capacity_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
