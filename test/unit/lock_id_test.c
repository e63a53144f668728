/* lock_id_test.c - which ids are taken, and as what. */
#include "support/testing.h"

#include "store/lock_id.h"

static const ddblock_key none = {0};

/* Creates the id, or fails with the sentence. */
static struct lock_id *create(ddblock_key partition, ddblock_key sort)
{
    ddblock_id id = {.partition = partition, .sort = sort};
    struct lock_id *created = NULL;
    ddblock_error error = {0};

    if (lock_id_create(&id, &created, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return created;
}

static void expect_refused(ddblock_key partition, ddblock_key sort, const char *part)
{
    ddblock_id id = {.partition = partition, .sort = sort};
    struct lock_id *created = NULL;
    ddblock_error error = {0};

    assert_int_equal(lock_id_create(&id, &created, &error), DDBLOCK_INVALID);
    assert_null(created);
    if (strstr(error.message, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error.message, part);
    }
    assert_int_equal(lock_id_create(&id, &created, NULL), DDBLOCK_INVALID);
}

static ddblock_key long_key(ddblock_key_type type, size_t size)
{
    static const char bytes[PARTITION_KEY_SIZE_MAX + 1];

    return (ddblock_key){.type = type, .data = bytes, .size = size};
}

static void an_id_is_a_copy(void **state)
{
    char name[] = "name";
    char number[] = "1.50";
    struct lock_id *id = create(ddblock_key_string(name), ddblock_key_number(number));

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    memset(number, 'x', sizeof(number) - 1);
    assert_int_equal(id->partition.type, DDBLOCK_KEY_STRING);
    assert_true(bytes_equal_string(id->partition.value, "name"));
    assert_int_equal(id->sort.type, DDBLOCK_KEY_NUMBER);
    assert_true(bytes_equal_string(id->sort.value, "1.5"));
    lock_id_destroy(id);
    lock_id_destroy(NULL);
}

static void a_table_without_a_sort_key(void **state)
{
    struct lock_id *id = create(ddblock_key_binary("\0\xFF", 2), none);

    (void)state;
    assert_true(bytes_equal(id->partition.value, bytes_from("\0\xFF", 2)));
    assert_int_equal(id->sort.type, DDBLOCK_KEY_NONE);
    assert_int_equal(id->sort.value.size, 0);
    lock_id_destroy(id);
}

static void an_empty_sort_key_is_a_key(void **state)
{
    struct lock_id *id = create(ddblock_key_string("a"), ddblock_key_string(""));

    (void)state;
    assert_int_equal(id->sort.type, DDBLOCK_KEY_STRING);
    assert_int_equal(id->sort.value.size, 0);
    lock_id_destroy(id);
    id = create(ddblock_key_string("a"), (ddblock_key){.type = DDBLOCK_KEY_BINARY});
    assert_int_equal(id->sort.type, DDBLOCK_KEY_BINARY);
    lock_id_destroy(id);
    expect_refused(ddblock_key_string("a"), ddblock_key_number(""), "the sort key \"\" is not a");
}

static void an_empty_partition_key_is_none(void **state)
{
    (void)state;
    expect_refused(ddblock_key_string(""), none, "the partition key is empty");
    expect_refused(ddblock_key_binary(NULL, 0), none, "the partition key is empty");
    expect_refused(ddblock_key_number(""), none, "is not a number like");
    expect_refused(none, none, "the partition key has type 0");
}

static void unknown_types_are_refused(void **state)
{
    ddblock_key key = ddblock_key_string("a");

    (void)state;
    key.type = (ddblock_key_type)'L';
    expect_refused(key, none, "the partition key has type 76");
    expect_refused(ddblock_key_string("a"), key, "the sort key has type 76");
}

static void strings_are_utf8(void **state)
{
    (void)state;
    expect_refused(ddblock_key_string("a\xFF"), none, "the partition key is not well-formed UTF-8");
    expect_refused(ddblock_key_string("a"), ddblock_key_string("\xC0\xAF"), "the sort key is not");
    lock_id_destroy(create(ddblock_key_string("\xF0\x9F\x94\x92"), none));
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    lock_id_destroy(create(long_key(DDBLOCK_KEY_STRING, 2048), long_key(DDBLOCK_KEY_BINARY, 1024)));
    expect_refused(long_key(DDBLOCK_KEY_STRING, 2049), none, "2049 bytes");
    expect_refused(long_key(DDBLOCK_KEY_BINARY, 2049), none, "at most 2048");
    expect_refused(ddblock_key_string("a"), long_key(DDBLOCK_KEY_STRING, 1025), "at most 1024");
    expect_refused(long_key(DDBLOCK_KEY_NUMBER, 2049), none, "longer than the 256 characters");
}

static void data_must_be_there(void **state)
{
    (void)state;
    expect_refused((ddblock_key){.type = DDBLOCK_KEY_STRING, .size = 1}, none, "no data");
    expect_refused((ddblock_key){.type = DDBLOCK_KEY_BINARY, .size = SIZE_MAX}, none, "no data");
}

static void a_sentence_is_safe_to_print(void **state)
{
    (void)state;
    expect_refused(ddblock_key_number("\x1B[31m1"), none, "\"\\x1B[31m1\" is not a number");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_a_copy),
        cmocka_unit_test(a_table_without_a_sort_key),
        cmocka_unit_test(an_empty_sort_key_is_a_key),
        cmocka_unit_test(an_empty_partition_key_is_none),
        cmocka_unit_test(unknown_types_are_refused),
        cmocka_unit_test(strings_are_utf8),
        cmocka_unit_test(sizes_are_bounded),
        cmocka_unit_test(data_must_be_there),
        cmocka_unit_test(a_sentence_is_safe_to_print),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
