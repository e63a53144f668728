/* faults.c - which faults strike. */
#include "sim/faults.h"

#include <string.h>

static const struct {
    const char *name;
    uint32_t rate;
    const char *meaning;
} classes[FAULTS] = {
#define FAULT_ROW(name, text, rate, what) [FAULT_##name] = {text, rate, what},
    FAULT_MAP(FAULT_ROW)
#undef FAULT_ROW
};

/* Salts of the streams; the world's own are below. */
enum { SALT_FAULTS = 1000 };

void faults_init(struct faults *faults, uint64_t seed, const bool enabled[FAULTS],
                 const struct fault_mask *mask)
{
    struct rng rng = rng_stream(seed, SALT_FAULTS - 1);

    *faults = (struct faults){.mask = mask};
    for (int i = 0; i < FAULTS; i++) {
        /* Half of the classes, and mostly in a mild form: a world where everything fails at
         * once shows less than one where a few things do. */
        uint32_t share = (uint32_t)rng_between(&rng, 1, 4);
        bool there = rng_chance(&rng, 500);

        faults->enabled[i] = enabled[i];
        faults->rate[i] = there ? classes[i].rate / share : 0;
        faults->rng[i] = rng_stream(seed, SALT_FAULTS + (uint64_t)i);
    }
}

static bool count(struct faults *faults, enum fault fault)
{
    uint64_t ordinal = faults->tried[fault]++;

    if (faults->mask != NULL && faults->mask->limited &&
        (ordinal >= STRIKES_MAX || faults->mask->allowed[fault][ordinal] == 0)) {
        return false;
    }
    faults->struck[fault]++;
    return true;
}

bool fault_strikes(struct faults *faults, enum fault fault)
{
    bool strikes = rng_chance(&faults->rng[fault], faults->rate[fault]);

    return strikes && faults->enabled[fault] && !faults->lull && count(faults, fault);
}

bool fault_rules(struct faults *faults, enum fault fault)
{
    bool rules = rng_chance(&faults->rng[fault], classes[fault].rate);

    return rules && faults->enabled[fault] && count(faults, fault);
}

const char *fault_name(enum fault fault)
{
    assert(fault >= 0 && fault < FAULTS);
    return classes[fault].name;
}

const char *fault_meaning(enum fault fault)
{
    assert(fault >= 0 && fault < FAULTS);
    return classes[fault].meaning;
}

static bool parse_one(const char *name, size_t size, bool enabled[FAULTS])
{
    bool on = !(size > 0 && name[0] == '-');
    bool known = false;

    name += on ? 0 : 1;
    size -= on ? 0 : 1;
    if (on && size == 4 && memcmp(name, "none", 4) == 0) {
        memset(enabled, 0, FAULTS * sizeof(enabled[0]));
        return true;
    }
    for (int i = 0; i < FAULTS; i++) {
        bool all = size == 3 && memcmp(name, "all", 3) == 0;

        if (all || (strlen(classes[i].name) == size && memcmp(name, classes[i].name, size) == 0)) {
            enabled[i] = on;
            known = true;
        }
    }
    return known;
}

bool faults_parse(const char *list, bool enabled[FAULTS], const char **ret_wrong)
{
    /* A list that begins by leaving out leaves out of all. */
    memset(enabled, 0, FAULTS * sizeof(enabled[0]));
    for (int i = 0; i < FAULTS; i++) {
        enabled[i] = list[0] == '-';
    }
    while (*list != '\0') {
        size_t size = strcspn(list, ",");

        if (!parse_one(list, size, enabled)) {
            *ret_wrong = list;
            return false;
        }
        list += size;
        list += *list == ',' ? 1 : 0;
    }
    return true;
}
