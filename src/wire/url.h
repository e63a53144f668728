/* url.h - the URL of an endpoint, taken apart.
 *
 * Stricter than RFC 3986: an endpoint is a scheme, a host and a port, and whatever else
 * stands in the text is a mistake that must show, not be sent somewhere. */
#ifndef WIRE_URL_H
#define WIRE_URL_H

#include "base/bytes.h"

enum {
    /* Longer than any host can be; what is longer still was not meant as an endpoint. */
    URL_SIZE_MAX = 2048,
    /* A name has at most 253 characters (RFC 1035 section 2.3.4, in text), an IPv6 address 45. */
    URL_HOST_SIZE_MAX = 253,
    /* Two brackets, a colon, five digits. */
    URL_AUTHORITY_SIZE_MAX = URL_HOST_SIZE_MAX + 8,
};

struct url {
    bool tls;                                   /* https */
    uint16_t port;                              /* 1 … 65535 */
    char host[URL_HOST_SIZE_MAX + 1];           /* in small letters; IPv6 without its brackets */
    char authority[URL_AUTHORITY_SIZE_MAX + 1]; /* the Host header: host, and the port unless it is
                                                   the scheme's own; IPv6 in brackets */
    char origin[URL_AUTHORITY_SIZE_MAX + 9];    /* scheme and authority, no slash at the end */
};

/* Takes a URL apart.
 *
 * Returns NULL if it is well-formed. Otherwise *ret_url is left alone and the reason comes
 * back, to stand after the name of the setting: "is longer than 2048 characters" say. It
 * does not quote the text, which may hold a password. */
const char *url_parse(struct bytes text, struct url *ret_url);

#endif
