/*
 * zone/check_rows.h - the table of checks. lint: table
 *
 * Shape    X(SYMBOL, "id", level, strict level, "text", "why it matters", "RFC"); levels are
 *          OFF, NOTE, WARNING, ERROR. docs/design/checks.md is made from it.
 * Floor    3.
 */
#pragma once

/* clang-format off */
#define ZONE_CHECK_ROWS(X) \
 /* ---- the apex ---- */ \
 X(SOA_MISSING, "soa-missing", ERROR, ERROR, "the zone has no SOA record", \
   "nothing can be answered, transferred or cached negatively without it", "RFC 1035 5.2") \
 X(SOA_MULTIPLE, "soa-multiple", ERROR, ERROR, "the zone has more than one SOA record", \
   "nobody can tell which serial and timers hold", "RFC 2136 1.1") \
 X(SOA_BELOW, "soa-below", ERROR, ERROR, "SOA below the apex", \
   "an SOA begins a zone, and this name is inside another one", "RFC 1035 5.2") \
 X(SOA_MNAME, "soa-mname", NOTE, WARNING, "the primary server named in the SOA is not there", \
   "dynamic updates and NOTIFY look for the primary by this name", "RFC 1035 3.3.13") \
 X(SOA_RNAME, "soa-rname", WARNING, WARNING, "the mailbox in the SOA is no mailbox", \
   "the first label is the part before the @; who finds a fault cannot report it", "RFC 1035 3.3.13") \
 X(SOA_TIMERS, "soa-timers", WARNING, WARNING, "the timers of the SOA do not fit together", \
   "secondaries poll without end, or drop the zone before they have retried", "RFC 1912 2.2") \
 X(SOA_MINIMUM, "soa-minimum", NOTE, NOTE, "negative answers are cached for more than a day", \
   "a name that is added is not seen by those who asked for it before", "RFC 2308 5") \
 X(SOA_SERIAL_ZERO, "soa-serial-zero", NOTE, NOTE, "the serial is 0", \
   "some tools take 0 for no serial at all", "RFC 1982 7") \
 X(NS_MISSING, "ns-missing", ERROR, ERROR, "the zone has no NS record at its apex", \
   "the delegation cannot be confirmed, and secondaries are not told of changes", "RFC 1035 5.2") \
 X(NS_SINGLE, "ns-single", NOTE, NOTE, "the zone has one name server only", \
   "when it is away the zone is away", "RFC 2182 5") \
 X(NS_NO_ADDRESS, "ns-no-address", ERROR, ERROR, "a name server of the zone, inside the zone, has no address", \
   "nobody can reach it", "RFC 1912 2.8") \
 X(NS_ALIAS, "ns-alias", ERROR, ERROR, "a name server of the zone is an alias", \
   "resolvers do not follow an alias here", "RFC 2181 10.3") \
 /* ---- names of servers ---- */ \
 X(CUT_NO_ADDRESS, "cut-no-address", WARNING, WARNING, "a name server of a delegation, inside this zone, has no address", \
   "nobody can reach it", "RFC 1912 2.8") \
 X(CUT_ALIAS, "cut-alias", WARNING, WARNING, "a name server of a delegation is an alias", \
   "resolvers do not follow an alias here", "RFC 2181 10.3") \
 X(GLUE_MISSING, "glue-missing", WARNING, ERROR, "a name server below the delegation that needs it has no address here", \
   "who follows the delegation has to ask that server for its own address", "RFC 1034 4.2.1, RFC 9471 3.1") \
 X(GLUE_SIBLING, "glue-sibling", WARNING, WARNING, "a name server below another delegation has no address here", \
   "who follows the delegation has to follow the other one first", "RFC 9471 3.2") \
 X(GLUE_ORPHAN, "glue-orphan", WARNING, WARNING, "an address below a delegation that no NS record needs", \
   "it is never answered: left over, or a mistyped name", "RFC 1034 4.2.1") \
 X(OCCLUDED, "occluded", WARNING, WARNING, "data below or at a delegation, which is never answered", \
   "it belongs into the delegated zone", "RFC 2136 7.18") \
 X(NS_LITERAL, "ns-literal", WARNING, WARNING, "NS names an address, not a name", \
   "nobody can reach it: write a name, and give that name an A record", "RFC 1035 3.3.11") \
 X(MX_LITERAL, "mx-literal", WARNING, WARNING, "MX names an address, not a name", \
   "mail does not arrive: write a name, and give that name an A record", "RFC 1035 3.3.9") \
 X(SRV_LITERAL, "srv-literal", WARNING, WARNING, "SRV names an address, not a name", \
   "clients look for a host of that name", "RFC 2782") \
 X(MX_ALIAS, "mx-alias", WARNING, ERROR, "MX names an alias", \
   "some mail servers refuse to deliver", "RFC 2181 10.3, RFC 5321 5.1") \
 X(MX_NO_ADDRESS, "mx-no-address", WARNING, WARNING, "MX names a host of this zone that has no address", \
   "mail does not arrive", "RFC 5321 5.1") \
 X(MX_NULL, "mx-null", WARNING, WARNING, "the null MX stands beside other MX records", \
   "it says that the name takes no mail", "RFC 7505 3") \
 X(SRV_ALIAS, "srv-alias", WARNING, ERROR, "SRV names an alias", \
   "the target must have addresses itself", "RFC 2782") \
 X(SRV_NO_ADDRESS, "srv-no-address", WARNING, WARNING, "SRV names a host of this zone that has no address", \
   "the service is not reached", "RFC 2782") \
 X(SVCB_NO_ADDRESS, "svcb-no-address", WARNING, WARNING, "SVCB or HTTPS names a host of this zone that has no address", \
   "the service is not reached", "RFC 9460 3") \
 X(PTR_ALIAS, "ptr-alias", NOTE, NOTE, "PTR names an alias", \
   "a PTR record names the host's own name", "RFC 2181 10.2") \
 /* ---- aliases ---- */ \
 X(CNAME_OTHER_DATA, "cname-other-data", ERROR, ERROR, "CNAME and other data", \
   "what is answered depends on what was cached before", "RFC 1034 3.6.2, RFC 2181 10.1") \
 X(CNAME_MULTIPLE, "cname-multiple", ERROR, ERROR, "more than one CNAME", \
   "a name is an alias of one other name", "RFC 2181 10.1") \
 X(CNAME_LOOP, "cname-loop", WARNING, ERROR, "CNAME leads back to itself", \
   "nobody gets an answer", "RFC 1034 3.6.2") \
 X(CNAME_DANGLING, "cname-dangling", WARNING, WARNING, "CNAME names something in this zone that is not there", \
   "the alias answers NXDOMAIN", "RFC 1034 3.6.2") \
 X(DNAME_MULTIPLE, "dname-multiple", ERROR, ERROR, "more than one DNAME", \
   "a subtree is redirected to one place", "RFC 6672 2.4") \
 X(DNAME_BELOW, "dname-below", ERROR, ERROR, "data below a DNAME", \
   "it is never answered, and secondaries refuse the zone", "RFC 6672 2.4") \
 X(DNAME_NS, "dname-ns", WARNING, ERROR, "DNAME and NS at a name that is not the apex", \
   "a name cannot be delegated and redirected", "RFC 6672 2.3") \
 X(DNAME_LOOP, "dname-loop", WARNING, WARNING, "DNAME leads to below itself", \
   "names grow until they are too long", "RFC 6672 2.2") \
 X(WILDCARD_NS, "wildcard-ns", WARNING, ERROR, "NS at a wildcard", \
   "what it means is not defined; other servers refuse the zone", "RFC 4592 4.2") \
 X(WILDCARD_DNAME, "wildcard-dname", WARNING, WARNING, "DNAME at a wildcard", \
   "what it means is not defined, and it cannot be signed", "RFC 4592 4.4") \
 X(WILDCARD_DS, "wildcard-ds", WARNING, WARNING, "DS at a wildcard", \
   "a wildcard is no delegation", "RFC 4592 4.6") \
 /* ---- records ---- */ \
 X(RECORD_DUPLICATE, "record-duplicate", WARNING, WARNING, "the same record stands there twice", \
   "one of them was probably to be another", "RFC 2181 5") \
 X(TTL_DIFFERS, "ttl-differs", WARNING, WARNING, "the TTLs in a set differ", \
   "a set has one TTL: that of its first record is taken for all of it", "RFC 2181 5.2") \
 X(SET_LARGE, "set-large", WARNING, WARNING, "very many records in one set", \
   "answers do not fit a packet, and BIND refuses more than 100 by default", "RFC 2181 5") \
 X(TYPE_OBSOLETE, "type-obsolete", NOTE, NOTE, "an obsolete record type", \
   "few look for it, and some servers refuse it", "RFC 1123 6.1, RFC 9904") \
 X(TYPE_UNKNOWN, "type-unknown", NOTE, NOTE, "a record type that is not known here", \
   "its data is served as it is, and not checked", "RFC 3597") \
 X(TYPE_META, "type-meta", WARNING, ERROR, "a type that is no data of a zone", \
   "it has a meaning in messages only", "RFC 6895 3.1") \
 X(HOST_NAME, "host-name", WARNING, WARNING, "no host name, but it has an address or takes mail", \
   "letters, digits and hyphens are what programs expect", "RFC 1123 2.1") \
 X(HOST_TARGET, "host-target", WARNING, WARNING, "the name of a server is no host name", \
   "letters, digits and hyphens are what programs expect", "RFC 1123 2.1") \
 X(TXT_QUOTES, "txt-quotes", WARNING, WARNING, "TXT begins and ends with a quotation mark", \
   "the marks are part of the text now: quoted twice", "RFC 1035 5.1") \
 X(TXT_SPLIT, "txt-split", NOTE, NOTE, "TXT is in many short strings", \
   "programs join them without blanks: words run together when the quotes were forgotten", "RFC 7208 3.3") \
 X(CAA_TAG, "caa-tag", NOTE, NOTE, "CAA has an unknown property", \
   "certificate authorities ignore it; with the critical flag they issue nothing", "RFC 8659 4.1") \
 X(CAA_VALUE, "caa-value", WARNING, WARNING, "the value of CAA is not what its property asks for", \
   "certificate authorities issue nothing", "RFC 8659 4.2") \
 /* ---- keys and delegations of trust ---- */ \
 X(DS_WITHOUT_NS, "ds-without-ns", WARNING, WARNING, "DS where there is no delegation", \
   "there is nothing that it could speak for", "RFC 4035 2.4") \
 X(DS_APEX, "ds-apex", WARNING, ERROR, "DS at the apex", \
   "it belongs into the zone above; other servers refuse it here", "RFC 4035 2.4") \
 X(DS_DEPRECATED, "ds-deprecated", NOTE, NOTE, "DS with a digest or algorithm that is no longer to be used", \
   "validators may take the zone for unsigned", "RFC 9904 3, RFC 9905") \
 X(DNSKEY_BELOW, "dnskey-below", WARNING, WARNING, "DNSKEY below the apex", \
   "validators look at the apex only", "RFC 4035 2.1") \
 X(DNSKEY_UNSIGNED, "dnskey-unsigned", WARNING, WARNING, "the DNSKEY set is not signed", \
   "with a DS above, nothing of the zone validates", "RFC 4035 2.2") \
 X(DNSKEY_INVALID, "dnskey-invalid", WARNING, WARNING, "a DNSKEY that cannot sign this zone", \
   "no zone key flag, or a protocol other than 3", "RFC 4034 2.1") \
 X(DNSKEY_TAG, "dnskey-tag", WARNING, WARNING, "two keys have the same tag and algorithm", \
   "validators may try the wrong one, and some give up", "RFC 4034 5.3.1") \
 X(DNSKEY_DEPRECATED, "dnskey-deprecated", NOTE, WARNING, "a key of an algorithm that is no longer to be used", \
   "validators may take the zone for unsigned", "RFC 9904 2, RFC 9905") \
 X(CDS_BELOW, "cds-below", WARNING, WARNING, "CDS, CDNSKEY or CSYNC below the apex", \
   "parents look at the apex only", "RFC 7344 4.1, RFC 7477 2.1") \
 X(CDS_KEY, "cds-key", WARNING, ERROR, "CDS or CDNSKEY for a key that the zone does not have", \
   "the parent would point to nothing; it refuses to act", "RFC 7344 4.1") \
 X(CDS_PAIR, "cds-pair", WARNING, WARNING, "CDS and CDNSKEY do not agree", \
   "the parent cannot tell what is wanted", "RFC 7344 4") \
 X(CDS_DELETE, "cds-delete", WARNING, WARNING, "the delete record of CDS or CDNSKEY stands beside others", \
   "the parent cannot tell what is wanted", "RFC 8078 4") \
 /* ---- signatures ---- */ \
 X(RRSIG_EXPIRED, "rrsig-expired", WARNING, WARNING, "the signature has expired", \
   "validators take the set for forged", "RFC 4035 5.3.1") \
 X(RRSIG_SOON, "rrsig-soon", WARNING, WARNING, "the signature expires soon", \
   "the signer does not seem to run", "RFC 6781 4.4.2") \
 X(RRSIG_FUTURE, "rrsig-future", WARNING, WARNING, "the signature is not yet valid", \
   "validators take the set for forged until then: is a clock wrong?", "RFC 4035 5.3.1") \
 X(RRSIG_MISSING, "rrsig-missing", ERROR, ERROR, "a set of a signed zone without a signature", \
   "validators take it for forged", "RFC 4035 2.2") \
 X(RRSIG_ORPHAN, "rrsig-orphan", WARNING, WARNING, "a signature over a set that is not there", \
   "left over: the set was removed without its signature", "RFC 4035 2.2") \
 X(RRSIG_CUT, "rrsig-cut", WARNING, WARNING, "a signature over delegation or glue", \
   "these sets are not the zone's own and are not signed", "RFC 4035 2.2") \
 X(RRSIG_FIELDS, "rrsig-fields", WARNING, ERROR, "a signature whose fields do not fit its set", \
   "signer, labels or TTL are those of something else: validators refuse it", "RFC 4035 2.2") \
 X(RRSIG_KEY, "rrsig-key", WARNING, WARNING, "a signature by a key that the zone does not have", \
   "it cannot be verified", "RFC 4035 2.2") \
 X(RRSIG_UNSIGNED, "rrsig-unsigned", WARNING, WARNING, "signatures in a zone without DNSKEY", \
   "nobody can verify them", "RFC 4035 2.2") \
 X(RRSIG_BOGUS, "rrsig-bogus", ERROR, ERROR, "the signature does not match", \
   "validators take the set for forged", "RFC 4035 5.3.3") \
 /* ---- denial ---- */ \
 X(DENIAL_MISSING, "denial-missing", ERROR, ERROR, "a signed zone without NSEC and without NSEC3", \
   "that a name does not exist cannot be proved", "RFC 4035 2.3, RFC 5155 7.1") \
 X(NSEC_MISSING, "nsec-missing", ERROR, ERROR, "a name without NSEC", \
   "its neighbours deny that it exists", "RFC 4035 2.3") \
 X(NSEC_CHAIN, "nsec-chain", ERROR, ERROR, "NSEC does not lead to the next name", \
   "names that exist are denied, or names that do not exist cannot be", "RFC 4034 4.1.1") \
 X(NSEC_BITMAP, "nsec-bitmap", ERROR, ERROR, "NSEC does not list the types that are there", \
   "types that exist are denied, or the other way round", "RFC 4034 4.1.2") \
 X(NSEC_MULTIPLE, "nsec-multiple", ERROR, ERROR, "more than one NSEC at a name", \
   "a name has one successor", "RFC 4035 2.3") \
 X(NSEC_EXTRA, "nsec-extra", WARNING, WARNING, "NSEC where none belongs", \
   "the name is below a delegation, or the zone is not signed with NSEC", "RFC 4035 2.3") \
 X(NSEC3_MISSING, "nsec3-missing", ERROR, ERROR, "a name without NSEC3", \
   "its neighbours deny that it exists", "RFC 5155 7.1") \
 X(NSEC3_CHAIN, "nsec3-chain", ERROR, ERROR, "NSEC3 does not lead to the next hash", \
   "names that exist are denied, or names that do not exist cannot be", "RFC 5155 7.1") \
 X(NSEC3_BITMAP, "nsec3-bitmap", ERROR, ERROR, "NSEC3 does not list the types that are there", \
   "types that exist are denied, or the other way round", "RFC 5155 7.1") \
 X(NSEC3_EXTRA, "nsec3-extra", WARNING, WARNING, "NSEC3 that belongs to no name", \
   "left over: the name was removed without it", "RFC 5155 7.1") \
 X(NSEC3_OWNER, "nsec3-owner", WARNING, WARNING, "the owner of NSEC3 is no hash in this zone", \
   "one label of 32 characters of base32hex, then the apex", "RFC 5155 3") \
 X(NSEC3_PARAMS, "nsec3-params", WARNING, WARNING, "NSEC3 and NSEC3PARAM do not fit together", \
   "the server does not find the chain", "RFC 5155 4.1.2, 7.1") \
 X(NSEC3_ITERATIONS, "nsec3-iterations", WARNING, WARNING, "NSEC3 iterations are not 0", \
   "they cost work and protect nothing; validators take many for unsigned", "RFC 9276 3.1") \
 X(NSEC3_SALT, "nsec3-salt", NOTE, NOTE, "NSEC3 has a salt", \
   "it costs work and protects nothing", "RFC 9276 3.1") \
 X(NSEC3_UNCHECKED, "nsec3-unchecked", WARNING, WARNING, "the NSEC3 chain cannot be checked", \
   "an unknown hash algorithm, more than 150 iterations, or too much work in all", "RFC 5155 3.1, RFC 9276 3.2") \
 /* ---- the digest of the zone ---- */ \
 X(ZONEMD_BELOW, "zonemd-below", WARNING, WARNING, "ZONEMD below the apex", \
   "it speaks for a zone and has no meaning here", "RFC 8976 2") \
 X(ZONEMD_SERIAL, "zonemd-serial", WARNING, WARNING, "ZONEMD is for another serial", \
   "who verifies the zone refuses it", "RFC 8976 4") \
 X(ZONEMD_WRONG, "zonemd-wrong", WARNING, ERROR, "the digest in ZONEMD is not that of the zone", \
   "who verifies the zone refuses it: it was changed after the digest was made", "RFC 8976 4") \
 X(ZONEMD_UNKNOWN, "zonemd-unknown", NOTE, NOTE, "no ZONEMD of a scheme and algorithm that is known here", \
   "nothing can be verified", "RFC 8976 4") \
 /* ---- mail ---- */ \
 X(SPF_MULTIPLE, "spf-multiple", WARNING, WARNING, "more than one SPF record", \
   "receivers then use none of them (permerror)", "RFC 7208 4.5") \
 X(SPF_VERSION, "spf-version", WARNING, WARNING, "it looks like SPF but does not begin with \"v=spf1 \"", \
   "receivers do not see it", "RFC 7208 4.5") \
 X(SPF_SYNTAX, "spf-syntax", WARNING, WARNING, "SPF is malformed", \
   "receivers then ignore all of it (permerror)", "RFC 7208 4.6") \
 X(SPF_LOOKUPS, "spf-lookups", WARNING, WARNING, "SPF needs more than 10 DNS look-ups", \
   "receivers stop with permerror", "RFC 7208 4.6.4") \
 X(SPF_LOOP, "spf-loop", WARNING, WARNING, "SPF includes itself", \
   "receivers stop with permerror", "RFC 7208 4.6.4") \
 X(SPF_TARGET, "spf-target", WARNING, WARNING, "SPF refers to something in this zone that is not there", \
   "two such look-ups are allowed; an include of no SPF record is a permerror", "RFC 7208 4.6.4, 5.2") \
 X(SPF_PTR, "spf-ptr", WARNING, WARNING, "SPF uses ptr", \
   "it is slow, unreliable and not to be used", "RFC 7208 5.5") \
 X(SPF_ALL_PLUS, "spf-all-plus", WARNING, WARNING, "SPF passes everybody", \
   "+all allows the whole Internet to send as this domain", "RFC 7208 5.1") \
 X(SPF_ALL_MISSING, "spf-all-missing", NOTE, NOTE, "SPF has neither all nor redirect", \
   "who is not listed is neutral, which is of no use to receivers", "RFC 7208 4.7") \
 X(SPF_IGNORED, "spf-ignored", WARNING, WARNING, "a part of SPF that has no effect", \
   "what stands behind all, and redirect beside all, is ignored", "RFC 7208 5.1, 6.1") \
 X(SPF_TYPE, "spf-type", WARNING, WARNING, "a record of type SPF (99)", \
   "nobody looks for it: SPF is published in TXT", "RFC 7208 3.1") \
 X(SPF_LARGE, "spf-large", NOTE, NOTE, "the SPF record is long", \
   "the answer may not fit 512 octets", "RFC 7208 3.4") \
 X(MX_NO_SPF, "mx-no-spf", NOTE, NOTE, "the zone takes mail but has no SPF record", \
   "receivers cannot tell who may send for it", "RFC 7208 10.1") \
 X(MX_NO_DMARC, "mx-no-dmarc", NOTE, NOTE, "the zone takes mail but has no DMARC record", \
   "nothing is asked of receivers, and nothing is reported", "RFC 7489 6.1") \
 X(DKIM_SYNTAX, "dkim-syntax", WARNING, WARNING, "the DKIM record is malformed", \
   "signatures by this selector fail", "RFC 6376 3.6.1") \
 X(DKIM_MULTIPLE, "dkim-multiple", WARNING, WARNING, "more than one DKIM record at a selector", \
   "which one is used is not defined", "RFC 6376 3.6.2.2") \
 X(DKIM_KEY, "dkim-key", WARNING, WARNING, "the DKIM key cannot be read", \
   "signatures by this selector fail", "RFC 6376 3.6.1, RFC 8463 3") \
 X(DKIM_SHORT, "dkim-short", WARNING, WARNING, "the DKIM key is short", \
   "below 1024 bits verifiers refuse it; 2048 is what is asked for", "RFC 8301 3.2") \
 X(DKIM_REVOKED, "dkim-revoked", NOTE, NOTE, "the DKIM key is revoked", \
   "p= is empty: signatures by this selector fail", "RFC 6376 3.6.1") \
 X(DKIM_TAG, "dkim-tag", NOTE, NOTE, "the DKIM record has an unusual tag", \
   "verifiers ignore what they do not know; t=y asks them to ignore failures", "RFC 6376 3.6.1") \
 X(DMARC_MULTIPLE, "dmarc-multiple", WARNING, WARNING, "more than one DMARC record", \
   "receivers then use none of them", "RFC 7489 6.6.3") \
 X(DMARC_SYNTAX, "dmarc-syntax", WARNING, WARNING, "the DMARC record is malformed", \
   "receivers ignore it", "RFC 7489 6.3") \
 X(DMARC_VALUE, "dmarc-value", WARNING, WARNING, "a tag of the DMARC record has a bad value", \
   "receivers ignore the tag, and without a policy the whole record", "RFC 7489 6.3, 6.6.3") \
 X(DMARC_TAG, "dmarc-tag", NOTE, NOTE, "the DMARC record has an unknown or retired tag", \
   "receivers ignore it", "RFC 7489 6.3") \
 X(MTA_STS, "mta-sts", WARNING, WARNING, "MTA-STS does not work", \
   "the record is malformed, or the host of the policy is not there: senders act as if there were none", "RFC 8461 3") \
 X(TLS_RPT, "tls-rpt", WARNING, WARNING, "the TLS reporting record is malformed", \
   "no reports are sent", "RFC 8460 3") \
 X(BIMI, "bimi", NOTE, NOTE, "the BIMI record is malformed", \
   "no logo is shown", "draft-brand-indicators-for-message-identification 4.2")
/* clang-format on */
