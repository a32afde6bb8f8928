/*
 * base/addr.h - IP addresses, ports and prefixes.
 *
 * Shape    an IPv4 address fills the first 4 octets; the rest is zero. An IPv4-mapped
 *          IPv6 address is read as IPv4. Ports are in host order.
 * Floor    0.
 * Threads  Pure.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

enum { TD_ADDR_TEXT_SIZE = 64 };

struct td_addr {
    uint8_t octets[16];
    uint32_t scope; /* IPv6 interface index; 0: none */
    uint16_t port;  /* 0: none */
    uint8_t family; /* 4 or 6; 0: no address */
};

struct td_prefix {
    uint8_t octets[16]; /* bits behind the length are zero */
    uint8_t family;     /* 4 or 6 */
    uint8_t length;     /* 0..32 or 0..128 */
};

/*
 * "192.0.2.1", "192.0.2.1:53", "192.0.2.1@53", "2001:db8::1", "[2001:db8::1]:53",
 * "2001:db8::1@53". Without a port `port_default` is taken.
 * TD_E_MALFORMED  not an address.
 */
TD_NODISCARD td_err td_addr_parse(const char *text, uint16_t port_default,
                                  struct td_addr *ret_addr);

/* "192.0.2.0/24", or a bare address (whole length). Set host bits are TD_E_INVALID. */
TD_NODISCARD td_err td_prefix_parse(const char *text, struct td_prefix *ret_prefix);

/* TD_E_UNSUPPORTED: neither AF_INET nor AF_INET6. */
TD_NODISCARD td_err td_addr_from_sockaddr(const struct sockaddr *sa, struct td_addr *ret_addr);

/* Returns the size of the sockaddr written. */
socklen_t td_addr_to_sockaddr(const struct td_addr *addr, struct sockaddr_storage *ret_sa);

/* "192.0.2.1" or "2001:db8::1"; returns `out`, of TD_ADDR_TEXT_SIZE octets. */
char *td_addr_format(const struct td_addr *addr, char *out);
/* "192.0.2.1@53"; returns `out`, of TD_ADDR_TEXT_SIZE octets. */
char *td_addr_format_port(const struct td_addr *addr, char *out);

/* Same family and octets; ports are not looked at. */
bool td_addr_same_host(const struct td_addr *a, const struct td_addr *b);
bool td_addr_equal(const struct td_addr *a, const struct td_addr *b);

/* The prefix of this one host. */
struct td_prefix td_prefix_of_host(const struct td_addr *addr);
bool td_prefix_contains(const struct td_prefix *prefix, const struct td_addr *addr);

/* Is it 0.0.0.0 or ::? */
bool td_addr_is_any(const struct td_addr *addr);

/*
 * Can nobody on the internet mean this host by it? Loopback, link-local, private (RFC 1918), shared
 * (6598), unique local (4193).
 */
bool td_addr_is_private(const struct td_addr *addr);
