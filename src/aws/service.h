/* service.h - the services of AWS that give credentials: STS and IAM Identity Center (SSO). */
#ifndef AWS_SERVICE_H
#define AWS_SERVICE_H

#include "aws/config.h"
#include "aws/region.h"
#include "aws/settings.h"
#include "base/buffer.h"
#include "net/http_fetch.h"
#include "wire/url.h"

enum aws_service { AWS_SERVICE_STS, AWS_SERVICE_SSO, AWS_SERVICE_SSO_OIDC };

/* What of a credentials request stays the same from service to service. */
enum {
    AWS_SERVICE_CONNECT_TIMEOUT_MS = 3000,
    /* STS answers in some 100 ms; one that takes longer is better asked anew. */
    AWS_SERVICE_TIMEOUT_MS = 10000,
    /* A session token of at most 16 KiB, and as much for the rest. */
    AWS_SERVICE_REPLY_SIZE_MAX = 32 * 1024,
    AWS_SERVICE_TRIES = 3,
};

/* Finds where a service is: AWS_ENDPOINT_URL_STS (…), AWS_ENDPOINT_URL, the profile's services
 * section, its endpoint_url, else AWS's rules for the region. config may be NULL.
 *
 * Returns DDBLOCK_INVALID for a URL that is none. */
ddblock_status aws_service_url(const struct aws_settings *settings, const struct aws_config *config,
                               const char *profile, enum aws_service service, const char *region,
                               struct url *ret_url, ddblock_error *error);

/* The region of STS: that of the options and the environment, else the profile's, else
 * us-east-1 (where the global STS is). config may be NULL.
 *
 * Returns DDBLOCK_INVALID if that is no region. */
ddblock_status aws_service_region(const struct aws_settings *settings,
                                  const struct aws_config *config, const char *profile,
                                  char ret_region[REGION_SIZE_MAX + 1], ddblock_error *error);

/* The file of CA certificates for it; NULL: the system's. */
const char *aws_service_ca_file(const struct aws_settings *settings,
                                const struct aws_config *config, const char *profile);

/* http_fetch(), up to so many times: as long as there is no reply, or one that says to come
 * again (429, 5xx). For requests that may be carried out twice. */
enum http_result aws_service_fetch(const struct http_fetch *request, int tries, int *ret_status,
                                   struct buffer *body, ddblock_error *error);

#endif
