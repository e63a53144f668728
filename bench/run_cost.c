/* run_cost.c - runs a command some times, one after the other, and tells what a run costs.
 *
 *     run_cost TIMES COMMAND…
 *
 * Prints one line of figures, medians: from the fork to the end of the command in ms, user and
 * system time of it and what it waited for, in ms, and the greatest resident set of one of its
 * processes, in KiB. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static void run(char **command, double *ret_ms, double *ret_cpu_ms, double *ret_kib)
{
    struct rusage usage = {0};
    double began = now_ms();
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void)execvp(command[0], command);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || status != 0) {
        die("the command failed");
    }
    *ret_ms = now_ms() - began;
    *ret_cpu_ms = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
    *ret_kib = (double)usage.ru_maxrss;
}

int main(int argc, char **argv)
{
    size_t times = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
    double *figures = calloc(times * 3 + 1, sizeof(*figures));

    if (times == 0 || figures == NULL) {
        die("usage: run_cost TIMES COMMAND…");
    }
    for (size_t i = 0; i < times; i++) {
        run(argv + 2, &figures[i], &figures[times + i], &figures[2 * times + i]);
    }
    printf("%.2f %.2f %.0f\n", quantile(figures, times, 0.5), quantile(figures + times, times, 0.5),
           quantile(figures + 2 * times, times, 0.5));
    free(figures);
    return 0;
}
