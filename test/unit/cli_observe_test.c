/* cli_observe_test.c - listings, what changes between two of them, and locks as JSON. */
#include "support/testing.h"

#include "listing.h"
#include "lock_json.h"
#include "observe.h"

static char told[2048];

static void tell(void *user, const char *sentence)
{
    size_t used = strlen(told);

    (void)user;
    (void)snprintf(told + used, sizeof(told) - used, "%s\n", sentence);
}

static ddblock_info held(uint64_t token, const char *owner, unsigned char version)
{
    ddblock_info info = {.kind = DDBLOCK_ITEM_FAIL_OPEN,
                         .fencing_token = token,
                         .lease_duration_ms = 1000,
                         .acquired_time_unix_ms = -1};

    (void)snprintf(info.owner, sizeof(info.owner), "%s", owner);
    info.version[0] = version;
    return info;
}

static ddblock_info released(uint64_t token, const char *owner)
{
    ddblock_info info = held(token, owner, (unsigned char)(100 + token));

    info.kind = DDBLOCK_ITEM_RELEASED;
    info.lease_duration_ms = 1;
    return info;
}

static void add(struct listing *listing, const char *name, ddblock_info info)
{
    ddblock_id id = ddblock_id_string(name);

    assert_int_equal(listing_add(listing, &id, &info, NULL, NULL), DDBLOCK_OK);
}

/* Compares two looks at one lock; elapsed_ms lies between them. */
static void expect_change(ddblock_info first, ddblock_info second, int64_t elapsed_ms,
                          const char *expected)
{
    struct listing before = {0};
    struct listing now = {0};

    add(&before, "build", first);
    add(&now, "build", second);
    told[0] = '\0';
    observe(&before, &now, before.locks[0].seen_ms + elapsed_ms, tell, NULL);
    assert_string_equal(told, expected);
    listing_finish(&before);
    listing_finish(&now);
}

static void every_change_has_its_sentence(void **state)
{
    ddblock_info absent = {.kind = DDBLOCK_ITEM_ABSENT, .acquired_time_unix_ms = -1};
    ddblock_info bad = {.kind = DDBLOCK_ITEM_BAD, .acquired_time_unix_ms = -1};

    (void)state;
    expect_change(held(1, "a", 1), held(1, "a", 2), 5000, ""); /* a heartbeat */
    expect_change(held(1, "a", 1), held(1, "a", 1), 999, "");
    expect_change(held(1, "a", 1), held(2, "b\033", 2), 1,
                  "\"build\" went from a (token 1) to b\\x1B (token 2)\n");
    expect_change(held(1, "a", 1), released(1, "a"), 1,
                  "\"build\" was released: it was held by a (token 1)\n");
    expect_change(released(1, "a"), held(2, "b", 1), 1, "\"build\" was acquired by b (token 2)\n");
    expect_change(absent, held(1, "b", 1), 1, "\"build\" was acquired by b (token 1)\n");
    expect_change(released(1, "a"), released(2, "b"), 1,
                  "\"build\" was acquired and released by b (token 2)\n");
    expect_change(held(1, "a", 1), bad, 1, "\"build\" is not a well-formed lock\n");
}

static void a_version_that_stands_for_its_lease_is_stale_until_it_changes(void **state)
{
    struct listing before = {0};
    struct listing now = {0};
    struct listing later = {0};

    (void)state;
    add(&before, "build", held(1, "a", 1));
    before.locks[0].seen_ms -= 5000;
    add(&now, "build", held(1, "a", 1));
    told[0] = '\0';
    observe(&before, &now, before.locks[0].seen_ms + 1001, tell, NULL);
    assert_string_equal(told, "\"build\" is stale: no heartbeat from a (token 1) for its lease of "
                              "1 s\n");
    assert_true(now.locks[0].stale);
    assert_int_equal(now.locks[0].seen_ms, before.locks[0].seen_ms);
    add(&later, "build", held(1, "a", 2));
    told[0] = '\0';
    observe(&now, &later, now.locks[0].seen_ms + 2000, tell, NULL);
    assert_string_equal(told, "\"build\" has a heartbeat again from a (token 1)\n");
    assert_false(later.locks[0].stale);
    listing_finish(&before);
    listing_finish(&now);
    listing_finish(&later);
}

static void what_comes_and_goes_is_told(void **state)
{
    struct listing before = {0};
    struct listing now = {0};

    (void)state;
    add(&before, "a", held(1, "x", 1));
    add(&before, "c", released(1, "x"));
    add(&now, "b", held(3, "y", 1));
    add(&now, "d", released(1, "x"));
    told[0] = '\0';
    observe(&before, &now, 0, tell, NULL);
    assert_string_equal(told, "\"a\" was released or broken: it was held by x (token 1)\n"
                              "\"b\" was acquired by y (token 3)\n");
    listing_finish(&before);
    listing_finish(&now);
}

static void a_listing_is_sorted_copied_and_cut(void **state)
{
    char name[] = "b";
    struct listing listing = {0};
    ddblock_id id = ddblock_id_string(name);
    ddblock_info info = released(1, "x");

    (void)state;
    assert_int_equal(listing_add(&listing, &id, &info, "odd", NULL), DDBLOCK_OK);
    name[0] = 'z'; /* the listing has its own */
    add(&listing, "a", info);
    add(&listing, "ab", info);
    listing_sort(&listing);
    assert_int_equal(listing.count, 3);
    assert_memory_equal(listing.locks[0].id.partition.data, "a", 1);
    assert_memory_equal(listing.locks[1].id.partition.data, "ab", 2);
    assert_memory_equal(listing.locks[2].id.partition.data, "b", 1);
    assert_string_equal(listing.locks[2].defect, "odd");
    listing_cut(&listing, 1);
    assert_int_equal(listing.count, 1);
    listing_finish(&listing);
    listing_finish(&listing);
}

static void ids_are_ordered_by_bytes_partition_first(void **state)
{
    ddblock_id a = ddblock_id_string("a");
    ddblock_id b = ddblock_id_string("b");
    ddblock_id a2 = a;

    (void)state;
    a2.sort = ddblock_key_string("1");
    assert_true(ids_compare(&a, &b) < 0);
    assert_true(ids_compare(&b, &a2) > 0);
    assert_true(ids_compare(&a, &a2) < 0);
    assert_true(ids_are_equal(&a2, &a2));
    assert_false(ids_are_equal(&a, &a2));
}

static void expect_json(const ddblock_id *id, const ddblock_info *info, const char *defect,
                        int stale, const char *expected)
{
    char text[2048] = "";
    FILE *stream = fmemopen(text, sizeof(text), "w");

    assert_non_null(stream);
    lock_json_print(stream, id, info, defect, stale);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, expected);
}

static void json_has_what_is_known(void **state)
{
    ddblock_id id = ddblock_id_string("a\n\"b");
    ddblock_info info = held(7, "al\\ice", 1);

    (void)state;
    info.acquired_time_unix_ms = 5;
    expect_json(&id, &info, NULL, 1,
                "{\"lock\":\"a\\u000A\\\"b\",\"key_type\":\"S\",\"state\":\"stale\",\"owner\":"
                "\"al\\\\ice\",\"token\":7,\"lease_ms\":1000,\"written_unix_ms\":5,\"stale\":true}"
                "\n");
    id.partition = ddblock_key_binary("\0\1", 2);
    id.sort = ddblock_key_number("12");
    info = (ddblock_info){.kind = DDBLOCK_ITEM_BAD, .acquired_time_unix_ms = -1};
    expect_json(&id, &info, "no token", -1,
                "{\"lock\":\"AAE=\",\"key_type\":\"B\",\"sort\":\"12\",\"sort_key_type\":\"N\","
                "\"state\":\"no lock\",\"defect\":\"no token\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_has_its_sentence),
        cmocka_unit_test(a_version_that_stands_for_its_lease_is_stale_until_it_changes),
        cmocka_unit_test(what_comes_and_goes_is_told),
        cmocka_unit_test(a_listing_is_sorted_copied_and_cut),
        cmocka_unit_test(ids_are_ordered_by_bytes_partition_first),
        cmocka_unit_test(json_has_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
