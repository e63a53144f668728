/* secrets_test.c - after a store was closed, its secret key is nowhere in the memory of the
 * process: not in freed blocks, not on the stacks of threads that have ended. */
#include "torture/world.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/random.h"

/* The window overlaps, so that what lies across its end is found too. */
enum { SECRET_SIZE = 40, MASK = 0x20, WINDOW = 1 << 20 };

/* Sanitizers map terabytes of shadow, of which nothing is ours. */
#define REGION_SIZE_MAX (UINT64_C(1) << 30)

/* Kept with bits changed, so that it is not itself what is looked for. */
static uint8_t masked[SECRET_SIZE];

static void choose_secret(void)
{
    assert_true(random_fill(masked, sizeof(masked)));
    for (size_t i = 0; i < sizeof(masked); i++) {
        masked[i] = (uint8_t)(('A' + masked[i] % 26) ^ MASK);
    }
}

static size_t count_in(const uint8_t *data, size_t size)
{
    size_t count = 0;

    for (size_t at = 0; at + SECRET_SIZE <= size; at++) {
        size_t same = 0;

        while (same < SECRET_SIZE && (data[at + same] ^ MASK) == masked[same]) {
            same++;
        }
        count += same == SECRET_SIZE;
    }
    return count;
}

/* Looks through one region of memory by way of the file, since sanitizers forbid the direct one. */
static size_t count_in_region(int memory, uint8_t *window, uint64_t from, uint64_t to)
{
    size_t count = 0;

    while (from < to) {
        size_t size = to - from < WINDOW ? (size_t)(to - from) : WINDOW;
        ssize_t got = pread(memory, window, size, (off_t)from);

        if (got <= 0) {
            break; /* of the kernel's */
        }
        count += count_in(window, (size_t)got);
        from += (uint64_t)got < SECRET_SIZE ? (uint64_t)got : (uint64_t)got - SECRET_SIZE + 1;
        if ((uint64_t)got < size || size < WINDOW) {
            break;
        }
    }
    return count;
}

/* How often the secret is in writable memory. */
static size_t count_in_process(void)
{
    uint8_t *window =
        mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    size_t count = 0;

    assert_true(window != MAP_FAILED && memory >= 0 && maps != NULL);
    while (fgets(line, sizeof(line), maps) != NULL) {
        uint64_t from = 0;
        uint64_t to = 0;
        char rights[5] = "";
        uint64_t own = (uint64_t)(uintptr_t)window;

        assert_int_equal(sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &to, rights), 3);
        if (rights[1] != 'w' || to - from > REGION_SIZE_MAX) {
            continue;
        }
        if (own >= from && own < to) { /* which may have been joined with others */
            count += count_in_region(memory, window, from, own);
            from = own + WINDOW;
        }
        count += count_in_region(memory, window, from, to);
    }
    assert_int_equal(fclose(maps), 0);
    assert_int_equal(close(memory), 0);
    assert_int_equal(munmap(window, WINDOW), 0);
    return count;
}

/* Opens a store with the secret, of which the caller keeps nothing. */
static ddblock_store *open_store(void)
{
    ddblock_dynamodb_options options;
    ddblock_store *store = NULL;
    char secret[SECRET_SIZE + 1] = "";

    for (size_t i = 0; i < SECRET_SIZE; i++) {
        secret[i] = (char)(masked[i] ^ MASK);
    }
    ddblock_dynamodb_options_init(&options);
    options.lock_table = "locks";
    options.region = "eu-west-1";
    options.endpoint = world_endpoint();
    options.access_key_id = "AKIDEXAMPLE";
    options.secret_access_key = secret;
    assert_int_equal(ddblock_store_open_dynamodb(&options, &store, NULL), DDBLOCK_OK);
    explicit_bzero(secret, sizeof(secret));
    return store;
}

static void no_key_is_left(void **state)
{
    const ddblock_id id = ddblock_id_string("secrets");
    ddblock_client *client = NULL;
    ddblock_lock *lock = NULL;
    ddblock_store *store;

    (void)state;
    choose_secret();
    assert_int_equal(count_in_process(), 0);
    store = open_store();
    assert_true(count_in_process() > 0); /* or this would find nothing at all */
    assert_int_equal(ddblock_client_open(store, NULL, &client, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_acquire(client, &id, NULL, &lock, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_lock_ensure(lock, 9980, NULL), DDBLOCK_OK);
    assert_int_equal(ddblock_release(lock, NULL), DDBLOCK_OK);
    ddblock_client_close(client);
    ddblock_store_close(store);
    assert_int_equal(count_in_process(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_key_is_left),
    };
    int failed;

    world_start();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    world_stop();
    return failed;
}
