/* file_schema.c - what makes a SQLite file a file of locks. */
#include "store/file_schema.h"

#include "base/bytes.h"

enum {
    APPLICATION_ID = 0x6464626B, /* "ddbk" */
    SCHEMA_VERSION = 1,
    /* https://www.sqlite.org/fileformat2.html, section 1.3, "The Database Header". */
    HEADER_SIZE = 100,
    OFFSET_ENCODING = 56,
    OFFSET_USER_VERSION = 60,
    OFFSET_APPLICATION_ID = 68,
    ENCODING_UTF8 = 1,
};

/* The bounds are those of store/lock_id.h and core/record.h. A fail-closed lock has
 * neither token nor lease. */
static const char schema[] =
    "CREATE TABLE locks (\n"
    "  partition_type TEXT NOT NULL CHECK (partition_type IN ('S', 'N', 'B')),\n"
    "  partition_key BLOB NOT NULL CHECK (length(partition_key) BETWEEN 1 AND 2048),\n"
    "  sort_type TEXT NOT NULL CHECK (sort_type IN ('', 'S', 'N', 'B')),\n"
    "  sort_key BLOB NOT NULL CHECK (length(sort_key) <= 1024),\n"
    "  guid BLOB NOT NULL CHECK (length(guid) BETWEEN 1 AND 128),\n"
    "  fencing_token INTEGER CHECK (fencing_token BETWEEN 1 AND 9007199254740991),\n"
    "  lease_duration_ms INTEGER CHECK (lease_duration_ms BETWEEN 1 AND 2147483647),\n"
    "  lock_acquired_time_unix_ms INTEGER,\n"
    "  owner TEXT NOT NULL CHECK (length(CAST(owner AS BLOB)) <= 255),\n"
    "  PRIMARY KEY (partition_type, partition_key, sort_type, sort_key),\n"
    "  CHECK ((fencing_token IS NULL) = (lease_duration_ms IS NULL))\n"
    ") STRICT, WITHOUT ROWID";

static uint32_t read_uint32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static enum file_content header_content(const uint8_t header[HEADER_SIZE])
{
    static const char magic[] = "SQLite format 3"; /* with its NUL */

    if (memcmp(header, magic, sizeof(magic)) != 0 ||
        read_uint32(header + OFFSET_APPLICATION_ID) != APPLICATION_ID ||
        read_uint32(header + OFFSET_ENCODING) != ENCODING_UTF8) {
        return FILE_FOREIGN;
    }
    return read_uint32(header + OFFSET_USER_VERSION) == SCHEMA_VERSION ? FILE_OURS : FILE_NEWER;
}

int file_schema_look(sqlite3 *db, enum file_content *ret_content)
{
    uint8_t header[HEADER_SIZE] = {0};
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);

    if (rc == SQLITE_OK) {
        rc = file->pMethods->xFileSize(file, &size);
    }
    if (rc == SQLITE_OK && size > 0) {
        rc = file->pMethods->xRead(file, header, HEADER_SIZE, 0);
        rc = rc == SQLITE_IOERR_SHORT_READ ? SQLITE_OK : rc; /* the rest is zeros */
    }
    if (rc == SQLITE_OK) {
        *ret_content = size > 0 ? header_content(header) : FILE_EMPTY;
    }
    return rc;
}

/* Runs a query of one number. The text, if not NULL, is bound to it. */
static int query_number(sqlite3 *db, const char *sql, const char *text, int *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (rc == SQLITE_OK && text != NULL) {
        rc = sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
        if (rc == SQLITE_ROW) {
            *ret_number = sqlite3_column_int(statement, 0);
            rc = SQLITE_OK;
        }
    }
    (void)sqlite3_finalize(statement);
    return rc;
}

static int create_in_transaction(sqlite3 *db)
{
    char *pragmas;
    int objects = 0;
    int rc = query_number(db, "SELECT count(*) FROM sqlite_schema", NULL, &objects);

    if (rc != SQLITE_OK || objects > 0) {
        return rc;
    }
    rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        return rc;
    }
    pragmas = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
                              APPLICATION_ID, SCHEMA_VERSION);
    if (pragmas == NULL) {
        return SQLITE_NOMEM;
    }
    rc = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
    sqlite3_free(pragmas);
    return rc;
}

int file_schema_create(sqlite3 *db)
{
    int rc = sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);

    if (rc == SQLITE_OK) {
        rc = create_in_transaction(db);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    if (!sqlite3_get_autocommit(db)) {
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
    return rc;
}

int file_schema_check(sqlite3 *db)
{
    /* ANALYZE, which a person may have run, leaves tables with names of sqlite_…. */
    static const char sql[] = "SELECT count(*) = 1 AND sum(name = 'locks' AND sql = ?1) = 1"
                              " FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    int good = 0;
    int rc = query_number(db, sql, schema, &good);

    return rc == SQLITE_OK && !good ? SQLITE_ERROR : rc;
}
