/* harness.h - what the benchmarks share: the stand-in as a child, and what the process has used. */
#ifndef BENCH_HARNESS_H
#define BENCH_HARNESS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "ddblock/ddblock.h"

struct standin {
    pid_t pid;
    FILE *out;
    int in;
    long long port;
};

/* Ends the program with a sentence. */
void die(const char *what);

/* arguments: the stand-in's path, its arguments, NULL. */
void standin_start(struct standin *standin, char **arguments);

/* What it has counted so far: requests answered, and units as standin_table.h has them. */
struct counts {
    long long requests;
    long long writes;
    long long half_reads;
};

struct counts standin_counts(const struct standin *standin);
long long standin_answered(const struct standin *standin);

/* Lets it end, and waits for that. */
void standin_stop(struct standin *standin);

/* A store on the stand-in. */
ddblock_store *standin_open_store(const struct standin *standin);

/* The three steps of holding a lock, by a name and a number where names are many. They wait for as
 * long as it takes, and end the program if something fails. */
ddblock_lock *begin_lock(ddblock_client *client, const char *what, long number);
void await_lock(ddblock_lock *lock);
void release_lock(ddblock_lock *lock);

/* Milliseconds of a clock that begins anywhere. */
double now_ms(void);

/* Sorts them, and returns the one below which this share of them lies. */
double quantile(double *values, size_t count, double share);

/* User and system time of this process, and of all its threads but the one that asks. */
double cpu_us(void);
double cpu_of_others_us(void);

/* How often a thread has gone to sleep and was woken, of all threads but the first. */
long long wake_ups(void);

#endif
