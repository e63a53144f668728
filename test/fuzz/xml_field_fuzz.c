/* xml_field_fuzz.c - any bytes as a reply of STS. */
#include "fuzz.h"

#include "wire/xml_field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer text;

    buffer_init(&text, 64);
    (void)xml_field(bytes_from(data, size), "Credentials", "AccessKeyId", &text);
    buffer_finish(&text);
    return 0;
}
