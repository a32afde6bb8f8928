/* Rules between the fields of one record; the fields themselves are good already. */
#include "wire/rdata.h"

#include "wire/const.h"
#include "wire/name.h"
#include "wire/rdata_internal.h"

/* A digest of this kind must have this size; kinds that are not known may have any. */
struct digest_size {
    uint8_t kind;
    uint8_t size;
};

static td_err digest_check(const struct digest_size *rows, uint8_t kind, size_t size)
{
    for (; rows->kind != 0; rows++) {
        if (rows->kind == kind)
            return rows->size == size ? TD_OK : TD_E_INVALID;
    }
    return TD_OK;
}

/* RFC 4034 5.1.4, 4509, 5933, 6605, 9558, 9563. */
static const struct digest_size ds_digests[] = {
    { WIRE_DIGEST_SHA1, 20 },
    { WIRE_DIGEST_SHA256, 32 },
    { WIRE_DIGEST_GOST, 32 },
    { WIRE_DIGEST_SHA384, 48 },
    { WIRE_DIGEST_GOST12, 32 },
    { WIRE_DIGEST_SM3, 32 },
    { 0, 0 },
};

/* RFC 4255 3.1.2, 6594 4. */
static const struct digest_size sshfp_digests[] = { { 1, 20 }, { 2, 32 }, { 0, 0 } };

/* RFC 8976 2.2.3. */
static const struct digest_size zonemd_digests[] = { { 1, 48 }, { 2, 64 }, { 0, 0 } };

enum { ZONEMD_DIGEST_SIZE_MIN = 12 };

static td_err zonemd_check(const uint8_t *rdata, size_t size)
{
    size_t digest_size = size - 6;

    if (digest_size < ZONEMD_DIGEST_SIZE_MIN)
        return TD_E_INVALID;
    return digest_check(zonemd_digests, rdata[5], digest_size);
}

td_err wire_rdata_rule(uint16_t type, const uint8_t *rdata, size_t size)
{
    switch (type) {
    case WIRE_TYPE_DS:
    case WIRE_TYPE_CDS:
    case WIRE_TYPE_DLV:
    case WIRE_TYPE_TA:
        return digest_check(ds_digests, rdata[3], size - 4);
    case WIRE_TYPE_SSHFP:
        return digest_check(sshfp_digests, rdata[1], size - 2);
    case WIRE_TYPE_ZONEMD:
        return zonemd_check(rdata, size);
    case WIRE_TYPE_NSEC: /* an NSEC record always shows at least itself */
        return wire_name_size(rdata) == size ? TD_E_INVALID : TD_OK;
    case WIRE_TYPE_SVCB:
    case WIRE_TYPE_HTTPS:
        return wire_svcb_check(rdata, size);
    case WIRE_TYPE_RKEY: /* draft-reid-dnsext-rkey-00 2.1: flags are reserved and zero */
        return rdata[0] != 0 || rdata[1] != 0 ? TD_E_INVALID : TD_OK;
    case WIRE_TYPE_URI: /* RFC 7553 4.4: the target must not be empty */
        return size == 4 ? TD_E_INVALID : TD_OK;
    default:
        return TD_OK;
    }
}
