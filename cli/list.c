/* list.c - ddblock list: tells which locks there are. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "columns.h"
#include "command.h"
#include "duration.h"
#include "exit.h"
#include "listing.h"
#include "lock_json.h"
#include "message.h"
#include "number.h"
#include "place.h"
#include "wording.h"

enum {
    LIST_PREFIX = OPTIONS_LINE_ONLY,
    LIST_HELD,
    LIST_STALE,
    LIST_PATIENCE,
    LIST_LIMIT,
    LIST_JSON,
    LIST_NAMES,
};

const struct option list_options[] = {
    PLACE_WHERE_ENTRIES,
    {LIST_PREFIX, 0, "prefix", "TEXT", "only locks whose partition key begins so"},
    {LIST_HELD, 0, "held", NULL, "only those that are held, though the holder may be dead"},
    {LIST_STALE, 0, "stale", NULL,
     "only those whose holder is dead: who did not renew\n"
     "the lock in the time of its lease, which passes\n"
     "while ddblock watches"},
    {LIST_PATIENCE, 0, "patience", "DURATION",
     "for --stale: locks with a longer lease are not\nwatched; default 1m"},
    {LIST_LIMIT, 0, "limit", "N", "at most so many"},
    {LIST_JSON, 0, "json", NULL, "as JSON, an object a line"},
    {LIST_NAMES, 0, "names", NULL, "only the names, a line each, escaped: for completion"},
    OPTION_HELP_ENTRY,
    OPTIONS_TABLE_END,
};

struct list {
    struct listing_filter filter;
    const char *prefix;
    struct key_value prefix_value;
    int64_t limit;
    int64_t patience_ms;
    bool stale;
    bool json;
    bool names;
};

static void print_help(void)
{
    (void)fputs("Usage: ddblock list (--table NAME | --file PATH) [OPTIONS]\n"
                "\n"
                "Tells which locks there are, sorted by their keys. What it tells was written by\n"
                "the holders: a lock that stands there as held may be a dead holder's, which\n"
                "--stale finds out.\n"
                "\n",
                stdout);
    options_print(stdout, list_options);
    (void)fputs("\n" LOCK_JSON_HELP "\n" OPTIONS_SOURCES_HELP "\n"
                "Exit status: 0 all were told, be it none; 64 wrong usage; 69 the store cannot be\n"
                "reached or refuses; 70 a fault of ddblock or the machine; 74 standard output\n"
                "cannot be written; 78 configuration, credentials or table are wrong.\n",
                stdout);
}

static ddblock_status take(void *user, int id, const char *value, ddblock_error *error)
{
    struct list *list = user;

    switch (id) {
    case LIST_PREFIX:
        list->prefix = value;
        return value[0] != '\0' ? DDBLOCK_OK : usage_error(error, "--prefix: the value is empty");
    case LIST_HELD:
        list->filter.held = true;
        return DDBLOCK_OK;
    case LIST_STALE:
        list->stale = true;
        return DDBLOCK_OK;
    case LIST_PATIENCE:
        return duration_parse("--patience", value, &list->patience_ms, error);
    case LIST_LIMIT:
        return number_parse("--limit", value, 1, LISTING_MAX, &list->limit, error);
    case LIST_JSON:
        list->json = true;
        return DDBLOCK_OK;
    default:
        list->names = true;
        return DDBLOCK_OK;
    }
}

static ddblock_status parse(struct list *list, struct place *place, struct options *options,
                            bool *ret_help, ddblock_error *error)
{
    ddblock_status status = place_take(place, options, take, list, ret_help, error);

    if (status != DDBLOCK_OK || *ret_help) {
        return status;
    }
    if (options->next < options->argc) {
        return usage_error(error, "list takes no arguments, only options; \"show\" tells of one "
                                  "lock");
    }
    status = place_check_where(place, error);
    if (status != DDBLOCK_OK || list->prefix == NULL) {
        return status;
    }
    if (place->partition.type == DDBLOCK_KEY_NUMBER) {
        return usage_error(error, "--prefix: numbers have no beginning");
    }
    status = key_value_parse("--prefix", place->partition.type, list->prefix, &list->prefix_value,
                             error);
    list->filter.prefix = &list->prefix_value.key;
    return status;
}

/* How the columns share a line; names are cut for a terminal only. */
struct widths {
    size_t lock;
    size_t owner;
    bool cut;
};

enum {
    STATE_COLUMNS = 11,
    TOKEN_COLUMNS = 7,
    LEASE_COLUMNS = 9,
    OTHER_COLUMNS = STATE_COLUMNS + TOKEN_COLUMNS + 2 * LEASE_COLUMNS + 5 * 2,
    NAME_COLUMNS_MIN = 8,
};

static struct widths find_widths(void)
{
    struct winsize window = {0};
    size_t columns = 80;
    size_t rest;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
        columns = window.ws_col;
    }
    rest = columns > OTHER_COLUMNS + 2 * NAME_COLUMNS_MIN ? columns - OTHER_COLUMNS
                                                          : 2 * NAME_COLUMNS_MIN;
    return (struct widths){
        .lock = (rest + 1) / 2, .owner = rest / 2, .cut = isatty(STDOUT_FILENO) == 1};
}

/* A name in its column; where nothing is cut it may be longer. */
static char *fit(char *target, const char *text, size_t columns, const struct widths *widths)
{
    char safe[COLUMNS_SIZE];

    if (!widths->cut && columns_width(escape_string(safe, sizeof(safe), text)) >= columns) {
        return memcpy(target, safe, strlen(safe) + 1);
    }
    return columns_fit(target, text, columns);
}

/* Blanks at the end of a line are of no use. */
static const char *trim(char *text)
{
    size_t size = strlen(text);

    while (size > 0 && text[size - 1] == ' ') {
        size--;
    }
    text[size] = '\0';
    return text;
}

static void print_row(const struct listed *lock, const struct widths *widths, int64_t now_ms)
{
    char name[ID_TEXT_SIZE];
    char lock_field[COLUMNS_SIZE];
    char owner_field[COLUMNS_SIZE];
    char token[24] = "";
    char lease[DURATION_TEXT_SIZE] = "";
    char age[DURATION_TEXT_SIZE] = "";
    int64_t written_ms = lock->info.acquired_time_unix_ms;

    if (lock->info.fencing_token != 0) {
        (void)snprintf(token, sizeof(token), "%" PRIu64, lock->info.fencing_token);
    }
    if (lock->info.lease_duration_ms > 1) { /* 1 is not a lease: it says "released" */
        (void)duration_text(lease, lock->info.lease_duration_ms);
    }
    if (written_ms >= 0) { /* by two wall clocks */
        (void)duration_text(age, written_ms < now_ms ? now_ms - written_ms : 0);
    }
    (void)printf("%s  %-*s  %*s  %*s  %*s  %s\n",
                 fit(lock_field, id_text(name, sizeof(name), &lock->id), widths->lock, widths),
                 STATE_COLUMNS, state_word(&lock->info, lock->stale), TOKEN_COLUMNS, token,
                 LEASE_COLUMNS, lease, LEASE_COLUMNS, age,
                 trim(fit(owner_field, lock->defect != NULL ? lock->defect : lock->info.owner,
                          widths->owner, widths)));
}

static void print_names(const struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++) {
        char text[KEY_TEXT_SIZE];
        char escaped[4 * KEY_TEXT_SIZE];
        size_t size = key_text(text, &listing->locks[i].id.partition);

        (void)printf("%s\n", escape_bytes(escaped, sizeof(escaped), text, size));
    }
}

static void print_table(const struct listing *listing)
{
    struct widths widths = find_widths();
    char lock[COLUMNS_SIZE];

    if (listing->count == 0) {
        return;
    }
    (void)printf("%s  %-*s  %*s  %*s  %*s  %s\n", columns_fit(lock, "LOCK", widths.lock),
                 STATE_COLUMNS, "STATE", TOKEN_COLUMNS, "TOKEN", LEASE_COLUMNS, "LEASE",
                 LEASE_COLUMNS, "WRITTEN", "OWNER");
    for (size_t i = 0; i < listing->count; i++) {
        print_row(&listing->locks[i], &widths, wall_clock_ms());
    }
}

static void print(const struct list *list, const struct listing *listing)
{
    if (list->names) {
        print_names(listing);
    } else if (!list->json) {
        print_table(listing);
    } else {
        for (size_t i = 0; i < listing->count; i++) {
            const struct listed *lock = &listing->locks[i];

            lock_json_print(stdout, &lock->id, &lock->info, lock->defect, list->stale ? 1 : -1);
        }
    }
}

static ddblock_status list_locks(struct list *list, ddblock_store *store, ddblock_error *error)
{
    struct listing listing = {0};
    size_t unknown = 0;
    ddblock_status status;

    list->filter.expiring = list->stale;
    list->filter.limit = list->stale ? 0 : (size_t)list->limit;
    status = listing_read(&listing, store, &list->filter, error);
    if (status == DDBLOCK_OK && list->stale) {
        status = listing_keep_stale(&listing, store, list->patience_ms, &unknown, error);
        if (list->limit > 0) {
            listing_cut(&listing, (size_t)list->limit);
        }
    }
    print(list, &listing);
    if (unknown > 0) {
        say("%zu %s not watched, as %s longer than --patience", unknown,
            unknown == 1 ? "lock was" : "locks were",
            unknown == 1 ? "its lease is" : "their leases are");
    }
    listing_finish(&listing);
    return status;
}

int command_list(int argc, char **argv)
{
    struct list list = {.patience_ms = 60 * 1000};
    struct place place;
    struct options options;
    ddblock_store *store = NULL;
    ddblock_error error = {0};
    bool help = false;
    ddblock_status status;

    options_init(&options, list_options, argc, argv);
    status = parse(&list, &place, &options, &help, &error);
    if (status == DDBLOCK_OK && help) {
        print_help();
        return EXIT_DONE;
    }
    if (status != DDBLOCK_OK) {
        return options_fail(&options, &error);
    }
    if (place_open_to_look(&place, &store, &error) != DDBLOCK_OK) {
        return fail_to_open(&error);
    }
    status = list_locks(&list, store, &error);
    ddblock_store_close(store);
    return status == DDBLOCK_OK ? EXIT_DONE : fail_with(&error);
}
