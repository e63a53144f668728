/* folder.c - a folder of its own for a test. */
#include "support/folder.h"

#include <dirent.h>
#include <unistd.h>

#include "support/testing.h"

void folder_make(struct folder *folder)
{
    snprintf(folder->path, sizeof(folder->path), "/tmp/ddblock-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->file, sizeof(folder->file), "%s/locks", folder->path);
}

void folder_remove(struct folder *folder)
{
    DIR *directory = opendir(folder->path);
    struct dirent *entry;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            assert_int_equal(unlinkat(dirfd(directory), entry->d_name, 0), 0);
        }
    }
    assert_int_equal(closedir(directory), 0);
    assert_int_equal(rmdir(folder->path), 0);
}

void folder_write(const struct folder *folder, const char *content)
{
    FILE *file = fopen(folder->file, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}
