/* agenda.c - a binary heap of what is to happen. */
#include "sim/agenda.h"

#include "sim/memory.h"

void agenda_finish(struct agenda *agenda)
{
    free(agenda->entries);
    *agenda = (struct agenda){0};
}

static bool entry_before(const struct agenda_entry *a, const struct agenda_entry *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

void agenda_add(struct agenda *agenda, int64_t at_ns, enum agenda_kind kind, uint32_t actor,
                uint64_t item)
{
    struct agenda_entry entry = {at_ns, agenda->next_order++, item, kind, actor};
    size_t hole = agenda->size;

    agenda->entries =
        memory_room(agenda->entries, agenda->size, &agenda->capacity, sizeof(struct agenda_entry));
    agenda->size++;
    while (hole > 0 && entry_before(&entry, &agenda->entries[(hole - 1) / 2])) {
        agenda->entries[hole] = agenda->entries[(hole - 1) / 2];
        hole = (hole - 1) / 2;
    }
    agenda->entries[hole] = entry;
}

bool agenda_take(struct agenda *agenda, struct agenda_entry *ret_entry)
{
    struct agenda_entry last;
    size_t hole = 0;

    if (agenda->size == 0) {
        return false;
    }
    *ret_entry = agenda->entries[0];
    agenda->size--;
    last = agenda->entries[agenda->size];
    while (hole * 2 + 1 < agenda->size) {
        size_t child = hole * 2 + 1;

        if (child + 1 < agenda->size &&
            entry_before(&agenda->entries[child + 1], &agenda->entries[child])) {
            child++;
        }
        if (!entry_before(&agenda->entries[child], &last)) {
            break;
        }
        agenda->entries[hole] = agenda->entries[child];
        hole = child;
    }
    agenda->entries[hole] = last;
    return true;
}
