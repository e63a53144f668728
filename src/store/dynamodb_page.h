/* dynamodb_page.h - a page of a list of the locks in a DynamoDB table. */
#ifndef STORE_DYNAMODB_PAGE_H
#define STORE_DYNAMODB_PAGE_H

#include "base/buffer.h"
#include "store/dynamodb_options.h"
#include "store/page.h"
#include "wire/dynamodb_reply.h"

/* "A single Scan operation first reads up to … a maximum of 1 MB of data" (API reference, Scan), of
 * which JSON makes six times as much at worst, "\u0001" of a byte, and adds the names. */
enum { DYNAMODB_PAGE_SIZE_MAX = 8 * 1024 * 1024 };

/* Appends the body of a Query, for a page of one partition, or of a Scan.
 *
 * Returns DDBLOCK_INVALID if the page asks for sort keys and the table has none;
 * DDBLOCK_NO_MEMORY. */
ddblock_status dynamodb_page_write(const struct dynamodb_table *table, const struct page *page,
                                   struct buffer *buffer, ddblock_error *error);

/* Fills the page from the answer.
 *
 * Returns DDBLOCK_WRONG_SCHEMA if the items lack the keys of the options, DDBLOCK_NO_MEMORY, or
 * DDBLOCK_UNAVAILABLE, without a sentence, if this is no answer of DynamoDB's. */
ddblock_status dynamodb_page_read(const struct dynamodb_table *table,
                                  const struct dynamodb_reply *answer, struct page *page,
                                  ddblock_error *error);

#endif
