/* guid_set_test.c - the guids that a client may have written. */
#include "support/testing.h"

#include "core/guid_set.h"

static struct guid guid_numbered(uint8_t number)
{
    struct guid guid = {{number}};

    return guid;
}

static struct foreign_guid read_back(uint8_t number)
{
    struct guid guid = guid_numbered(number);

    return foreign_guid_from(&guid);
}

/* A set of the guids 1 … count, sent at 1 … count ns. */
static struct guid_set set_of(uint8_t count)
{
    static struct guids_more more;
    struct guid_set set = {.more = &more};

    for (uint8_t i = 1; i <= count; i++) {
        struct guid fresh = guid_numbered(i);
        bool added = false;

        guid_set_add(&set, &fresh, (struct instant){i}, &added);
        assert_true(added);
    }
    return set;
}

static void doubt(struct guid_set *set, size_t position)
{
    ((struct guid_sent *)(uintptr_t)guid_set_at(set, position))->in_doubt = true;
}

static void a_guid_that_is_added_is_the_newest(void **state)
{
    struct guid_set set = set_of(2);

    (void)state;
    assert_int_equal(set.count, 2);
    assert_int_equal(guid_set_newest(&set)->guid.bytes[0], 2);
    assert_int_equal(guid_set_newest(&set)->sent.ns, 2);
    assert_false(guid_set_newest(&set)->in_doubt);
}

static void a_full_set_sends_the_newest_again_and_keeps_its_time(void **state)
{
    struct guid_set set = set_of(GUIDS_MAX);
    struct guid fresh = guid_numbered(99);
    bool added = true;
    const struct guid_sent *sent = guid_set_add(&set, &fresh, (struct instant){1000}, &added);

    (void)state;
    assert_false(added);
    assert_int_equal(set.count, GUIDS_MAX);
    assert_int_equal(sent->guid.bytes[0], GUIDS_MAX);
    assert_int_equal(sent->sent.ns, GUIDS_MAX);
}

static void what_is_in_doubt_is_not_dropped(void **state)
{
    struct guid_set set = set_of(2);

    (void)state;
    guid_set_drop_newest(&set);
    assert_int_equal(set.count, 1);
    guid_set_newest(&set)->in_doubt = true;
    guid_set_drop_newest(&set);
    assert_int_equal(set.count, 1);
}

static void a_guid_is_found_by_all_its_bytes_and_its_type(void **state)
{
    struct guid_set set = set_of(3);
    struct foreign_guid read = read_back(2);

    (void)state;
    assert_ptr_equal(guid_set_find(&set, &read), guid_set_at(&set, 1));
    read.type = 'S';
    assert_null(guid_set_find(&set, &read));
    read.type = 'B';
    read.size--;
    assert_null(guid_set_find(&set, &read));
    read = read_back(2);
    read.bytes[GUID_SIZE - 1] = 1;
    assert_null(guid_set_find(&set, &read));
    assert_null(guid_set_find(&set, &(struct foreign_guid){0}));
}

static void a_confirmed_guid_stays_alone_and_without_doubt(void **state)
{
    struct guid_set set = set_of(4);

    (void)state;
    doubt(&set, 2);
    guid_set_settle(&set, guid_set_at(&set, 2));
    assert_int_equal(set.count, 1);
    assert_int_equal(guid_set_at(&set, 0)->guid.bytes[0], 3);
    assert_int_equal(guid_set_at(&set, 0)->sent.ns, 3);
    assert_false(guid_set_at(&set, 0)->in_doubt);
}

static void a_condition_names_them_all(void **state)
{
    struct guid_set set = set_of(GUIDS_MAX);
    struct request request = {0};

    (void)state;
    guid_set_name(&set, &request);
    assert_int_equal(request.mine_count, GUIDS_MAX);
    for (size_t i = 0; i < GUIDS_MAX; i++) {
        assert_memory_equal(&request.mine[i], &guid_set_at(&set, i)->guid, GUID_SIZE);
    }
}

static void what_is_confirmed_late_leaves_the_doubts_and_room_for_one_more(void **state)
{
    struct guid_set set = set_of(GUIDS_MAX);

    (void)state;
    for (size_t i = 1; i < GUIDS_MAX; i++) {
        doubt(&set, i);
    }
    guid_set_confirm(&set, guid_set_at(&set, 0));
    assert_int_equal(set.count, GUIDS_MAX - 1);
    assert_int_equal(guid_set_at(&set, 0)->guid.bytes[0], 3); /* 2 was the oldest doubt */
    assert_int_equal(guid_set_newest(&set)->guid.bytes[0], 1);
    assert_false(guid_set_newest(&set)->in_doubt);

    set = set_of(3);
    doubt(&set, 0);
    guid_set_confirm(&set, guid_set_at(&set, 2));
    assert_int_equal(set.count, 2); /* 2 was answered */
    assert_int_equal(guid_set_at(&set, 0)->guid.bytes[0], 1);
    assert_int_equal(guid_set_at(&set, 1)->guid.bytes[0], 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guid_that_is_added_is_the_newest),
        cmocka_unit_test(a_full_set_sends_the_newest_again_and_keeps_its_time),
        cmocka_unit_test(what_is_in_doubt_is_not_dropped),
        cmocka_unit_test(a_guid_is_found_by_all_its_bytes_and_its_type),
        cmocka_unit_test(a_confirmed_guid_stays_alone_and_without_doubt),
        cmocka_unit_test(what_is_confirmed_late_leaves_the_doubts_and_room_for_one_more),
        cmocka_unit_test(a_condition_names_them_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
