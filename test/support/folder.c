/* folder.c - a folder of its own for a test. */
#include "support/folder.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/testing.h"

void folder_make(struct folder *folder)
{
    snprintf(folder->path, sizeof(folder->path), "/tmp/ddblock-test-XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->file, sizeof(folder->file), "%s/locks", folder->path);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void folder_remove(struct folder *folder)
{
    assert_int_equal(nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void folder_put(const struct folder *folder, const char *name, const char *content,
                char ret_path[256])
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    for (char *slash = path + strlen(folder->path) + 1; (slash = strchr(slash, '/')) != NULL;
         slash++) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    if (ret_path != NULL) {
        strcpy(ret_path, path);
    }
}

void folder_write(const struct folder *folder, const char *content)
{
    FILE *file = fopen(folder->file, "w");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}
