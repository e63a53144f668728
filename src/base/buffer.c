/* buffer.c - bytes that grow, up to a limit. */
#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUFFER_CAPACITY_FIRST = 256 };

void buffer_init(struct buffer *buffer, size_t limit)
{
    *buffer = (struct buffer){.limit = limit};
}

void buffer_finish(struct buffer *buffer)
{
    if (buffer->data != NULL) {
        explicit_bzero(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    *buffer = (struct buffer){.limit = buffer->limit};
}

void buffer_clear(struct buffer *buffer)
{
    if (buffer->data != NULL) {
        explicit_bzero(buffer->data, buffer->capacity);
    }
    buffer->size = 0;
    buffer->failed = false;
}

/* Makes room for size more bytes and a NUL. realloc() is not used, since it may leave a
 * copy of a secret behind. */
static bool buffer_reserve(struct buffer *buffer, size_t size)
{
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : BUFFER_CAPACITY_FIRST;
    uint8_t *data;

    if (buffer->failed || size > buffer->limit - buffer->size) {
        buffer->failed = true;
        return false;
    }
    if (buffer->size + size < buffer->capacity) {
        return true;
    }
    while (capacity <= buffer->size + size) {
        if (__builtin_mul_overflow(capacity, 2, &capacity)) {
            buffer->failed = true;
            return false;
        }
    }
    data = malloc(capacity);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    if (buffer->data != NULL) {
        memcpy(data, buffer->data, buffer->size);
        explicit_bzero(buffer->data, buffer->capacity);
        free(buffer->data);
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(struct buffer *buffer, struct bytes bytes)
{
    assert(buffer->size <= buffer->limit);
    if (!buffer_reserve(buffer, bytes.size)) {
        return;
    }
    if (bytes.size > 0) {
        memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
    }
    buffer->size += bytes.size;
    buffer->data[buffer->size] = 0;
}

void buffer_append_string(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, bytes_from_string(text));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    size_t room;
    int needed;

    if (!buffer_reserve(buffer, 0)) {
        return;
    }
    /* Most of what is appended finds room, and is formatted once. */
    room = buffer->capacity - buffer->size;
    va_start(arguments, format);
    needed = vsnprintf((char *)buffer->data + buffer->size, room, format, arguments);
    va_end(arguments);
    if (needed < 0 || !buffer_reserve(buffer, (size_t)needed)) {
        explicit_bzero(buffer->data + buffer->size, room);
        buffer->failed = true;
        return;
    }
    if ((size_t)needed >= room) {
        va_start(arguments, format);
        (void)vsnprintf((char *)buffer->data + buffer->size, (size_t)needed + 1, format, arguments);
        va_end(arguments);
    }
    buffer->size += (size_t)needed;
}

const char *buffer_string(const struct buffer *buffer)
{
    return buffer->data != NULL ? (const char *)buffer->data : "";
}
