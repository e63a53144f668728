/* config.c - files of lines "name = value".
 *
 * The text is cut up where it stands: entries point into it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"
#include "exit.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cuts the blanks off both ends. end is where the text's NUL may stand. */
static char *trim(char *text, char *end)
{
    while (end > text && is_blank(end[-1])) {
        end--;
    }
    *end = '\0';
    while (is_blank(*text)) {
        text++;
    }
    return text;
}

const char *config_value(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->count; i++) {
        if (strcmp(config->entries[i].name, name) == 0) {
            return config->entries[i].value;
        }
    }
    return NULL;
}

static ddblock_status take_line(struct config *config, char *line, char *end, ddblock_error *error)
{
    char shown[ESCAPED_SIZE];
    char *text = trim(line, end);
    char *equals = strchr(text, '=');
    char *name;

    if (text[0] == '\0' || text[0] == '#') {
        return DDBLOCK_OK;
    }
    if (equals == NULL || equals == text) {
        return usage_error(error, "\"%s\" is no line like \"lease = 20s\"",
                           escape_string(shown, sizeof(shown), text));
    }
    name = trim(text, equals);
    if (config_value(config, name) != NULL) {
        return usage_error(error, "%s is there for the second time",
                           escape_string(shown, sizeof(shown), name));
    }
    if (config->count == CONFIG_ENTRIES_MAX) {
        return usage_error(error, "there are more than %d lines", CONFIG_ENTRIES_MAX);
    }
    config->entries[config->count++] = (struct config_entry){
        .name = name,
        .value = trim(equals + 1, equals + 1 + strlen(equals + 1)),
        .line = config->wrong_line,
    };
    return DDBLOCK_OK;
}

ddblock_status config_parse(struct config *config, size_t size, ddblock_error *error)
{
    char *line = config->text;
    char *end = config->text + size;

    config->count = 0;
    config->wrong_line = 0;
    *end = '\0';
    while (line < end) {
        char *newline = memchr(line, '\n', (size_t)(end - line));
        char *stop = newline != NULL ? newline : end;
        ddblock_status status;

        config->wrong_line++;
        if (memchr(line, '\0', (size_t)(stop - line)) != NULL) {
            return usage_error(error, "there is a zero byte: this is no text");
        }
        status = take_line(config, line, stop, error);
        if (status != DDBLOCK_OK) {
            return status;
        }
        line = stop + 1;
    }
    config->wrong_line = 0;
    return DDBLOCK_OK;
}

ddblock_status config_read(struct config *config, int fd, ddblock_error *error)
{
    size_t used = 0;
    ssize_t got;

    config->wrong_line = 0;
    do {
        got = read(fd, config->text + used, sizeof(config->text) - used);
        if (got < 0 && errno != EINTR) {
            return usage_error(error, "it cannot be read: %s", strerror(errno));
        }
        used += got > 0 ? (size_t)got : 0;
    } while (got != 0 && used < sizeof(config->text));
    if (used > CONFIG_BYTES_MAX) {
        return usage_error(error, "it has more than %d bytes", CONFIG_BYTES_MAX);
    }
    return config_parse(config, used, error);
}

/* Writes where the configuration is. False: nowhere. */
static bool find_path(char *path, size_t size, bool *ret_must_exist)
{
    const char *given = getenv("DDBLOCK_CONFIG");
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int used = 0;

    *ret_must_exist = given != NULL && given[0] != '\0';
    if (*ret_must_exist) {
        used = snprintf(path, size, "%s", given);
    } else if (base != NULL && base[0] == '/') {
        /* XDG Base Directory Specification: "If an implementation encounters a relative path
         * in any of these variables it should consider the path invalid and ignore it." */
        used = snprintf(path, size, "%s/ddblock/config", base);
    } else if (home != NULL && home[0] == '/') {
        used = snprintf(path, size, "%s/.config/ddblock/config", home);
    }
    return used > 0 && (size_t)used < size;
}

ddblock_status config_load(struct config *config, ddblock_error *error)
{
    struct stat stat = {0};
    ddblock_status status = DDBLOCK_OK;
    bool must_exist = false;
    int fd;

    config->count = 0;
    config->wrong_line = 0;
    if (!find_path(config->path, sizeof(config->path), &must_exist)) {
        config->path[0] = '\0';
        return must_exist ? usage_error(error, "DDBLOCK_CONFIG is longer than a path can be")
                          : DDBLOCK_OK;
    }
    /* Without waiting: a FIFO would keep us for ever. */
    fd = open(config->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        if (!must_exist && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) {
            return DDBLOCK_OK; /* EACCES: the home folder of whom we were before sudo, say */
        }
        return usage_error(error, "%s cannot be opened: %s",
                           must_exist ? "DDBLOCK_CONFIG names it, but it" : "it", strerror(errno));
    }
    if (fstat(fd, &stat) != 0 || !(S_ISREG(stat.st_mode) || S_ISCHR(stat.st_mode))) {
        status = usage_error(error, "it is not a regular file"); /* nor /dev/null */
    } else {
        status = config_read(config, fd, error);
    }
    (void)close(fd);
    return status;
}
