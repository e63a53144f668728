/* wording.h - the library's sentences about its options, in the words of the command line. */
#ifndef CLI_WORDING_H
#define CLI_WORDING_H

#include <ddblock/ddblock.h>

/* Names the tool's options where the sentence names the library's. Returns the name of the first
 * that is named, without dashes; NULL: none is. */
const char *wording_translate(ddblock_error *error);

/* Says the error with which a store or a client could not be opened, and returns the exit status:
 * by where the option was given that it is about; EXIT_CONFIGURATION where it is about none. */
int fail_to_open(const ddblock_error *error);

#endif
