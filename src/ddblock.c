/* ddblock.c - the public functions: check arguments, translate, delegate. */
#include "ddblock/ddblock.h"

const char *ddblock_version(void)
{
    return DDBLOCK_VERSION;
}
