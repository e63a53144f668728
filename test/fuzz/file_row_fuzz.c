/* file_row_fuzz.c - any values in a row of a file of locks, such as a person with the sqlite3 tool
 * can put there. Five times: the type of a value, its length, its bytes. */
#include "fuzz.h"

#include "store/file_row.h"

enum { COLUMNS = 5 };

/* Without types and checks, so that there can be anything in it. */
static const char *const setup =
    "CREATE TABLE locks (partition_type, partition_key, sort_type, sort_key, guid, fencing_token,"
    " lease_duration_ms, lock_acquired_time_unix_ms, owner)";
#define WHERE                                                                                      \
    " WHERE partition_type = ?1 AND partition_key = ?2 AND sort_type = ?3 AND sort_key = ?4"
static const char *const texts[FILE_STATEMENTS] = {
    [FILE_READ] = "SELECT guid, fencing_token, lease_duration_ms, lock_acquired_time_unix_ms, owner"
                  " FROM locks" WHERE,
    [FILE_WRITE] = "INSERT INTO locks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [FILE_DELETE] = "DELETE FROM locks" WHERE,
};

static struct lock_id id = {.partition = {.type = DDBLOCK_KEY_STRING}};

static void prepare(struct file_database *database)
{
    id.partition.value = bytes_from_string("lock");
    if (sqlite3_open(":memory:", &database->db) != SQLITE_OK ||
        sqlite3_exec(database->db, setup, NULL, NULL, NULL) != SQLITE_OK) {
        abort();
    }
    for (size_t i = 0; i < FILE_STATEMENTS; i++) {
        if (texts[i] != NULL && sqlite3_prepare_v2(database->db, texts[i], -1,
                                                   &database->statements[i], NULL) != SQLITE_OK) {
            abort();
        }
    }
}

/* Takes a value from the input. */
static void bind(sqlite3_stmt *statement, int parameter, struct bytes *input)
{
    uint8_t type = fuzz_take(input);
    size_t size = fuzz_take(input);
    struct bytes value = bytes_from(input->data, size < input->size ? size : input->size);
    int64_t number = 0;

    *input = bytes_from(input->data + value.size, input->size - value.size);
    for (size_t i = 0; i < value.size && i < sizeof(number); i++) {
        number = (int64_t)((uint64_t)number << 8 | value.data[i]);
    }
    switch (type % 5) {
    case 0:
        (void)sqlite3_bind_int64(statement, parameter, number);
        break;
    case 1:
        (void)sqlite3_bind_text(statement, parameter, (const char *)value.data, (int)value.size,
                                SQLITE_TRANSIENT);
        break;
    case 2:
        (void)sqlite3_bind_blob(statement, parameter, value.data, (int)value.size,
                                SQLITE_TRANSIENT);
        break;
    case 3:
        (void)sqlite3_bind_double(statement, parameter, (double)number / 16);
        break;
    default:
        (void)sqlite3_bind_null(statement, parameter);
        break;
    }
}

static void put_row(struct file_database *database, struct bytes input)
{
    sqlite3_stmt *statement = database->statements[FILE_WRITE];

    assert(file_row_bind_id(statement, &id) == SQLITE_OK);
    for (int i = 0; i < COLUMNS; i++) {
        bind(statement, COLUMNS + i, &input);
    }
    assert(file_database_run(database, FILE_WRITE) == SQLITE_OK);
}

static struct record read_row(struct file_database *database)
{
    struct record record;

    assert(file_row_read(database, &id, &record) == SQLITE_OK);
    return record;
}

/* What is written back is read the same. */
static void check_round_trip(struct file_database *database, const struct record *record)
{
    struct record again;

    assert(file_row_write(database, &id, &(struct record){.kind = RECORD_ABSENT}) == SQLITE_OK);
    assert(file_row_write(database, &id, record) == SQLITE_OK);
    again = read_row(database);
    assert(again.kind == record->kind && again.token == record->token);
    assert(again.lease_ms == record->lease_ms && strcmp(again.owner, record->owner) == 0);
    assert(foreign_guid_equal(&again.guid, &record->guid));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct file_database database;
    struct record record;

    if (size == 0) {
        return 0;
    }
    if (database.db == NULL) {
        prepare(&database);
    }
    put_row(&database, bytes_from(data, size));
    record = read_row(&database);
    assert(record.kind != RECORD_ABSENT && record.kind != RECORD_UNKNOWN);
    assert((record.kind == RECORD_BAD) == (record.defect != NULL));
    if (record.kind == RECORD_FAIL_OPEN) {
        assert(record.token >= 1 && record.token <= TOKEN_MAX && record.lease_ms <= LEASE_MAX_MS);
    }
    if (record.kind != RECORD_BAD) {
        check_round_trip(&database, &record);
    }
    assert(file_row_write(&database, &id, &(struct record){.kind = RECORD_ABSENT}) == SQLITE_OK);
    return 0;
}
