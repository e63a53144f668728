/* file_schema.h - what makes a SQLite file a file of locks. */
#ifndef STORE_FILE_SCHEMA_H
#define STORE_FILE_SCHEMA_H

#include <stdbool.h>

#include <sqlite3.h>

/* What a look at the bytes of a file says, before SQLite reads it as a database. */
enum file_content {
    FILE_EMPTY,   /* no byte */
    FILE_OURS,    /* the header says that it holds locks, of this version */
    FILE_NEWER,   /* locks, of a version that we do not know */
    FILE_FOREIGN, /* anything else */
};

/* Looks at the file without locking it or writing anything beside it. */
int file_schema_look(sqlite3 *db, enum file_content *ret_content);

/* Makes the table in an empty database, in one transaction. One that another process has
 * filled meanwhile is left as it is. */
int file_schema_create(sqlite3 *db);

/* Checks that the database holds our table, to the letter, and nothing else. SQLITE_ERROR
 * if it does not. */
int file_schema_check(sqlite3 *db);

#endif
