/* record.c - what a lock's item says. */
#include "core/record.h"

bool record_is_released(const struct record *record)
{
    return record->kind == RECORD_FAIL_OPEN && record->lease_ms <= LEASE_RELEASED_MS;
}
