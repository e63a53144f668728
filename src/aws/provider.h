/* provider.h - gets keys from a source, which may take its time, on a thread of its own.
 *
 * The thread starts when keys are first asked for, asks the source once at a time, and again
 * before the keys expire (refresh.h). Nobody ever waits in here. Keys that have come are fetched by
 * the caller's thread, and are its own from then on. */
#ifndef AWS_PROVIDER_H
#define AWS_PROVIDER_H

#include "aws/credentials.h"
#include "aws/refresh.h"

struct provider;

/* Told from the provider's thread that something has changed. Must not block. */
typedef void (*provider_changed)(void *user);

/* What has come of asking, told once. */
enum provider_news {
    PROVIDER_NOTHING,
    PROVIDER_KEYS,
    PROVIDER_FAILURE, /* the source had none, or could not be asked */
};

/* Takes the source over, also where there is no memory: then NULL. Starts nothing. */
struct provider *provider_create(struct credentials_source *source);

/* Whom to tell, before the first provider_ask(). */
void provider_notify(struct provider *provider, provider_changed changed, void *user);

/* Asks the source, unless that is going on. */
void provider_ask(struct provider *provider);

/* Asks the source since AWS refuses the keys that it gave last. False if that was tried a moment
 * ago: new ones are not to be had. */
bool provider_force(struct provider *provider);

/* True while the source is being asked because of one of these. */
bool provider_is_asked(struct provider *provider);

/* What has changed since the last call. The keys are the caller's. */
enum provider_news provider_hear(struct provider *provider, struct credentials **ret_credentials,
                                 ddblock_error *ret_failure);

/* Ends it, when the source has answered if it is being asked just now: it may be the program's own
 * code, which must not run on after the store was closed. With forked, in a child of the process:
 * frees what is safe to free. NULL is fine. */
void provider_destroy(struct provider *provider, bool forked);

#endif
