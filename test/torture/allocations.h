/* allocations.h - memory that runs out when the trouble strikes: for this project's code by the
 * linker (-Wl,--wrap), for libcurl, SQLite and OpenSSL by their own hooks. */
#ifndef TEST_TORTURE_ALLOCATIONS_H
#define TEST_TORTURE_ALLOCATIONS_H

#include <stdbool.h>

/* Before anything of these libraries is used. */
void allocations_hook(void);

/* The bytes that no memory may hold when it is freed. */
void allocations_guard(const char *secret);

/* True if some did. */
bool allocations_leaked_secret(void);

#endif
