/*
 * Hostile octets as a request and as an answer with a TSIG record: whatever the verdict, the
 * answer can be signed in the room that was reserved, and records are written as they were
 * read. Octets 0 and 1 say where the record begins when the message itself does not.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/reader.h"
#include "tsig/record.h"
#include "tsig/tsig.h"
#include "wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUFFER_SIZE = 66000, NOW = 1700000000 };

static const struct tsig_keys *keys(void)
{
    static struct tsig_keys *set;
    static uint8_t secret[40];
    struct tsig_key_row row = { .name = (const uint8_t *)"\3key\7example",
                                .algorithm = TSIG_HMAC_SHA256,
                                .secret = secret,
                                .secret_size = sizeof(secret),
                                .mac_size_min = 20 };

    if (set == NULL) {
        for (uint8_t i = 0; i < sizeof(secret); i++)
            secret[i] = (uint8_t)(i + 1);
        td_assert(tsig_keys_new(&row, 1, &set) == TD_OK);
    }
    return set;
}

static void sign_answer(struct tsig_exchange *exchange, const uint8_t *request)
{
    uint8_t answer[512];
    size_t reserve = tsig_reserve(exchange);
    size_t size = 12;

    memcpy(answer, request, 4);
    memset(answer + 4, 0, 8);
    td_assert(tsig_sign(exchange, answer, 12, sizeof(answer), NOW, &size) != TD_E_LIMIT);
    if (size > 12)
        td_assert(size == 12 + reserve);
}

static void write_back(const struct tsig_record *record)
{
    static uint8_t buffer[BUFFER_SIZE + 512];
    struct tsig_record again;
    size_t size = 0;

    /* A compressed name may grow beyond what a record holds. */
    if (tsig_record_size(record) > 65535)
        return;
    memset(buffer, 0, 12);
    td_assert(tsig_record_write(record, buffer, 12, sizeof(buffer), &size) == TD_OK);
    td_assert(size == 12 + tsig_record_size(record));
    td_assert(tsig_record_read(buffer, size, 12, &again) == TD_OK);
    td_assert(again.mac_size == record->mac_size && again.other_size == record->other_size);
    td_assert(again.time_s == record->time_s && again.error == record->error);
}

static void read_answer(const uint8_t *message, size_t size, size_t tsig_at)
{
    const struct tsig_key *key = tsig_keys_find(keys(), (const uint8_t *)"\3key\7example", 13);
    struct tsig_exchange client;
    uint8_t request[512] = { 0 };
    size_t request_size;

    td_assert(tsig_sign_request(key, request, 12, sizeof(request), NOW, &request_size, &client) ==
              TD_OK);
    enum tsig_verdict verdict = tsig_verify_response(&client, message, size, tsig_at, NOW);
    td_assert((verdict == TSIG_GOOD) == tsig_is_settled(&client));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_message message;
    struct tsig_record record;
    struct tsig_exchange exchange;

    if (size < 12 || size > 65535)
        return 0;
    size_t at = td_get_u16(data);
    if (wire_message_read(data, size, &message) == TD_OK && message.tsig_at != 0)
        at = message.tsig_at;
    if (tsig_record_read(data, size, at, &record) == TD_OK)
        write_back(&record);
    tsig_verify(keys(), data, size, at, NOW, &exchange);
    sign_answer(&exchange, data);
    read_answer(data, size, at);
    return 0;
}
