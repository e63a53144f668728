/* buffer.h - bytes that grow, up to a limit.
 *
 * The first failure (no memory, over the limit) sticks: append as often as you like
 * and ask buffer_ok() once at the end. Everything is wiped before it is freed or
 * moved, so a buffer may hold secrets. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/bytes.h"

struct buffer {
    uint8_t *data; /* always followed by a NUL when not NULL */
    size_t size;
    size_t capacity;
    size_t limit; /* the most bytes that it may hold */
    bool failed;
};

/* An empty buffer that may grow to limit bytes. Allocates nothing. */
void buffer_init(struct buffer *buffer, size_t limit);

/* Wipes and frees; the buffer is empty and usable again. A zeroed one is fine. */
void buffer_finish(struct buffer *buffer);

/* Empties and clears a failure, keeping the memory, which is wiped. */
void buffer_clear(struct buffer *buffer);

void buffer_append(struct buffer *buffer, struct bytes bytes);
void buffer_append_string(struct buffer *buffer, const char *text);
void buffer_append_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool buffer_ok(const struct buffer *buffer)
{
    return !buffer->failed;
}

static inline struct bytes buffer_bytes(const struct buffer *buffer)
{
    return bytes_from(buffer->data, buffer->size);
}

/* The content as a string; "" for an empty one. */
const char *buffer_string(const struct buffer *buffer);

#endif
