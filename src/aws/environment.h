/* environment.h - the environment's variables, which tests replace by their own. */
#ifndef AWS_ENVIRONMENT_H
#define AWS_ENVIRONMENT_H

struct environment {
    const char *(*get)(void *user, const char *name); /* NULL: it is not set */
    void *user;
};

/* That of this process. A program with more rights than its caller sees it as empty. */
extern const struct environment environment_of_process;

/* The variable's value; NULL if it is not set or empty, which AWS's tools do not tell apart.
 * Copy what is to be kept. */
const char *environment_get(const struct environment *environment, const char *name);

#endif
