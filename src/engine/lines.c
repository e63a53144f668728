/* lines.c - who of one client waits for the same lock. */
#include "engine/lines.h"

#include <assert.h>
#include <stdlib.h>

enum { BUCKETS_FIRST = 64 };

struct line {
    uint64_t hash;
    struct task *first;
    struct task *last;
    struct line *next; /* in its bucket */
};

void lines_init(struct lines *lines, uint64_t seed)
{
    *lines = (struct lines){.seed = seed};
}

void lines_finish(struct lines *lines)
{
    for (size_t i = 0; i < lines->bucket_count; i++) {
        while (lines->buckets[i] != NULL) {
            struct line *line = lines->buckets[i];

            lines->buckets[i] = line->next;
            free(line);
        }
    }
    free(lines->buckets);
    *lines = (struct lines){0};
}

/* FNV-1a (Fowler, Noll, Vo), from a seed. */
static uint64_t hash_bytes(uint64_t hash, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001B3);
    }
    return hash;
}

static uint64_t hash_task(const struct lines *lines, const struct task *task)
{
    uint64_t hash = hash_bytes(lines->seed, bytes_from(&task->scope, sizeof(task->scope)));

    hash = hash_bytes(hash, task->id->partition.value);
    return hash_bytes(hash, task->id->sort.value);
}

static bool key_equal(const struct lock_key *a, const struct lock_key *b)
{
    return a->type == b->type && bytes_equal(a->value, b->value);
}

static bool is_same_lock(const struct task *a, const struct task *b)
{
    return a->scope == b->scope && key_equal(&a->id->partition, &b->id->partition) &&
           key_equal(&a->id->sort, &b->id->sort);
}

static struct line **bucket_of(struct lines *lines, uint64_t hash)
{
    return &lines->buckets[(hash ^ (hash >> 32)) & (lines->bucket_count - 1)];
}

/* Doubles the buckets when there are as many lines; going on with few is only slower. */
static bool grow(struct lines *lines)
{
    size_t old_count = lines->bucket_count;
    size_t count = old_count > 0 ? old_count * 2 : BUCKETS_FIRST;
    struct line **old = lines->buckets;
    struct line **buckets;

    if (lines->count < old_count) {
        return true;
    }
    buckets = calloc(count, sizeof(struct line *));
    if (buckets == NULL) {
        return old != NULL;
    }
    lines->buckets = buckets;
    lines->bucket_count = count;
    for (size_t i = 0; i < old_count; i++) {
        while (old[i] != NULL) {
            struct line *line = old[i];
            struct line **bucket = bucket_of(lines, line->hash);

            old[i] = line->next;
            line->next = *bucket;
            *bucket = line;
        }
    }
    free(old);
    return true;
}

static struct line *find(struct lines *lines, uint64_t hash, const struct task *task)
{
    struct line *line = *bucket_of(lines, hash);

    while (line != NULL && !(line->hash == hash && is_same_lock(line->first, task))) {
        line = line->next;
    }
    return line;
}

static struct line *create(struct lines *lines, uint64_t hash)
{
    struct line *line = calloc(1, sizeof(*line));
    struct line **bucket = bucket_of(lines, hash);

    if (line != NULL) {
        line->hash = hash;
        line->next = *bucket;
        *bucket = line;
        lines->count++;
    }
    return line;
}

struct task *lines_join(struct lines *lines, struct task *task)
{
    uint64_t hash = hash_task(lines, task);
    struct line *line;

    assert(task->line == NULL);
    if (!grow(lines)) {
        return NULL;
    }
    line = find(lines, hash, task);
    if (line == NULL) {
        line = create(lines, hash);
    }
    if (line == NULL) {
        return NULL;
    }
    task->line = line;
    task->ahead = line->last;
    if (line->last != NULL) {
        line->last->behind = task;
    } else {
        line->first = task;
    }
    line->last = task;
    return line->first;
}

static void destroy(struct lines *lines, struct line *line)
{
    struct line **link = bucket_of(lines, line->hash);

    while (*link != line) {
        link = &(*link)->next;
    }
    *link = line->next;
    lines->count--;
    free(line);
}

struct task *lines_leave(struct lines *lines, struct task *task)
{
    struct line *line = task->line;
    struct task *behind = task->behind;
    bool was_first;

    if (line == NULL) {
        return NULL;
    }
    was_first = line->first == task;
    if (was_first) {
        line->first = behind;
    } else {
        task->ahead->behind = behind;
    }
    if (behind != NULL) {
        behind->ahead = task->ahead;
    } else {
        line->last = task->ahead;
    }
    task->line = NULL;
    task->ahead = NULL;
    task->behind = NULL;
    if (line->first == NULL) {
        destroy(lines, line);
    }
    return was_first ? behind : NULL;
}
