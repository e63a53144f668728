/* guid_set.c - the guids that a client may have written. */
#include "core/guid_set.h"

#include <assert.h>

const struct guid_sent *guid_set_add(struct guid_set *set, const struct guid *fresh,
                                     struct instant now, bool *ret_added)
{
    assert(set->count <= GUIDS_MAX);
    *ret_added = set->count < GUIDS_MAX;
    if (*ret_added) {
        set->entries[set->count] = (struct guid_sent){.guid = *fresh, .sent = now};
        set->count++;
    }
    return guid_set_newest(set);
}

struct guid_sent *guid_set_newest(struct guid_set *set)
{
    assert(set->count > 0);
    return &set->entries[set->count - 1];
}

void guid_set_drop_newest(struct guid_set *set)
{
    if (!guid_set_newest(set)->in_doubt) {
        set->count--;
    }
}

const struct guid_sent *guid_set_find(const struct guid_set *set,
                                      const struct foreign_guid *foreign)
{
    for (size_t i = 0; i < set->count; i++) {
        if (foreign_guid_is(foreign, &set->entries[i].guid)) {
            return &set->entries[i];
        }
    }
    return NULL;
}

void guid_set_settle(struct guid_set *set, const struct guid_sent *entry)
{
    struct guid_sent settled = *entry;

    assert(entry >= set->entries && entry < set->entries + set->count);
    settled.in_doubt = false;
    set->entries[0] = settled;
    set->count = 1;
}

void guid_set_confirm(struct guid_set *set, const struct guid_sent *entry)
{
    struct guid_sent confirmed = *entry;
    size_t oldest_other = entry == set->entries ? 1 : 0;
    size_t first = set->count == GUIDS_MAX ? oldest_other + 1 : 0; /* room for what is sent next */
    size_t kept = 0;

    assert(entry >= set->entries && entry < set->entries + set->count);
    confirmed.in_doubt = false;
    for (size_t i = first; i < set->count; i++) {
        if (&set->entries[i] != entry && set->entries[i].in_doubt) {
            set->entries[kept++] = set->entries[i];
        }
    }
    set->entries[kept++] = confirmed;
    set->count = kept;
}

void guid_set_name(const struct guid_set *set, struct request *request)
{
    for (size_t i = 0; i < set->count; i++) {
        request->mine[i] = set->entries[i].guid;
    }
    request->mine_count = set->count;
}
