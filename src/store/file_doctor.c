/* file_doctor.c - examining a file of locks. */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "store/file_path.h"
#include "store/findings.h"
#include "store/stores.h"

/* File systems of other machines, by what statfs(2) calls them (linux/magic.h and its man page). */
static const struct {
    uint32_t type;
    const char *name;
} REMOTE[] = {
    {0x6969, "NFS"},    {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB"}, {0x517B, "SMB"},
    {0x01021997, "9P"}, {0x00C36400, "Ceph"}, {0x5346414F, "AFS"},
};

/* A folder's file system and rights. Returns false if it cannot be looked at. */
static bool examine_place(const char *folder, const char *shown, struct findings *findings)
{
    struct statfs about = {0};
    const char *remote = NULL;

    if (statfs(folder, &about) != 0) {
        findings_tell(findings, DDBLOCK_MARK_BAD, DDBLOCK_UNAVAILABLE, "place",
                      "the folder of %s cannot be looked at: %s%s", shown, strerror(errno),
                      errno == ENOENT ? "; make it, or name another file" : "");
        return false;
    }
    for (size_t i = 0; i < sizeof(REMOTE) / sizeof(REMOTE[0]); i++) {
        if ((uint32_t)about.f_type == REMOTE[i].type) {
            remote = REMOTE[i].name;
        }
    }
    if (remote != NULL) {
        findings_tell(findings, DDBLOCK_MARK_BAD, DDBLOCK_INVALID, "place",
                      "%s lies on %s, where SQLite's locks cannot be relied on: take a local "
                      "file system",
                      shown, remote);
    } else if (access(folder, W_OK | X_OK) != 0) {
        findings_tell(findings, DDBLOCK_MARK_BAD, DDBLOCK_DENIED, "place",
                      "its folder cannot be written to, which SQLite needs: %s", strerror(errno));
    } else {
        findings_tell(findings, DDBLOCK_MARK_GOOD, DDBLOCK_OK, "place",
                      "a local file system, and its folder can be written to");
    }
    return true;
}

/* Opens what is there, as a lock would. */
static void examine_content(const char *path, const char *shown, struct findings *findings)
{
    ddblock_file_options options;
    struct store *store = NULL;
    ddblock_error error = {0};

    ddblock_file_options_init(&options);
    options.path = path;
    if (store_file_open(&options, &store, &error) == DDBLOCK_OK) {
        findings_tell(findings, DDBLOCK_MARK_GOOD, DDBLOCK_OK, "file", "%s holds locks", shown);
        store_destroy(store, false);
    } else {
        findings_tell_error(findings, "file", &error);
    }
}

static void examine_file(const char *path, struct findings *findings)
{
    char shown[PATH_SHOWN_SIZE];
    struct stat about = {0};
    char *copy = strdup(path); /* dirname() writes into it */
    bool is_there = false;

    (void)text_escape(shown, sizeof(shown), bytes_from_string(path));
    if (copy == NULL) {
        findings_tell(findings, DDBLOCK_MARK_BAD, DDBLOCK_NO_MEMORY, "place", "out of memory");
        return;
    }
    is_there = examine_place(dirname(copy), shown, findings);
    free(copy);
    if (!is_there) {
        return;
    }
    if (stat(path, &about) != 0 && errno != ENOENT) {
        findings_tell(findings, DDBLOCK_MARK_BAD, DDBLOCK_INVALID, "file", "%s: %s", shown,
                      strerror(errno));
    } else if (about.st_mode == 0) {
        findings_tell(findings, DDBLOCK_MARK_NOTE, DDBLOCK_OK, "file",
                      "%s is not there yet: the first lock makes it", shown);
    } else if (S_ISREG(about.st_mode) && about.st_size == 0) {
        findings_tell(findings, DDBLOCK_MARK_NOTE, DDBLOCK_OK, "file",
                      "%s is empty yet: the first lock fills it", shown);
    } else {
        examine_content(path, shown, findings);
    }
    if (S_ISREG(about.st_mode) && (about.st_mode & S_IWOTH) != 0) {
        findings_tell(findings, DDBLOCK_MARK_NOTE, DDBLOCK_OK, "rights",
                      "everybody may write to it, and so take or break any lock: chmod o-w");
    }
}

ddblock_status ddblock_file_examine(const ddblock_file_options *options,
                                    ddblock_finding_function found, void *user,
                                    ddblock_error *error)
{
    struct findings findings = {.found = found, .user = user};

    if (options == NULL || options->size < sizeof(*options)) {
        return status_set(error, DDBLOCK_INVALID,
                          "the options are missing or were not initialised with "
                          "ddblock_file_options_init");
    }
    if (options->path == NULL || options->path[0] == '\0') {
        return status_set(error, DDBLOCK_INVALID, "path is missing: name the file of locks");
    }
    examine_file(options->path, &findings);
    return findings_end(&findings, error);
}
