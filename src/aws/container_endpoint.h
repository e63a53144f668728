/* container_endpoint.h - where a container's credentials are to be had. */
#ifndef AWS_CONTAINER_ENDPOINT_H
#define AWS_CONTAINER_ENDPOINT_H

#include "wire/url.h"

enum { CONTAINER_PATH_SIZE_MAX = 2048 };

struct container_endpoint {
    struct url url;
    char path[CONTAINER_PATH_SIZE_MAX + 1];
};

/* From AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: a path at ECS's own address.
 *
 * Returns NULL, or what is wrong with it, as a clause that quotes nothing. */
const char *container_endpoint_relative(const char *path, struct container_endpoint *ret_endpoint);

/* From AWS_CONTAINER_CREDENTIALS_FULL_URI: https, or http at this host or at the addresses of
 * ECS and EKS. Anything else would send the authorization token, and take keys, in the
 * clear. */
const char *container_endpoint_full(const char *uri, struct container_endpoint *ret_endpoint);

#endif
