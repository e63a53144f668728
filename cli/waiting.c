/* waiting.c - the line that tells whom we wait for. */
#include "waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "duration.h"
#include "escape.h"
#include "message.h"

/* A wait that is shorter shows nothing: a line that flashes by only disturbs. */
enum { QUIET_MS = 300 };

static int64_t now_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void waiting_init(struct waiting *waiting, bool line)
{
    *waiting = (struct waiting){
        .on_terminal = line && isatty(STDERR_FILENO) == 1,
        .started_ms = now_ms(),
    };
}

int64_t waiting_ms(const struct waiting *waiting)
{
    return now_ms() - waiting->started_ms;
}

char *holder_text(char *target, size_t size, const ddblock_info *holder)
{
    char owner[ESCAPED_SIZE];

    (void)escape_string(owner, sizeof(owner), holder->owner);
    if (holder->fencing_token != 0) {
        (void)snprintf(target, size, "%s (token %" PRIu64 ")", owner, holder->fencing_token);
    } else {
        (void)snprintf(target, size, "%s (fails closed)", owner);
    }
    return target;
}

char *fit_columns(char *text, size_t columns)
{
    size_t used = 0;

    for (char *c = text; *c != '\0'; c++) {
        if (((unsigned char)*c & 0xC0) == 0x80) {
            continue; /* goes with the character before it */
        }
        used += (unsigned char)*c < 0x80 ? 1 : 2;
        if (used >= columns) {
            *c = '\0';
            break;
        }
    }
    return text;
}

static bool is_same_holder(const ddblock_info *a, const ddblock_info *b)
{
    return a->fencing_token == b->fencing_token && strcmp(a->owner, b->owner) == 0;
}

static void look(struct waiting *waiting, ddblock_lock *lock, const char *shown)
{
    ddblock_info holder = {0};
    char text[ESCAPED_SIZE + 64];

    if (ddblock_lock_holder(lock, &holder) != DDBLOCK_OK) {
        return;
    }
    if (waiting->holder_seen && is_same_holder(&holder, &waiting->holder)) {
        return;
    }
    waiting->holder_seen = true;
    waiting->holder = holder;
    waiting->holder_since_ms = now_ms();
    say_event(MESSAGE_WAITING, "waiting for %s: held by %s", shown,
              holder_text(text, sizeof(text), &holder));
}

static void show_line(struct waiting *waiting, const char *shown)
{
    struct winsize window = {0};
    char holder[ESCAPED_SIZE + 64];
    char duration[DURATION_TEXT_SIZE];
    char line[3 * ESCAPED_SIZE + 256];
    char picture[sizeof(line) + 8];
    size_t columns = 80;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
        columns = window.ws_col;
    }
    if (waiting->holder_seen) {
        /* The table does not say since when: it may be longer than we have seen it. */
        (void)snprintf(line, sizeof(line), "waiting for %s: held by %s for at least %s", shown,
                       holder_text(holder, sizeof(holder), &waiting->holder),
                       duration_text(duration, now_ms() - waiting->holder_since_ms));
    } else {
        (void)snprintf(line, sizeof(line), "waiting for %s: no answer for %s", shown,
                       duration_text(duration, waiting_ms(waiting)));
    }
    (void)snprintf(picture, sizeof(picture), "\r%s\033[K", fit_columns(line, columns));
    say_raw(picture);
    waiting->line_stands = true;
}

void waiting_show(struct waiting *waiting, ddblock_lock *lock, const char *shown)
{
    look(waiting, lock, shown);
    if (waiting->on_terminal && waiting_ms(waiting) >= QUIET_MS) {
        show_line(waiting, shown);
    }
}

void waiting_clear(struct waiting *waiting)
{
    if (waiting->line_stands) {
        say_raw("\r\033[K");
        waiting->line_stands = false;
    }
}
