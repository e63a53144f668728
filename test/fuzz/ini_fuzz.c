/* ini_fuzz.c - any bytes as a shared config file. */
#include "fuzz.h"

#include "wire/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ini *ini = NULL;
    ddblock_error error = {0};

    if (ini_parse(bytes_from(data, size), &ini, &error) == DDBLOCK_OK) {
        (void)ini_has_section(ini, "profile x");
        (void)ini_get(ini, "default", "aws_access_key_id", NULL);
        (void)ini_get(ini, "services x", "dynamodb", "endpoint_url");
    }
    ini_destroy(ini);
    return 0;
}
