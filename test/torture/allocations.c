/* allocations.c - memory that runs out when the trouble strikes. */
#include "torture/allocations.h"

#include <malloc.h>
#include <stdatomic.h>

#include <curl/curl.h>
#include <openssl/crypto.h>
#include <sqlite3.h>

#include "support/testing.h"
#include "torture/trouble.h"

/* The linker has our objects call __wrap_malloc() for malloc(). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *data);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *data, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *data);

static bool hooked; /* else nothing fails */
static const char *guarded;
static atomic_bool leaked;

static bool fails(void)
{
    return hooked && trouble_strikes();
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

void __wrap_free(void *data)
{
    if (data != NULL && guarded != NULL &&
        memmem(data, malloc_usable_size(data), guarded, strlen(guarded)) != NULL) {
        atomic_store(&leaked, true);
    }
    __real_free(data);
}

/* Always moves, so that what is left behind is looked at. */
void *__wrap_realloc(void *data, size_t size)
{
    size_t old = data != NULL ? malloc_usable_size(data) : 0;
    void *moved = fails() ? NULL : __real_malloc(size);

    if (moved != NULL && data != NULL) {
        memcpy(moved, data, old < size ? old : size);
        __wrap_free(data);
    }
    return moved;
}

/* ------------------------------------------------------------------ SQLite */

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_malloc(int size)
{
    return fails() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *data, int size)
{
    return fails() ? NULL : sqlite_memory.xRealloc(data, size);
}

static void hook_sqlite(void)
{
    sqlite3_mem_methods methods;

    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory), SQLITE_OK);
    methods = sqlite_memory;
    methods.xMalloc = sqlite_malloc;
    methods.xRealloc = sqlite_realloc;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods), SQLITE_OK);
}

/* ------------------------------------------------------------------ OpenSSL */

static void *openssl_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return size == 0 ? NULL : __wrap_malloc(size);
}

static void *openssl_realloc(void *data, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return __wrap_realloc(data, size);
}

static void openssl_free(void *data, const char *file, int line)
{
    (void)file;
    (void)line;
    __wrap_free(data);
}

void allocations_hook(void)
{
    assert_int_equal(CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free), 1);
    assert_int_equal(curl_global_init_mem(CURL_GLOBAL_DEFAULT, __wrap_malloc, __wrap_free,
                                          __wrap_realloc, __wrap_strdup, __wrap_calloc),
                     CURLE_OK);
    hook_sqlite();
    hooked = true;
}

void allocations_guard(const char *secret)
{
    guarded = secret;
}

bool allocations_leaked_secret(void)
{
    return atomic_exchange(&leaked, false);
}
