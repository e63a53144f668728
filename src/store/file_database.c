/* file_database.c - the SQLite database in a file of locks: opening and transactions. */
#include "store/file_database.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "store/file_error.h"
#include "store/file_path.h"
#include "store/file_schema.h"

enum {
    /* For how long opening waits for a process that makes or repairs the file just now. */
    OPEN_BUSY_MS = 2000,
    OPEN_RETRY_MS = 5,
    /* A file that is being made shows its header in parts, for microseconds. */
    LOOKS_MAX = 4,
    /* No value of ours is near this long; a file that says so costs no more memory. */
    VALUE_SIZE_MAX = 64 * 1024,
};

#define WHERE_ID                                                                                   \
    " WHERE partition_type = ?1 AND partition_key = ?2 AND sort_type = ?3 AND sort_key = ?4"

static const char *const statement_texts[FILE_STATEMENTS] = {
    [FILE_BEGIN] = "BEGIN IMMEDIATE",
    [FILE_COMMIT] = "COMMIT",
    [FILE_ROLLBACK] = "ROLLBACK",
    [FILE_READ] = "SELECT guid, fencing_token, lease_duration_ms, lock_acquired_time_unix_ms, owner"
                  " FROM locks" WHERE_ID,
    [FILE_WRITE] = "INSERT OR REPLACE INTO locks (partition_type, partition_key, sort_type,"
                   " sort_key, guid, fencing_token, lease_duration_ms,"
                   " lock_acquired_time_unix_ms, owner)"
                   " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [FILE_DELETE] = ("DELETE FROM locks" WHERE_ID),
    [FILE_LIST] = "SELECT partition_type, partition_key, sort_type, sort_key FROM locks"
                  " WHERE (partition_type, partition_key, sort_type, sort_key) >= (?1, ?2, ?3, ?4)"
                  " ORDER BY partition_type, partition_key, sort_type, sort_key",
};

/* Fills in the error of an opening that failed. */
static ddblock_status open_failed(sqlite3 *db, const char *path, int rc, ddblock_error *error)
{
    char shown[PATH_SHOWN_SIZE];
    int problem = db != NULL ? sqlite3_system_errno(db) : 0;
    ddblock_status status = file_error_status(rc);
    const char *text = file_error_text(rc);

    text_escape(shown, sizeof(shown), bytes_from_string(path));
    if (status == DDBLOCK_WRONG_SCHEMA) {
        status = DDBLOCK_INVALID; /* a file that is not ours, as the header promises */
    } else if ((rc & 0xFF) == SQLITE_CANTOPEN && problem != 0) {
        status = file_errno_status(problem);
        text = strerror(problem);
    }
    return status_set(error, status, "cannot use the file of locks \"%s\": %s", shown, text);
}

/* What https://www.sqlite.org/security.html advises for files that others may have made. */
static int harden(sqlite3 *db)
{
    static const struct {
        int option;
        int value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
        {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        /* Saves each run of the tool two fsyncs at its end, and one for a new log the next time. */
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
    };

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        int rc = sqlite3_db_config(db, options[i].option, options[i].value, (int *)NULL);

        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    (void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_SIZE_MAX);
    return sqlite3_exec(db, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0", NULL, NULL, NULL);
}

/* Makes sure of the table and the modes. */
static int prepare_database(sqlite3 *db, enum file_content content)
{
    sqlite3_stmt *statement = NULL;
    bool wal = false;
    int rc = content == FILE_EMPTY ? file_schema_create(db) : SQLITE_OK;

    if (rc == SQLITE_OK) {
        rc = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
        wal = rc == SQLITE_ROW &&
              sqlite3_stricmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
        rc = rc == SQLITE_ROW ? SQLITE_OK : rc;
    }
    (void)sqlite3_finalize(statement);
    if (rc == SQLITE_OK && !wal) {
        return SQLITE_CANTOPEN; /* a file system without shared memory */
    }
    /* "The extra WAL sync following each transaction helps ensure that transactions are durable
     * across a power loss": https://www.sqlite.org/pragma.html#pragma_synchronous */
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
    }
    return rc == SQLITE_OK ? file_schema_check(db) : rc;
}

/* The same, waiting for a process that is in the way. */
static int prepare_patiently(sqlite3 *db, enum file_content content)
{
    struct instant give_up_at = instant_add(clock_now(), duration_from_ms(OPEN_BUSY_MS));
    int rc = prepare_database(db, content);

    while (file_error_is_busy(rc) && instant_before(clock_now(), give_up_at)) {
        (void)sqlite3_sleep(OPEN_RETRY_MS);
        rc = prepare_database(db, content);
    }
    return rc;
}

static int prepare_statements(struct file_database *database)
{
    for (int i = 0; i < FILE_STATEMENTS; i++) {
        int rc = sqlite3_prepare_v3(database->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                                    &database->statements[i], NULL);

        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}

/* Looks at the file until its content is one that we take, but not for long. */
static int look(sqlite3 *db, enum file_content *ret_content)
{
    int rc = file_schema_look(db, ret_content);

    for (int i = 1; i < LOOKS_MAX && rc == SQLITE_OK && *ret_content >= FILE_NEWER; i++) {
        (void)sqlite3_sleep(OPEN_RETRY_MS);
        rc = file_schema_look(db, ret_content);
    }
    return rc;
}

static ddblock_status refuse_content(const char *path, enum file_content content,
                                     ddblock_error *error)
{
    char shown[PATH_SHOWN_SIZE];

    text_escape(shown, sizeof(shown), bytes_from_string(path));
    if (content == FILE_NEWER) {
        return status_set(error, DDBLOCK_INVALID,
                          "\"%s\" holds locks of another version of ddblock; use that version, or "
                          "another file",
                          shown);
    }
    return status_set(error, DDBLOCK_INVALID,
                      "\"%s\" holds something else than locks; give a file that ddblock made, an "
                      "empty one, or none",
                      shown);
}

/* Opens, checks and prepares; what is half made the caller closes. */
static ddblock_status open_connection(struct file_database *database, const char *path,
                                      ddblock_error *error)
{
    char *sqlite_path = file_path_for_sqlite(path);
    enum file_content content = FILE_FOREIGN;
    int rc = SQLITE_NOMEM;

    if (sqlite_path != NULL) {
        rc = sqlite3_open_v2(sqlite_path, &database->db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                 SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                             NULL);
        free(sqlite_path);
    }
    if (rc == SQLITE_OK && sqlite3_db_readonly(database->db, "main") == 1) {
        rc = SQLITE_READONLY; /* what SQLite falls back to where it may not write */
    }
    if (rc == SQLITE_OK) {
        rc = look(database->db, &content);
    }
    if (rc == SQLITE_OK && content >= FILE_NEWER) {
        return refuse_content(path, content, error);
    }
    if (rc == SQLITE_OK) {
        rc = harden(database->db);
    }
    if (rc == SQLITE_OK) {
        rc = prepare_patiently(database->db, content);
    }
    if (rc == SQLITE_OK) {
        rc = prepare_statements(database);
    }
    return rc == SQLITE_OK ? DDBLOCK_OK : open_failed(database->db, path, rc, error);
}

ddblock_status file_database_open(const char *path, struct file_database **ret_database,
                                  ddblock_error *error)
{
    struct file_database *database = NULL;
    ddblock_status status = file_path_prepare(path, error);

    assert(ret_database != NULL);
    if (status != DDBLOCK_OK) {
        goto out;
    }
    database = calloc(1, sizeof(*database));
    if (database == NULL) {
        status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a store");
        goto out;
    }
    status = open_connection(database, path, error);
    if (status != DDBLOCK_OK) {
        goto out;
    }

    *ret_database = database;
    database = NULL;
out:
    file_database_close(database);
    return status;
}

void file_database_close(struct file_database *database)
{
    if (database == NULL) {
        return;
    }
    for (int i = 0; i < FILE_STATEMENTS; i++) {
        (void)sqlite3_finalize(database->statements[i]);
    }
    (void)sqlite3_close(database->db);
    free(database);
}

int file_database_check_place(struct file_database *database)
{
    int moved = 0;
    int rc = sqlite3_file_control(database->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);

    return rc == SQLITE_OK && moved ? SQLITE_READONLY_DBMOVED : rc;
}

int file_database_run(struct file_database *database, enum file_statement statement)
{
    sqlite3_stmt *prepared = database->statements[statement];
    int rc = sqlite3_step(prepared);

    (void)sqlite3_reset(prepared); /* says again what step said */
    (void)sqlite3_clear_bindings(prepared);
    assert(rc != SQLITE_ROW);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int file_database_begin(struct file_database *database)
{
    int rc = file_database_run(database, FILE_BEGIN);

    /* Two processes with one path and two files would both hold one lock. WAL mode does not
     * look by itself: https://www.sqlite.org/howtocorrupt.html, section 2.4. */
    return rc == SQLITE_OK ? file_database_check_place(database) : rc;
}

int file_database_commit(struct file_database *database)
{
    return file_database_run(database, FILE_COMMIT);
}

void file_database_rollback(struct file_database *database)
{
    if (!sqlite3_get_autocommit(database->db)) {
        (void)file_database_run(database, FILE_ROLLBACK);
    }
}
