/* recorded.h - requests that the stand-in has recorded, for the floors to send again. */
#ifndef BENCH_RECORDED_H
#define BENCH_RECORDED_H

#include <stddef.h>

/* One request: its head, which ends with an empty line, and its body. */
struct recorded {
    char *head;
    size_t head_size;
    char *body;
    size_t body_size;
};

/* Reads the last two requests of a record: an acquisition and its release. */
void recorded_read(const char *path, struct recorded ret_requests[2]);
void recorded_finish(struct recorded requests[2]);

/* Runs a floor's program: two requests a cycle, CYCLES times, from a RECORD. send must carry one
 * out and end the program if it is not answered. Prints the first two figures of cycles.c. */
struct floor {
    void (*open)(long long port, const struct recorded requests[2]);
    void (*send)(size_t which);
    void (*close)(void);
};

int floor_run(const struct floor *floor, int argc, char **argv);

#endif
