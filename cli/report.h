/* report.h - a lock's item as a small table for people. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <ddblock/ddblock.h>
#include <stdio.h>

/* Writes what the table says of the lock, a line for each thing that is known. now_unix_ms is
 * the wall clock. */
void report_print(FILE *stream, const char *shown, const ddblock_info *info, int64_t now_unix_ms);

#endif
