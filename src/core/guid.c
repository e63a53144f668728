/* guid.c - comparing versions of an item. */
#include "core/guid.h"

bool foreign_guid_equal(const struct foreign_guid *a, const struct foreign_guid *b)
{
    return a->type == b->type &&
           bytes_equal(bytes_from(a->bytes, a->size), bytes_from(b->bytes, b->size));
}

bool foreign_guid_is(const struct foreign_guid *foreign, const struct guid *guid)
{
    return foreign->type == 'B' && bytes_equal(bytes_from(foreign->bytes, foreign->size),
                                               bytes_from(guid->bytes, GUID_SIZE));
}

struct foreign_guid foreign_guid_from(const struct guid *guid)
{
    struct foreign_guid foreign = {.type = 'B', .size = GUID_SIZE};

    memcpy(foreign.bytes, guid->bytes, GUID_SIZE);
    return foreign;
}
