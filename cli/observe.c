/* observe.c - what changes from one look at the locks to the next. */
#include "observe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "escape.h"
#include "waiting.h"

struct teller {
    observe_function told;
    void *user;
};

static void tell(const struct teller *teller, const struct listed *lock, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void tell(const struct teller *teller, const struct listed *lock, const char *format, ...)
{
    char name[ID_TEXT_SIZE];
    char shown[ESCAPED_SIZE];
    char sentence[4 * ESCAPED_SIZE];
    size_t used;
    va_list arguments;

    (void)escape_string(shown, sizeof(shown), id_text(name, sizeof(name), &lock->id));
    used = (size_t)snprintf(sentence, sizeof(sentence), "\"%s\" ", shown);
    va_start(arguments, format);
    (void)vsnprintf(sentence + used, sizeof(sentence) - used, format, arguments);
    va_end(arguments);
    teller->told(teller->user, sentence);
}

static bool is_same_version(const ddblock_info *a, const ddblock_info *b)
{
    return a->kind == b->kind && memcmp(a->version, b->version, sizeof(a->version)) == 0;
}

static bool is_same_holder(const ddblock_info *a, const ddblock_info *b)
{
    return a->kind == b->kind && a->fencing_token == b->fencing_token &&
           strcmp(a->owner, b->owner) == 0;
}

static void tell_state(const struct teller *teller, const struct listed *lock)
{
    char holder[ESCAPED_SIZE + 64];

    if (info_is_held(&lock->info)) {
        tell(teller, lock, "is held by %s", holder_text(holder, sizeof(holder), &lock->info));
    } else if (lock->info.kind == DDBLOCK_ITEM_BAD) {
        tell(teller, lock, "is not a well-formed lock");
    }
}

static void tell_change(const struct teller *teller, const struct listed *before,
                        const struct listed *now)
{
    char old_holder[ESCAPED_SIZE + 64];
    char new_holder[ESCAPED_SIZE + 64];

    (void)holder_text(old_holder, sizeof(old_holder), &before->info);
    (void)holder_text(new_holder, sizeof(new_holder), &now->info);
    if (is_same_holder(&before->info, &now->info)) {
        if (before->stale && !now->stale) {
            tell(teller, now, "has a heartbeat again from %s", new_holder);
        }
    } else if (info_is_held(&before->info) && info_is_held(&now->info)) {
        tell(teller, now, "went from %s to %s", old_holder, new_holder);
    } else if (info_is_held(&now->info)) {
        tell(teller, now, "was acquired by %s", new_holder);
    } else if (now->info.kind == DDBLOCK_ITEM_BAD) {
        tell_state(teller, now);
    } else if (info_is_held(&before->info)) {
        tell(teller, now, "was released: it was held by %s", old_holder);
    } else if (now->info.fencing_token > before->info.fencing_token) {
        tell(teller, now, "was acquired and released by %s", new_holder);
    }
}

static void compare(const struct teller *teller, const struct listed *before, struct listed *now,
                    int64_t asked_ms)
{
    char holder[ESCAPED_SIZE + 64];
    char lease[DURATION_TEXT_SIZE];

    if (!is_same_version(&before->info, &now->info)) {
        tell_change(teller, before, now);
        return;
    }
    now->seen_ms = before->seen_ms;
    now->stale = before->stale ||
                 ddblock_info_is_stale(&before->info, &now->info, asked_ms - before->seen_ms) == 1;
    if (now->stale && !before->stale) {
        tell(teller, now, "is stale: no heartbeat from %s for its lease of %s",
             holder_text(holder, sizeof(holder), &now->info),
             duration_text(lease, now->info.lease_duration_ms));
    }
}

void observe(const struct listing *before, struct listing *now, int64_t asked_ms,
             observe_function told, void *user)
{
    struct teller teller = {told, user};
    char holder[ESCAPED_SIZE + 64];
    size_t i = 0;
    size_t j = 0;

    while (i < before->count || j < now->count) {
        int order = i == before->count ? 1
                    : j == now->count  ? -1
                                       : ids_compare(&before->locks[i].id, &now->locks[j].id);

        if (order < 0) {
            const struct listed *gone = &before->locks[i++];

            if (info_is_held(&gone->info)) {
                tell(&teller, gone, "was released or broken: it was held by %s",
                     holder_text(holder, sizeof(holder), &gone->info));
            }
        } else if (order > 0) {
            struct listed *made = &now->locks[j++];

            if (info_is_held(&made->info)) {
                tell(&teller, made, "was acquired by %s",
                     holder_text(holder, sizeof(holder), &made->info));
            } else {
                tell_state(&teller, made);
            }
        } else {
            compare(&teller, &before->locks[i++], &now->locks[j++], asked_ms);
        }
    }
}

void observe_first(const struct listed *lock, observe_function told, void *user)
{
    struct teller teller = {told, user};

    tell_state(&teller, lock);
}
