/* values.h - JavaScript's values as C's, and back. */
#ifndef VALUES_H
#define VALUES_H

#include "addon.h"

/* What an object of JavaScript's that carries a pointer of ours is. */
enum wrapped { WRAPPED_STORE, WRAPPED_CLIENT, WRAPPED_LOCK };

/* Reads the arguments. On failure false, with an exception pending; as in all of these. */
bool values_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *ret_values);

/* Ties a pointer to an object. finalize is called when the object is gone. */
bool values_wrap(napi_env env, napi_value object, enum wrapped kind, void *pointer,
                 napi_finalize finalize);
bool values_unwrap(napi_env env, napi_value object, enum wrapped kind, void **ret_pointer);

/* Copies a string, to be freed by the caller; NULL for undefined and null. */
bool values_string(napi_env env, napi_value value, char **ret_text);

/* The property of an object: as above, and left alone where it is undefined. */
bool values_get_string(napi_env env, napi_value object, const char *name, char **ret_text);
bool values_get_int64(napi_env env, napi_value object, const char *name, int64_t *ret_number);
bool values_get_bool(napi_env env, napi_value object, const char *name, int *ret_flag);

/* One part of a lock's id: a string, a buffer, {number: "1.5"}, or undefined. What it points to
 * is JavaScript's for the time of the call, or *ret_copy, to be freed. */
bool values_key(napi_env env, napi_value value, ddblock_key *ret_key, char **ret_copy);

/* Throws an error with the status of ddblock's as its property "code". Returns NULL. */
napi_value values_throw(napi_env env, const ddblock_error *error);

/* Throws unless status is napi_ok. */
bool values_check(napi_env env, napi_status status);

napi_value values_text(napi_env env, const char *text);

#endif
