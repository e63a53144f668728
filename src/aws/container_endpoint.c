/* container_endpoint.c - where a container's credentials are to be had.
 *
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
#include "aws/container_endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>

#define ECS_ADDRESS "169.254.170.2"
#define EKS_ADDRESS "169.254.170.23"

/* fd00:ec2::23, EKS over IPv6 */
static const uint8_t eks_address6[16] = {0xFD, 0, 0x0E, 0xC2, [15] = 0x23};

/* True where http is as good as https: packets to it do not leave the machine. */
static bool is_near(const char *host)
{
    struct in6_addr address6;
    struct in_addr address;

    if (inet_pton(AF_INET, host, &address) == 1) {
        return (ntohl(address.s_addr) >> 24) == 127 || strcmp(host, ECS_ADDRESS) == 0 ||
               strcmp(host, EKS_ADDRESS) == 0;
    }
    if (inet_pton(AF_INET6, host, &address6) == 1) {
        return IN6_IS_ADDR_LOOPBACK(&address6) ||
               memcmp(&address6, eks_address6, sizeof(eks_address6)) == 0;
    }
    return strcmp(host, "localhost") == 0;
}

/* Copies path and query. */
static const char *set_path(struct container_endpoint *endpoint, const char *path)
{
    size_t size = strnlen(path, CONTAINER_PATH_SIZE_MAX + 1);

    if (size > CONTAINER_PATH_SIZE_MAX) {
        return "is longer than 2048 characters";
    }
    for (size_t i = 0; i < size; i++) {
        if (path[i] <= ' ' || path[i] > '~' || path[i] == '#' || path[i] == '\\') {
            return "holds a space, a line break, a fragment or another character that no path has";
        }
    }
    (void)snprintf(endpoint->path, sizeof(endpoint->path), "%s%s", path[0] == '/' ? "" : "/", path);
    return size == CONTAINER_PATH_SIZE_MAX && path[0] != '/' ? "is longer than 2048 characters"
                                                             : NULL;
}

const char *container_endpoint_relative(const char *path, struct container_endpoint *ret_endpoint)
{
    struct container_endpoint endpoint = {0};
    const char *reason;

    if (path[0] != '/') {
        return "does not begin with a slash";
    }
    reason = url_parse(bytes_from_string("http://" ECS_ADDRESS), &endpoint.url);
    if (reason == NULL) {
        reason = set_path(&endpoint, path);
    }
    if (reason == NULL) {
        *ret_endpoint = endpoint;
    }
    return reason;
}

const char *container_endpoint_full(const char *uri, struct container_endpoint *ret_endpoint)
{
    struct container_endpoint endpoint = {0};
    const char *host = strstr(uri, "://");
    const char *path;
    const char *reason;

    if (host == NULL) {
        return "does not begin with http:// or https://";
    }
    path = host + 3 + strcspn(host + 3, "/?#");
    reason = url_parse(bytes_from(uri, (size_t)(path - uri)), &endpoint.url);
    if (reason == NULL) {
        reason = set_path(&endpoint, path);
    }
    if (reason == NULL && !endpoint.url.tls && !is_near(endpoint.url.host)) {
        reason = "must begin with https://, or name a loopback address, " ECS_ADDRESS
                 ", " EKS_ADDRESS " or [fd00:ec2::23]";
    }
    if (reason == NULL) {
        *ret_endpoint = endpoint;
    }
    return reason;
}
