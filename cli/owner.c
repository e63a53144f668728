/* owner.c - who we are, for people who look at a lock. */
#include "owner.h"

#include <ddblock/ddblock.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "escape.h"

char *owner_default(char *target)
{
    char host[HOST_NAME_MAX + 1] = "";
    char user[ESCAPED_SIZE];
    char buffer[4096]; /* a passwd entry that is longer counts as one without a name */
    struct passwd entry = {0};
    struct passwd *found = NULL;
    char text[HOST_NAME_MAX + ESCAPED_SIZE + 64];

    if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') {
        (void)snprintf(host, sizeof(host), "unknown");
    }
    /* A uid without a name is common in containers; the npm client dies of it (D19). */
    if (getpwuid_r(getuid(), &entry, buffer, sizeof(buffer), &found) == 0 && found != NULL) {
        (void)escape_string(user, sizeof(user), entry.pw_name);
    } else {
        (void)snprintf(user, sizeof(user), "%u", (unsigned int)getuid());
    }
    (void)snprintf(text, sizeof(text), "ddblock@%s_%s@%s", ddblock_version(), user, host);
    return escape_string(target, OWNER_SIZE, text);
}
