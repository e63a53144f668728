/* key_base64.h - binary keys on the command line. */
#ifndef CLI_KEY_BASE64_H
#define CLI_KEY_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes base64 with padding (RFC 4648, section 4), strictly: no other characters, no bits
 * left over. False if it is none or has more than size bytes. */
bool key_base64_decode(const char *text, uint8_t *target, size_t size, size_t *ret_size);

/* Encodes with padding, and a final NUL. Returns the number of characters: 4 for 3 bytes. */
size_t key_base64_encode(char *target, const uint8_t *data, size_t size);

#endif
