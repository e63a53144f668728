/* errand_task.h - looking at a lock or at many, and breaking one, waited for. */
#ifndef ENGINE_ERRAND_TASK_H
#define ENGINE_ERRAND_TASK_H

#include "engine/engine.h"

/* Statuses as for ddblock_show. */
ddblock_status errand_show(struct ddblock_store *engine, const ddblock_id *id,
                           ddblock_info *ret_info, ddblock_error *error);

/* Fills a page. Statuses as for ddblock_list_next. */
ddblock_status errand_list(struct ddblock_store *engine, struct page *page, ddblock_error *error);

/* Statuses as for ddblock_break. */
ddblock_status errand_break(struct ddblock_store *engine, const ddblock_id *id,
                            const ddblock_info *shown, ddblock_error *error);

#endif
