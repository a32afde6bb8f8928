#include "base/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

static bool parse_number(const char *text, unsigned long max, unsigned long *ret)
{
    unsigned long value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned long)(*text - '0');
        if (value > max)
            return false;
    }
    *ret = value;
    return true;
}

static bool parse_host(char *host, struct td_addr *addr)
{
    if (inet_pton(AF_INET, host, addr->octets) == 1) {
        addr->family = 4;
        return true;
    }
    char *scope = strchr(host, '%');
    if (scope != NULL) {
        *scope++ = '\0';
        unsigned long index = if_nametoindex(scope);
        if (index == 0 && !parse_number(scope, UINT32_MAX, &index))
            return false;
        addr->scope = (uint32_t)index;
    }
    if (inet_pton(AF_INET6, host, addr->octets) != 1)
        return false;
    addr->family = 6;
    if (memcmp(addr->octets, mapped_prefix, sizeof(mapped_prefix)) == 0) {
        memmove(addr->octets, addr->octets + 12, 4);
        memset(addr->octets + 4, 0, 12);
        addr->family = 4;
    }
    return true;
}

/* Cut "HOST", "HOST@PORT", "V4:PORT" or "[V6]:PORT" in place; *ret_port is NULL without one. */
static bool split_port(char *text, char **ret_host, char **ret_port)
{
    char *port = strchr(text, '@');

    *ret_host = text;
    *ret_port = NULL;
    if (text[0] == '[') {
        char *end = strchr(text, ']');
        if (end == NULL)
            return false;
        *end++ = '\0';
        *ret_host = text + 1;
        if (*end == '\0')
            return true;
        if (*end != ':' && *end != '@')
            return false;
        *ret_port = end + 1;
        return true;
    }
    if (port == NULL) {
        port = strchr(text, ':');
        if (port != NULL && strchr(port + 1, ':') != NULL)
            port = NULL; /* two colons: IPv6 */
    }
    if (port != NULL) {
        *port = '\0';
        *ret_port = port + 1;
    }
    return true;
}

td_err td_addr_parse(const char *text, uint16_t port_default, struct td_addr *ret_addr)
{
    char copy[TD_ADDR_TEXT_SIZE + 32];
    char *host;
    char *port;
    unsigned long number = port_default;
    struct td_addr addr = { .port = 0 };

    size_t size = strlen(text) + 1;

    if (size > sizeof(copy))
        return TD_E_MALFORMED;
    memcpy(copy, text, size);
    if (!split_port(copy, &host, &port) || !parse_host(host, &addr))
        return TD_E_MALFORMED;
    if (port != NULL && !parse_number(port, UINT16_MAX, &number))
        return TD_E_MALFORMED;
    addr.port = (uint16_t)number;
    *ret_addr = addr;
    return TD_OK;
}

static void mask_octets(uint8_t *octets, unsigned length)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned keep = length > i * 8 ? length - i * 8 : 0;
        if (keep < 8)
            octets[i] = (uint8_t)(octets[i] & (0xFF00u >> keep));
    }
}

td_err td_prefix_parse(const char *text, struct td_prefix *ret_prefix)
{
    char copy[TD_ADDR_TEXT_SIZE];
    struct td_addr addr = { .port = 0 };

    size_t size = strlen(text) + 1;

    if (size > sizeof(copy))
        return TD_E_MALFORMED;
    memcpy(copy, text, size);
    char *slash = strchr(copy, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!parse_host(copy, &addr))
        return TD_E_MALFORMED;

    unsigned long whole = addr.family == 4 ? 32 : 128;
    unsigned long length = whole;
    if (slash != NULL && !parse_number(slash + 1, whole, &length))
        return TD_E_MALFORMED;

    struct td_prefix prefix = { .family = addr.family, .length = (uint8_t)length };
    memcpy(prefix.octets, addr.octets, 16);
    mask_octets(prefix.octets, (unsigned)length);
    if (memcmp(prefix.octets, addr.octets, 16) != 0)
        return TD_E_INVALID;
    *ret_prefix = prefix;
    return TD_OK;
}

td_err td_addr_from_sockaddr(const struct sockaddr *sa, struct td_addr *ret_addr)
{
    struct td_addr addr = { .port = 0 };

    if (sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof(in));
        memcpy(addr.octets, &in.sin_addr, 4);
        addr.port = ntohs(in.sin_port);
        addr.family = 4;
    } else if (sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, sa, sizeof(in6));
        addr.port = ntohs(in6.sin6_port);
        if (memcmp(&in6.sin6_addr, mapped_prefix, sizeof(mapped_prefix)) == 0) {
            memcpy(addr.octets, (const uint8_t *)&in6.sin6_addr + 12, 4);
            addr.family = 4;
        } else {
            memcpy(addr.octets, &in6.sin6_addr, 16);
            addr.family = 6;
            addr.scope = in6.sin6_scope_id;
        }
    } else {
        return TD_E_UNSUPPORTED;
    }
    *ret_addr = addr;
    return TD_OK;
}

socklen_t td_addr_to_sockaddr(const struct td_addr *addr, struct sockaddr_storage *ret_sa)
{
    memset(ret_sa, 0, sizeof(*ret_sa));
    if (addr->family == 4) {
        struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(addr->port) };
        memcpy(&in.sin_addr, addr->octets, 4);
        memcpy(ret_sa, &in, sizeof(in));
        return sizeof(in);
    }
    td_assert(addr->family == 6);
    struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(addr->port) };
    memcpy(&in6.sin6_addr, addr->octets, 16);
    in6.sin6_scope_id = addr->scope;
    memcpy(ret_sa, &in6, sizeof(in6));
    return sizeof(in6);
}

char *td_addr_format(const struct td_addr *addr, char *out)
{
    if (addr->family == 0)
        memcpy(out, "-", 2);
    else
        inet_ntop(addr->family == 4 ? AF_INET : AF_INET6, addr->octets, out, TD_ADDR_TEXT_SIZE);
    return out;
}

char *td_addr_format_port(const struct td_addr *addr, char *out)
{
    td_addr_format(addr, out);
    size_t at = strlen(out);
    snprintf(out + at, TD_ADDR_TEXT_SIZE - at, "@%u", addr->port);
    return out;
}

bool td_addr_same_host(const struct td_addr *a, const struct td_addr *b)
{
    return a->family == b->family && memcmp(a->octets, b->octets, 16) == 0;
}

bool td_addr_equal(const struct td_addr *a, const struct td_addr *b)
{
    return td_addr_same_host(a, b) && a->port == b->port;
}

struct td_prefix td_prefix_of_host(const struct td_addr *addr)
{
    struct td_prefix prefix = { .family = addr->family, .length = addr->family == 4 ? 32 : 128 };

    memcpy(prefix.octets, addr->octets, sizeof(prefix.octets));
    return prefix;
}

bool td_prefix_contains(const struct td_prefix *prefix, const struct td_addr *addr)
{
    unsigned whole = prefix->length / 8;
    unsigned rest = prefix->length % 8;

    if (prefix->family != addr->family || memcmp(prefix->octets, addr->octets, whole) != 0)
        return false;
    return rest == 0 ||
           ((prefix->octets[whole] ^ addr->octets[whole]) & (0xFF00u >> rest) & 0xFF) == 0;
}

bool td_addr_is_any(const struct td_addr *addr)
{
    static const uint8_t zero[16];

    return addr->family != 0 && memcmp(addr->octets, zero, 16) == 0;
}

bool td_addr_is_private(const struct td_addr *addr)
{
    static const struct td_prefix prefixes[] = {
        { .family = 4, .octets = { 10 }, .length = 8 },
        { .family = 4, .octets = { 100, 64 }, .length = 10 },
        { .family = 4, .octets = { 127 }, .length = 8 },
        { .family = 4, .octets = { 169, 254 }, .length = 16 },
        { .family = 4, .octets = { 172, 16 }, .length = 12 },
        { .family = 4, .octets = { 192, 168 }, .length = 16 },
        { .family = 6, .octets = { [15] = 1 }, .length = 128 },
        { .family = 6, .octets = { 0xFC }, .length = 7 },
        { .family = 6, .octets = { 0xFE, 0x80 }, .length = 10 },
    };

    for (size_t i = 0; i < TD_COUNT(prefixes); i++)
        if (td_prefix_contains(&prefixes[i], addr))
            return true;
    return false;
}
