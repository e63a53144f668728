/* suggest.h - which known word was probably meant by one that is not known. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

struct suggestion {
    const char *word; /* as it was written */
    size_t size;
    const char *best; /* NULL: nothing comes near */
    size_t distance;  /* of best; what is as far or farther does not count */
};

void suggestion_init(struct suggestion *suggestion, const char *word, size_t size);

/* Takes the candidate if it comes nearer than those before. It must stay. */
void suggestion_consider(struct suggestion *suggestion, const char *candidate);

#endif
