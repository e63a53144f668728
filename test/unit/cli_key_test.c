/* cli_key_test.c - keys on the command line. */
#include "support/testing.h"

#include "key.h"
#include "key_base64.h"

static void expect_spec(const char *text, const char *name, ddblock_key_type type)
{
    struct key_spec spec = {0};

    assert_int_equal(key_spec_parse("--sort-key", text, &spec, NULL), DDBLOCK_OK);
    assert_string_equal(spec.name, name);
    assert_int_equal(spec.type, type);
}

static void a_name_may_have_a_type(void **state)
{
    (void)state;
    expect_spec("id", "id", DDBLOCK_KEY_STRING);
    expect_spec("id:S", "id", DDBLOCK_KEY_STRING);
    expect_spec("id:N", "id", DDBLOCK_KEY_NUMBER);
    expect_spec("id:B", "id", DDBLOCK_KEY_BINARY);
    expect_spec("a:b:S", "a:b", DDBLOCK_KEY_STRING);
}

static void wrong_names_are_refused(void **state)
{
    char name[KEY_NAME_BYTES_MAX + 2];
    struct key_spec spec = {0};
    ddblock_error error = {0};

    (void)state;
    assert_int_equal(key_spec_parse("--sort-key", "id:X", &spec, &error), DDBLOCK_INVALID);
    assert_string_equal(error.message, "--sort-key: \"id:X\" names no type after the colon; it is "
                                       "S (a string), N (a number) or B (binary)");
    assert_int_equal(key_spec_parse("--sort-key", "id:", &spec, &error), DDBLOCK_INVALID);
    assert_int_equal(key_spec_parse("--sort-key", "", &spec, &error), DDBLOCK_INVALID);
    assert_int_equal(key_spec_parse("--sort-key", ":S", &spec, &error), DDBLOCK_INVALID);
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    assert_int_equal(key_spec_parse("--sort-key", name, &spec, &error), DDBLOCK_INVALID);
    assert_string_equal(spec.name, "");
    name[sizeof(name) - 2] = '\0';
    expect_spec(name, name, DDBLOCK_KEY_STRING);
}

/* RFC 4648, section 10. */
static void base64_is_decoded(void **state)
{
    static const char *const encoded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                          "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    uint8_t bytes[6];
    size_t size = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(encoded) / sizeof(encoded[0]); i++) {
        assert_true(key_base64_decode(encoded[i], bytes, sizeof(bytes), &size));
        assert_int_equal(size, i);
        assert_memory_equal(bytes, "foobar", i);
    }
    assert_true(key_base64_decode("/+8A", bytes, sizeof(bytes), &size));
    assert_memory_equal(bytes, "\xFF\xEF\x00", 3);
}

static void what_is_not_base64_is_refused(void **state)
{
    static const char *const wrong[] = {"Z",    "Zg",       "Zg=",         "Zg===", "Zh==",
                                        "Zm9=", "====",     "=",           "Z===",  "Zm 9",
                                        "Zm-_", "Zg==Zg==", "Zm9vYmFyYg==" /* seven bytes */};
    uint8_t bytes[6];
    size_t size = 77;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(key_base64_decode(wrong[i], bytes, sizeof(bytes), &size));
    }
    assert_int_equal(size, 77);
}

static void values_follow_their_type(void **state)
{
    static struct key_value value;
    ddblock_error error = {0};

    (void)state;
    assert_int_equal(key_value_parse("LOCK", DDBLOCK_KEY_NUMBER, "1e3", &value, &error),
                     DDBLOCK_OK);
    assert_int_equal(value.key.type, DDBLOCK_KEY_NUMBER);
    assert_int_equal(value.key.size, 3);
    assert_int_equal(key_value_parse("LOCK", DDBLOCK_KEY_BINARY, "AAE=", &value, &error),
                     DDBLOCK_OK);
    assert_int_equal(value.key.type, DDBLOCK_KEY_BINARY);
    assert_int_equal(value.key.size, 2);
    assert_memory_equal(value.key.data, "\0\1", 2);
    assert_int_equal(key_value_parse("LOCK", DDBLOCK_KEY_BINARY, "build", &value, &error),
                     DDBLOCK_INVALID);
    assert_non_null(strstr(error.message, "LOCK: \"build\" is not base64"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_may_have_a_type),   cmocka_unit_test(wrong_names_are_refused),
        cmocka_unit_test(base64_is_decoded),        cmocka_unit_test(what_is_not_base64_is_refused),
        cmocka_unit_test(values_follow_their_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
