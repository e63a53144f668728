/* suggest.c - which known word was probably meant. */
#include "suggest.h"

#include <string.h>

/* No option or command is half as long; a longer word is no slip of the finger. */
enum { WORD_SIZE_MAX = 32 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, left out, changed or swapped with their neighbour to make
 * one word of the other (the "optimal string alignment" distance). Both are short. */
static size_t distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t rows[3][WORD_SIZE_MAX + 1];
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];

    for (size_t j = 0; j <= b_size; j++) {
        above[j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        size_t *spare = before;

        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
        row = spare;
    }
    return above[b_size];
}

void suggestion_init(struct suggestion *suggestion, const char *word, size_t size)
{
    *suggestion = (struct suggestion){
        .word = word,
        .size = size,
        .distance = size / 3 + 2, /* a third of the letters may be wrong, and one at least */
    };
}

void suggestion_consider(struct suggestion *suggestion, const char *candidate)
{
    size_t size = strlen(candidate);
    size_t far;

    if (suggestion->size > WORD_SIZE_MAX || size > WORD_SIZE_MAX) {
        return;
    }
    far = distance(suggestion->word, suggestion->size, candidate, size);
    /* Two short words have nothing in common when all letters differ. */
    if (far < suggestion->distance && far < size) {
        suggestion->best = candidate;
        suggestion->distance = far;
    }
}
