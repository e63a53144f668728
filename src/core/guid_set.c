/* guid_set.c - the guids that a client may have written. */
#include "core/guid_set.h"

#include <assert.h>

static bool is_full(const struct guid_set *set)
{
    return set->count == (set->more != NULL ? (size_t)GUIDS_MAX : (size_t)GUIDS_CALM);
}

const struct guid_sent *guid_set_at(const struct guid_set *set, size_t position)
{
    assert(position < set->count);
    return position < GUIDS_CALM ? &set->calm[position]
                                 : &set->more->entries[position - GUIDS_CALM];
}

/* The same entry, of a set that may be changed. */
static struct guid_sent *at(struct guid_set *set, size_t position)
{
    return (struct guid_sent *)guid_set_at(set, position);
}

void guid_set_restore(struct guid_set *set, const struct guid_sent *entry)
{
    assert(!is_full(set));
    set->count++;
    *guid_set_newest(set) = *entry;
}

const struct guid_sent *guid_set_add(struct guid_set *set, const struct guid *fresh,
                                     struct instant now, bool *ret_added)
{
    *ret_added = !is_full(set);
    if (*ret_added) {
        guid_set_restore(set, &(struct guid_sent){.guid = *fresh, .sent = now});
    }
    return guid_set_newest(set);
}

struct guid_sent *guid_set_newest(struct guid_set *set)
{
    assert(set->count > 0);
    return at(set, set->count - 1);
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
        const struct guid_sent *entry = guid_set_at(set, i);

        if (foreign_guid_is(foreign, &entry->guid)) {
            return entry;
        }
    }
    return NULL;
}

void guid_set_settle(struct guid_set *set, const struct guid_sent *entry)
{
    struct guid_sent settled = *entry;

    settled.in_doubt = false;
    *at(set, 0) = settled;
    set->count = 1;
}

void guid_set_confirm(struct guid_set *set, const struct guid_sent *entry)
{
    struct guid_sent confirmed = *entry;
    size_t oldest_other = entry == guid_set_at(set, 0) ? 1 : 0;
    size_t first = is_full(set) ? oldest_other + 1 : 0; /* room for what is sent next */
    size_t kept = 0;

    confirmed.in_doubt = false;
    for (size_t i = first; i < set->count; i++) {
        if (at(set, i) != entry && at(set, i)->in_doubt) {
            *at(set, kept++) = *at(set, i);
        }
    }
    *at(set, kept++) = confirmed;
    set->count = kept;
}

void guid_set_name(const struct guid_set *set, struct request *request)
{
    for (size_t i = 0; i < set->count; i++) {
        request->mine[i] = guid_set_at(set, i)->guid;
    }
    request->mine_count = set->count;
}
