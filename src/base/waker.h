/* waker.h - sleeping until an instant, a wake-up from another thread, or input.
 *
 * The instant is on the clock of leases: after a suspend that it fell in, the sleep ends at
 * once, not when the rest of the time has passed. */
#ifndef BASE_WAKER_H
#define BASE_WAKER_H

#include <stdbool.h>

#include "base/time.h"

struct waker {
    int event_fd; /* becomes readable when another thread wakes us */
    int timer_fd; /* becomes readable at the instant */
};

/* False if there is no descriptor to be had; errno says why. */
bool waker_open(struct waker *waker);

void waker_close(struct waker *waker);

/* From any thread: the wait that is going on, or else the next one, ends. */
void waker_wake(struct waker *waker);

/* Sets the timer; for who waits on the two descriptors by other means than waker_wait. */
void waker_set(struct waker *waker, struct instant until);

/* Forgets wake-ups that have come; call it after such a wait. */
void waker_clear(struct waker *waker);

/* Sleeps. May return early. */
void waker_wait(struct waker *waker, struct instant until);

#endif
