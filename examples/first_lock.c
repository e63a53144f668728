/* first_lock.c - holds a lock in a file for a moment: first_lock FILE LOCK
 *
 * For a table in DynamoDB, open the store with ddblock_store_open_dynamodb. */
#include <ddblock/ddblock.h>
#include <inttypes.h>
#include <stdio.h>

/* Whatever the lock guards. It looks at the time that is left before each step, and gives the
 * fencing token to every resource that it writes to. */
static int work(const ddblock_lock *lock)
{
    for (int step = 1; step <= 3; step++) {
        if (ddblock_lock_remaining_ms(lock) < 1000) {
            return 1; /* not enough time for a step: stop */
        }
        printf("step %d, token %" PRIu64 "\n", step, ddblock_lock_fencing_token(lock));
    }
    return 0;
}

int main(int argc, char **argv)
{
    ddblock_file_options options;
    ddblock_store *store = NULL;
    ddblock_client *client = NULL;
    ddblock_lock *lock = NULL;
    ddblock_id id;
    ddblock_error error;
    int rc = 1;

    if (argc != 3) {
        fprintf(stderr, "usage: first_lock FILE LOCK\n");
        return 64;
    }
    ddblock_file_options_init(&options);
    options.path = argv[1];
    id = ddblock_id_string(argv[2]);
    if (ddblock_store_open_file(&options, &store, &error) == DDBLOCK_OK &&
        ddblock_client_open(store, NULL, &client, &error) == DDBLOCK_OK &&
        ddblock_acquire(client, &id, NULL, &lock, &error) == DDBLOCK_OK) {
        rc = work(lock);
        if (ddblock_release(lock, &error) != DDBLOCK_OK) {
            fprintf(stderr, "%s\n", error.message); /* it may have been lost under the work */
            rc = 1;
        }
    } else {
        fprintf(stderr, "%s\n", error.message);
    }
    ddblock_client_close(client);
    ddblock_store_close(store);
    return rc;
}
