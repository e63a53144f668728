/* trouble.c - has the k-th of something go wrong. */
#include "torture/trouble.h"

#include <stdatomic.h>

static atomic_bool armed;
static atomic_size_t counted;
static atomic_bool struck;
static size_t first;
static size_t last;

void trouble_arm(size_t k, size_t count)
{
    first = k;
    last = k + count - 1;
    atomic_store(&counted, 0);
    atomic_store(&struck, false);
    atomic_store(&armed, true);
}

void trouble_disarm(void)
{
    atomic_store(&armed, false);
}

size_t trouble_count(void)
{
    return atomic_load(&counted);
}

void trouble_pause(void)
{
    atomic_store(&armed, false);
}

void trouble_resume(void)
{
    atomic_store(&armed, true);
}

bool trouble_strikes(void)
{
    size_t number;

    if (!atomic_load(&armed)) {
        return false;
    }
    number = atomic_fetch_add(&counted, 1) + 1;
    if (number < first || number > last) {
        return false;
    }
    atomic_store(&struck, true);
    return true;
}

bool trouble_has_struck(void)
{
    return atomic_load(&struck);
}
