/* What the simulator does is what the model may do: the moves of all its machines are moves of
 * model/moves.pml, and in each state the requests under way are those of model/client.pml. */
#include "support/testing.h"

#include "core/machine_parts.h"
#include "sim/world.h"

enum { SEEDS = 2000, MODEL_BYTES_MAX = 16 * 1024 };

/* As moves.pml names them. */
static const char *const names[STATES] = {
    [STATE_IDLE] = "IDLE",
    [STATE_QUEUED] = "QUEUED",
    [STATE_ACQUIRING] = "ACQUIRING",
    [STATE_READING_BACK] = "READING_BACK",
    [STATE_WATCHING] = "WATCHING",
    [STATE_POLLING] = "POLLING",
    [STATE_PAUSING] = "PAUSING",
    [STATE_HELD] = "HELD",
    [STATE_RENEWING] = "RENEWING",
    [STATE_CHECKING] = "CHECKING",
    [STATE_RELEASING] = "RELEASING",
    [STATE_CONFIRMING] = "CONFIRMING",
    [STATE_RELEASE_WAIT] = "RELEASE_WAIT",
    [STATE_LOST] = "LOST",
    [STATE_SWEEPING] = "SWEEPING",
    [STATE_SWEEP_WAIT] = "SWEEP_WAIT",
    [STATE_ENDED] = "ENDED",
};

#define KIND(kind) (1U << REQUEST_##kind)

/* What the model has under way in each state: C.under_way, set by send() beside each MOVE. */
static const uint32_t under_way[STATES] = {
    [STATE_IDLE] = KIND(NONE),
    [STATE_QUEUED] = KIND(NONE),
    [STATE_ACQUIRING] = KIND(ACQUIRE) | KIND(TAKE_OVER) | KIND(ACQUIRE_CLOSED),
    [STATE_READING_BACK] = KIND(READ_LATEST),
    [STATE_WATCHING] = KIND(NONE),
    [STATE_POLLING] = KIND(READ),
    [STATE_PAUSING] = KIND(NONE),
    [STATE_HELD] = KIND(NONE),
    [STATE_RENEWING] = KIND(RENEW),
    [STATE_CHECKING] = KIND(READ_LATEST),
    [STATE_RELEASING] = KIND(RELEASE) | KIND(RELEASE_CLOSED),
    [STATE_CONFIRMING] = KIND(READ_LATEST),
    [STATE_RELEASE_WAIT] = KIND(NONE),
    [STATE_LOST] = KIND(NONE) | KIND(RENEW) | KIND(READ_LATEST),
    [STATE_SWEEPING] = KIND(RELEASE_CLOSED),
    [STATE_SWEEP_WAIT] = KIND(NONE),
    [STATE_ENDED] = KIND(NONE),
};

static char model[MODEL_BYTES_MAX];
static struct coverage seen;

static void read_model(void)
{
    FILE *file = fopen(DDBLOCK_SOURCE_DIR "/model/moves.pml", "r");
    size_t size;

    assert_non_null(file);
    size = fread(model, 1, sizeof(model) - 1, file);
    (void)fclose(file);
    assert_in_range(size, 1000, sizeof(model) - 2);
    model[size] = '\0';
}

/* Whether a text like moves.pml has the move: "#define INTO_to (FROM(from) || …", in lines that
 * a backslash joins. */
static bool has_move(const char *text, enum machine_state from, enum machine_state to)
{
    char define[64];
    char word[64];
    const char *begin;
    const char *end;
    const char *found;

    (void)snprintf(define, sizeof(define), "#define INTO_%s ", names[to]);
    (void)snprintf(word, sizeof(word), "FROM(%s)", names[from]);
    begin = strstr(text, define);
    if (begin == NULL) {
        return false;
    }
    end = strchr(begin, '\n');
    while (end != NULL && end[-1] == '\\') {
        end = strchr(end + 1, '\n');
    }
    found = strstr(begin, word);
    return found != NULL && end != NULL && found < end;
}

/* How many of the moves the model lacks. */
static size_t foreign_moves(const char *text, uint64_t moves, bool tell)
{
    const struct transition *move;
    size_t count = 0;

    for (size_t row = 0; (move = transition_row(row)) != NULL; row++) {
        if ((moves >> row & 1) && !has_move(text, move->from, move->to)) {
            count++;
            if (tell) {
                print_error("no move of the model: %s to %s\n", names[move->from], names[move->to]);
            }
        }
    }
    return count;
}

static size_t count_bits(uint64_t bits)
{
    size_t count = 0;

    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

static size_t count_rows(void)
{
    size_t rows = 0;

    while (transition_row(rows) != NULL) {
        rows++;
    }
    return rows;
}

static int run_seeds(void **state)
{
    (void)state;
    read_model();
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct world_options options = {.seed = seed};
        struct coverage coverage;

        memset(options.enabled, true, sizeof(options.enabled));
        assert_int_equal(world_run(&options, &coverage).promise, 0);
        coverage_add(&seen, &coverage);
    }
    return 0;
}

static void the_moves_made_are_those_of_the_model(void **state)
{
    (void)state;
    assert_int_equal(foreign_moves(model, seen.moves, true), 0);
    /* And all of them are made: a comparison with little would say little. */
    assert_int_equal(count_bits(seen.moves), count_rows());
}

static void requests_are_under_way_where_the_model_has_them(void **state)
{
    (void)state;
    for (int i = 0; i < STATES; i++) {
        if ((seen.under_way[i] & ~under_way[i]) != 0) {
            fail_msg("%s: requests %x are under way, but in the model only %x", names[i],
                     seen.under_way[i], under_way[i]);
        }
        assert_int_equal(seen.under_way[i] != 0, i != STATE_IDLE);
    }
}

/* A move that is taken out of the model is missed, whichever it is that was made. */
static void a_planted_move_is_found(void **state)
{
    const struct transition *move;

    (void)state;
    for (size_t row = 0; (move = transition_row(row)) != NULL; row++) {
        char planted[MODEL_BYTES_MAX];
        char define[64];
        char word[64];

        memcpy(planted, model, sizeof(planted));
        (void)snprintf(define, sizeof(define), "#define INTO_%s ", names[move->to]);
        (void)snprintf(word, sizeof(word), "FROM(%s)", names[move->from]);
        strstr(strstr(planted, define), word)[0] = 'X';
        assert_int_equal(foreign_moves(planted, seen.moves, false), seen.moves >> row & 1);
    }
    assert_false(has_move(model, STATE_HELD, STATE_POLLING));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_moves_made_are_those_of_the_model),
        cmocka_unit_test(requests_are_under_way_where_the_model_has_them),
        cmocka_unit_test(a_planted_move_is_found),
    };

    return cmocka_run_group_tests(tests, run_seeds, NULL);
}
