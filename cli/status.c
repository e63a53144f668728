/* status.c - ddblock status: tells whether what acquire holds is still held. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "exit.h"
#include "held.h"

const struct option status_options[] = {
    HELD_HOLD_FILE_ENTRY,
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs("Usage: ddblock status --hold-file PATH\n"
                "\n"
                "Tells whether the lock that \"ddblock acquire\" holds is still held, by the hold\n"
                "file and the clock: the store is not asked.\n"
                "\n",
                stdout);
    options_print(stdout, status_options);
    (void)fputs("\n" OPTIONS_SOURCES_HELP "\n"
                "Exit status: 0 held; 64 wrong usage; 74 standard output cannot be written; 75\n"
                "nothing is held: there is no such file, or the lock was given back; 76 lost; 78\n"
                "the file is no hold file.\n",
                stdout);
}

static const char *state_text(enum hold_state state)
{
    switch (state) {
    case HOLD_HELD:
        return "held";
    case HOLD_LOST:
        return "lost";
    case HOLD_RELEASED:
        return "released";
    case HOLD_IN_DOUBT:
        return "in doubt: it may stay locked";
    }
    return "unknown";
}

static int exit_for(enum hold_state state)
{
    switch (state) {
    case HOLD_HELD:
        return EXIT_DONE;
    case HOLD_RELEASED:
        return EXIT_NOT_ACQUIRED;
    case HOLD_LOST:
    case HOLD_IN_DOUBT:
        break;
    }
    return EXIT_LOST;
}

static int tell(const struct hold_file *file)
{
    enum hold_state state = hold_file_state_now(file);
    char left[DURATION_TEXT_SIZE];
    int fd = -1;

    (void)printf("lock          %s\n", file->place.shown);
    (void)printf("state         %s\n", state_text(state));
    if (file->token != 0) {
        (void)printf("token         %" PRIu64 "\n", file->token);
    }
    if (file->deadline_ms != INT64_MAX) {
        (void)printf("remaining     %s\n", duration_text(left, hold_file_remaining_ms(file)));
    }
    if (hold_file_holder(file, &fd)) {
        (void)printf("holder        process %d\n", (int)file->holder.pid);
        (void)close(fd);
    } else {
        (void)printf("holder        %s\n", file->holder.pid != 0 ? "has died" : "none is needed");
    }
    return exit_for(state);
}

int command_status(int argc, char **argv)
{
    static struct hold_file file; /* large */
    bool help = false;
    int status = held_open(&file, status_options, argc, argv, &help);

    if (help) {
        print_help();
    } else if (status == EXIT_DONE) {
        status = tell(&file);
    }
    hold_file_finish(&file);
    return status;
}
