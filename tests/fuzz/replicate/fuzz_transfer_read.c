/*
 * A transfer in, as a hostile primary sends it: octet 0 says whether IXFR was asked for (1) and
 * whether it came as a datagram (2); then messages, each behind its length as over TCP. What is
 * refused has a reason. A whole zone that was taken is sent out again, and read back the same;
 * of differences no record is both removed and added.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "replicate/axfr.h"
#include "replicate/transfer_read.h"
#include "wire/rrtype.h"
#include "zone/lineage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HAD = 5, IS_INCREMENTAL = 1, IS_DATAGRAM = 2, MESSAGE_SIZE = 65535 };

static const uint8_t apex[] = { 1, 'z', 0 };
static const struct td_hash_seed seed = { .root = 1, .k0 = 2, .k1 = 3 };
static const struct transfer_limits limits = { .octets_max = 1 << 18, .records_max = 4000 };

static td_err take(struct transfer_read *read, const uint8_t *octets, size_t size, bool is_datagram)
{
    struct wire_message message;

    if (wire_message_read(octets, size, &message) != TD_OK)
        return TD_E_MALFORMED;
    read->why[0] = '\0';
    td_err err = is_datagram ? transfer_read_datagram(read, &message)
                             : transfer_read_message(read, &message);
    td_assert(err == TD_OK || err == TD_E_SPACE || read->why[0] != '\0');
    td_assert(memchr(read->why, '\0', sizeof(read->why)) != NULL);
    td_assert(read->octets <= limits.octets_max || err == TD_E_LIMIT);
    return err;
}

static struct zone_version *finish(struct transfer_read *read)
{
    struct zone_build_report report;
    struct zone_version *version = NULL;

    td_assert(read->build != NULL);
    td_err err = zone_build_finish(read->build, &report, &version);
    td_assert(err == TD_OK || err == TD_E_LIMIT || err == TD_E_INVALID);
    read->build = NULL;
    td_assert(err != TD_OK || version->serial == read->serial);
    return err == TD_OK ? version : NULL;
}

/* Out and in again. A record that fits no message ends it. */
static void check_whole(struct transfer_read *read)
{
    static struct axfr axfr;
    static uint8_t out[MESSAGE_SIZE];
    static const struct transfer_limits none = { UINT64_MAX, UINT32_MAX };
    struct zone_version *version = finish(read);
    struct transfer_read again;
    td_err err = TD_OK;

    if (version == NULL)
        return;
    transfer_read_init(&again, apex, false, 0, &seed, &none);
    axfr_init(&axfr, version);
    while (err == TD_OK && !axfr_is_done(&axfr)) {
        struct wire_message message;
        size_t length;
        memset(out, 0, WIRE_HEADER_SIZE);
        err = axfr_message(&axfr, out, WIRE_HEADER_SIZE, MESSAGE_SIZE, &length);
        if (err != TD_OK)
            break;
        td_assert(wire_message_read(out, length, &message) == TD_OK);
        td_assert(transfer_read_message(&again, &message) == TD_OK);
    }
    if (err == TD_OK) {
        td_assert(again.is_done && again.serial == read->serial && again.strays == 0);
        struct zone_version *copy = finish(&again);
        td_assert(copy != NULL && copy->record_count == version->record_count);
        zone_lineage_free(copy->lineage);
    }
    transfer_read_fini(&again);
    zone_lineage_free(version->lineage);
}

/* Both are sorted, and have nothing in common. */
static void check_apart(const struct change_record *a, uint32_t a_count,
                        const struct change_record *b, uint32_t b_count)
{
    uint32_t k = 0;

    for (uint32_t i = 0; i < a_count; i++) {
        td_assert(i == 0 || change_record_order(&a[i - 1], &a[i]) < 0);
        while (k < b_count && change_record_order(&b[k], &a[i]) < 0)
            k++;
        td_assert(k == b_count || change_record_order(&b[k], &a[i]) != 0);
    }
    for (k = 1; k < b_count; k++)
        td_assert(change_record_order(&b[k - 1], &b[k]) < 0);
}

static void check_changes(const struct change_fold *fold, uint32_t serial)
{
    const struct change_record *soa = &fold->soa_after;

    td_assert(soa->owner != NULL && soa->rdata_size >= 22);
    td_assert(td_get_u32(soa->rdata + soa->rdata_size - 20) == serial);
    check_apart(fold->passing, fold->passing_count, fold->removed, fold->removed_count);
    check_apart(fold->passing, fold->passing_count, fold->added, fold->added_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct transfer_read read;
    td_err err = TD_OK;

    if (size == 0)
        return 0;
    bool is_datagram = (data[0] & IS_DATAGRAM) != 0;
    transfer_read_init(&read, apex, (data[0] & IS_INCREMENTAL) != 0, HAD, &seed, &limits);
    for (size_t at = 1; err == TD_OK && !read.is_done && size - at > 2;) {
        size_t length = td_get_u16(data + at);
        at += 2;
        length = length < size - at ? length : size - at;
        err = take(&read, data + at, length, is_datagram);
        at += length;
        if (is_datagram)
            break;
    }
    if (err == TD_OK && read.is_done && read.kind == TRANSFER_WHOLE)
        check_whole(&read);
    if (err == TD_OK && read.is_done && read.kind == TRANSFER_CHANGES)
        check_changes(&read.fold, read.serial);
    transfer_read_fini(&read);
    return 0;
}
