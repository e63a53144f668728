/* file_row.h - a lock's row in a file of locks. Result codes are SQLite's. */
#ifndef STORE_FILE_ROW_H
#define STORE_FILE_ROW_H

#include "core/record.h"
#include "store/file_database.h"
#include "store/lock_id.h"

/* Binds an id to the first four parameters of a statement; it must stay alive. */
int file_row_bind_id(sqlite3_stmt *statement, const struct lock_id *id);

/* Reads the row. One with odd values, which only others write, is a bad record. */
int file_row_read(struct file_database *database, const struct lock_id *id,
                  struct record *ret_record);

/* Makes the row say what the record says: one that is ABSENT deletes it. In a transaction. */
int file_row_write(struct file_database *database, const struct lock_id *id,
                   const struct record *record);

#endif
