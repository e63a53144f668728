/* file_page.c - a page of a list of the locks in a file.
 *
 * The primary key has the order of lock_id_compare: the letters of the types, then the bytes: "When
 * two BLOB values are compared, the result is determined using memcmp()"
 * (https://www.sqlite.org/datatype3.html, section 4.1). */
#include "store/file_page.h"

#include "store/file_row.h"

/* The columns of FILE_LIST. */
enum { COLUMN_PARTITION = 0, COLUMN_SORT = 2 };

/* Reads a type and the bytes behind it. False if the type is none of ours. */
static bool read_key(sqlite3_stmt *row, int column, struct lock_key *ret_key)
{
    const char *type = (const char *)sqlite3_column_text(row, column);
    const void *data = sqlite3_column_blob(row, column + 1);

    if (type == NULL || strlen(type) > 1 || strspn(type, "SNB") != strlen(type)) {
        return false;
    }
    ret_key->type = (ddblock_key_type)type[0];
    ret_key->value =
        bytes_from(data, data != NULL ? (size_t)sqlite3_column_bytes(row, column + 1) : 0);
    return true;
}

/* The next row whose id somebody can have given: others may have written others. Returns
 * SQLITE_ROW, or what ended the rows. The id is valid until the next step. */
static int next_id(sqlite3_stmt *rows, struct lock_id *ret_id)
{
    int rc;

    do {
        rc = sqlite3_step(rows);
    } while (rc == SQLITE_ROW && (!read_key(rows, COLUMN_PARTITION, &ret_id->partition) ||
                                  !read_key(rows, COLUMN_SORT, &ret_id->sort)));
    return rc;
}

/* Adds rows until the page is full, SQLITE_ROW, or all are in it, SQLITE_DONE. While the statement
 * rows is under way the connection is in one read transaction, so that file_row_read reads from the
 * same state, and can tell of a row with a value that is too long. */
static int add_rows(struct file_database *database, sqlite3_stmt *rows, struct page *page)
{
    struct lock_id id = {0};
    struct record record;
    int rc;

    while ((rc = next_id(rows, &id)) == SQLITE_ROW) {
        if (page->after != NULL && lock_id_compare(&id, page->after) == 0) {
            continue;
        }
        if (!page_wants(page, &id)) {
            return SQLITE_DONE;
        }
        if (page->count == page->limit) {
            return SQLITE_ROW;
        }
        rc = file_row_read(database, &id, &record);
        if (rc != SQLITE_OK) {
            return rc;
        }
        if (!page_add(page, &id, &record)) {
            return SQLITE_NOMEM;
        }
    }
    return rc;
}

int file_page_read(struct file_database *database, struct page *page)
{
    sqlite3_stmt *rows = database->statements[FILE_LIST];
    struct lock_id start = page_start(page);
    int rc = file_row_bind_id(rows, &start);

    page_clear(page);
    if (rc == SQLITE_OK) {
        rc = add_rows(database, rows, page);
    }
    (void)sqlite3_reset(rows);
    (void)sqlite3_clear_bindings(rows);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
        const struct lock_id *last = rc == SQLITE_ROW ? page->entries[page->count - 1].id : NULL;

        rc = page_end(page, last) ? SQLITE_OK : SQLITE_NOMEM;
    }
    return rc;
}
