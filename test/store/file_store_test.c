/* file_store_test.c - the contract of a store, in a file, and what only a file can meet. */
#include "support/store_contract.h"

#include <sqlite3.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/stores.h"
#include "support/folder.h"

static struct store *open_file(struct contract *contract, ddblock_key_type partition,
                               ddblock_key_type sort)
{
    struct folder *folder = contract->context;
    ddblock_file_options options;
    struct store *store = NULL;
    ddblock_error error = {0};

    (void)partition;
    (void)sort;
    ddblock_file_options_init(&options);
    options.path = folder->file;
    if (store_file_open(&options, &store, &error) != DDBLOCK_OK) {
        fail_msg("%s", error.message);
    }
    return store;
}

static struct store *plain_store(struct contract *contract)
{
    return contract_store(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
}

static sqlite3 *open_raw(struct contract *contract)
{
    struct folder *folder = contract->context;
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(folder->file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db, 10000), SQLITE_OK);
    return db;
}

static void run_sql(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
}

static void submit(struct contract *contract, uint64_t tag, const struct lock_id *id,
                   const struct request *ask)
{
    const struct store_request request = {.tag = tag, .id = id, .owner = "tester", .ask = ask};

    store_submit(plain_store(contract), &request);
}

static struct store_reply await(struct contract *contract)
{
    const struct store_reply *reply;

    while ((reply = store_take_reply(plain_store(contract))) == NULL) {
        store_wait(plain_store(contract), INSTANT_NEVER);
    }
    return *reply;
}

static void a_busy_file_fails_at_the_end_of_time(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);
    sqlite3 *db = open_raw(contract);
    struct store_reply reply;

    (void)contract_look(contract, id); /* the store is open */
    run_sql(db, "BEGIN IMMEDIATE");
    ask.give_up_at = instant_add(clock_now(), duration_from_ms(50));
    submit(contract, 7, id, &ask);
    reply = await(contract);
    assert_false(instant_before(clock_now(), ask.give_up_at));
    assert_int_equal(reply.tag, 7);
    assert_int_equal(reply.outcome.kind, OUTCOME_FAILED);
    assert_int_equal(reply.outcome.status, DDBLOCK_UNAVAILABLE);
    assert_non_null(strstr(reply.message, "busy"));
    run_sql(db, "ROLLBACK");
    assert_int_equal(contract_look(contract, id).kind, RECORD_ABSENT);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    lock_id_destroy(id);
}

static void a_busy_file_is_tried_again_and_read(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);
    struct request look = contract_request(REQUEST_READ);
    struct instant until;
    sqlite3 *db = open_raw(contract);

    (void)contract_look(contract, id);
    run_sql(db, "BEGIN IMMEDIATE");
    submit(contract, 1, id, &ask);
    submit(contract, 2, id, &look);
    assert_int_equal(await(contract).tag, 2); /* a read has nobody in its way */
    until = instant_add(clock_now(), duration_from_ms(30));
    while (instant_before(clock_now(), until)) {
        store_wait(plain_store(contract), until); /* returns: that is the point */
        assert_null(store_take_reply(plain_store(contract)));
    }
    run_sql(db, "COMMIT");
    assert_int_equal(await(contract).outcome.kind, OUTCOME_APPLIED);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    lock_id_destroy(id);
}

static void what_comes_too_late_is_not_tried(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id();
    struct request ask = contract_request(REQUEST_ACQUIRE);

    ask.give_up_at = clock_now();
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_FAILED).status,
                     DDBLOCK_UNAVAILABLE);
    assert_int_equal(contract_look(contract, id).kind, RECORD_ABSENT);
    lock_id_destroy(id);
}

/* Writes a row past the table's own checks. */
static void put_row(struct contract *contract, const char *lock, const char *values)
{
    sqlite3 *db = open_raw(contract);
    char *sql = sqlite3_mprintf("PRAGMA ignore_check_constraints = ON;"
                                "INSERT OR REPLACE INTO locks VALUES"
                                " ('S', CAST(%Q AS BLOB), '', x'', %s)",
                                lock, values);

    run_sql(db, sql);
    sqlite3_free(sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void odd_rows_are_not_acquired(void **state)
{
    static const struct {
        const char *values; /* guid, token, lease, time, owner */
        enum record_kind kind;
    } rows[] = {
        {"x'', 1, 1, 0, ''", RECORD_BAD},
        {"zeroblob(129), 1, 1, 0, ''", RECORD_BAD},
        {"zeroblob(100000), 1, 1, 0, ''", RECORD_BAD},
        {"x'00', 0, 1, 0, ''", RECORD_BAD},
        {"x'00', -1, 1, 0, ''", RECORD_BAD},
        {"x'00', 9007199254740992, 1, 0, ''", RECORD_BAD},
        {"x'00', NULL, 1, 0, ''", RECORD_BAD},
        {"x'00', 1, NULL, 0, ''", RECORD_BAD},
        {"x'00', 1, 2147483648, 0, ''", RECORD_BAD},
        {"x'00', 9007199254740991, 1, 0, ''", RECORD_FAIL_OPEN},
        {"x'00', NULL, NULL, NULL, ''", RECORD_FAIL_CLOSED},
    };
    struct contract *contract = *state;
    struct lock_id *id = contract_id_from(ddblock_key_string("odd"), (ddblock_key){0});

    (void)contract_look(contract, id);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request ask = contract_request(REQUEST_ACQUIRE);
        struct record record;

        put_row(contract, "odd", rows[i].values);
        contract_expect_refused(contract, id, &ask, rows[i].kind);
        record = contract_look(contract, id);
        assert_int_equal(record.defect != NULL, rows[i].kind == RECORD_BAD);
        ask = contract_request(REQUEST_ACQUIRE_CLOSED);
        contract_expect_refused(contract, id, &ask, rows[i].kind);
        if (rows[i].kind == RECORD_BAD) {
            ask = contract_request_observed(REQUEST_TAKE_OVER, &record);
            contract_expect_refused(contract, id, &ask, rows[i].kind);
            ask = contract_request_observed(REQUEST_BREAK_CLOSED, &record);
            contract_expect_refused(contract, id, &ask, rows[i].kind);
        }
    }
    lock_id_destroy(id);
}

static void odd_rows_that_are_locks_are_read(void **state)
{
    struct contract *contract = *state;
    struct lock_id *id = contract_id_from(ddblock_key_string("odd"), (ddblock_key){0});
    struct request ask = contract_request(REQUEST_ACQUIRE);
    struct record record;

    (void)contract_look(contract, id);
    put_row(contract, "odd", "zeroblob(128), 9007199254740990, -5, -7, printf('%.1000c', 'o')");
    record = contract_look(contract, id);
    assert_int_equal(record.kind, RECORD_FAIL_OPEN);
    assert_int_equal(record.guid.size, GUID_FOREIGN_SIZE_MAX);
    assert_int_equal(record.lease_ms, -5);
    assert_int_equal(record.acquired_time_unix_ms, -1);
    assert_int_equal(strlen(record.owner), OWNER_SIZE_MAX);
    assert_int_equal(contract_expect(contract, id, &ask, OUTCOME_APPLIED).token, TOKEN_MAX);
    lock_id_destroy(id);
}

/* Each of two stores on one file sees what the other did, and only one gets the lock. */
static void two_stores_share_the_file(void **state)
{
    struct contract *contract = *state;
    struct store *other = open_file(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    struct lock_id *id = contract_id();

    for (int i = 0; i < 10; i++) {
        struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);
        struct request ask = contract_request(REQUEST_ACQUIRE);
        struct outcome outcome = contract_ask(contract, other, id, &ask).outcome;

        assert_int_equal(outcome.kind, OUTCOME_REFUSED);
        assert_true(foreign_guid_is(&outcome.record.guid, &mine));
        ask = contract_request_mine(REQUEST_RELEASE, &mine);
        outcome = contract_ask(contract, other, id, &ask).outcome;
        assert_int_equal(outcome.kind, OUTCOME_APPLIED);
    }
    store_destroy(other, false);
    /* Closing it has not dropped our locks on the file. */
    (void)contract_hold(contract, id, REQUEST_ACQUIRE);
    lock_id_destroy(id);
}

/* A file that is gone holds no lock for anyone: nothing is given out of it. Whoever opens the path
 * anew has a new file. */
static void a_file_that_is_gone_gives_no_locks(void **state)
{
    struct contract *contract = *state;
    struct folder *folder = contract->context;
    struct lock_id *id = contract_id();
    struct guid mine = contract_hold(contract, id, REQUEST_ACQUIRE);
    struct request renew = contract_request_mine(REQUEST_RENEW, &mine);
    struct request look = contract_request(REQUEST_READ_LATEST);
    struct request ask = contract_request(REQUEST_ACQUIRE);
    struct folder aside = {0};
    struct store *other;

    folder_make(&aside);
    assert_int_equal(rename(folder->file, aside.file), 0);
    assert_int_equal(contract_expect(contract, id, &renew, OUTCOME_FAILED).status,
                     DDBLOCK_NO_TABLE);
    assert_int_equal(contract_expect(contract, id, &look, OUTCOME_FAILED).status, DDBLOCK_NO_TABLE);

    assert_int_equal(rename(aside.file, folder->file), 0);
    (void)contract_expect(contract, id, &renew, OUTCOME_APPLIED);

    assert_int_equal(rename(folder->file, aside.file), 0);
    folder_write(folder, "");
    (void)contract_expect(contract, id, &ask, OUTCOME_FAILED);
    assert_int_equal(unlink(folder->file), 0);
    assert_int_equal(rename(aside.file, folder->file), 0);

    other = open_file(contract, DDBLOCK_KEY_STRING, DDBLOCK_KEY_NONE);
    assert_int_equal(contract_ask(contract, other, id, &ask).outcome.kind, OUTCOME_REFUSED);
    store_destroy(other, false);
    folder_remove(&aside);
    lock_id_destroy(id);
}

int main(void)
{
    struct folder folder = {0};
    struct contract contract = {.name = "file", .open = open_file, .context = &folder};
    const struct CMUnitTest extra[] = {
        cmocka_unit_test(a_busy_file_fails_at_the_end_of_time),
        cmocka_unit_test(a_busy_file_is_tried_again_and_read),
        cmocka_unit_test(what_comes_too_late_is_not_tried),
        cmocka_unit_test(odd_rows_are_not_acquired),
        cmocka_unit_test(odd_rows_that_are_locks_are_read),
        cmocka_unit_test(two_stores_share_the_file),
        cmocka_unit_test(a_file_that_is_gone_gives_no_locks),
    };
    int failed;

    folder_make(&folder);
    failed = contract_run(&contract, extra, sizeof(extra) / sizeof(extra[0]));
    folder_remove(&folder);
    return failed;
}
