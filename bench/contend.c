/* contend.c - many processes, or many threads of one, contend for one lock.
 *
 *     contend STANDIN PROCESSES THREADS SECONDS DELAY_MS
 *
 * Each contender acquires the lock, holds it for HOLD_MS, releases it, does something else for
 * REST_MS, and begins again, for SECONDS. The lease is LEASE_MS. The threads of a process share a
 * client. Prints one line of figures:
 *
 *     turns_per_s mean_wait_ms longest_wait_ms least_turns most_turns requests_per_turn */
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { LEASE_MS = 3000, HOLD_MS = 5, REST_MS = 5, CONTENDERS_MAX = 1024 };

struct contender {
    ddblock_client *client;
    double ends_ms;
    pthread_t thread;
    long turns;
    double waited_ms;
    double longest_ms;
};

static void *contend(void *argument)
{
    struct contender *contender = argument;

    while (now_ms() < contender->ends_ms) {
        double began = now_ms();
        ddblock_lock *lock = begin_lock(contender->client, "lock", 0);

        await_lock(lock);
        began = now_ms() - began;
        contender->turns++;
        contender->waited_ms += began;
        contender->longest_ms = began > contender->longest_ms ? began : contender->longest_ms;
        (void)poll(NULL, 0, HOLD_MS);
        release_lock(lock);
        (void)poll(NULL, 0, REST_MS);
    }
    return NULL;
}

/* What a process of the contenders does; tells what came of it through the pipe. */
static void run(const struct standin *standin, long threads, double ends_ms, int out)
{
    struct contender *contenders = calloc((size_t)threads, sizeof(*contenders));
    ddblock_store *store = standin_open_store(standin);
    ddblock_client *client = NULL;
    ddblock_client_options options;

    ddblock_client_options_init(&options);
    options.owner = "bench";
    options.lease_duration_ms = LEASE_MS;
    if (contenders == NULL || ddblock_client_open(store, &options, &client, NULL) != DDBLOCK_OK) {
        die("no memory");
    }
    for (long i = 0; i < threads; i++) {
        contenders[i] = (struct contender){.client = client, .ends_ms = ends_ms};
        if (pthread_create(&contenders[i].thread, NULL, contend, &contenders[i]) != 0) {
            die("no thread");
        }
    }
    for (long i = 0; i < threads; i++) {
        (void)pthread_join(contenders[i].thread, NULL);
        if (write(out, &contenders[i], sizeof(contenders[i])) != sizeof(contenders[i])) {
            die("no pipe");
        }
    }
    ddblock_client_close(client);
    ddblock_store_close(store);
    free(contenders);
}

static void print(int in, long count, double seconds, long long requests)
{
    struct contender sum = {.turns = 0};
    struct contender one;
    long least = -1;
    long most = 0;

    for (long i = 0; i < count; i++) {
        if (read(in, &one, sizeof(one)) != sizeof(one)) {
            die("a contender failed");
        }
        sum.turns += one.turns;
        sum.waited_ms += one.waited_ms;
        sum.longest_ms = one.longest_ms > sum.longest_ms ? one.longest_ms : sum.longest_ms;
        least = least < 0 || one.turns < least ? one.turns : least;
        most = one.turns > most ? one.turns : most;
    }
    printf("%.1f %.1f %.1f %ld %ld %.2f\n", (double)sum.turns / seconds,
           sum.waited_ms / (double)sum.turns, sum.longest_ms, least, most,
           (double)requests / (double)sum.turns);
}

int main(int argc, char **argv)
{
    struct standin standin;
    long processes = argc == 6 ? strtol(argv[2], NULL, 10) : 0;
    long threads = argc == 6 ? strtol(argv[3], NULL, 10) : 0;
    double began;
    int results[2];

    if (processes < 1 || threads < 1 || processes * threads > CONTENDERS_MAX) {
        die("usage: contend STANDIN PROCESSES THREADS SECONDS DELAY_MS");
    }
    standin_start(&standin, (char *[]){argv[1], argv[5], NULL});
    if (pipe(results) != 0) {
        die("no pipe");
    }
    began = now_ms();
    for (long i = 0; i < processes; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            run(&standin, threads, began + strtod(argv[4], NULL) * 1e3, results[1]);
            _exit(0);
        }
        if (pid < 0) {
            die("no process");
        }
    }
    (void)close(results[1]);
    for (long i = 0; i < processes; i++) {
        (void)waitpid(-1, NULL, 0);
    }
    print(results[0], processes * threads, (now_ms() - began) / 1e3, standin_answered(&standin));
    standin_stop(&standin);
    return 0;
}
