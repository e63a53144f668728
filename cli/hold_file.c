/* hold_file.c - the file by which commands find a lock that is held across them: its life. */
#include "hold_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exit.h"
#include "hold_file_text.h"

ddblock_status path_absolute(const char *path, char *target, size_t size, ddblock_error *error)
{
    char folder[PATH_MAX] = "";
    int used;

    if (path[0] != '/' && getcwd(folder, sizeof(folder)) == NULL) {
        return usage_error(error, "the current folder has no path: %s", strerror(errno));
    }
    used = snprintf(target, size, "%s%s%s", folder, path[0] != '/' ? "/" : "", path);
    if (used < 0 || (size_t)used >= size) {
        return usage_error(error, "a path is longer than %zu bytes", size);
    }
    return DDBLOCK_OK;
}

void hold_file_init(struct hold_file *file, const char *path)
{
    memset(file, 0, sizeof(*file));
    (void)snprintf(file->path, sizeof(file->path), "%s", path);
    file->fd = -1;
    file->deadline_ms = INT64_MAX;
    ddblock_client_options_init(&file->client);
    place_init(&file->place);
}

void hold_file_finish(struct hold_file *file)
{
    if (file->fd >= 0) {
        (void)close(file->fd);
        file->fd = -1;
    }
    explicit_bzero(file->export, sizeof(file->export));
    explicit_bzero(&file->config, sizeof(file->config));
}

static ddblock_status failed(ddblock_error *error, const char *what)
{
    return error_set(error, DDBLOCK_INVALID, "the hold file cannot be %s: %s", what,
                     strerror(errno));
}

/* Writes the text to a new file and gives that its name. A crash leaves the whole of it, or at the
 * most a file of another name. */
static ddblock_status create(struct hold_file *file, const char *text, size_t size,
                             ddblock_error *error)
{
    char temporary[PATH_MAX + 16];
    int fd;

    (void)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", file->path);
    fd = mkostemp(temporary, O_CLOEXEC); /* O_EXCL, 0600 */
    if (fd < 0) {
        return failed(error, "made");
    }
    if (write(fd, text, size) != (ssize_t)size || fsync(fd) != 0) {
        (void)failed(error, "written");
    } else if (renameat2(AT_FDCWD, temporary, AT_FDCWD, file->path, RENAME_NOREPLACE) != 0) {
        (void)failed(error, "given its name");
    } else {
        file->fd = fd;
        return DDBLOCK_OK;
    }
    (void)close(fd);
    (void)unlink(temporary);
    return DDBLOCK_INVALID;
}

/* So that the name is there after a power cut as well. */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    char *slash;
    int fd;

    (void)snprintf(folder, sizeof(folder), "%s", path);
    slash = strrchr(folder, '/');
    slash[slash == folder] = '\0'; /* of "/hold" the folder is "/" */
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

ddblock_status hold_file_create(struct hold_file *file, ddblock_error *error)
{
    char text[HOLD_TEXT_SIZE];
    size_t size = hold_text_write(file, text, sizeof(text));
    ddblock_status status = DDBLOCK_OK;

    if (size == 0) {
        status = usage_error(error, "the options take too much room for a hold file");
    }
    if (status == DDBLOCK_OK) {
        status = create(file, text, size, error);
    }
    if (status == DDBLOCK_OK) {
        sync_folder(file->path);
    }
    explicit_bzero(text, sizeof(text));
    return status;
}

ddblock_status hold_file_read(struct hold_file *file, bool *ret_absent, ddblock_error *error)
{
    struct stat stat = {0};
    ddblock_status status;

    *ret_absent = false;
    file->fd = open(file->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file->fd < 0 && errno == ENOENT) {
        *ret_absent = true;
        return DDBLOCK_OK;
    }
    if (file->fd < 0 || fstat(file->fd, &stat) != 0) {
        return failed(error, "opened");
    }
    if (!S_ISREG(stat.st_mode) || stat.st_uid != geteuid() || (stat.st_mode & 077) != 0) {
        return usage_error(error, "it is no hold file: that is a regular file, which belongs to "
                                  "you, and which nobody else can read");
    }
    status = config_read(&file->config, file->fd, error);
    return status == DDBLOCK_OK ? hold_text_read(file, error) : status;
}

void hold_file_refresh(struct hold_file *file)
{
    enum { TRIES = 20, PAUSE_US = 1000 };
    char line[HOLD_STATE_LINE_SIZE] = "";

    /* Another state while it is being written, and the next time the new one. */
    for (int i = 0; i < TRIES; i++) {
        ssize_t got = pread(file->fd, line, HOLD_STATE_LINE_SIZE - 1, 0);

        if (got == HOLD_STATE_LINE_SIZE - 1 &&
            hold_state_read(line + strlen(HOLD_STATE_NAME), &file->state, &file->deadline_ms)) {
            return;
        }
        (void)usleep(PAUSE_US);
    }
}

void hold_file_set(struct hold_file *file, enum hold_state state, int64_t deadline_ms)
{
    char line[HOLD_STATE_LINE_SIZE];

    if (file->fd >= 0 && (state != file->state || deadline_ms != file->deadline_ms)) {
        file->state = state;
        file->deadline_ms = deadline_ms;
        hold_state_write(line, state, deadline_ms);
        /* What cannot be written is not known: the deadline that stands there passes. */
        (void)!pwrite(file->fd, line, strlen(line), 0);
    }
}

bool hold_file_is_there(const struct hold_file *file)
{
    struct stat ours = {0};
    struct stat there = {0};

    return fstat(file->fd, &ours) == 0 && lstat(file->path, &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

void hold_file_remove(struct hold_file *file)
{
    if (hold_file_is_there(file)) {
        (void)unlink(file->path);
    }
}

int64_t hold_file_remaining_ms(const struct hold_file *file)
{
    char boot[BOOT_TEXT_SIZE];
    int64_t left_ms;

    if (file->deadline_ms == INT64_MAX) {
        return INT64_MAX;
    }
    left_ms = file->deadline_ms - boot_clock_ms();
    return left_ms > 0 && strcmp(boot_text(boot), file->boot) == 0 ? left_ms : 0;
}

bool hold_file_holder(const struct hold_file *file, int *ret_fd)
{
    char boot[BOOT_TEXT_SIZE];

    *ret_fd = strcmp(boot_text(boot), file->boot) == 0 ? process_open(&file->holder) : -1;
    return *ret_fd >= 0;
}

enum hold_state hold_file_state_now(const struct hold_file *file)
{
    int fd = -1;
    bool lives;

    if (file->state != HOLD_HELD) {
        return file->state;
    }
    if (hold_file_remaining_ms(file) == 0) {
        return HOLD_LOST;
    }
    if (file->export[0] != '\0') {
        return HOLD_HELD;
    }
    lives = hold_file_holder(file, &fd);
    if (lives) {
        (void)close(fd);
    }
    return lives ? HOLD_HELD : HOLD_LOST;
}
