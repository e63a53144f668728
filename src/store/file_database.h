/* file_database.h - the SQLite database in a file of locks: opening and transactions.
 *
 * One connection, used by one thread at a time, that never waits for another one: what is
 * in the way shows as a busy result code. The result codes are SQLite's, extended. */
#ifndef STORE_FILE_DATABASE_H
#define STORE_FILE_DATABASE_H

#include <sqlite3.h>

#include "base/time.h"
#include "ddblock/ddblock.h"

enum file_statement {
    FILE_BEGIN,
    FILE_COMMIT,
    FILE_ROLLBACK,
    FILE_READ,
    FILE_WRITE,
    FILE_DELETE,
    FILE_LIST,
    FILE_STATEMENTS,
};

struct file_database {
    sqlite3 *db;
    sqlite3_stmt *statements[FILE_STATEMENTS];
};

/* Opens the file, making it if it is not there. A file that is not ours is left untouched.
 * The caller closes the database.
 *
 * Returns what ddblock_store_open_file returns. */
ddblock_status file_database_open(const char *path, struct file_database **ret_database,
                                  ddblock_error *error);

/* NULL is fine. */
void file_database_close(struct file_database *database);

/* SQLITE_OK, or SQLITE_READONLY_DBMOVED if the path leads to another file by now, or none. */
int file_database_check_place(struct file_database *database);

/* Begins a transaction that may write. */
int file_database_begin(struct file_database *database);

/* Ends it. After a failure it is still to be rolled back. */
int file_database_commit(struct file_database *database);

/* Undoes the transaction, if there is one. */
void file_database_rollback(struct file_database *database);

/* Runs a prepared statement that returns no row, and forgets what was bound to it. */
int file_database_run(struct file_database *database, enum file_statement statement);

#endif
