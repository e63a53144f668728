/* fault_proxy.c - a fault proxy (fault-proxy.js) as a child of the test. */
#include "support/fault_proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/testing.h"

extern char **environ;

enum { ANSWER_SIZE_MAX = 256, AWAIT_TRIES = 400, AWAIT_PERIOD_MS = 50 };

/* Starts node with our pipes as its standard input and output. It ends when its input does,
 * so it does not outlive a test that crashes. */
static pid_t spawn(const char *engine, int input, int output)
{
    const char *argv[] = {"node", DDBLOCK_SOURCE_DIR "/test/support/fault-proxy.js", engine, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;

    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO), 0);
    assert_int_equal(posix_spawnp(&pid, argv[0], &actions, NULL, (char **)argv, environ), 0);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    return pid;
}

static void read_answer(struct fault_proxy *proxy, char answer[ANSWER_SIZE_MAX])
{
    assert_non_null(fgets(answer, ANSWER_SIZE_MAX, proxy->answers));
    answer[strcspn(answer, "\n")] = '\0';
}

static void send_command(struct fault_proxy *proxy, const char *command,
                         char answer[ANSWER_SIZE_MAX])
{
    assert_true(fprintf(proxy->commands, "%s\n", command) > 0);
    assert_int_equal(fflush(proxy->commands), 0);
    read_answer(proxy, answer);
}

static long to_number(const char *answer)
{
    char *end = NULL;
    long number = strtol(answer, &end, 10);

    if (end == answer || *end != '\0') {
        fail_msg("the proxy says: %s", answer);
    }
    return number;
}

void fault_proxy_start(struct fault_proxy *proxy, const char *engine)
{
    char port[ANSWER_SIZE_MAX];
    int commands[2];
    int answers[2];

    assert_int_equal(pipe2(commands, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    proxy->pid = spawn(engine, commands[0], answers[1]);
    close(commands[0]);
    close(answers[1]);
    proxy->commands = fdopen(commands[1], "w");
    proxy->answers = fdopen(answers[0], "r");
    assert_non_null(proxy->commands);
    assert_non_null(proxy->answers);

    read_answer(proxy, port);
    snprintf(proxy->endpoint, sizeof(proxy->endpoint), "http://127.0.0.1:%ld", to_number(port));
}

void fault_proxy_stop(struct fault_proxy *proxy)
{
    if (proxy->pid <= 0) {
        return;
    }
    fclose(proxy->commands);
    fclose(proxy->answers);
    kill(proxy->pid, SIGKILL);
    while (waitpid(proxy->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    *proxy = (struct fault_proxy){0};
}

void fault_proxy_tell(struct fault_proxy *proxy, const char *command)
{
    char answer[ANSWER_SIZE_MAX];

    send_command(proxy, command, answer);
    assert_string_equal(answer, "ok");
}

long fault_proxy_ask(struct fault_proxy *proxy, const char *command)
{
    char answer[ANSWER_SIZE_MAX];

    send_command(proxy, command, answer);
    return to_number(answer);
}

long fault_proxy_await(struct fault_proxy *proxy, const char *command, long at_least)
{
    const struct timespec period = {.tv_nsec = AWAIT_PERIOD_MS * 1000000L};
    long number = 0;

    for (int tries = 0; tries < AWAIT_TRIES; tries++) {
        number = fault_proxy_ask(proxy, command);
        if (number >= at_least) {
            return number;
        }
        nanosleep(&period, NULL);
    }
    fail_msg("\"%s\" is still %ld, not %ld", command, number, at_least);
    return number;
}
