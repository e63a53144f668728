/* status.c - ddblock status: tells whether what acquire holds is still held. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "duration.h"
#include "exit.h"
#include "held.h"
#include "lock_json.h"

const struct option status_options[] = {
    HELD_HOLD_FILE_ENTRY,
    {HELD_JSON, 0, "json", NULL, "as a JSON object"},
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

static void print_help(void)
{
    (void)fputs("Usage: ddblock status --hold-file PATH [--json]\n"
                "\n"
                "Tells whether the lock that \"ddblock acquire\" holds is still held, by the hold\n"
                "file and the clock: the store is not asked.\n"
                "\n",
                stdout);
    options_print(stdout, status_options);
    (void)fputs(
        "\n"
        "JSON: lock, key_type, sort and sort_key_type (where there is a sort key), state\n"
        "(held, lost, released, in doubt), token, remaining_ms and holder_pid (of the\n"
        "process that holds the lock, while it lives); what there is not is left out. Where\n"
        "there is no hold file nothing is written.\n"
        "\n" OPTIONS_SOURCES_HELP "\n"
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
        return "in doubt";
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

/* The process that holds the lock, if one lives; 0: none does. */
static pid_t living_holder(const struct hold_file *file)
{
    int fd = -1;

    if (!hold_file_holder(file, &fd)) {
        return 0;
    }
    (void)close(fd);
    return file->holder.pid;
}

static void tell(const struct hold_file *file, enum hold_state state, int64_t remaining_ms)
{
    char left[DURATION_TEXT_SIZE];
    pid_t holder = living_holder(file);

    (void)printf("lock          %s\n", file->place.shown);
    (void)printf("state         %s%s\n", state_text(state),
                 state == HOLD_IN_DOUBT ? ": it may stay locked" : "");
    if (file->token != 0) {
        (void)printf("token         %" PRIu64 "\n", file->token);
    }
    if (remaining_ms != INT64_MAX) {
        (void)printf("remaining     %s\n", duration_text(left, remaining_ms));
    }
    if (holder != 0) {
        (void)printf("holder        process %d\n", (int)holder);
    } else {
        (void)printf("holder        %s\n", file->holder.pid == 0      ? "none is needed"
                                           : file->state == HOLD_HELD ? "has died"
                                                                      : "has ended");
    }
}

static void tell_json(const struct hold_file *file, enum hold_state state, int64_t remaining_ms)
{
    ddblock_id id = place_id(&file->place);
    pid_t holder = living_holder(file);

    lock_json_begin(stdout, &id);
    (void)printf(",\"state\":\"%s\"", state_text(state));
    if (file->token != 0) {
        (void)printf(",\"token\":%" PRIu64, file->token);
    }
    if (remaining_ms != INT64_MAX) {
        (void)printf(",\"remaining_ms\":%" PRId64, remaining_ms);
    }
    if (holder != 0) {
        (void)printf(",\"holder_pid\":%d", (int)holder);
    }
    (void)printf("}\n");
}

int command_status(int argc, char **argv)
{
    static struct hold_file file; /* large */
    struct held_request request = {0};
    int status = held_open(&file, status_options, argc, argv, &request);

    if (request.help) {
        print_help();
    } else if (status == EXIT_DONE) {
        enum hold_state state = hold_file_state_now(&file);
        int64_t remaining_ms = hold_file_remaining_ms(&file);

        if (state == HOLD_HELD && remaining_ms == 0) { /* it ended between the two */
            state = HOLD_LOST;
        }
        if (state != HOLD_HELD && remaining_ms != INT64_MAX) {
            remaining_ms = 0; /* the lease may go on, but it is nobody's to work by */
        }
        (request.json ? tell_json : tell)(&file, state, remaining_ms);
        status = exit_for(state);
    }
    hold_file_finish(&file);
    return status;
}
