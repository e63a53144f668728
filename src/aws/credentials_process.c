/* credentials_process.c - credentials that a command prints: credential_process.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 *
 * The command is run by /bin/sh, as the SDKs for C, Go, Java and JavaScript do it; the AWS CLI
 * splits it by the rules of a shell and runs it without one. A line that works for all of them is
 * a path and arguments, quoted where they hold spaces. It comes from a file that only its user
 * can write, and may do what the user may. */
#include "aws/credentials_process.h"

#include "aws/credentials_json.h"
#include "aws/process.h"
#include "base/clock.h"
#include "base/status.h"

enum { OUTPUT_SIZE_MAX = 64 * 1024 };

ddblock_status credentials_process_get(const char *command, int64_t timeout_ms, const char *source,
                                       struct credentials **ret_credentials, ddblock_error *error)
{
    struct credentials *credentials = NULL;
    ddblock_error reason = {0};
    struct buffer output;
    ddblock_status status;

    buffer_init(&output, OUTPUT_SIZE_MAX);
    status = process_run(command, timeout_ms, &output, &reason);
    if (status != DDBLOCK_OK) {
        (void)status_set(error, status, "%s %s", source, reason.message);
    } else {
        status = credentials_json_read(buffer_bytes(&output), CREDENTIALS_JSON_PROCESS, source,
                                       &credentials, error);
    }
    buffer_finish(&output);
    if (status == DDBLOCK_OK && credentials->expires_unix_ms >= 0 &&
        credentials->expires_unix_ms <= clock_wall_ms()) {
        status = status_set(error, DDBLOCK_NO_CREDENTIALS, "%s gives credentials that have expired",
                            source);
        credentials_destroy(credentials);
    } else if (status == DDBLOCK_OK) {
        *ret_credentials = credentials;
    }
    return status;
}
