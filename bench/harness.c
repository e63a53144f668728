/* harness.c - what the benchmarks share. */
#include "harness.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void die(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static long long read_number(const struct standin *standin)
{
    char line[64];

    if (fgets(line, sizeof(line), standin->out) == NULL) {
        die("the stand-in has ended");
    }
    return strtoll(line, NULL, 10);
}

void standin_start(struct standin *standin, char **arguments)
{
    int in[2];
    int out[2];

    if (pipe(in) != 0 || pipe(out) != 0) {
        die("no pipe");
    }
    standin->pid = fork();
    if (standin->pid == 0) {
        (void)dup2(in[0], STDIN_FILENO);
        (void)dup2(out[1], STDOUT_FILENO);
        (void)close(in[1]);
        (void)close(out[0]);
        (void)execv(arguments[0], arguments);
        _exit(127);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    standin->in = in[1];
    standin->out = fdopen(out[0], "r");
    standin->port = read_number(standin);
}

struct counts standin_counts(const struct standin *standin)
{
    struct counts counts = {0};
    char line[128];

    (void)kill(standin->pid, SIGUSR1);
    if (fgets(line, sizeof(line), standin->out) == NULL ||
        sscanf(line, "%lld %lld %lld", &counts.requests, &counts.writes, &counts.half_reads) != 3) {
        die("the stand-in has ended");
    }
    return counts;
}

long long standin_answered(const struct standin *standin)
{
    return standin_counts(standin).requests;
}

void standin_stop(struct standin *standin)
{
    (void)close(standin->in);
    (void)fclose(standin->out);
    (void)waitpid(standin->pid, NULL, 0);
}

ddblock_store *standin_open_store(const struct standin *standin)
{
    char endpoint[64];
    ddblock_dynamodb_options options;
    ddblock_store *store = NULL;
    ddblock_error error;

    (void)snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%lld", standin->port);
    ddblock_dynamodb_options_init(&options);
    options.lock_table = "locks";
    options.endpoint = endpoint;
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = "secret";
    if (ddblock_store_open_dynamodb(&options, &store, &error) != DDBLOCK_OK) {
        die(error.message);
    }
    return store;
}

double now_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

double quantile(double *values, size_t count, double share)
{
    qsort(values, count, sizeof(*values), compare);
    return count > 0 ? values[(size_t)((double)(count - 1) * share)] : 0;
}

ddblock_lock *begin_lock(ddblock_client *client, const char *what, long number)
{
    char name[64];
    ddblock_acquire_options options;
    ddblock_id id;
    ddblock_lock *lock = NULL;
    ddblock_error error;

    (void)snprintf(name, sizeof(name), "%s-%ld", what, number);
    id = ddblock_id_string(name);
    ddblock_acquire_options_init(&options);
    options.wait_ms = DDBLOCK_FOREVER;
    if (ddblock_acquire_start(client, &id, &options, &lock, &error) != DDBLOCK_OK) {
        die(error.message);
    }
    return lock;
}

void await_lock(ddblock_lock *lock)
{
    ddblock_error error;

    if (ddblock_acquire_wait(lock, DDBLOCK_FOREVER, &error) != DDBLOCK_OK) {
        die(error.message);
    }
}

void release_lock(ddblock_lock *lock)
{
    ddblock_error error;

    if (ddblock_release(lock, &error) != DDBLOCK_OK) {
        die(error.message);
    }
}

static double usage_us(int who)
{
    struct rusage usage = {0};

    (void)getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

double cpu_us(void)
{
    return usage_us(RUSAGE_SELF);
}

double cpu_of_others_us(void)
{
    return usage_us(RUSAGE_SELF) - usage_us(RUSAGE_THREAD);
}

/* proc(5): voluntary_ctxt_switches in /proc/PID/task/TID/status. */
static long long wake_ups_of(const char *thread)
{
    char path[300];
    char line[256];
    long long count = 0;
    FILE *file;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%s/status", thread);
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        (void)sscanf(line, "voluntary_ctxt_switches: %lld", &count);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return count;
}

long long wake_ups(void)
{
    DIR *folder = opendir("/proc/self/task");
    long long count = 0;
    struct dirent *entry;

    if (folder == NULL) {
        die("no /proc/self/task");
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.' && strtol(entry->d_name, NULL, 10) != getpid()) {
            count += wake_ups_of(entry->d_name);
        }
    }
    (void)closedir(folder);
    return count;
}
