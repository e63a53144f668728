/* buffer_test.c - growing, the limit, and wiping. */
#include "support/testing.h"

#include "base/buffer.h"

static void it_grows(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 100000);
    assert_string_equal(buffer_string(&buffer), "");
    for (int i = 0; i < 10000; i++) {
        buffer_append_format(&buffer, "%d,", i % 10);
        assert_int_equal(buffer.data[buffer.size], 0);
    }
    buffer_append_string(&buffer, "end");
    buffer_append(&buffer, bytes_from(NULL, 0));
    assert_true(buffer_ok(&buffer));
    assert_int_equal(buffer.size, 20003);
    assert_string_equal(buffer_string(&buffer) + 19998, "9,end");
    assert_true(bytes_equal(buffer_bytes(&buffer), bytes_from(buffer.data, 20003)));
    buffer_finish(&buffer);
}

static void the_limit_is_exact(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 5);
    buffer_append_string(&buffer, "12345");
    assert_true(buffer_ok(&buffer));
    buffer_append_string(&buffer, "");
    assert_true(buffer_ok(&buffer));
    buffer_append_string(&buffer, "6");
    assert_false(buffer_ok(&buffer));
    assert_string_equal(buffer_string(&buffer), "12345");
    buffer_finish(&buffer);

    buffer_init(&buffer, 5);
    buffer_append_format(&buffer, "%s", "123456");
    assert_false(buffer_ok(&buffer));
    buffer_finish(&buffer);
}

static void the_first_failure_sticks(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 5);
    buffer_append_string(&buffer, "1234567");
    buffer_append_string(&buffer, "1");
    buffer_append_format(&buffer, "%d", 1);
    assert_false(buffer_ok(&buffer));
    assert_int_equal(buffer.size, 0);
    buffer_clear(&buffer);
    assert_true(buffer_ok(&buffer));
    buffer_append_string(&buffer, "1");
    assert_string_equal(buffer_string(&buffer), "1");
    buffer_finish(&buffer);
    buffer_append_string(&buffer, "again");
    assert_string_equal(buffer_string(&buffer), "again");
    buffer_finish(&buffer);
}

static void clearing_wipes(void **state)
{
    struct buffer buffer;

    (void)state;
    buffer_init(&buffer, 1000);
    buffer_append_string(&buffer, "secret");
    buffer_clear(&buffer);
    assert_int_equal(buffer.size, 0);
    assert_true(buffer.capacity > 0);
    for (size_t i = 0; i < buffer.capacity; i++) {
        if (i < sizeof("secret")) {
            assert_int_equal(buffer.data[i], 0);
        }
    }
    assert_string_equal(buffer_string(&buffer), "");
    buffer_finish(&buffer);
}

static void a_zeroed_one_holds_nothing(void **state)
{
    struct buffer buffer = {0};

    (void)state;
    buffer_append(&buffer, bytes_from(NULL, 0));
    assert_true(buffer_ok(&buffer));
    buffer_append_string(&buffer, "1");
    assert_false(buffer_ok(&buffer));
    buffer_finish(&buffer);
    buffer_finish(&buffer);
}

static void views_of_bytes_compare(void **state)
{
    (void)state;
    assert_true(bytes_equal(bytes_from(NULL, 0), bytes_from("x", 0)));
    assert_false(bytes_equal(bytes_from("ab", 2), bytes_from("ab", 1)));
    assert_false(bytes_equal(bytes_from("ab", 2), bytes_from("ac", 2)));
    assert_true(bytes_equal_string(bytes_from("ab", 2), "ab"));
    assert_false(bytes_equal_string(bytes_from("ab\0", 3), "ab"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows),
        cmocka_unit_test(the_limit_is_exact),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(clearing_wipes),
        cmocka_unit_test(a_zeroed_one_holds_nothing),
        cmocka_unit_test(views_of_bytes_compare),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
