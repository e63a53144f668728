/* dynamodb_record_test.c - items as anybody may have left them in the table. */
#include "support/testing.h"

#include "store/dynamodb_record.h"
#include "wire/json_text.h"

/* A well-formed item but for what a test replaces; with ' for ". */
#define ID    "'id':{'S':'a'}"
#define TOKEN "'fencingToken':{'N':'7'}"
#define LEASE "'leaseDurationMs':{'N':'10000'}"
#define GUID  "'guid':{'B':'AQID'}"
#define OWNER "'owner':{'S':'me'}"
#define TIME  "'lockAcquiredTimeUnixMs':{'N':'1700000000000'}"

static struct record record_from(const char *quoted)
{
    struct record record = {0};
    char *text = strdup(quoted);

    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    assert_true(json_text_is_valid(bytes_from_string(text)));
    dynamodb_record_read(bytes_from_string(text), &record);
    free(text);
    return record;
}

static void no_item_is_absent(void **state)
{
    struct record record;

    (void)state;
    memset(&record, 0xA5, sizeof(record));
    dynamodb_record_read(bytes_from(NULL, 0), &record);
    assert_int_equal(record.kind, RECORD_ABSENT);
    assert_int_equal(record.acquired_time_unix_ms, -1);
    assert_string_equal(record.owner, "");
}

static void a_whole_item_is_read(void **state)
{
    struct record record = record_from("{" ID "," TOKEN "," LEASE "," GUID "," OWNER "," TIME
                                       ",'other':{'SS':['x']}}");

    (void)state;
    assert_int_equal(record.kind, RECORD_FAIL_OPEN);
    assert_int_equal(record.token, 7);
    assert_int_equal(record.lease_ms, 10000);
    assert_int_equal(record.acquired_time_unix_ms, 1700000000000);
    assert_string_equal(record.owner, "me");
    assert_int_equal(record.guid.type, 'B');
    assert_int_equal(record.guid.size, 3);
    assert_memory_equal(record.guid.bytes, "\1\2\3", 3);
    assert_null(record.defect);
}

static void an_item_without_a_token_is_fail_closed(void **state)
{
    static const char *const items[] = {
        "{" ID "," GUID "," OWNER "}",
        "{" ID "," OWNER "}",
        "{" ID "}",
        "{}",
        "{" ID "," GUID "," LEASE "}",
        "{" ID "," GUID ",'leaseDurationMs':{'N':'0'}}",
        "{" ID "," GUID ",'owner':{'N':'1'}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        assert_int_equal(record_from(items[i]).kind, RECORD_FAIL_CLOSED);
    }
    assert_int_equal(record_from(items[0]).guid.type, 'B');
    assert_string_equal(record_from(items[0]).owner, "me");
    assert_int_equal(record_from(items[1]).guid.type, 0);
}

static void numbers_are_taken_in_every_form(void **state)
{
    struct record record =
        record_from("{" ID "," GUID ",'fencingToken':{'N':'9.007199254740991E+15'},"
                    "'leaseDurationMs':{'N':'1E+2'},'lockAcquiredTimeUnixMs':{'N':'1.0'}}");

    (void)state;
    assert_int_equal(record.kind, RECORD_FAIL_OPEN);
    assert_int_equal(record.token, TOKEN_MAX);
    assert_int_equal(record.lease_ms, 100);
    assert_int_equal(record.acquired_time_unix_ms, 1);
}

static void odd_leases_that_have_a_meaning_are_kept(void **state)
{
    (void)state;
    assert_int_equal(record_from("{" TOKEN "," GUID ",'leaseDurationMs':{'N':'-5'}}").lease_ms, -5);
    assert_int_equal(record_from("{" TOKEN "," GUID ",'leaseDurationMs':{'N':'-0'}}").kind,
                     RECORD_FAIL_OPEN);
    assert_int_equal(
        record_from("{" TOKEN "," GUID ",'leaseDurationMs':{'N':'9007199254740991'}}").lease_ms,
        9007199254740991);
}

static void foreign_guids_keep_their_type(void **state)
{
    struct record text = record_from("{" TOKEN "," LEASE ",'guid':{'S':'x\\u0000y'}}");
    struct record number = record_from("{" TOKEN "," LEASE ",'guid':{'N':'12'}}");
    struct record empty = record_from("{" TOKEN "," LEASE ",'guid':{'B':''}}");

    (void)state;
    assert_int_equal(text.kind, RECORD_FAIL_OPEN);
    assert_int_equal(text.guid.type, 'S');
    assert_int_equal(text.guid.size, 3);
    assert_memory_equal(text.guid.bytes, "x\0y", 3);
    assert_int_equal(number.guid.type, 'N');
    assert_memory_equal(number.guid.bytes, "12", 2);
    assert_int_equal(empty.guid.type, 'B');
    assert_int_equal(empty.guid.size, 0);
}

static void assert_bad(const char *item, const char *attribute)
{
    struct record record = record_from(item);

    if (record.kind != RECORD_BAD) {
        fail_msg("taken for a lock: %s", item);
    }
    assert_non_null(record.defect);
    if (strstr(record.defect, attribute) == NULL) {
        fail_msg("\"%s\" for %s", record.defect, item);
    }
}

static void malformed_locks_are_bad(void **state)
{
    static const char *const numbers[] = {
        "{'S':'5'}",
        "{'N':'1.5'}",
        "{'N':'9007199254740992'}",
        "{'N':'1E+37'}",
        "{'BOOL':true}",
        "{'N':''}",
        "{'N':'NaN'}",
        "{'N':5}",
        "{'NULL':true}",
        "5",
        "{}",
        "{'N':'1','S':'1'}",
    };
    char item[200];

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)snprintf(item, sizeof(item), "{%s,%s,'fencingToken':%s}", LEASE, GUID, numbers[i]);
        assert_bad(item, "fencingToken");
        (void)snprintf(item, sizeof(item), "{%s,%s,'leaseDurationMs':%s}", TOKEN, GUID, numbers[i]);
        assert_bad(item, "leaseDurationMs");
    }
    assert_bad("{" LEASE "," GUID ",'fencingToken':{'N':'0'}}", "fencingToken");
    assert_bad("{" LEASE "," GUID ",'fencingToken':{'N':'-1'}}", "fencingToken");
    assert_bad("{'leaseDurationMs':{'N':'1'}," GUID ",'fencingToken':{'N':'0'}}", "fencingToken");
    assert_bad("{" TOKEN "," GUID "}", "leaseDurationMs");
    assert_bad("{" TOKEN "," LEASE "}", "guid");
    assert_bad("{" TOKEN "," LEASE ",'guid':{'B':'AQI'}}", "guid");
    assert_bad("{" TOKEN "," LEASE ",'guid':{'BOOL':true}}", "guid");
    assert_bad("{" LEASE "," GUID "," TOKEN "," TOKEN "}", "fencingToken");
    assert_bad("{" LEASE "," GUID "," GUID "," TOKEN "}", "guid");
    assert_bad("{'guid':{'M':{}}}", "guid"); /* without a token, and none to break it by */
}

static void a_guid_has_at_most_128_bytes(void **state)
{
    char item[400];

    (void)state;
    (void)snprintf(item, sizeof(item), "{%s,%s,'guid':{'S':'%0128d'}}", TOKEN, LEASE, 0);
    assert_int_equal(record_from(item).guid.size, 128);
    (void)snprintf(item, sizeof(item), "{%s,%s,'guid':{'S':'%0129d'}}", TOKEN, LEASE, 0);
    assert_bad(item, "guid");
    /* 171 characters and one = are 128 bytes; 172 are 129. */
    (void)snprintf(item, sizeof(item), "{%s,%s,'guid':{'B':'%0171d='}}", TOKEN, LEASE, 0);
    assert_int_equal(record_from(item).guid.size, 128);
    (void)snprintf(item, sizeof(item), "{%s,%s,'guid':{'B':'%0172d'}}", TOKEN, LEASE, 0);
    assert_bad(item, "guid");
}

static void what_is_for_people_never_makes_it_bad(void **state)
{
    static const char *const times[] = {"{'S':'1'}", "{'N':'-1'}", "{'N':'1.5'}", "{'N':'1E+30'}"};
    char item[400];
    struct record record;

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        (void)snprintf(item, sizeof(item), "{%s,%s,%s,'lockAcquiredTimeUnixMs':%s}", TOKEN, LEASE,
                       GUID, times[i]);
        record = record_from(item);
        assert_int_equal(record.kind, RECORD_FAIL_OPEN);
        assert_int_equal(record.acquired_time_unix_ms, -1);
    }
    (void)snprintf(item, sizeof(item), "{%s,%s,%s,'owner':{'S':'%0300d'}}", TOKEN, LEASE, GUID, 0);
    record = record_from(item);
    assert_int_equal(strlen(record.owner), OWNER_SIZE_MAX);
    assert_string_equal(record_from("{" TOKEN "," LEASE "," GUID ",'owner':{'B':'AQ=='}}").owner,
                        "");
    /* A bad item still says whose it is. */
    assert_string_equal(record_from("{" TOKEN "," OWNER "}").owner, "me");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_item_is_absent),
        cmocka_unit_test(a_whole_item_is_read),
        cmocka_unit_test(an_item_without_a_token_is_fail_closed),
        cmocka_unit_test(numbers_are_taken_in_every_form),
        cmocka_unit_test(odd_leases_that_have_a_meaning_are_kept),
        cmocka_unit_test(foreign_guids_keep_their_type),
        cmocka_unit_test(malformed_locks_are_bad),
        cmocka_unit_test(a_guid_has_at_most_128_bytes),
        cmocka_unit_test(what_is_for_people_never_makes_it_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
