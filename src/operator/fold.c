#include "operator/fold.h"

#include "base/assert.h"
#include "base/reader.h"
#include "base/writer.h"
#include "change/encode.h"
#include "operator/past.h"

enum {
    PIECE_SIZE = 512 * 1024, /* octets that are asked for at a time */
    PIECE_HEAD_SIZE = 12,    /* of each change in it: size, serials */
    RECORDS_MIN = 65536,     /* before what cancels out is looked for */
};

/* What one question to the main world brings: changes as the log has them. */
struct piece {
    const char *zone;
    struct td_diag *diag;
    struct operator_span left;
    struct td_buf octets;
};

/* Can this one be folded on what came before? */
static td_err check_link(const struct store_log_change *change, uint32_t serial,
                         struct td_diag *diag)
{
    if (change->flags & STORE_LOG_BREAK) {
        td_diag_say(
            diag,
            "history has a break at serial %u, where the zone was replaced as a whole: what "
            "was before cannot be told from what is now",
            change->serial_to);
        return TD_E_INVALID;
    }
    if (change->serial_from != serial) {
        td_diag_say(diag, "history has a gap between serial %u and %u", serial,
                    change->serial_from);
        return TD_E_INVALID;
    }
    return TD_OK;
}

static td_err add_change(struct piece *piece, struct store_log *log,
                         const struct store_log_change *change)
{
    uint8_t head[PIECE_HEAD_SIZE] = { 0 };
    struct td_buf *octets = &piece->octets;

    td_err err = check_link(change, piece->left.serial, piece->diag);
    if (err != TD_OK)
        return err;
    size_t at = octets->size;
    td_buf_add(octets, head, sizeof(head));
    if (store_log_read(log, change, octets, piece->diag) != TD_OK)
        return TD_E_INVALID;
    uint8_t *out = (uint8_t *)octets->data + at;
    td_put_u32(out, (uint32_t)(octets->size - at - sizeof(head)));
    td_put_u32(out + 4, change->serial_from);
    td_put_u32(out + 8, change->serial_to);
    piece->left.from = change->sequence;
    piece->left.serial = change->serial_to;
    return TD_OK;
}

static td_err read_piece(struct fiber *fiber, struct server *server, void *argument)
{
    struct piece *piece = argument;
    struct operator_past past;
    td_err err = TD_OK;

    const struct registry_zone *zone = registry_find(server->registry, piece->zone);
    if (zone == NULL)
        return TD_E_NOT_FOUND;
    operator_past_init(&past, server, zone);
    while (err == TD_OK && piece->octets.size < PIECE_SIZE) {
        const struct store_log_change *change = operator_past_next(&past, piece->left.from, false);
        if (change == NULL || change->sequence > piece->left.to) {
            piece->left.from = piece->left.to;
            break;
        }
        err = add_change(piece, registry_log(server->registry), change);
        if (err == TD_OK)
            err = operator_past_yield(fiber, &past);
    }
    operator_past_fini(&past);
    return err;
}

static td_err fold_one(struct change_fold *fold, struct td_reader *reader, struct td_arena *arena,
                       struct td_diag *diag)
{
    struct changeset changeset;
    const uint8_t *octets;
    uint32_t size, from, to;

    td_arena_reset(arena);
    td_err err = td_read_u32(reader, &size);
    if (err == TD_OK)
        err = td_read_u32(reader, &from);
    if (err == TD_OK)
        err = td_read_u32(reader, &to);
    if (err == TD_OK)
        err = td_read_octets(reader, size, &octets);
    td_assert(err == TD_OK); /* we wrote it */
    if (change_decode(octets, size, arena, &changeset) != TD_OK) {
        td_diag_say(diag, "the change from serial %u to %u is damaged in the log", from, to);
        return TD_E_INVALID;
    }
    changeset.serial_from = from;
    changeset.serial_to = to;
    change_fold_add(fold, &changeset);
    return TD_OK;
}

static td_err fold_piece(struct change_fold *fold, const struct piece *piece, struct td_diag *diag)
{
    struct td_reader reader = td_reader_of((const uint8_t *)piece->octets.data, piece->octets.size);
    struct td_arena arena;
    td_err err = TD_OK;

    td_arena_init(&arena, 0);
    while (err == TD_OK && td_reader_left(&reader) != 0)
        err = fold_one(fold, &reader, &arena, diag);
    td_arena_fini(&arena);
    return err;
}

/* Most of what a year adds is removed again in it: memory for what is left is enough. */
static void cancel_now_and_then(struct change_fold *fold, uint32_t *records_max)
{
    if (fold->removed_count + fold->added_count < *records_max)
        return;
    change_fold_cancel(fold);
    *records_max = RECORDS_MIN + 2 * (fold->removed_count + fold->added_count);
}

td_err operator_fold(void *context, const char *zone, const struct operator_span *span,
                     struct change_fold *fold, struct td_diag *diag)
{
    struct piece piece = { .zone = zone, .diag = diag, .left = *span };
    uint32_t records_max = RECORDS_MIN;
    td_err err = TD_OK;

    while (err == TD_OK && piece.left.from < piece.left.to) {
        td_buf_clear(&piece.octets);
        err = operator_ask(context, read_piece, &piece);
        if (err == TD_OK)
            err = fold_piece(fold, &piece, diag);
        cancel_now_and_then(fold, &records_max);
    }
    td_buf_fini(&piece.octets);
    if (err == TD_OK)
        change_fold_finish(fold);
    return err;
}
