/* small_file_test.c - a small file from the disk, read whole. */
#include "support/testing.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws/small_file.h"
#include "support/folder.h"

static int read_into(const char *path, size_t limit, char *text, size_t size)
{
    struct buffer target;
    int code;

    buffer_init(&target, limit);
    code = small_file_read(path, &target, NULL);
    snprintf(text, size, "%s", buffer_string(&target));
    buffer_finish(&target);
    return code;
}

static void what_is_read(void **state)
{
    struct folder folder;
    char path[256];
    char link[256];
    char text[64];
    struct buffer target;
    mode_t mode = 0;

    (void)state;
    folder_make(&folder);
    folder_put(&folder, "file", "0123456789", path);
    assert_int_equal(read_into(path, 10, text, sizeof(text)), 0);
    assert_string_equal(text, "0123456789");
    assert_int_equal(read_into(path, 9, text, sizeof(text)), EFBIG);
    snprintf(link, sizeof(link), "%s/link", folder.path);
    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(read_into(link, 10, text, sizeof(text)), 0);

    /* What is there already stays, as the start of a header say. */
    buffer_init(&target, 12);
    buffer_append_string(&target, "a ");
    assert_int_equal(small_file_read(path, &target, &mode), 0);
    assert_string_equal(buffer_string(&target), "a 0123456789");
    assert_int_equal(mode & 07777, 0600);
    buffer_finish(&target);
    folder_remove(&folder);
}

static void what_is_not(void **state)
{
    struct folder folder;
    char path[256];
    char text[64];

    (void)state;
    folder_make(&folder);
    snprintf(path, sizeof(path), "%s/fifo", folder.path);
    assert_int_equal(read_into(path, 10, text, sizeof(text)), ENOENT);
    assert_string_equal(small_file_explain(ENOENT), "does not exist");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(read_into(path, 10, text, sizeof(text)), EINVAL);
    assert_string_equal(small_file_explain(EINVAL), "is no regular file");
    assert_int_equal(read_into(folder.path, 10, text, sizeof(text)), EINVAL);
    assert_int_equal(read_into("/dev/zero", 10, text, sizeof(text)), EINVAL);
    folder_remove(&folder);
}

static void what_is_replaced(void **state)
{
    struct folder folder;
    char path[256];
    char text[64];
    char sub[256];
    struct stat status;

    (void)state;
    folder_make(&folder);
    folder_put(&folder, "file", "old", path);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(small_file_replace(path, bytes_from_string("new")), 0);
    assert_int_equal(read_into(path, 10, text, sizeof(text)), 0);
    assert_string_equal(text, "new");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_nlink, 1);

    /* Where it cannot be, nothing is left behind: the folder is empty but for the file. */
    snprintf(sub, sizeof(sub), "%s/sub", folder.path);
    assert_int_equal(mkdir(sub, 0700), 0);
    assert_int_equal(small_file_replace(sub, bytes_from_string("x")), EISDIR);
    assert_int_equal(rmdir(sub), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder.path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read),
        cmocka_unit_test(what_is_not),
        cmocka_unit_test(what_is_replaced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
