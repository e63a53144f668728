/* reader.c - looking at locks again and again. */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "exit.h"
#include "process.h"

/* How long the end waits for a request that is under way: a person waits for it. */
enum { END_MS_MAX = 300 };

static ddblock_status look_at_each(const struct reader *reader, struct listing *locks,
                                   ddblock_error *error)
{
    ddblock_status status = DDBLOCK_OK;

    for (size_t i = 0; i < reader->wanted->count && status == DDBLOCK_OK; i++) {
        const ddblock_id *id = &reader->wanted->locks[i].id;
        ddblock_info info = {0};

        status = ddblock_show(reader->store, id, &info, error);
        if (status == DDBLOCK_OK) {
            status = listing_add(locks, id, &info, NULL, error);
        }
    }
    return status;
}

static void take_look(const struct reader *reader, struct look *look)
{
    struct listing_filter all = {0};

    *look = (struct look){.asked_ms = boot_clock_ms()};
    if (reader->wanted->count > 0) {
        (void)look_at_each(reader, &look->locks, &look->error);
    } else {
        (void)listing_read(&look->locks, reader->store, &all, &look->error);
    }
}

static struct timespec time_after(int64_t ms)
{
    struct timespec time = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += (time_t)(ms / 1000);
    time.tv_nsec += (long)(ms % 1000) * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_nsec -= 1000000000;
        time.tv_sec++;
    }
    return time;
}

static void *read_on(void *argument)
{
    struct reader *reader = argument;
    struct timespec next;

    (void)pthread_mutex_lock(&reader->mutex);
    while (!reader->stop) {
        struct look look;

        (void)pthread_mutex_unlock(&reader->mutex);
        take_look(reader, &look);
        (void)pthread_mutex_lock(&reader->mutex);
        listing_finish(&reader->look.locks);
        reader->look = look;
        reader->has_look = true;
        (void)eventfd_write(reader->fd, 1);
        next = time_after(reader->period_ms);
        while (!reader->stop &&
               pthread_cond_timedwait(&reader->wake, &reader->mutex, &next) != ETIMEDOUT) {
        }
    }
    (void)pthread_mutex_unlock(&reader->mutex);
    return NULL;
}

ddblock_status reader_start(struct reader *reader, ddblock_store *store,
                            const struct listing *wanted, int64_t period_ms, ddblock_error *error)
{
    pthread_condattr_t attributes;
    int failure;

    *reader = (struct reader){.store = store, .wanted = wanted, .period_ms = period_ms};
    reader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reader->fd < 0) {
        return error_set(error, DDBLOCK_INTERNAL, "no descriptor for the locks: %s",
                         strerror(errno));
    }
    (void)pthread_mutex_init(&reader->mutex, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&reader->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    failure = pthread_create(&reader->thread, NULL, read_on, reader);
    if (failure != 0) {
        (void)close(reader->fd);
        return error_set(error, DDBLOCK_UNAVAILABLE, "no thread to be had: %s", strerror(failure));
    }
    return DDBLOCK_OK;
}

bool reader_take(struct reader *reader, struct look *ret_look)
{
    eventfd_t count;
    bool taken;

    (void)eventfd_read(reader->fd, &count);
    (void)pthread_mutex_lock(&reader->mutex);
    taken = reader->has_look;
    if (taken) {
        *ret_look = reader->look;
        reader->look = (struct look){0};
        reader->has_look = false;
    }
    (void)pthread_mutex_unlock(&reader->mutex);
    return taken;
}

bool reader_stop(struct reader *reader)
{
    struct timespec limit = time_after(END_MS_MAX);

    (void)pthread_mutex_lock(&reader->mutex);
    reader->stop = true;
    (void)pthread_cond_signal(&reader->wake);
    (void)pthread_mutex_unlock(&reader->mutex);
    if (pthread_clockjoin_np(reader->thread, NULL, CLOCK_MONOTONIC, &limit) != 0) {
        return false;
    }
    listing_finish(&reader->look.locks);
    (void)pthread_cond_destroy(&reader->wake);
    (void)pthread_mutex_destroy(&reader->mutex);
    (void)close(reader->fd);
    return true;
}
