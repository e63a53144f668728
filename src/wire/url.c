/* url.c - the URL of an endpoint, taken apart. */
#include "wire/url.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>

enum { LABEL_SIZE_MAX = 63, PORT_DIGITS_MAX = 5 };

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Where the first of these bytes lies, or the size if there is none. */
static size_t find(struct bytes text, const char *any_of)
{
    size_t i = 0;

    while (i < text.size && strchr(any_of, text.data[i]) == NULL) {
        i++;
    }
    return i;
}

static struct bytes skip(struct bytes text, size_t size)
{
    assert(size <= text.size);
    return bytes_from(text.data + size, text.size - size);
}

/* Takes the prefix off, whatever its case (RFC 3986 section 3.1). */
static bool take_prefix(struct bytes *text, const char *prefix)
{
    size_t size = strlen(prefix);

    if (text->size < size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (lower(text->data[i]) != (uint8_t)prefix[i]) {
            return false;
        }
    }
    *text = skip(*text, size);
    return true;
}

/* A name: labels of letters, digits, hyphens and, for the sake of container networks,
 * underscores, with dots between them. */
static bool is_name(const char *host)
{
    size_t label = 0;

    for (const char *c = host; *c != '\0'; c++) {
        if (*c == '.') {
            if (label == 0) {
                return false;
            }
            label = 0;
        } else {
            bool known =
                (*c >= 'a' && *c <= 'z') || is_digit((uint8_t)*c) || *c == '-' || *c == '_';

            label++;
            if (!known || label > LABEL_SIZE_MAX) {
                return false;
            }
        }
    }
    return label > 0;
}

/* True if the last label is a number: such a host is an IPv4 address or a mistake, which
 * getaddrinfo() would read in its own way ("127.1", "0x7f.1"). The same rule as in
 * https://url.spec.whatwg.org/#ends-in-a-number-checker. */
static bool ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot != NULL ? dot + 1 : host;

    if (last[0] == '0' && last[1] == 'x') {
        return true;
    }
    return last[0] != '\0' && strspn(last, "0123456789") == strlen(last);
}

/* Copies the host into url->host in small letters. False if it does not fit or holds NUL. */
static bool copy_host(struct bytes text, struct url *url)
{
    if (text.size == 0 || text.size > URL_HOST_SIZE_MAX) {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\0') {
            return false;
        }
        url->host[i] = (char)lower(text.data[i]);
    }
    url->host[text.size] = '\0';
    return true;
}

/* Reads the host at the start of the text and takes it off. */
static const char *take_host(struct bytes *text, struct url *url, bool *ret_brackets)
{
    struct in6_addr address6;
    struct in_addr address;
    bool brackets = text->size > 0 && text->data[0] == '[';
    size_t end = find(*text, brackets ? "]" : ":/");

    if (brackets) {
        /* inet_pton() refuses zones ("%eth0"): they mean something on one machine only. */
        if (end == text->size || !copy_host(bytes_from(text->data + 1, end - 1), url) ||
            inet_pton(AF_INET6, url->host, &address6) != 1) {
            return "has no well-formed IPv6 address between its brackets";
        }
        *text = skip(*text, end + 1);
    } else {
        if (end == 0) {
            return "names no host";
        }
        if (!copy_host(bytes_from(text->data, end), url) || !is_name(url->host) ||
            (ends_in_number(url->host) && inet_pton(AF_INET, url->host, &address) != 1)) {
            return "has a host that is neither a name nor an address";
        }
        *text = skip(*text, end);
    }
    *ret_brackets = brackets;
    return NULL;
}

/* Reads ":PORT" at the start of the text, if it is there, and takes it off. */
static const char *take_port(struct bytes *text, struct url *url)
{
    unsigned port = 0;
    size_t digits = 0;

    url->port = url->tls ? 443 : 80;
    if (text->size == 0 || text->data[0] != ':') {
        return NULL;
    }
    *text = skip(*text, 1);
    while (digits < text->size && digits < PORT_DIGITS_MAX && is_digit(text->data[digits])) {
        port = port * 10 + text->data[digits] - '0';
        digits++;
    }
    if (port < 1 || port > UINT16_MAX || text->data[0] == '0' ||
        (digits < text->size && text->data[digits] != '/')) {
        return "has a port that is no number from 1 to 65535";
    }
    *text = skip(*text, digits);
    url->port = (uint16_t)port;
    return NULL;
}

/* What must not stand anywhere in it. */
static const char *check_characters(struct bytes text)
{
    if (text.size > URL_SIZE_MAX) {
        return "is longer than 2048 characters";
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= 0x20 || text.data[i] >= 0x7F) {
            return "holds a space, a line break or another character that no URL has";
        }
    }
    if (find(text, "@") < text.size) {
        return "holds a user name or password; an endpoint has none";
    }
    if (find(text, "?#") < text.size) {
        return "holds a query or fragment; an endpoint has none";
    }
    return NULL;
}

static void set_authority(struct url *url, bool brackets)
{
    int length =
        snprintf(url->authority, sizeof(url->authority), brackets ? "[%s]" : "%s", url->host);

    assert(length > 0);
    if (url->port != (url->tls ? 443 : 80)) {
        (void)snprintf(url->authority + length, sizeof(url->authority) - (size_t)length, ":%u",
                       (unsigned)url->port);
    }
    (void)snprintf(url->origin, sizeof(url->origin), "%s%s", url->tls ? "https://" : "http://",
                   url->authority);
}

const char *url_parse(struct bytes text, struct url *ret_url)
{
    struct url url = {0};
    const char *reason = check_characters(text);
    bool brackets = false;

    if (reason != NULL) {
        return reason;
    }
    url.tls = take_prefix(&text, "https://");
    if (!url.tls && !take_prefix(&text, "http://")) {
        return "does not begin with http:// or https://";
    }
    reason = take_host(&text, &url, &brackets);
    if (reason == NULL) {
        reason = take_port(&text, &url);
    }
    if (reason != NULL) {
        return reason;
    }
    if (text.size > 0 && !bytes_equal_string(text, "/")) {
        return "holds a path; an endpoint ends after host and port";
    }

    set_authority(&url, brackets);
    *ret_url = url;
    return NULL;
}
