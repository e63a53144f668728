/* waker.c - sleeping, by eventfd(2) and timerfd_create(2). */
#include "base/waker.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

bool waker_open(struct waker *waker)
{
    waker->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (waker->event_fd < 0) {
        return false;
    }
    waker->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (waker->timer_fd < 0) {
        (void)close(waker->event_fd);
        return false;
    }
    return true;
}

void waker_close(struct waker *waker)
{
    (void)close(waker->event_fd);
    (void)close(waker->timer_fd);
}

void waker_wake(struct waker *waker)
{
    uint64_t one = 1;

    /* The only failure is a counter that is full, and then it is readable already. */
    (void)!write(waker->event_fd, &one, sizeof(one));
}

void waker_set(struct waker *waker, struct instant until)
{
    struct itimerspec timer = {0};

    /* All zero would disarm it; an instant in the past fires at once. */
    if (!instant_is_never(until)) {
        int64_t ns = until.ns > 0 ? until.ns : 1;

        timer.it_value.tv_sec = (time_t)(ns / 1000000000);
        timer.it_value.tv_nsec = (long)(ns % 1000000000);
    }
    (void)timerfd_settime(waker->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

void waker_clear(struct waker *waker)
{
    uint64_t count;

    (void)!read(waker->event_fd, &count, sizeof(count));
    (void)!read(waker->timer_fd, &count, sizeof(count));
}

void waker_wait(struct waker *waker, struct instant until)
{
    struct pollfd fds[2] = {
        {.fd = waker->event_fd, .events = POLLIN},
        {.fd = waker->timer_fd, .events = POLLIN},
    };

    waker_set(waker, until);
    (void)poll(fds, 2, -1); /* interrupted is early, and early is allowed */
    waker_clear(waker);
}
