/* thread.h - starting a thread of the library. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

/* Starts a thread with every signal blocked: signals are for the application's threads.
 * Returns 0, or the error as pthread_create does. */
int thread_start(pthread_t *ret_thread, void *(*run)(void *argument), void *argument);

#endif
