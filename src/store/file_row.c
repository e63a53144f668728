/* file_row.c - a lock's row in a file of locks. */
#include "store/file_row.h"

#include <assert.h>

#include "base/text.h"

/* The columns of FILE_READ. */
enum { COLUMN_GUID, COLUMN_TOKEN, COLUMN_LEASE, COLUMN_TIME, COLUMN_OWNER };

/* The parameters of FILE_WRITE; the first four are those of the others too. */
enum {
    PARTITION_TYPE = 1,
    PARTITION_KEY,
    SORT_TYPE,
    SORT_KEY,
    PARAMETER_GUID,
    PARAMETER_TOKEN,
    PARAMETER_LEASE,
    PARAMETER_TIME,
    PARAMETER_OWNER,
};

static int bind_key(sqlite3_stmt *statement, int parameter, const struct lock_key *key)
{
    const char *type = key->type == DDBLOCK_KEY_STRING   ? "S"
                       : key->type == DDBLOCK_KEY_NUMBER ? "N"
                       : key->type == DDBLOCK_KEY_BINARY ? "B"
                                                         : "";
    /* A pointer that is NULL would bind NULL. */
    const void *data = key->value.size > 0 ? key->value.data : (const uint8_t *)"";
    int rc = sqlite3_bind_text(statement, parameter, type, -1, SQLITE_STATIC);

    if (rc == SQLITE_OK) {
        rc = sqlite3_bind_blob(statement, parameter + 1, data, (int)key->value.size, SQLITE_STATIC);
    }
    return rc;
}

int file_row_bind_id(sqlite3_stmt *statement, const struct lock_id *id)
{
    int rc = bind_key(statement, PARTITION_TYPE, &id->partition);

    return rc == SQLITE_OK ? bind_key(statement, SORT_TYPE, &id->sort) : rc;
}

static struct bytes column_bytes(sqlite3_stmt *row, int column)
{
    const void *data = sqlite3_column_blob(row, column);

    return bytes_from(data, data != NULL ? (size_t)sqlite3_column_bytes(row, column) : 0);
}

static struct record record_bad(const char *defect)
{
    return (struct record){.kind = RECORD_BAD, .acquired_time_unix_ms = -1, .defect = defect};
}

/* Reads token and lease of a fail-open lock; NULL, or what is wrong with them. */
static const char *decode_fail_open(sqlite3_stmt *row, struct record *record)
{
    sqlite3_int64 token = sqlite3_column_int64(row, COLUMN_TOKEN);
    sqlite3_int64 lease_ms = sqlite3_column_int64(row, COLUMN_LEASE);

    if (sqlite3_column_type(row, COLUMN_TOKEN) != SQLITE_INTEGER || token < 1 ||
        (uint64_t)token > TOKEN_MAX) {
        return "its fencing_token is not a whole number from 1 to 9007199254740991";
    }
    if (sqlite3_column_type(row, COLUMN_LEASE) != SQLITE_INTEGER || lease_ms > LEASE_MAX_MS) {
        return "its lease_duration_ms is not a whole number up to 2147483647";
    }
    record->kind = RECORD_FAIL_OPEN;
    record->token = (uint64_t)token;
    record->lease_ms = lease_ms;
    return NULL;
}

static struct record decode(sqlite3_stmt *row)
{
    struct record record = {.kind = RECORD_FAIL_CLOSED, .acquired_time_unix_ms = -1};
    struct bytes guid = column_bytes(row, COLUMN_GUID);
    const char *defect = NULL;

    if (sqlite3_column_type(row, COLUMN_GUID) != SQLITE_BLOB || guid.size == 0 ||
        guid.size > GUID_FOREIGN_SIZE_MAX) {
        return record_bad("its guid is not a blob of 1 to 128 bytes");
    }
    record.guid.type = 'B';
    record.guid.size = (uint8_t)guid.size;
    memcpy(record.guid.bytes, guid.data, guid.size);
    if (sqlite3_column_type(row, COLUMN_TOKEN) != SQLITE_NULL ||
        sqlite3_column_type(row, COLUMN_LEASE) != SQLITE_NULL) {
        defect = decode_fail_open(row, &record);
    }
    if (defect != NULL) {
        return record_bad(defect);
    }
    if (sqlite3_column_type(row, COLUMN_TIME) == SQLITE_INTEGER &&
        sqlite3_column_int64(row, COLUMN_TIME) >= 0) {
        record.acquired_time_unix_ms = sqlite3_column_int64(row, COLUMN_TIME);
    }
    text_copy(record.owner, sizeof(record.owner), column_bytes(row, COLUMN_OWNER));
    return record;
}

int file_row_read(struct file_database *database, const struct lock_id *id,
                  struct record *ret_record)
{
    sqlite3_stmt *statement = database->statements[FILE_READ];
    int rc = file_row_bind_id(statement, id);

    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW) {
        *ret_record = decode(statement);
        rc = SQLITE_OK;
    } else if (rc == SQLITE_DONE) {
        *ret_record = (struct record){.kind = RECORD_ABSENT, .acquired_time_unix_ms = -1};
        rc = SQLITE_OK;
    } else if (rc == SQLITE_TOOBIG) {
        *ret_record = record_bad("a value of it is far too long");
        rc = SQLITE_OK;
    }
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
    return rc;
}

/* Binds what the record says; NULL is what a parameter has to begin with. */
static int bind_record(sqlite3_stmt *statement, const struct record *record)
{
    bool open = record->kind == RECORD_FAIL_OPEN;
    int rc = sqlite3_bind_blob(statement, PARAMETER_GUID, record->guid.bytes, record->guid.size,
                               SQLITE_STATIC);

    if (rc == SQLITE_OK && open) {
        rc = sqlite3_bind_int64(statement, PARAMETER_TOKEN, (sqlite3_int64)record->token);
    }
    if (rc == SQLITE_OK && open) {
        rc = sqlite3_bind_int64(statement, PARAMETER_LEASE, record->lease_ms);
    }
    if (rc == SQLITE_OK && open) {
        rc = sqlite3_bind_int64(statement, PARAMETER_TIME, record->acquired_time_unix_ms);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_bind_text(statement, PARAMETER_OWNER, record->owner, -1, SQLITE_STATIC);
    }
    return rc;
}

int file_row_write(struct file_database *database, const struct lock_id *id,
                   const struct record *record)
{
    enum file_statement which = record->kind == RECORD_ABSENT ? FILE_DELETE : FILE_WRITE;
    sqlite3_stmt *statement = database->statements[which];
    int rc = file_row_bind_id(statement, id);

    assert(record->kind == RECORD_ABSENT || record->guid.type == 'B');
    if (rc == SQLITE_OK && which == FILE_WRITE) {
        rc = bind_record(statement, record);
    }
    if (rc != SQLITE_OK) {
        (void)sqlite3_clear_bindings(statement);
        return rc;
    }
    return file_database_run(database, which);
}
