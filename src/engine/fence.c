/* fence.c - what a program puts into its own transactions, to write only while it holds a lock. */
#include "engine/fence.h"

#include <assert.h>
#include <stdlib.h>

#include "base/status.h"
#include "engine/lock.h"
#include "engine/lock_task.h"
#include "store/dynamodb.h"
#include "store/dynamodb_fence.h"

/* An id of 3 KiB, which JSON may write six times as long, and that twice; the rest is short. */
enum { FENCE_SIZE_MAX = 64 * 1024 };

/* Takes the next text, and moves behind it. */
static const char *next_text(const char **text)
{
    const char *this = *text;

    *text += strlen(this) + 1;
    return this;
}

/* A fence, with its texts behind it. NULL if there is no memory. */
static ddblock_fence *fence_from(struct bytes texts)
{
    ddblock_fence *fence = malloc(sizeof(*fence) + texts.size);
    const char *text;

    if (fence == NULL) {
        return NULL;
    }
    text = (const char *)(fence + 1);
    memcpy(fence + 1, texts.data, texts.size);
    fence->element = next_text(&text);
    fence->table_name = next_text(&text);
    fence->key = next_text(&text);
    fence->condition_expression = next_text(&text);
    fence->expression_attribute_names = next_text(&text);
    fence->expression_attribute_values = next_text(&text);
    assert(text == (const char *)(fence + 1) + texts.size);
    return fence;
}

ddblock_status fence_create(const struct ddblock_lock *lock, ddblock_fence **ret_fence,
                            ddblock_error *error)
{
    const struct dynamodb_table *table = dynamodb_store_table(lock->engine->store);
    uint64_t token = lock_token(lock);
    ddblock_fence *fence;
    struct buffer texts;
    ddblock_status status;

    if (table == NULL) {
        return status_set(error, DDBLOCK_INVALID,
                          "a fence is for locks in DynamoDB; give the fencing token to other "
                          "resources");
    }
    if (token == 0) {
        return status_set(error, DDBLOCK_INVALID,
                          "the lock has no fencing token: it was not acquired, or it fails closed");
    }
    buffer_init(&texts, FENCE_SIZE_MAX);
    status = dynamodb_fence_write(table, lock->id, token, &texts, error);
    if (status == DDBLOCK_OK) {
        fence = fence_from(buffer_bytes(&texts));
        if (fence != NULL) {
            *ret_fence = fence;
        } else {
            status = status_set(error, DDBLOCK_NO_MEMORY, "no memory for a fence");
        }
    }
    buffer_finish(&texts);
    return status;
}
