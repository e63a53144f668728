/* corpus_main.c - gives a fuzz target every file of a folder, for builds without libFuzzer. */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *folder, const char *name)
{
    /* On the heap and of the exact size, so that AddressSanitizer sees a byte too far. */
    char path[1024];
    uint8_t *data = NULL;
    FILE *file;
    long size;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
        return 1;
    }
    rewind(file);
    data = malloc((size_t)size + (size == 0));
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
        return 1;
    }
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(data, (size_t)size);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    struct dirent *entry;
    int files = 0;

    if (folder == NULL) {
        (void)fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        return 64;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            files++;
            if (run_file(argv[1], entry->d_name) != 0) {
                (void)fprintf(stderr, "cannot read %s\n", entry->d_name);
                return 1;
            }
        }
    }
    (void)closedir(folder);
    return files > 0 ? 0 : 1;
}
