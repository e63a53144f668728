/* crc32.h - the checksum that DynamoDB sends of a reply's body, x-amz-crc32. */
#ifndef WIRE_CRC32_H
#define WIRE_CRC32_H

#include "base/bytes.h"

/* CRC-32 as in ISO-HDLC, gzip and zip: of "123456789" it is 0xCBF43926. */
uint32_t crc32_of(struct bytes bytes);

#endif
