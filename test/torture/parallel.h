/* parallel.h - jobs in processes of their own, several at a time: most of their time is waiting. */
#ifndef TEST_TORTURE_PARALLEL_H
#define TEST_TORTURE_PARALLEL_H

#include <stddef.h>

/* Runs the jobs 0 … count - 1, each as a test of cmocka in a world of its own. Returns how many
 * failed; what each says comes when it ends. */
int parallel_run(size_t count, void (*job)(size_t index));

#endif
