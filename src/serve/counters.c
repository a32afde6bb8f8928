#include "serve/counters.h"

#include "base/macros.h"
#include "wire/const.h"
#include "wire/rrtype.h"

const struct td_counter_row serve_counter_rows[SERVE_COUNTER_COUNT] = {
#define X(symbol, metric_name, label_text, help_text)                                              \
    { .metric = metric_name, .labels = label_text, .help = help_text, .kind = TD_COUNTER_TOTAL },
    SERVE_COUNTER_ROWS(X)
#undef X
};

/* Indices are RCODEs and types; 0 is no counter of theirs, so it means "other". */
static const uint8_t by_rcode[] = {
    [WIRE_RCODE_NOERROR] = SERVE_COUNT_NOERROR,   [WIRE_RCODE_FORMERR] = SERVE_COUNT_FORMERR,
    [WIRE_RCODE_SERVFAIL] = SERVE_COUNT_SERVFAIL, [WIRE_RCODE_NXDOMAIN] = SERVE_COUNT_NXDOMAIN,
    [WIRE_RCODE_NOTIMP] = SERVE_COUNT_NOTIMP,     [WIRE_RCODE_REFUSED] = SERVE_COUNT_REFUSED,
    [WIRE_RCODE_YXDOMAIN] = SERVE_COUNT_YXDOMAIN, [WIRE_RCODE_NOTAUTH] = SERVE_COUNT_NOTAUTH,
    [WIRE_RCODE_BADVERS] = SERVE_COUNT_BADVERS,   [WIRE_RCODE_BADCOOKIE] = SERVE_COUNT_BADCOOKIE,
};

static const uint8_t by_type[] = {
    [WIRE_TYPE_A] = SERVE_COUNT_TYPE_A,           [WIRE_TYPE_NS] = SERVE_COUNT_TYPE_NS,
    [WIRE_TYPE_CNAME] = SERVE_COUNT_TYPE_CNAME,   [WIRE_TYPE_SOA] = SERVE_COUNT_TYPE_SOA,
    [WIRE_TYPE_PTR] = SERVE_COUNT_TYPE_PTR,       [WIRE_TYPE_MX] = SERVE_COUNT_TYPE_MX,
    [WIRE_TYPE_TXT] = SERVE_COUNT_TYPE_TXT,       [WIRE_TYPE_AAAA] = SERVE_COUNT_TYPE_AAAA,
    [WIRE_TYPE_SRV] = SERVE_COUNT_TYPE_SRV,       [WIRE_TYPE_DS] = SERVE_COUNT_TYPE_DS,
    [WIRE_TYPE_DNSKEY] = SERVE_COUNT_TYPE_DNSKEY, [WIRE_TYPE_SVCB] = SERVE_COUNT_TYPE_SVCB,
    [WIRE_TYPE_HTTPS] = SERVE_COUNT_TYPE_HTTPS,   [WIRE_TYPE_ANY] = SERVE_COUNT_TYPE_ANY,
    [WIRE_TYPE_AXFR] = SERVE_COUNT_TYPE_AXFR,     [WIRE_TYPE_IXFR] = SERVE_COUNT_TYPE_IXFR,
};

_Static_assert(SERVE_COUNTER_COUNT <= UINT8_MAX, "the tables above have octets");

enum serve_counter serve_counter_of_rcode(uint16_t rcode)
{
    if (rcode >= TD_COUNT(by_rcode) || by_rcode[rcode] == 0)
        return SERVE_COUNT_RCODE_OTHER;
    return by_rcode[rcode];
}

enum serve_counter serve_counter_of_type(uint16_t type)
{
    if (type >= TD_COUNT(by_type) || by_type[type] == 0)
        return SERVE_COUNT_TYPE_OTHER;
    return by_type[type];
}
