/* sqlite_floor.c - the two transactions of an acquisition and a release, by bare SQLite.
 *
 *     sqlite_floor PATH CYCLES
 *
 * A table as the file store's, WAL, synchronous=FULL, prepared statements; each transaction reads
 * the row and writes it anew. Prints the first two figures of cycles.c. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { BEGIN, READ, WRITE, COMMIT, STATEMENTS, WARM_UP = 20, GUID_SIZE = 64 };

static const char *const TEXTS[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [READ] = "SELECT guid, token, lease, time, owner FROM locks WHERE key = ?1",
    [WRITE] = "INSERT OR REPLACE INTO locks VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [COMMIT] = "COMMIT",
};

static sqlite3 *db;
static sqlite3_stmt *statements[STATEMENTS];

static void step(size_t which, int expected)
{
    if (sqlite3_step(statements[which]) != expected ||
        sqlite3_reset(statements[which]) != SQLITE_OK) {
        die(sqlite3_errmsg(db));
    }
}

static void open_database(const char *path)
{
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "CREATE TABLE locks (key BLOB PRIMARY KEY, guid BLOB, token INTEGER, "
                     "lease INTEGER, time INTEGER, owner TEXT) STRICT, WITHOUT ROWID;"
                     "INSERT INTO locks VALUES (CAST('lock' AS BLOB), zeroblob(64), 0, 1, 0, '')",
                     NULL, NULL, NULL) != SQLITE_OK) {
        die(sqlite3_errmsg(db));
    }
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(db, TEXTS[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL) !=
            SQLITE_OK) {
            die(sqlite3_errmsg(db));
        }
    }
}

static void transaction(sqlite3_int64 token, sqlite3_int64 lease_ms)
{
    char guid[GUID_SIZE];

    memset(guid, (int)(token & 0x7F), sizeof(guid));
    (void)sqlite3_bind_blob(statements[READ], 1, "lock", 4, SQLITE_STATIC);
    (void)sqlite3_bind_blob(statements[WRITE], 1, "lock", 4, SQLITE_STATIC);
    (void)sqlite3_bind_blob(statements[WRITE], 2, guid, sizeof(guid), SQLITE_STATIC);
    (void)sqlite3_bind_int64(statements[WRITE], 3, token);
    (void)sqlite3_bind_int64(statements[WRITE], 4, lease_ms);
    (void)sqlite3_bind_int64(statements[WRITE], 5, (sqlite3_int64)now_ms());
    (void)sqlite3_bind_text(statements[WRITE], 6, "bench", -1, SQLITE_STATIC);
    step(BEGIN, SQLITE_DONE);
    step(READ, SQLITE_ROW);
    step(WRITE, SQLITE_DONE);
    step(COMMIT, SQLITE_DONE);
}

static void cycles(long count)
{
    for (long i = 0; i < count; i++) {
        transaction(i + 1, 10000);
        transaction(i + 1, 1);
    }
}

int main(int argc, char **argv)
{
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    double cpu;
    double began;

    if (count <= 0) {
        die("usage: sqlite_floor PATH CYCLES");
    }
    open_database(argv[1]);
    cycles(WARM_UP);
    cpu = cpu_us();
    began = now_ms();
    cycles(count);
    printf("%.1f %.3f\n", (cpu_us() - cpu) / (double)count, (now_ms() - began) / (double)count);
    for (size_t i = 0; i < STATEMENTS; i++) {
        (void)sqlite3_finalize(statements[i]);
    }
    return sqlite3_close(db) != SQLITE_OK;
}
