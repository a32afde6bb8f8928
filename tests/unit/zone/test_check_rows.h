/*
 * The rows of test_check.c: what is added to a good zone (or a whole zone, when it begins with a
 * dollar sign), and what is found. The first line that is added is line 8.
 */
#pragma once

#include <stdbool.h>

/* clang-format off */
static const struct plain_row {
    const char *why;
    const char *want;
    const char *text;
} plain_rows[] = {
    { "no SOA", "soa-missing@0",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "two SOA", "soa-multiple@4",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 1209600 300\n"
      "@ SOA ns host 2 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "SOA inside", "soa-below@8",
      "sub SOA ns host 1 7200 3600 1209600 300\n" },
    { "MNAME absent", "soa-mname@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA nobody host 1 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "MNAME an alias", "soa-mname@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA www host 1 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n"
      "www CNAME ns\n" },
    { "RNAME with @", "soa-rname@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host\\@ex.test. 1 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "refresh 0", "soa-timers@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 0 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "retry 0", "soa-timers@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 0 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "retry long", "soa-timers@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 3600 7200 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "expire short", "soa-timers@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 7200 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "expire before retry", "soa-timers@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 9000 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "minimum of two days", "soa-minimum@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 1209600 172800\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "serial 0", "soa-serial-zero@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 0 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n" },
    { "no NS", "ns-missing@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 1209600 300\n"
      "ns A 192.0.2.1\n" },
    { "one NS", "ns-single@4",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "ns A 192.0.2.1\n" },
    { "NS without address", "ns-no-address@8",
      "@ NS ns2\n" },
    { "NS that has only TXT", "ns-no-address@8",
      "@ NS ns2\n"
      "ns2 TXT x\n" },
    { "NS by wildcard", "",
      "@ NS x.w\n"
      "*.w A 192.0.2.4\n" },
    { "NS an alias", "ns-alias@8",
      "@ NS ns2\n"
      "ns2 CNAME ns\n" },
    { "NS an alias by wildcard", "ns-alias@8",
      "@ NS x.w\n"
      "*.w CNAME ns\n" },
    { "NS below DNAME", "ns-alias@8",
      "@ NS x.d\n"
      "d DNAME other.\n" },
    { "NS below a delegation, no glue", "glue-sibling@8",
      "@ NS ns.sub\n"
      "sub NS ns.other.\n" },
    { "NS below a delegation, glue", "",
      "@ NS ns.sub\n"
      "sub NS ns.other.\n"
      "ns.sub A 192.0.2.5\n" },
    { "delegation to nobody", "cut-no-address@8",
      "sub NS nobody\n" },
    { "delegation to an empty name", "cut-no-address@8",
      "sub NS e\n"
      "x.e A 192.0.2.9\n" },
    { "delegation to an alias", "cut-alias@8",
      "sub NS www\n"
      "www CNAME ns\n" },
    { "delegation below DNAME", "cut-alias@8",
      "sub NS x.d\n"
      "d DNAME other.\n" },
    { "no glue", "glue-missing@8",
      "sub NS ns.sub\n" },
    { "no glue for one", "glue-missing@9",
      "sub NS ns.sub\n"
      "sub NS ns2.sub\n"
      "ns.sub A 192.0.2.9\n" },
    { "the delegation is its own server", "",
      "sub NS sub\n"
      "sub A 192.0.2.9\n" },
    { "and has no address", "glue-missing@8",
      "sub NS sub\n" },
    { "glue in another case", "",
      "sub NS NS.SuB\n"
      "ns.sub AAAA 2001:db8::9\n" },
    { "no sibling glue", "glue-sibling@8",
      "sub NS ns.sib\n"
      "sib NS ns.other.\n" },
    { "sibling glue", "",
      "sub NS ns.sib\n"
      "sib NS ns.other.\n"
      "ns.sib A 192.0.2.9\n" },
    { "orphan", "glue-orphan@9",
      "sub NS ns.other.\n"
      "x.sub A 192.0.2.9\n" },
    { "orphan at the cut", "glue-orphan@9",
      "sub NS ns.other.\n"
      "sub A 192.0.2.9\n" },
    { "occluded TXT", "occluded@9",
      "sub NS ns\n"
      "x.sub TXT x\n" },
    { "occluded at the cut", "occluded@9",
      "sub NS ns\n"
      "sub TXT x\n" },
    { "NS below NS", "occluded@9",
      "sub NS ns\n"
      "x.sub NS ns\n" },
    { "NS an address", "ns-literal@8 cut-no-address@8",
      "sub NS 192.0.2.1\n" },
    { "NS an absolute address", "ns-literal@8",
      "sub NS 192.0.2.1.\n" },
    { "MX an address", "mx-literal@8",
      "a MX 1 192.0.2.1.\n" },
    { "MX an IPv6 address", "mx-literal@8 mx-no-address@8",
      "a MX 1 2001:db8::1\n" },
    { "SRV an address", "srv-literal@8",
      "_x._tcp SRV 0 0 1 192.0.2.1.\n" },
    { "MX an alias", "mx-alias@8",
      "a MX 1 www\n"
      "www CNAME ns\n" },
    { "MX to nobody", "mx-no-address@8",
      "a MX 1 nobody\n" },
    { "null MX", "",
      "a MX 0 .\n" },
    { "null MX and another", "mx-null@8",
      "a MX 0 .\n"
      "a MX 1 ns\n" },
    { "SRV an alias", "srv-alias@8",
      "_x._tcp SRV 0 0 1 www\n"
      "www CNAME ns\n" },
    { "SRV to nobody", "srv-no-address@8",
      "_x._tcp SRV 0 0 1 nobody\n" },
    { "no service", "",
      "_x._tcp SRV 0 0 0 .\n" },
    { "HTTPS to nobody", "svcb-no-address@8",
      "@ HTTPS 1 nobody alpn=h2\n" },
    { "HTTPS to an alias", "",
      "@ HTTPS 0 www\n"
      "www CNAME ns\n"
      "@ SVCB 1 .\n" },
    { "PTR an alias", "ptr-alias@8",
      "1 PTR www\n"
      "www CNAME ns\n" },
    { "CNAME and A", "cname-other-data@9",
      "www CNAME ns\n"
      "www A 192.0.2.9\n" },
    { "CNAME at the apex", "cname-other-data@4 cname-other-data@3",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns host 1 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n"
      "@ CNAME ns\n" },
    { "CNAME and KEY", "",
      "www CNAME ns\n"
      "www KEY 0 0 0 AA==\n" },
    { "two CNAME", "cname-multiple@9",
      "www CNAME ns\n"
      "www CNAME ex.test.\n" },
    { "two CNAME, the other way", "cname-multiple@9",
      "www CNAME ex.test.\n"
      "www CNAME ns\n" },
    { "CNAME to itself", "cname-loop@8",
      "a CNAME a\n" },
    { "CNAME to each other", "cname-loop@8 cname-loop@9",
      "a CNAME b\n"
      "b CNAME a\n" },
    { "CNAME into a loop", "cname-loop@8",
      "a CNAME a\n"
      "b CNAME a\n" },
    { "wildcard CNAME to itself", "cname-loop@8",
      "*.a CNAME x.a\n" },
    { "CNAME to nothing", "cname-dangling@8",
      "a CNAME nobody\n" },
    { "CNAME into a delegation", "",
      "a CNAME x.sub\n"
      "sub NS ns\n" },
    { "two DNAME", "dname-multiple@9",
      "a DNAME b\n"
      "a DNAME c\n" },
    { "data below a DNAME", "dname-below@9",
      "a DNAME b\n"
      "x.y.a A 192.0.2.9\n" },
    { "data below a DNAME at the apex", "ns-alias@4 dname-below@6",
      "$ORIGIN ex.test.\n"
      "$TTL 3600\n"
      "@ SOA ns.other. host 1 7200 3600 1209600 300\n"
      "@ NS ns\n"
      "@ NS ns.other.\n"
      "ns A 192.0.2.1\n"
      "@ DNAME other.\n" },
    { "DNAME and NS", "dname-ns@9",
      "a NS ns\n"
      "a DNAME b\n" },
    { "DNAME to below itself", "dname-loop@8",
      "a DNAME b.a\n" },
    { "NS at a wildcard", "wildcard-ns@8",
      "*.a NS ns\n" },
    { "DNAME at a wildcard", "wildcard-dname@8",
      "*.a DNAME b\n" },
    { "DS at a wildcard", "wildcard-ds@8 ds-without-ns@8",
      "*.a DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "the same twice", "record-duplicate@9",
      "a A 192.0.2.9\n"
      "a A 192.0.2.9\n" },
    { "two TTLs", "ttl-differs@9",
      "a 100 A 192.0.2.1\n"
      "a 200 A 192.0.2.2\n" },
    { "TTLs of two signatures", "rrsig-unsigned@8",
      "a 100 RRSIG A 13 3 3600 20400101000000 20261101000000 1 ex.test. AA==\n"
      "a 200 RRSIG TXT 13 3 3600 20400101000000 20261101000000 1 ex.test. AA==\n" },
    { "a large set", "set-large@8",
      "a A 192.0.2.0\n"
      "a A 192.0.2.1\n"
      "a A 192.0.2.2\n"
      "a A 192.0.2.3\n"
      "a A 192.0.2.4\n"
      "a A 192.0.2.5\n"
      "a A 192.0.2.6\n"
      "a A 192.0.2.7\n"
      "a A 192.0.2.8\n"
      "a A 192.0.2.9\n"
      "a A 192.0.2.10\n"
      "a A 192.0.2.11\n"
      "a A 192.0.2.12\n"
      "a A 192.0.2.13\n"
      "a A 192.0.2.14\n"
      "a A 192.0.2.15\n"
      "a A 192.0.2.16\n"
      "a A 192.0.2.17\n"
      "a A 192.0.2.18\n"
      "a A 192.0.2.19\n"
      "a A 192.0.2.20\n"
      "a A 192.0.2.21\n"
      "a A 192.0.2.22\n"
      "a A 192.0.2.23\n"
      "a A 192.0.2.24\n"
      "a A 192.0.2.25\n"
      "a A 192.0.2.26\n"
      "a A 192.0.2.27\n"
      "a A 192.0.2.28\n"
      "a A 192.0.2.29\n"
      "a A 192.0.2.30\n"
      "a A 192.0.2.31\n"
      "a A 192.0.2.32\n"
      "a A 192.0.2.33\n"
      "a A 192.0.2.34\n"
      "a A 192.0.2.35\n"
      "a A 192.0.2.36\n"
      "a A 192.0.2.37\n"
      "a A 192.0.2.38\n"
      "a A 192.0.2.39\n"
      "a A 192.0.2.40\n"
      "a A 192.0.2.41\n"
      "a A 192.0.2.42\n"
      "a A 192.0.2.43\n"
      "a A 192.0.2.44\n"
      "a A 192.0.2.45\n"
      "a A 192.0.2.46\n"
      "a A 192.0.2.47\n"
      "a A 192.0.2.48\n"
      "a A 192.0.2.49\n"
      "a A 192.0.2.50\n"
      "a A 192.0.2.51\n"
      "a A 192.0.2.52\n"
      "a A 192.0.2.53\n"
      "a A 192.0.2.54\n"
      "a A 192.0.2.55\n"
      "a A 192.0.2.56\n"
      "a A 192.0.2.57\n"
      "a A 192.0.2.58\n"
      "a A 192.0.2.59\n"
      "a A 192.0.2.60\n"
      "a A 192.0.2.61\n"
      "a A 192.0.2.62\n"
      "a A 192.0.2.63\n"
      "a A 192.0.2.64\n"
      "a A 192.0.2.65\n"
      "a A 192.0.2.66\n"
      "a A 192.0.2.67\n"
      "a A 192.0.2.68\n"
      "a A 192.0.2.69\n"
      "a A 192.0.2.70\n"
      "a A 192.0.2.71\n"
      "a A 192.0.2.72\n"
      "a A 192.0.2.73\n"
      "a A 192.0.2.74\n"
      "a A 192.0.2.75\n"
      "a A 192.0.2.76\n"
      "a A 192.0.2.77\n"
      "a A 192.0.2.78\n"
      "a A 192.0.2.79\n"
      "a A 192.0.2.80\n"
      "a A 192.0.2.81\n"
      "a A 192.0.2.82\n"
      "a A 192.0.2.83\n"
      "a A 192.0.2.84\n"
      "a A 192.0.2.85\n"
      "a A 192.0.2.86\n"
      "a A 192.0.2.87\n"
      "a A 192.0.2.88\n"
      "a A 192.0.2.89\n"
      "a A 192.0.2.90\n"
      "a A 192.0.2.91\n"
      "a A 192.0.2.92\n"
      "a A 192.0.2.93\n"
      "a A 192.0.2.94\n"
      "a A 192.0.2.95\n"
      "a A 192.0.2.96\n"
      "a A 192.0.2.97\n"
      "a A 192.0.2.98\n"
      "a A 192.0.2.99\n"
      "a A 192.0.2.100\n" },
    { "glue in a large set", "set-large@9",
      "sub NS ns.sub\n"
      "ns.sub A 192.0.2.0\n"
      "ns.sub A 192.0.2.1\n"
      "ns.sub A 192.0.2.2\n"
      "ns.sub A 192.0.2.3\n"
      "ns.sub A 192.0.2.4\n"
      "ns.sub A 192.0.2.5\n"
      "ns.sub A 192.0.2.6\n"
      "ns.sub A 192.0.2.7\n"
      "ns.sub A 192.0.2.8\n"
      "ns.sub A 192.0.2.9\n"
      "ns.sub A 192.0.2.10\n"
      "ns.sub A 192.0.2.11\n"
      "ns.sub A 192.0.2.12\n"
      "ns.sub A 192.0.2.13\n"
      "ns.sub A 192.0.2.14\n"
      "ns.sub A 192.0.2.15\n"
      "ns.sub A 192.0.2.16\n"
      "ns.sub A 192.0.2.17\n"
      "ns.sub A 192.0.2.18\n"
      "ns.sub A 192.0.2.19\n"
      "ns.sub A 192.0.2.20\n"
      "ns.sub A 192.0.2.21\n"
      "ns.sub A 192.0.2.22\n"
      "ns.sub A 192.0.2.23\n"
      "ns.sub A 192.0.2.24\n"
      "ns.sub A 192.0.2.25\n"
      "ns.sub A 192.0.2.26\n"
      "ns.sub A 192.0.2.27\n"
      "ns.sub A 192.0.2.28\n"
      "ns.sub A 192.0.2.29\n"
      "ns.sub A 192.0.2.30\n"
      "ns.sub A 192.0.2.31\n"
      "ns.sub A 192.0.2.32\n"
      "ns.sub A 192.0.2.33\n"
      "ns.sub A 192.0.2.34\n"
      "ns.sub A 192.0.2.35\n"
      "ns.sub A 192.0.2.36\n"
      "ns.sub A 192.0.2.37\n"
      "ns.sub A 192.0.2.38\n"
      "ns.sub A 192.0.2.39\n"
      "ns.sub A 192.0.2.40\n"
      "ns.sub A 192.0.2.41\n"
      "ns.sub A 192.0.2.42\n"
      "ns.sub A 192.0.2.43\n"
      "ns.sub A 192.0.2.44\n"
      "ns.sub A 192.0.2.45\n"
      "ns.sub A 192.0.2.46\n"
      "ns.sub A 192.0.2.47\n"
      "ns.sub A 192.0.2.48\n"
      "ns.sub A 192.0.2.49\n"
      "ns.sub A 192.0.2.50\n"
      "ns.sub A 192.0.2.51\n"
      "ns.sub A 192.0.2.52\n"
      "ns.sub A 192.0.2.53\n"
      "ns.sub A 192.0.2.54\n"
      "ns.sub A 192.0.2.55\n"
      "ns.sub A 192.0.2.56\n"
      "ns.sub A 192.0.2.57\n"
      "ns.sub A 192.0.2.58\n"
      "ns.sub A 192.0.2.59\n"
      "ns.sub A 192.0.2.60\n"
      "ns.sub A 192.0.2.61\n"
      "ns.sub A 192.0.2.62\n"
      "ns.sub A 192.0.2.63\n"
      "ns.sub A 192.0.2.64\n"
      "ns.sub A 192.0.2.65\n"
      "ns.sub A 192.0.2.66\n"
      "ns.sub A 192.0.2.67\n"
      "ns.sub A 192.0.2.68\n"
      "ns.sub A 192.0.2.69\n"
      "ns.sub A 192.0.2.70\n"
      "ns.sub A 192.0.2.71\n"
      "ns.sub A 192.0.2.72\n"
      "ns.sub A 192.0.2.73\n"
      "ns.sub A 192.0.2.74\n"
      "ns.sub A 192.0.2.75\n"
      "ns.sub A 192.0.2.76\n"
      "ns.sub A 192.0.2.77\n"
      "ns.sub A 192.0.2.78\n"
      "ns.sub A 192.0.2.79\n"
      "ns.sub A 192.0.2.80\n"
      "ns.sub A 192.0.2.81\n"
      "ns.sub A 192.0.2.82\n"
      "ns.sub A 192.0.2.83\n"
      "ns.sub A 192.0.2.84\n"
      "ns.sub A 192.0.2.85\n"
      "ns.sub A 192.0.2.86\n"
      "ns.sub A 192.0.2.87\n"
      "ns.sub A 192.0.2.88\n"
      "ns.sub A 192.0.2.89\n"
      "ns.sub A 192.0.2.90\n"
      "ns.sub A 192.0.2.91\n"
      "ns.sub A 192.0.2.92\n"
      "ns.sub A 192.0.2.93\n"
      "ns.sub A 192.0.2.94\n"
      "ns.sub A 192.0.2.95\n"
      "ns.sub A 192.0.2.96\n"
      "ns.sub A 192.0.2.97\n"
      "ns.sub A 192.0.2.98\n"
      "ns.sub A 192.0.2.99\n"
      "ns.sub A 192.0.2.100\n" },
    { "a set at the limit", "",
      "a A 192.0.2.0\n"
      "a A 192.0.2.1\n"
      "a A 192.0.2.2\n"
      "a A 192.0.2.3\n"
      "a A 192.0.2.4\n"
      "a A 192.0.2.5\n"
      "a A 192.0.2.6\n"
      "a A 192.0.2.7\n"
      "a A 192.0.2.8\n"
      "a A 192.0.2.9\n"
      "a A 192.0.2.10\n"
      "a A 192.0.2.11\n"
      "a A 192.0.2.12\n"
      "a A 192.0.2.13\n"
      "a A 192.0.2.14\n"
      "a A 192.0.2.15\n"
      "a A 192.0.2.16\n"
      "a A 192.0.2.17\n"
      "a A 192.0.2.18\n"
      "a A 192.0.2.19\n"
      "a A 192.0.2.20\n"
      "a A 192.0.2.21\n"
      "a A 192.0.2.22\n"
      "a A 192.0.2.23\n"
      "a A 192.0.2.24\n"
      "a A 192.0.2.25\n"
      "a A 192.0.2.26\n"
      "a A 192.0.2.27\n"
      "a A 192.0.2.28\n"
      "a A 192.0.2.29\n"
      "a A 192.0.2.30\n"
      "a A 192.0.2.31\n"
      "a A 192.0.2.32\n"
      "a A 192.0.2.33\n"
      "a A 192.0.2.34\n"
      "a A 192.0.2.35\n"
      "a A 192.0.2.36\n"
      "a A 192.0.2.37\n"
      "a A 192.0.2.38\n"
      "a A 192.0.2.39\n"
      "a A 192.0.2.40\n"
      "a A 192.0.2.41\n"
      "a A 192.0.2.42\n"
      "a A 192.0.2.43\n"
      "a A 192.0.2.44\n"
      "a A 192.0.2.45\n"
      "a A 192.0.2.46\n"
      "a A 192.0.2.47\n"
      "a A 192.0.2.48\n"
      "a A 192.0.2.49\n"
      "a A 192.0.2.50\n"
      "a A 192.0.2.51\n"
      "a A 192.0.2.52\n"
      "a A 192.0.2.53\n"
      "a A 192.0.2.54\n"
      "a A 192.0.2.55\n"
      "a A 192.0.2.56\n"
      "a A 192.0.2.57\n"
      "a A 192.0.2.58\n"
      "a A 192.0.2.59\n"
      "a A 192.0.2.60\n"
      "a A 192.0.2.61\n"
      "a A 192.0.2.62\n"
      "a A 192.0.2.63\n"
      "a A 192.0.2.64\n"
      "a A 192.0.2.65\n"
      "a A 192.0.2.66\n"
      "a A 192.0.2.67\n"
      "a A 192.0.2.68\n"
      "a A 192.0.2.69\n"
      "a A 192.0.2.70\n"
      "a A 192.0.2.71\n"
      "a A 192.0.2.72\n"
      "a A 192.0.2.73\n"
      "a A 192.0.2.74\n"
      "a A 192.0.2.75\n"
      "a A 192.0.2.76\n"
      "a A 192.0.2.77\n"
      "a A 192.0.2.78\n"
      "a A 192.0.2.79\n"
      "a A 192.0.2.80\n"
      "a A 192.0.2.81\n"
      "a A 192.0.2.82\n"
      "a A 192.0.2.83\n"
      "a A 192.0.2.84\n"
      "a A 192.0.2.85\n"
      "a A 192.0.2.86\n"
      "a A 192.0.2.87\n"
      "a A 192.0.2.88\n"
      "a A 192.0.2.89\n"
      "a A 192.0.2.90\n"
      "a A 192.0.2.91\n"
      "a A 192.0.2.92\n"
      "a A 192.0.2.93\n"
      "a A 192.0.2.94\n"
      "a A 192.0.2.95\n"
      "a A 192.0.2.96\n"
      "a A 192.0.2.97\n"
      "a A 192.0.2.98\n"
      "a A 192.0.2.99\n" },
    { "an obsolete type", "type-obsolete@8",
      "a MD ns\n" },
    { "an unknown type", "type-unknown@8",
      "a TYPE65280 \\# 0\n" },
    { "address at no host", "host-name@8",
      "a_b A 192.0.2.9\n" },
    { "mail at no host", "host-name@8",
      "a_b MX 1 ns\n" },
    { "address at a wildcard", "",
      "*.h A 192.0.2.9\n"
      "gc._msdcs A 192.0.2.9\n" },
    { "hyphen at the end", "host-name@8",
      "a- A 192.0.2.9\n" },
    { "server that is no host", "host-target@8",
      "sub NS a_b.other.\n" },
    { "mail server that is no host", "host-target@8",
      "a MX 1 a_b.other.\n" },
    { "quoted twice", "txt-quotes@8",
      "a TXT \"\\\"hello\\\"\"\n" },
    { "quotes forgotten", "txt-split@8",
      "a TXT v=TEST1 p=none\n" },
    { "quotes forgotten in SPF", "txt-split@8 spf-version@8",
      "a TXT v=spf1 -all\n" },
    { "unknown CAA property", "caa-tag@8",
      "@ CAA 0 tbs \"x\"\n" },
    { "critical CAA property", "caa-tag@8",
      "@ CAA 128 tbs \"x\"\n" },
    { "CAA issue 'ca.example; account=1'", "",
      "@ CAA 0 issue \"ca.example; account=1\"\n" },
    { "CAA issue ';'", "",
      "@ CAA 0 issue \";\"\n" },
    { "CAA issuewild 'ca.example'", "",
      "@ CAA 0 issuewild \"ca.example\"\n" },
    { "CAA iodef 'mailto:a@ex.test'", "",
      "@ CAA 0 iodef \"mailto:a@ex.test\"\n" },
    { "CAA iodef 'https://x/'", "",
      "@ CAA 0 iodef \"https://x/\"\n" },
    { "CAA issuer no name", "caa-value@8",
      "@ CAA 0 issue \"https://ca.example\"\n" },
    { "CAA parameter without value", "caa-value@8",
      "@ CAA 0 issue \"ca.example; account\"\n" },
    { "CAA report no URL", "caa-value@8",
      "@ CAA 0 iodef \"a@ex.test\"\n" },
    { "DS without NS", "ds-without-ns@8",
      "a DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "DS at the apex", "ds-apex@8",
      "@ DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "DS with SHA-1", "ds-deprecated@9",
      "sub NS ns\n"
      "sub DS 1 13 1 0000000000000000000000000000000000000000\n" },
    { "DS of RSASHA1", "ds-deprecated@9",
      "sub NS ns\n"
      "sub DS 1 5 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "DNSKEY inside", "dnskey-below@8",
      "a DNSKEY 256 3 13 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAA==\n" },
    { "DNSKEY unsigned", "dnskey-unsigned@8",
      "@ DNSKEY 256 3 13 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAA==\n" },
    { "no zone key", "dnskey-invalid@8 dnskey-unsigned@8",
      "@ DNSKEY 0 3 13 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAA==\n" },
    { "another protocol", "dnskey-invalid@8 dnskey-unsigned@8",
      "@ DNSKEY 256 4 13 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAA==\n" },
    { "RSASHA1 key", "dnskey-deprecated@8 dnskey-unsigned@8",
      "@ DNSKEY 256 3 5 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Q"
      "s8PkxUdp6p/DlUmObdk=\n" },
    { "CDS inside", "cds-below@8",
      "a CDS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "CSYNC inside", "cds-below@8",
      "a CSYNC 1 3 A NS\n" },
    { "CDS without key", "cds-key@8",
      "@ CDS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "CDNSKEY without key", "cds-key@8",
      "@ CDNSKEY 257 3 13 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAAA==\n" },
    { "delete", "",
      "@ CDS 0 0 0 00\n"
      "@ CDNSKEY 0 3 0 AA==\n" },
    { "delete and another", "cds-delete@8 cds-key@8",
      "@ CDS 0 0 0 00\n"
      "@ CDS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000\n" },
    { "keys with one tag", "dnskey-tag@9 dnskey-unsigned@8",
      "@ DNSKEY 256 3 13 AAEAAgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAA==\n"
      "@ DNSKEY 256 3 13 AAIAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "AAAAAAAAAAAAAAA==\n" },
    { "CDS and CDNSKEY of two keys", "dnskey-unsigned@8 cds-pair@11",
      "@ DNSKEY 256 3 13 yHOcsySKMRJC4czYnsfmTB+Rk7Sr69VNFNkHM4cabRmyrzzqYh8JQ7v7XKkBuZswQSr2Oiy"
      "a+pkHPrrT2K8T2Q==\n"
      "@ DNSKEY 257 3 13 dfQNRfW30jc/JASm9rfNr+o963PHxlCTKlo1Dwjm0BgXx7vkszYSJNxJw5VeAYEgHIlGEsF"
      "OvwIFo3aMBkOzSg==\n"
      "@ CDS 44687 13 2 DD86999B449A1DE5170CF3A638DB30C83AA02FB89C447F3CD2E2EA7D0B87F295\n"
      "@ CDNSKEY 256 3 13 yHOcsySKMRJC4czYnsfmTB+Rk7Sr69VNFNkHM4cabRmyrzzqYh8JQ7v7XKkBuZswQSr2Oi"
      "ya+pkHPrrT2K8T2Q==\n" },
    { "CDS and CDNSKEY of one key", "dnskey-unsigned@8",
      "@ DNSKEY 256 3 13 yHOcsySKMRJC4czYnsfmTB+Rk7Sr69VNFNkHM4cabRmyrzzqYh8JQ7v7XKkBuZswQSr2Oiy"
      "a+pkHPrrT2K8T2Q==\n"
      "@ DNSKEY 257 3 13 dfQNRfW30jc/JASm9rfNr+o963PHxlCTKlo1Dwjm0BgXx7vkszYSJNxJw5VeAYEgHIlGEsF"
      "OvwIFo3aMBkOzSg==\n"
      "@ CDS 44687 13 2 DD86999B449A1DE5170CF3A638DB30C83AA02FB89C447F3CD2E2EA7D0B87F295\n"
      "@ CDNSKEY 257 3 13 dfQNRfW30jc/JASm9rfNr+o963PHxlCTKlo1Dwjm0BgXx7vkszYSJNxJw5VeAYEgHIlGEs"
      "FOvwIFo3aMBkOzSg==\n" },
    { "signatures without keys", "rrsig-unsigned@8",
      "a RRSIG A 13 3 3600 20400101000000 20261101000000 1 ex.test. AA==\n" },
    { "NSEC without signatures", "nsec-extra@8",
      "a NSEC b A\n" },
    { "NSEC3 without signatures", "nsec3-extra@8",
      "UTQVUHU2BLK3DHMRR5T1HD9VTEOHQT0A NSEC3 1 0 0 - UTQVUHU2BLK3DHMRR5T1HD9VTEOHQT0A A\n" },
    { "NSEC3PARAM inside", "nsec3-params@8",
      "a NSEC3PARAM 1 0 0 -\n" },
    { "ZONEMD inside", "zonemd-below@8",
      "a ZONEMD 1 1 1 00000000000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000\n" },
    { "ZONEMD wrong", "zonemd-wrong@8",
      "@ ZONEMD 1 1 1 00000000000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000\n" },
    { "ZONEMD SHA-512 wrong", "zonemd-wrong@8",
      "@ ZONEMD 1 1 2 00000000000000000000000000000000000000000000000000000000000000000000000000"
      "000000000000000000000000000000000000000000000000000000\n" },
    { "ZONEMD of another serial", "zonemd-serial@8",
      "@ ZONEMD 2 1 1 00000000000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000000000\n" },
    { "ZONEMD of an unknown scheme", "zonemd-unknown@8",
      "@ ZONEMD 1 240 1 000000000000000000000000000000000000000000000000000000000000000000000000"
      "000000000000000000000000\n" },
    { "two SPF records", "spf-multiple@8",
      "a TXT \"v=spf1 -all\"\n"
      "a TXT \"v=spf1 ~all\"\n" },
    { "SPF of another version", "spf-version@8",
      "a TXT \"v=spf2 -all\"\n" },
    { "SPF behind a blank", "spf-version@8",
      "a TXT \" v=spf1 -all\"\n" },
    { "Sender ID is not SPF", "",
      "a TXT \"spf2.0/mfrom -all\"\n" },
    { "unknown mechanism", "spf-syntax@8",
      "a TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n" },
    { "a with an address", "spf-syntax@8",
      "a TXT \"v=spf1 a:192.0.2.1 -all\"\n" },
    { "eleven look-ups", "spf-lookups@8",
      "a TXT \"v=spf1 include:i0.other.test include:i1.other.test include:i2.other.test include:"
      "i3.other.test include:i4.other.test include:i5.other.test include:i6.other.test include:i"
      "7.other.test include:i8.other.test include:i9.other.test include:i10.other.test -all\"\n" },
    { "ten look-ups", "",
      "a TXT \"v=spf1 include:i0.other.test include:i1.other.test include:i2.other.test include:"
      "i3.other.test include:i4.other.test include:i5.other.test include:i6.other.test include:i"
      "7.other.test include:i8.other.test include:i9.other.test -all\"\n" },
    { "look-ups through includes", "spf-lookups@8",
      "a TXT \"v=spf1 include:b.ex.test include:c.ex.test -all\"\n"
      "b TXT \"v=spf1 exists:i0.other.test exists:i1.other.test exists:i2.other.test exists:i3.o"
      "ther.test exists:i4.other.test -all\"\n"
      "c TXT \"v=spf1 include:i0.other.test include:i1.other.test include:i2.other.test redirect"
      "=d.ex.test\"\n"
      "d CNAME e\n"
      "e TXT \"v=spf1 include:x.other.test -all\"\n" },
    { "an include of itself", "spf-loop@8",
      "a TXT \"v=spf1 include:a.ex.test -all\"\n" },
    { "includes in a circle", "spf-loop@8 spf-loop@9",
      "a TXT \"v=spf1 include:b.ex.test -all\"\n"
      "b TXT \"v=spf1 redirect=a.ex.test\"\n" },
    { "an include of nothing", "spf-target@8",
      "a TXT \"v=spf1 include:nobody.ex.test -all\"\n" },
    { "an include without SPF", "spf-target@8",
      "a TXT \"v=spf1 include:ns.ex.test -all\"\n" },
    { "a of nothing", "spf-target@8",
      "a TXT \"v=spf1 a:nobody.ex.test -all\"\n" },
    { "a without address", "spf-target@8",
      "a TXT \"v=spf1 a -all\"\n" },
    { "mx without MX", "spf-target@8",
      "a TXT \"v=spf1 mx -all\"\n" },
    { "mx and a", "",
      "a TXT \"v=spf1 mx a a:ns.ex.test/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all\"\n"
      "a A 192.0.2.9\n"
      "a MX 1 ns\n" },
    { "exists that is not there", "spf-target@8",
      "a TXT \"v=spf1 exists:nobody.ex.test -all\"\n" },
    { "exists with a macro", "",
      "a TXT \"v=spf1 exists:%{ir}.%{v}._spf.ex.test -all\"\n" },
    { "ptr", "spf-ptr@8",
      "a TXT \"v=spf1 ptr -all\"\n" },
    { "+all", "spf-all-plus@8",
      "a TXT \"v=spf1 +all\"\n" },
    { "all", "spf-all-plus@8",
      "a TXT \"v=spf1 all\"\n" },
    { "no all", "spf-all-missing@8",
      "a TXT \"v=spf1 ip4:192.0.2.1\"\n" },
    { "behind all", "spf-ignored@8",
      "a TXT \"v=spf1 -all ip4:192.0.2.1\"\n" },
    { "redirect beside all", "spf-ignored@8",
      "a TXT \"v=spf1 redirect=spf.other.test -all\"\n" },
    { "type SPF", "spf-type@8",
      "a SPF \"v=spf1 -all\"\n" },
    { "a long SPF", "spf-large@8",
      "a TXT \"v=spf1 ip4:192.0.2.0 ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3 ip4:192.0.2.4 ip4:"
      "192.0.2.5 ip4:192.0.2.6 ip4:192.0.2.7 ip4:192.0.2.8 ip4:192.0.2.9 ip4:192.0.2.10 ip4:192."
      "0.2.11 ip4:192.0.2.12 ip4:192.\" \"0.2.13 ip4:192.0.2.14 ip4:192.0.2.15 ip4:192.0.2.16 ip"
      "4:192.0.2.17 ip4:192.0.2.18 ip4:192.0.2.19 ip4:192.0.2.20 ip4:192.0.2.21 ip4:192.0.2.22 i"
      "p4:192.0.2.23 ip4:192.0.2.24 ip4:192.0.2.25 ip4:192.0.2.2\" \"6 ip4:192.0.2.27 ip4:192.0."
      "2.28 ip4:192.0.2.29 ip4:192.0.2.30 ip4:192.0.2.31 ip4:192.0.2.32 ip4:192.0.2.33 ip4:192.0"
      ".2.34 ip4:192.0.2.35 ip4:192.0.2.36 ip4:192.0.2.37 ip4:192.0.2.38 ip4:192.0.2.39 -al\" \"l\"\n" },
    { "mail without SPF", "mx-no-spf@8 mx-no-dmarc@8",
      "@ MX 1 ns\n" },
    { "mail with SPF", "mx-no-dmarc@8",
      "@ MX 1 ns\n"
      "@ TXT \"v=spf1 mx -all\"\n" },
    { "mail with all of it", "",
      "@ MX 1 ns\n"
      "@ TXT \"v=spf1 mx -all\"\n"
      "_dmarc TXT \"v=DMARC1; p=reject; sp=none; np=reject; adkim=s; aspf=r; fo=1:d; pct=50; rua"
      "=mailto:a@ex.test!10m,mailto:b@ex.test; ruf=mailto:a@ex.test; t=n; psd=n; ri=86400; rf=af"
      "rf\"\n"
      "_mta-sts TXT \"v=STSv1; id=20261101T1;\"\n"
      "mta-sts CNAME ns\n"
      "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@ex.test,https://x.test/r\"\n"
      "s._domainkey TXT \"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7hW"
      "LOThWDyqQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h4"
      "a/JMslft0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1O\" \"V+3OEGQBjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDLg5"
      "EmYfep7FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C3"
      "F9U20epIUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtR\" \"cSQQIDAQAB\"\n"
      "e._domainkey TXT \"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
      "default._bimi TXT \"v=BIMI1; l=https://x.test/l.svg; a=\"\n" },
    { "mail with DMARC elsewhere", "",
      "@ MX 1 ns\n"
      "@ TXT \"v=spf1 mx -all\"\n"
      "_dmarc CNAME dmarc.other.\n" },
    { "DKIM without p", "dkim-syntax@8",
      "s._domainkey TXT \"v=DKIM1; k=rsa\"\n" },
    { "DKIM of another version", "dkim-syntax@8",
      "s._domainkey TXT \"v=DKIM2; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7hWLOThWDy"
      "qQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h4a/JMslf"
      "t0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1OV+3OEGQ\" \"BjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDLg5EmYfep7"
      "FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C3F9U20ep"
      "IUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtRcSQQIDA\" \"QAB\"\n" },
    { "DKIM, v not first", "dkim-syntax@8",
      "s._domainkey TXT \"k=rsa; v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7hW"
      "LOThWDyqQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h4"
      "a/JMslft0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1O\" \"V+3OEGQBjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDLg5"
      "EmYfep7FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C3"
      "F9U20epIUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtR\" \"cSQQIDAQAB\"\n" },
    { "two DKIM records", "dkim-multiple@8",
      "s._domainkey TXT \"p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7hWLOThWDyqQLLnaN9U"
      "MWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h4a/JMslft0M6Ll2Sg"
      "JZcQxfBHEEa/Y0jP4l/c27f1OV+3OEGQBjRsfwK+J\" \"gRzs8dn3yofyE4SScGJTX+jDLg5EmYfep7FJKe1229y"
      "HdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C3F9U20epIUnuQCH1d"
      "33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtRcSQQIDAQAB\"\n"
      "s._domainkey TXT \"v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7hWLOThWDy"
      "qQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h4a/JMslf"
      "t0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1OV+3OEGQ\" \"BjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDLg5EmYfep7"
      "FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C3F9U20ep"
      "IUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtRcSQQIDA\" \"QAB\"\n" },
    { "DKIM no base64", "dkim-key@8",
      "s._domainkey TXT \"v=DKIM1; p=***\"\n" },
    { "DKIM no RSA key", "dkim-key@8",
      "s._domainkey TXT \"v=DKIM1; p=AAAA\"\n" },
    { "DKIM short Ed25519", "dkim-key@8",
      "s._domainkey TXT \"v=DKIM1; k=ed25519; p=AAAA\"\n" },
    { "DKIM unknown key", "dkim-key@8",
      "s._domainkey TXT \"v=DKIM1; k=dsa; p=AAAA\"\n" },
    { "DKIM SHA-1 only", "dkim-key@8",
      "s._domainkey TXT \"v=DKIM1; h=sha1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7h"
      "WLOThWDyqQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h"
      "4a/JMslft0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1\" \"OV+3OEGQBjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDLg"
      "5EmYfep7FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C"
      "3F9U20epIUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2Pt\" \"RcSQQIDAQAB\"\n" },
    { "DKIM 512 bits", "dkim-short@8",
      "s._domainkey TXT \"v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMJgicd2TlOEIKChQd1Q78QZex4"
      "8swl2FC6xs4ilcao4CEiNn677/slNaB2MCl/+HzIWuwxBeGg+7If/1KZhXC0CAwEAAQ==\"\n" },
    { "DKIM 1024 bits", "dkim-short@8",
      "s._domainkey TXT \"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDZjze+HLYuhSS6DR4OX1o"
      "o8Nb9fF8CMG3zabXDaSRri3k9vJGS0909iR7dgnJWfhK7SOLfXUx4iW0QYMoZJhAYaO9oMEMpW6rNG5RAPB3RXv6C"
      "xQtPSbwuSLjY6Cfo7lUpQyi79rze6tKR9fLCKH2A1\" \"ln34hatjgF8uoY9QEZUlQIDAQAB\"\n" },
    { "DKIM revoked", "dkim-revoked@8",
      "s._domainkey TXT \"v=DKIM1; p=\"\n" },
    { "DKIM test", "dkim-tag@8",
      "a.b._domainkey TXT \"v=DKIM1; t=y:s; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7"
      "hWLOThWDyqQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6"
      "h4a/JMslft0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1O\" \"V+3OEGQBjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDL"
      "g5EmYfep7FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1"
      "C3F9U20epIUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtR\" \"cSQQIDAQAB\"\n" },
    { "DKIM not for mail", "dkim-tag@8",
      "s._domainkey TXT \"v=DKIM1; s=tls; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuTWEy7hW"
      "LOThWDyqQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfvklx6h4"
      "a/JMslft0M6Ll2SgJZcQxfBHEEa/Y0jP4l/c27f1O\" \"V+3OEGQBjRsfwK+JgRzs8dn3yofyE4SScGJTX+jDLg5"
      "EmYfep7FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULyejA1C3"
      "F9U20epIUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqAPG2PtR\" \"cSQQIDAQAB\"\n" },
    { "DKIM unknown tag", "dkim-tag@8",
      "s._domainkey TXT \"v=DKIM1; x=1; n=note; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuT"
      "WEy7hWLOThWDyqQLLnaN9UMWjJAECJ3MKtpMMY8l5VgrSrP7XKhPUMj7ZK/VMYDmyZMCgrPUV6ZkEEcIABWbmvPfv"
      "klx6h4a/JMslft0M6Ll2SgJZcQxfBHEEa/Y0jP4l/\" \"c27f1OV+3OEGQBjRsfwK+JgRzs8dn3yofyE4SScGJTX"
      "+jDLg5EmYfep7FJKe1229yHdlCIIjsT2Mfpi8Gop8Ut5v6q4LGkn7GCXmPSLG5DkhkE72uV6XKl6HYUIL4DjK9ULy"
      "ejA1C3F9U20epIUnuQCH1d33rx3cOqAr4D9bUQ788P74B2Hqcmlj1mRJB9bs4e2wIuqA\" \"PG2PtRcSQQIDAQAB\"\n" },
    { "two DMARC records", "dmarc-multiple@8",
      "_dmarc TXT \"v=DMARC1; p=none\"\n"
      "_dmarc TXT \"v=DMARC1; p=reject\"\n" },
    { "DMARC beside something else", "",
      "_dmarc TXT \"v=DMARC1; p=none\"\n"
      "_dmarc TXT \"hello\"\n" },
    { "not DMARC", "dmarc-syntax@8",
      "_dmarc TXT \"v=DMARC; p=none\"\n" },
    { "DMARC without p", "dmarc-syntax@8",
      "_dmarc TXT \"v=DMARC1; sp=none\"\n" },
    { "DMARC without p, with rua", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; rua=mailto:a@ex.test\"\n" },
    { "DMARC no tag", "dmarc-syntax@8",
      "_dmarc TXT \"v=DMARC1; p=none; hello\"\n" },
    { "DMARC a tag twice", "dmarc-syntax@8",
      "_dmarc TXT \"v=DMARC1; p=none; p=none\"\n" },
    { "DMARC p=block", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=block\"\n" },
    { "DMARC p=none; sp=no", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; sp=no\"\n" },
    { "DMARC p=none; adkim=x", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; adkim=x\"\n" },
    { "DMARC p=none; aspf=relaxed", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; aspf=relaxed\"\n" },
    { "DMARC p=none; rua=a@ex.test", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; rua=a@ex.test\"\n" },
    { "DMARC p=none; rua=mailto:a", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a\"\n" },
    { "DMARC p=none; rua=mailto:a@ex.test!10x", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; rua=mailto:a@ex.test!10x\"\n" },
    { "DMARC p=none; fo=2", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; fo=2\"\n" },
    { "DMARC p=none; pct=101", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; pct=101\"\n" },
    { "DMARC p=none; pct=x", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; pct=x\"\n" },
    { "DMARC p=none; t=1", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; t=1\"\n" },
    { "DMARC p=none; psd=x", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; psd=x\"\n" },
    { "DMARC p=none; ri=x", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; ri=x\"\n" },
    { "DMARC p=none; rf=xml", "dmarc-value@8",
      "_dmarc TXT \"v=DMARC1; p=none; rf=xml\"\n" },
    { "DMARC unknown tag", "dmarc-tag@8",
      "_dmarc TXT \"v=DMARC1; p=none; x=1\"\n" },
    { "MTA-STS v=STSv2; id=1", "mta-sts@8",
      "_mta-sts TXT \"v=STSv2; id=1\"\n" },
    { "MTA-STS v=STSv1", "mta-sts@8",
      "_mta-sts TXT \"v=STSv1\"\n" },
    { "MTA-STS v=STSv1; id=a-b", "mta-sts@8",
      "_mta-sts TXT \"v=STSv1; id=a-b\"\n" },
    { "MTA-STS v=STSv1; id=", "mta-sts@8",
      "_mta-sts TXT \"v=STSv1; id=\"\n" },
    { "MTA-STS v=STSv1; id=111111111111111111111111111111111", "mta-sts@8",
      "_mta-sts TXT \"v=STSv1; id=111111111111111111111111111111111\"\n" },
    { "MTA-STS hello", "mta-sts@8",
      "_mta-sts TXT \"hello\"\n" },
    { "MTA-STS without host", "mta-sts@8",
      "_mta-sts TXT \"v=STSv1; id=1\"\n" },
    { "MTA-STS with a host elsewhere", "",
      "_mta-sts.a TXT \"v=STSv1; id=1\"\n"
      "mta-sts.a CNAME sts.other.\n" },
    { "two MTA-STS records", "mta-sts@8",
      "_mta-sts TXT \"v=STSv1; id=1\"\n"
      "_mta-sts TXT \"v=STSv1; id=2\"\n" },
    { "TLS-RPT v=TLSRPTv1", "tls-rpt@8",
      "_smtp._tls TXT \"v=TLSRPTv1\"\n" },
    { "TLS-RPT v=TLSRPTv1; rua=a@ex.test", "tls-rpt@8",
      "_smtp._tls TXT \"v=TLSRPTv1; rua=a@ex.test\"\n" },
    { "TLS-RPT v=TLSRPTv2; rua=mailto:a@ex.test", "tls-rpt@8",
      "_smtp._tls TXT \"v=TLSRPTv2; rua=mailto:a@ex.test\"\n" },
    { "TLS-RPT v=TLSRPTv1; rua=mailto:a@ex.test; hello", "tls-rpt@8",
      "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@ex.test; hello\"\n" },
    { "BIMI without logo", "bimi@8",
      "default._bimi TXT \"v=BIMI1\"\n" },
    { "BIMI logo not https", "bimi@8",
      "default._bimi TXT \"v=BIMI1; l=http://x.test/l.svg\"\n" },
};

enum base { NSEC, NSEC3, OPTOUT };

/* The first `from` of the signed zone becomes `to`. */
static const struct signed_row {
    const char *why;
    enum base base;
    bool is_verified;
    const char *from;
    const char *to;
    const char *want;
} signed_rows[] = {
    { "expired", NSEC, false, "20400101000000 20261101000000", "20261130000000 20261101000000", "rrsig-expired@2" },
    { "expires soon", NSEC, false, "20400101000000 20261101000000", "20261202000000 20261101000000", "rrsig-soon@2" },
    { "from the future", NSEC, false, "20400101000000 20261101000000", "20400101000000 20261202000000", "rrsig-future@2" },
    { "no signature", NSEC, false, "a.ex.test. 3600 RRSIG TXT", "; ", "rrsig-missing@12" },
    { "signature left over", NSEC, false, "a.ex.test. 3600 TXT", "; ", "rrsig-orphan@13 nsec-bitmap@14" },
    { "signed delegation", NSEC, false, "ins.ex.test. 3600 NS", "ins.ex.test. 3600 RRSIG NS 13 3 3600 20400101000000 20261101000000 1 ex.test. AA==\nins.ex.test. 3600 NS", "rrsig-cut@24" },
    { "signed glue", NSEC, false, "ns.ins.ex.test. 3600 A", "ns.ins.ex.test. 3600 RRSIG A 13 4 3600 20400101000000 20261101000000 1 ex.test. AA==\nns.ins.ex.test. 3600 A", "rrsig-cut@20" },
    { "another signer", NSEC, false, "46621 ex.test.", "46621 other.", "rrsig-fields@2" },
    { "labels", NSEC, false, "RRSIG SOA 13 2", "RRSIG SOA 13 1", "rrsig-fields@2" },
    { "another TTL", NSEC, false, "RRSIG SOA 13 2 3600", "RRSIG SOA 13 2 3601", "rrsig-fields@2" },
    { "another key", NSEC, false, "46621 ex.test.", "46622 ex.test.", "rrsig-key@2" },
    { "data changed", NSEC, true, "TXT \"x\"", "TXT \"y\"", "rrsig-bogus@13" },
    { "data changed, not verified", NSEC, false, "TXT \"x\"", "TXT \"y\"", "" },
    { "no NSEC at the apex", NSEC, false, "ex.test. 300 NSEC a.ex.test.", "; ", "denial-missing@1 rrsig-orphan@7" },
    { "no NSEC at a name", NSEC, false, "al.ex.test. 300 NSEC", "; ", "rrsig-orphan@39 nsec-missing@36 nsec-chain@14" },
    { "NSEC to another name", NSEC, false, "NSEC al.ex.test.", "NSEC am.ex.test.", "nsec-chain@14" },
    { "NSEC in another case", NSEC, false, "NSEC al.ex.test.", "NSEC AL.EX.test.", "" },
    { "the last NSEC", NSEC, false, "NSEC ex.test.", "NSEC a.ex.test.", "nsec-chain@42" },
    { "NSEC lists too little", NSEC, false, "CNAME RRSIG NSEC", "RRSIG NSEC", "nsec-bitmap@38" },
    { "NSEC lists too much", NSEC, false, "CNAME RRSIG NSEC", "A CNAME RRSIG NSEC", "nsec-bitmap@38" },
    { "NSEC lists glue", NSEC, false, "NS DS RRSIG NSEC", "A NS DS RRSIG NSEC", "nsec-bitmap@34" },
    { "two NSEC", NSEC, false, "al.ex.test. 300 NSEC", "al.ex.test. 300 NSEC zz.ex.test. A\nal.ex.test. 300 NSEC", "nsec-multiple@38" },
    { "NSEC below a delegation", NSEC, false, "ns.ins.ex.test. 3600 A", "ns.ins.ex.test. 300 NSEC ns.ex.test. A\nns.ins.ex.test. 3600 A", "nsec-extra@20" },
    { "a name inserted", NSEC, false, "al.ex.test. 3600 CNAME", "ab.ex.test. 3600 A 192.0.2.7\nal.ex.test. 3600 CNAME", "rrsig-missing@36 nsec-missing@36" },
    { "no NSEC3PARAM", NSEC3, false, "ex.test. 0 NSEC3PARAM", "; ", "nsec3-params@1 denial-missing@1 rrsig-orphan@11" },
    { "iterations", NSEC3, false, "NSEC3PARAM 1 0 0 -", "NSEC3PARAM 1 0 1 -", "nsec3-iterations@10 nsec3-params@32 nsec3-params@28 nsec3-params@30 nsec3-params@34 nsec3-params@36 nsec3-params@38 nsec3-params@40 nsec3-params@44 nsec3-params@42 nsec3-params@50 nsec3-params@46 nsec3-params@48 denial-missing@1" },
    { "salt", NSEC3, false, "NSEC3PARAM 1 0 0 -", "NSEC3PARAM 1 0 0 AB", "nsec3-salt@10 nsec3-params@32 nsec3-params@28 nsec3-params@30 nsec3-params@34 nsec3-params@36 nsec3-params@38 nsec3-params@40 nsec3-params@44 nsec3-params@42 nsec3-params@50 nsec3-params@46 nsec3-params@48 denial-missing@1" },
    { "too many iterations", NSEC3, false, "NSEC3PARAM 1 0 0 -", "NSEC3PARAM 1 0 151 -", "nsec3-iterations@10 nsec3-unchecked@10" },
    { "NSEC3 of other parameters", NSEC3, false, "NSEC3 1 0 0 -", "NSEC3 1 0 5 -", "nsec3-params@28 nsec3-chain@32 nsec3-missing@20" },
    { "an NSEC3 too much", NSEC3, false, "\nns.ex.test. 3600 A", "\n00000000000000000000000000000000.ex.test. 300 NSEC3 1 0 0 - 00000000000000000000000000000001 A\nns.ex.test. 3600 A", "rrsig-missing@18 nsec3-chain@18 nsec3-chain@49 nsec3-extra@18" },
    { "an NSEC3 that is no hash", NSEC3, false, "\nns.ex.test. 3600 A", "\nhello.ex.test. 300 NSEC3 1 0 0 - 00000000000000000000000000000001 A\nns.ex.test. 3600 A", "rrsig-missing@18 nsec3-owner@18" },
    { "a name inserted, NSEC3", NSEC3, false, "\nns.ex.test. 3600 A", "\nx.y.ex.test. 3600 A 192.0.2.7\nns.ex.test. 3600 A", "nsec3-missing@0 nsec3-missing@18 rrsig-missing@18" },
    { "a delegation inserted, NSEC3", NSEC3, false, "\nns.ex.test. 3600 A", "\nx.y.ex.test. 3600 NS ns.other.\nns.ex.test. 3600 A", "nsec3-missing@0 nsec3-missing@18" },
    { "a delegation inserted, opt-out", OPTOUT, false, "\nns.ex.test. 3600 A", "\nx.y.ex.test. 3600 NS ns.other.\nns.ex.test. 3600 A", "" },
    { "a name inserted, opt-out", OPTOUT, false, "\nns.ex.test. 3600 A", "\nx.y.ex.test. 3600 A 192.0.2.7\nns.ex.test. 3600 A", "nsec3-missing@21 nsec3-missing@0 rrsig-missing@21" },
    { "NSEC3 lists too much", NSEC3, false, "NS DS RRSIG", "NS DS RRSIG TXT", "nsec3-bitmap@20" },
    { "a chain changed, verified", NSEC3, true, "NS DS RRSIG", "NS DS RRSIG TXT", "rrsig-bogus@29 nsec3-bitmap@20" },
};

static const struct {
    const char *origin;
    const char *text;
} good_zones[] = {
    { "example.", /* RFC 8976 A.1 */
      "example. 86400 IN SOA ns1 admin 2018031900 1800 900 604800 86400\n"
      "example. 86400 IN NS ns1\n"
      "example. 86400 IN NS ns2\n"
      "example. 86400 IN ZONEMD 2018031900 1 1 ("
      "c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c )\n"
      "ns1 3600 IN A 203.0.113.63\n"
      "ns2 3600 IN AAAA 2001:db8::63\n" },
    { ".",
      ". 86400 SOA a.servers. mail. 1 1800 900 604800 86400\n"
      ". 86400 NS a.servers.\n"
      ". 86400 NS b.servers.\n"
      "a.servers. 86400 A 192.0.2.1\n"
      "b.servers. 86400 A 192.0.2.2\n"
      "com. 86400 NS a.nic.com.\n"
      "a.nic.com. 86400 A 192.0.2.3\n"
      "net. 86400 NS a.nic.com.\n" },
    { "2.0.192.in-addr.arpa.",
      "$TTL 3600\n"
      "@ SOA ns.ex.test. host.ex.test. 1 7200 3600 1209600 300\n"
      "@ NS ns.ex.test.\n"
      "@ NS ns2.ex.test.\n"
      "1 PTR www.ex.test.\n"
      "2 CNAME 2.0-63\n"
      "2.0-63 PTR mail.ex.test.\n" },
    { "ad.test.",
      "$TTL 3600\n"
      "@ SOA dc1 host 1 7200 3600 1209600 300\n"
      "@ NS dc1\n"
      "@ NS dc2\n"
      "dc1 A 192.0.2.1\n"
      "dc2 A 192.0.2.2\n"
      "_ldap._tcp SRV 0 100 389 dc1\n"
      "_kerberos._udp SRV 0 100 88 dc2\n"
      "gc._msdcs A 192.0.2.1\n"
      "_domainkey TXT \"o=~\"\n"
      "*.apps CNAME dc1\n" },
};
/* clang-format on */
