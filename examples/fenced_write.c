/* fenced_write.c - a holder that sleeps through its lease is fenced off: fenced_write LOCKS DATA
 *
 * Two processes write an item of the table DATA, guarded by a lock in the table LOCKS. The first is
 * stopped between its last look at the lock and its write; the second takes the lock over. */
#include <ddblock/ddblock.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dynamodb_call.h"

/* Writes, on condition that the lock is ours when DynamoDB carries it out. */
static void write_fenced(const ddblock_lock *lock, const char *table, const char *who)
{
    static char body[65536], answer[65536];
    ddblock_fence *fence = NULL;

    if (ddblock_lock_fence(lock, &fence, NULL) != DDBLOCK_OK) {
        return;
    }
    snprintf(body, sizeof(body),
             "{\"TransactItems\":[%s,{\"Put\":{\"TableName\":\"%s\","
             "\"Item\":{\"id\":{\"S\":\"report\"},\"by\":{\"S\":\"%s\"}}}}]}",
             fence->element, table, who);
    ddblock_fence_free(fence);
    if (dynamodb_call("TransactWriteItems", body, answer, sizeof(answer)) == 200) {
        strcpy(answer, "committed");
    } else if (strstr(answer, "ConditionalCheckFailed") != NULL) {
        strcpy(answer, "fenced off");
    }
    printf("%s, token %" PRIu64 ": %s\n", who, ddblock_lock_fencing_token(lock), answer);
    fflush(stdout);
}

/* What a process does. first is the other one's number in the second, 0 in the first. */
static void work(ddblock_client *client, const char *table, pid_t first)
{
    ddblock_id id = ddblock_id_string("report");
    ddblock_lock *lock = NULL;
    ddblock_error error;

    if (ddblock_acquire(client, &id, NULL, &lock, &error) != DDBLOCK_OK) {
        fprintf(stderr, "%s\n", error.message);
        return;
    }
    write_fenced(lock, table, first == 0 ? "first" : "second");
    if (first == 0 && ddblock_lock_remaining_ms(lock) > 0) {
        raise(SIGSTOP); /* until the second has written */
        write_fenced(lock, table, "first");
    }
    (void)ddblock_release(lock, NULL); /* the first has lost it */
}

int main(int argc, char **argv)
{
    ddblock_dynamodb_options options;
    ddblock_store *store = NULL;
    ddblock_client *client = NULL;
    pid_t first = argc == 3 ? fork() : -1; /* before any store is open */

    if (first > 0) {
        waitpid(first, NULL, WUNTRACED); /* until it sleeps */
    }
    ddblock_dynamodb_options_init(&options);
    options.lock_table = argv[1];
    if (first >= 0 && ddblock_store_open_dynamodb(&options, &store, NULL) == DDBLOCK_OK &&
        ddblock_client_open(store, NULL, &client, NULL) == DDBLOCK_OK) {
        work(client, argv[2], first);
    }
    if (first > 0) {
        kill(first, SIGCONT);
        waitpid(first, NULL, 0);
    }
    ddblock_client_close(client);
    ddblock_store_close(store);
}
