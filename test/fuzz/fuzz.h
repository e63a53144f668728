/* fuzz.h - what the fuzz targets share. A target asserts what must hold of whatever was read:
 * that nothing crashes is the least of it. */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include <assert.h>
#include <stdlib.h>

#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes the first byte of the input, by which a target chooses; 0 if there is none. */
static inline uint8_t fuzz_take(struct bytes *input)
{
    uint8_t byte = 0;

    if (input->size > 0) {
        byte = input->data[0];
        *input = bytes_from(input->data + 1, input->size - 1);
    }
    return byte;
}

/* A copy with a NUL behind it and nothing else, so that AddressSanitizer sees a byte too far. It
 * ends earlier where the bytes have a NUL of their own. To be freed. */
static inline char *fuzz_string(struct bytes bytes)
{
    char *text = malloc(bytes.size + 1);

    if (text == NULL) {
        abort();
    }
    if (bytes.size > 0) {
        memcpy(text, bytes.data, bytes.size);
    }
    text[bytes.size] = '\0';
    return text;
}

#endif
