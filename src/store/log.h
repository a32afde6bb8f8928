#pragma once
#include "base/diag.h"
#include "base/err.h"
#include "io/io.h"
enum store_log_kind { STORE_LOG_CHANGE = 1, STORE_LOG_STATE = 2 };
struct store_log_entry {
    struct store_log_entry *next;
    uint8_t kind;
    uint16_t key_size;
    const uint8_t *key;
    uint32_t serial_from, serial_to;
    uint64_t time_s;
    uint32_t flags;
    uint32_t removed, added;
    const void *octets;
    uint32_t size;
    uint64_t sequence;
};
struct store_log_batch {
    struct store_log_entry *first, *last;
    void (*done)(struct store_log_batch *batch, td_err err, const struct td_diag *diag);
};
struct store_log;
void store_log_submit(struct store_log *log, struct store_log_batch *batch);
