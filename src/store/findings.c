/* findings.c - telling what an examination has found. */
#include "store/findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/status.h"

void findings_tell(struct findings *findings, ddblock_mark mark, ddblock_status status,
                   const char *topic, const char *format, ...)
{
    char message[1024]; /* an error's 508 bytes, or an IAM statement with a long table name */
    ddblock_finding finding = {mark, status, topic, message};
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    if (mark == DDBLOCK_MARK_BAD && findings->first_bad.status == DDBLOCK_OK) {
        (void)status_set(&findings->first_bad, status, "%s: %s", topic, message);
    }
    if (findings->found != NULL) {
        findings->found(findings->user, &finding);
    }
}

void findings_tell_error(struct findings *findings, const char *topic, const ddblock_error *error)
{
    findings_tell(findings, DDBLOCK_MARK_BAD, error->status, topic, "%s", error->message);
}

ddblock_status findings_end(const struct findings *findings, ddblock_error *error)
{
    if (findings->first_bad.status == DDBLOCK_OK) {
        return DDBLOCK_OK;
    }
    return status_set(error, findings->first_bad.status, "%s", findings->first_bad.message);
}
