#include "dnssec/fields.h"

#include "base/reader.h"
#include "wire/name.h"

td_err dnssec_dnskey_read(const uint8_t *rdata, size_t size, struct dnssec_dnskey *ret_dnskey)
{
    enum { HEAD = 4 };

    if (size < HEAD)
        return TD_E_TRUNCATED;
    if (size == HEAD)
        return TD_E_MALFORMED;
    *ret_dnskey = (struct dnssec_dnskey){
        .flags = td_get_u16(rdata),
        .protocol = rdata[2],
        .algorithm = rdata[3],
        .key = rdata + HEAD,
        .key_size = size - HEAD,
    };
    return TD_OK;
}

td_err dnssec_ds_read(const uint8_t *rdata, size_t size, struct dnssec_ds *ret_ds)
{
    enum { HEAD = 4 };

    if (size < HEAD)
        return TD_E_TRUNCATED;
    if (size == HEAD)
        return TD_E_MALFORMED;
    *ret_ds = (struct dnssec_ds){
        .key_tag = td_get_u16(rdata),
        .algorithm = rdata[2],
        .digest_type = rdata[3],
        .digest = rdata + HEAD,
        .digest_size = size - HEAD,
    };
    return TD_OK;
}

td_err dnssec_rrsig_read(const uint8_t *rdata, size_t size, struct dnssec_rrsig *ret_rrsig)
{
    enum { HEAD = 18 };
    size_t signer_size;

    if (size < HEAD)
        return TD_E_TRUNCATED;
    td_err err = wire_name_check(rdata + HEAD, size - HEAD, &signer_size);
    if (err != TD_OK)
        return err;
    if (size == HEAD + signer_size)
        return TD_E_MALFORMED;
    *ret_rrsig = (struct dnssec_rrsig){
        .covered = td_get_u16(rdata),
        .algorithm = rdata[2],
        .labels = rdata[3],
        .original_ttl = td_get_u32(rdata + 4),
        .expiration = td_get_u32(rdata + 8),
        .inception = td_get_u32(rdata + 12),
        .key_tag = td_get_u16(rdata + 16),
        .signer = rdata + HEAD,
        .signer_size = signer_size,
        .signature = rdata + HEAD + signer_size,
        .signature_size = size - HEAD - signer_size,
    };
    return TD_OK;
}

td_err dnssec_nsec_read(const uint8_t *rdata, size_t size, struct dnssec_nsec *ret_nsec)
{
    size_t next_size;
    td_err err = wire_name_check(rdata, size, &next_size);

    if (err != TD_OK)
        return err;
    *ret_nsec = (struct dnssec_nsec){
        .next = rdata,
        .next_size = next_size,
        .bitmap = rdata + next_size,
        .bitmap_size = size - next_size,
    };
    return TD_OK;
}

td_err dnssec_nsec3_read(const uint8_t *rdata, size_t size, struct dnssec_nsec3 *ret_nsec3)
{
    struct td_reader reader = td_reader_of(rdata, size);
    struct dnssec_nsec3 nsec3 = { .algorithm = 0 };
    uint8_t salt_size = 0, next_size = 0;
    td_err err = td_read_u8(&reader, &nsec3.algorithm);

    if (err == TD_OK)
        err = td_read_u8(&reader, &nsec3.flags);
    if (err == TD_OK)
        err = td_read_u16(&reader, &nsec3.iterations);
    if (err == TD_OK)
        err = td_read_u8(&reader, &salt_size);
    if (err == TD_OK)
        err = td_read_octets(&reader, salt_size, &nsec3.salt);
    if (err == TD_OK)
        err = td_read_u8(&reader, &next_size);
    if (err == TD_OK)
        err = td_read_octets(&reader, next_size, &nsec3.next);
    if (err == TD_OK && next_size == 0)
        err = TD_E_MALFORMED;
    if (err != TD_OK)
        return err;
    nsec3.salt_size = salt_size;
    nsec3.next_size = next_size;
    nsec3.bitmap = rdata + reader.cursor;
    nsec3.bitmap_size = td_reader_left(&reader);
    *ret_nsec3 = nsec3;
    return TD_OK;
}

enum dnssec_period dnssec_rrsig_period(const struct dnssec_rrsig *rrsig, uint32_t now)
{
    if (dnssec_time_is_later(rrsig->inception, rrsig->expiration))
        return DNSSEC_PERIOD_EXPIRED;
    if (dnssec_time_is_later(now, rrsig->expiration))
        return DNSSEC_PERIOD_EXPIRED;
    if (dnssec_time_is_later(rrsig->inception, now))
        return DNSSEC_PERIOD_FUTURE;
    return DNSSEC_PERIOD_CURRENT;
}
