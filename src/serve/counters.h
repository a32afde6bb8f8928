/*
 * serve/counters.h - what a worker counts: one row per counter (law 7).
 *
 * Shape    X(SYMBOL, metric, labels, help); rows of one metric stand together.
 * Floor    7.
 * Threads  Each worker has an array of its own.
 */
#pragma once

#include "base/counter.h"

/* clang-format off */
#define SERVE_COUNTER_ROWS(X) \
    X(QUERY_UDP4, "tandem_queries_total", "transport=\"udp\",family=\"ipv4\"", "Queries received") \
    X(QUERY_UDP6, "tandem_queries_total", "transport=\"udp\",family=\"ipv6\"", "") \
    X(QUERY_TCP4, "tandem_queries_total", "transport=\"tcp\",family=\"ipv4\"", "") \
    X(QUERY_TCP6, "tandem_queries_total", "transport=\"tcp\",family=\"ipv6\"", "") \
    X(NOERROR, "tandem_responses_total", "rcode=\"NOERROR\"", "Responses sent, by RCODE") \
    X(FORMERR, "tandem_responses_total", "rcode=\"FORMERR\"", "") \
    X(SERVFAIL, "tandem_responses_total", "rcode=\"SERVFAIL\"", "") \
    X(NXDOMAIN, "tandem_responses_total", "rcode=\"NXDOMAIN\"", "") \
    X(NOTIMP, "tandem_responses_total", "rcode=\"NOTIMP\"", "") \
    X(REFUSED, "tandem_responses_total", "rcode=\"REFUSED\"", "") \
    X(YXDOMAIN, "tandem_responses_total", "rcode=\"YXDOMAIN\"", "") \
    X(NOTAUTH, "tandem_responses_total", "rcode=\"NOTAUTH\"", "") \
    X(BADVERS, "tandem_responses_total", "rcode=\"BADVERS\"", "") \
    X(BADCOOKIE, "tandem_responses_total", "rcode=\"BADCOOKIE\"", "") \
    X(RCODE_OTHER, "tandem_responses_total", "rcode=\"other\"", "") \
    X(TYPE_A, "tandem_query_type_total", "type=\"A\"", "Queries answered from zones, by type") \
    X(TYPE_NS, "tandem_query_type_total", "type=\"NS\"", "") \
    X(TYPE_CNAME, "tandem_query_type_total", "type=\"CNAME\"", "") \
    X(TYPE_SOA, "tandem_query_type_total", "type=\"SOA\"", "") \
    X(TYPE_PTR, "tandem_query_type_total", "type=\"PTR\"", "") \
    X(TYPE_MX, "tandem_query_type_total", "type=\"MX\"", "") \
    X(TYPE_TXT, "tandem_query_type_total", "type=\"TXT\"", "") \
    X(TYPE_AAAA, "tandem_query_type_total", "type=\"AAAA\"", "") \
    X(TYPE_SRV, "tandem_query_type_total", "type=\"SRV\"", "") \
    X(TYPE_DS, "tandem_query_type_total", "type=\"DS\"", "") \
    X(TYPE_DNSKEY, "tandem_query_type_total", "type=\"DNSKEY\"", "") \
    X(TYPE_SVCB, "tandem_query_type_total", "type=\"SVCB\"", "") \
    X(TYPE_HTTPS, "tandem_query_type_total", "type=\"HTTPS\"", "") \
    X(TYPE_ANY, "tandem_query_type_total", "type=\"ANY\"", "") \
    X(TYPE_AXFR, "tandem_query_type_total", "type=\"AXFR\"", "") \
    X(TYPE_IXFR, "tandem_query_type_total", "type=\"IXFR\"", "") \
    X(TYPE_OTHER, "tandem_query_type_total", "type=\"other\"", "") \
    X(TRUNCATED, "tandem_truncated_total", "", "Responses sent with TC") \
    X(EDNS, "tandem_edns_queries_total", "", "Queries with an OPT record") \
    X(DNSSEC_OK, "tandem_dnssec_ok_queries_total", "", "Queries with the DO bit") \
    X(DROPPED, "tandem_dropped_total", "reason=\"malformed\"", "Messages that were not answered") \
    X(RRL_DROPPED, "tandem_dropped_total", "reason=\"rate-limit\"", "") \
    X(RRL_SLIPPED, "tandem_rate_limit_slipped_total", "", "Responses sent truncated by the rate limit") \
    X(TSIG_GOOD, "tandem_tsig_total", "result=\"good\"", "Signed queries, by result") \
    X(TSIG_BAD, "tandem_tsig_total", "result=\"bad\"", "") \
    X(COOKIE_GOOD, "tandem_cookies_total", "result=\"good\"", "Queries with a DNS cookie, by result") \
    X(COOKIE_NEW, "tandem_cookies_total", "result=\"new\"", "") \
    X(COOKIE_BAD, "tandem_cookies_total", "result=\"bad\"", "") \
    X(UPDATE, "tandem_updates_total", "", "Dynamic updates that were asked for") \
    X(NOTIFY, "tandem_notifies_total", "direction=\"in\"", "NOTIFY messages received") \
    X(AXFR_OUT_DONE, "tandem_transfers_total", "direction=\"out\",type=\"axfr\",result=\"done\"", "Zone transfers, by type and result") \
    X(AXFR_OUT_FAILED, "tandem_transfers_total", "direction=\"out\",type=\"axfr\",result=\"failed\"", "") \
    X(AXFR_OUT_REFUSED, "tandem_transfers_total", "direction=\"out\",type=\"axfr\",result=\"refused\"", "") \
    X(IXFR_OUT_DONE, "tandem_transfers_total", "direction=\"out\",type=\"ixfr\",result=\"done\"", "") \
    X(IXFR_OUT_FAILED, "tandem_transfers_total", "direction=\"out\",type=\"ixfr\",result=\"failed\"", "") \
    X(IXFR_OUT_REFUSED, "tandem_transfers_total", "direction=\"out\",type=\"ixfr\",result=\"refused\"", "") \
    X(IXFR_OUT_CURRENT, "tandem_transfers_total", "direction=\"out\",type=\"ixfr\",result=\"current\"", "") \
    X(IXFR_OUT_SOA, "tandem_transfers_total", "direction=\"out\",type=\"ixfr\",result=\"soa-only\"", "") \
    X(CACHE_HIT, "tandem_answer_cache_total", "result=\"hit\"", "Look-ups in the answer caches") \
    X(CACHE_MISS, "tandem_answer_cache_total", "result=\"miss\"", "")
/* clang-format on */

enum serve_counter {
#define X(symbol, ...) SERVE_COUNT_##symbol,
    SERVE_COUNTER_ROWS(X)
#undef X
        SERVE_COUNTER_COUNT
};

extern const struct td_counter_row serve_counter_rows[SERVE_COUNTER_COUNT];

/* The counter of an RCODE, and that of a query type. */
enum serve_counter serve_counter_of_rcode(uint16_t rcode);
enum serve_counter serve_counter_of_type(uint16_t type);
