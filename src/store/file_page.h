/* file_page.h - a page of a list of the locks in a file. */
#ifndef STORE_FILE_PAGE_H
#define STORE_FILE_PAGE_H

#include "store/file_database.h"
#include "store/page.h"

/* Fills the page from one state of the file. Returns a result code of SQLite's. */
int file_page_read(struct file_database *database, struct page *page);

#endif
