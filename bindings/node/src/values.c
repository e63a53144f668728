/* values.c - JavaScript's values as C's, and back. */
#include "values.h"

#include <stdlib.h>
#include <string.h>

/* DynamoDB's largest key has 2048 bytes, an AWS session token some thousand; AWS documents no bound
 * for that. */
enum { TEXT_BYTES_MAX = 64 * 1024 };

/* So that no object of another addon's is taken for ours. Made up, at random. */
static const napi_type_tag TAGS[] = {
    [WRAPPED_STORE] = {0x6c1f54a8a0f94e1b, 0x9d3a7c52e8b04f61},
    [WRAPPED_CLIENT] = {0x1be09c7743d24f8e, 0xa4c85d10f37e29b6},
    [WRAPPED_LOCK] = {0xe35b02d96a7c4815, 0xb81f46c3570d9ea2},
};

bool values_check(napi_env env, napi_status status)
{
    const napi_extended_error_info *info = NULL;
    bool pending = false;

    if (status == napi_ok) {
        return true;
    }
    (void)napi_get_last_error_info(env, &info);
    (void)napi_is_exception_pending(env, &pending);
    if (!pending) {
        (void)napi_throw_type_error(env, "INVALID",
                                    info != NULL && info->error_message != NULL
                                        ? info->error_message
                                        : "a call of Node-API failed");
    }
    return false;
}

bool values_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *ret_values)
{
    size_t given = count;

    return values_check(env, napi_get_cb_info(env, info, &given, ret_values, NULL, NULL));
}

bool values_wrap(napi_env env, napi_value object, enum wrapped kind, void *pointer,
                 napi_finalize finalize)
{
    return values_check(env, napi_type_tag_object(env, object, &TAGS[kind])) &&
           values_check(env, napi_wrap(env, object, pointer, finalize, NULL, NULL));
}

bool values_unwrap(napi_env env, napi_value object, enum wrapped kind, void **ret_pointer)
{
    bool ours = false;

    if (!values_check(env, napi_check_object_type_tag(env, object, &TAGS[kind], &ours))) {
        return false;
    }
    if (!ours) {
        (void)napi_throw_type_error(env, "INVALID", "the object is not one of this library's");
        return false;
    }
    return values_check(env, napi_unwrap(env, object, ret_pointer));
}

bool values_string(napi_env env, napi_value value, char **ret_text)
{
    napi_valuetype type = napi_undefined;
    size_t size = 0;
    char *text;

    if (!values_check(env, napi_typeof(env, value, &type))) {
        return false;
    }
    if (type == napi_undefined || type == napi_null) {
        return true;
    }
    if (!values_check(env, napi_get_value_string_utf8(env, value, NULL, 0, &size))) {
        return false;
    }
    text = size <= TEXT_BYTES_MAX ? malloc(size + 1) : NULL;
    if (text == NULL) {
        (void)napi_throw_range_error(env, "INVALID", "a string is too long");
        return false;
    }
    if (!values_check(env, napi_get_value_string_utf8(env, value, text, size + 1, NULL))) {
        free(text);
        return false;
    }
    if (strlen(text) != size) {
        explicit_bzero(text, size);
        free(text);
        (void)napi_throw_type_error(env, "INVALID", "a string has a NUL in it");
        return false;
    }
    *ret_text = text;
    return true;
}

bool values_get_string(napi_env env, napi_value object, const char *name, char **ret_text)
{
    napi_value value = NULL;

    return values_check(env, napi_get_named_property(env, object, name, &value)) &&
           values_string(env, value, ret_text);
}

bool values_get_int64(napi_env env, napi_value object, const char *name, int64_t *ret_number)
{
    napi_value value = NULL;
    napi_valuetype type = napi_undefined;

    return values_check(env, napi_get_named_property(env, object, name, &value)) &&
           values_check(env, napi_typeof(env, value, &type)) &&
           (type == napi_undefined ||
            values_check(env, napi_get_value_int64(env, value, ret_number)));
}

bool values_get_bool(napi_env env, napi_value object, const char *name, int *ret_flag)
{
    napi_value value = NULL;
    napi_valuetype type = napi_undefined;
    bool flag = false;

    if (!values_check(env, napi_get_named_property(env, object, name, &value)) ||
        !values_check(env, napi_typeof(env, value, &type))) {
        return false;
    }
    if (type != napi_undefined) {
        if (!values_check(env, napi_get_value_bool(env, value, &flag))) {
            return false;
        }
        *ret_flag = flag;
    }
    return true;
}

bool values_key(napi_env env, napi_value value, ddblock_key *ret_key, char **ret_copy)
{
    napi_valuetype type = napi_undefined;
    bool is_buffer = false;
    void *data = NULL;
    size_t size = 0;
    char *text = NULL;

    if (!values_check(env, napi_typeof(env, value, &type)) ||
        !values_check(env, napi_is_buffer(env, value, &is_buffer))) {
        return false;
    }
    if (type == napi_undefined) {
        return true;
    }
    if (is_buffer) {
        if (!values_check(env, napi_get_buffer_info(env, value, &data, &size))) {
            return false;
        }
        *ret_key = ddblock_key_binary(data, size);
        return true;
    }
    if (type == napi_object ? !values_get_string(env, value, "number", &text)
                            : !values_string(env, value, &text)) {
        return false;
    }
    *ret_key = type == napi_object ? ddblock_key_number(text != NULL ? text : "")
                                   : ddblock_key_string(text != NULL ? text : "");
    *ret_copy = text;
    return true;
}

napi_value values_text(napi_env env, const char *text)
{
    napi_value value = NULL;

    (void)napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
    return value;
}

napi_value values_throw(napi_env env, const ddblock_error *error)
{
    (void)napi_throw_error(env, ddblock_status_name(error->status), error->message);
    return NULL;
}
