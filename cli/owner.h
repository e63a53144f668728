/* owner.h - who we are, for people who look at a lock. */
#ifndef CLI_OWNER_H
#define CLI_OWNER_H

/* The library: an owner has 1 to 255 bytes. */
enum { OWNER_SIZE = 256 };

/* Writes "ddblock@VERSION_USER@HOST", as the library would by itself; the tool must know it
 * to tell the command. Returns target, which has OWNER_SIZE bytes. */
char *owner_default(char *target);

#endif
