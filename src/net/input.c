/*
 * From octets to messages. What is whole is handed up where it lies, in the world's buffer;
 * only the beginning of a message, and queries that have to wait, are copied. The copy grows
 * with what has really come, not with what a length prefix promises.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/reader.h"
#include "net/internal.h"

enum { INPUT_LEAST = 512 };

static uint32_t input_size(const struct net_conn *conn)
{
    return conn->input_end - conn->input_start;
}

static void input_add(struct net_conn *conn, const uint8_t *octets, size_t size)
{
    if (conn->input_start > 0 && conn->input_end + size > conn->input_capacity) {
        memmove(conn->input, conn->input + conn->input_start, input_size(conn));
        conn->input_end -= conn->input_start;
        conn->input_start = 0;
    }
    uint32_t wanted = conn->input_end + (uint32_t)size;
    if (wanted > conn->input_capacity) {
        uint32_t capacity = conn->input_capacity == 0 ? INPUT_LEAST : conn->input_capacity;
        while (capacity < wanted)
            capacity *= 2;
        conn->input = td_realloc(conn->input, capacity);
        conn->input_capacity = capacity;
    }
    memcpy(conn->input + conn->input_end, octets, size);
    conn->input_end = wanted;
}

void net_input_fini(struct net_conn *conn)
{
    free(conn->input);
    conn->input = NULL;
    conn->input_start = conn->input_end = 0;
    conn->input_capacity = 0;
}

static void message_hand_up(struct net_conn *conn, const uint8_t *octets, size_t size)
{
    struct net_server *server = conn->server;
    conn->in_flight++;
    td_count(&server->counters.messages);
    server->handler.message(server->handler.context, conn, octets, size);
}

/*
 * Hand up the whole messages of `octets`, as long as the connection may have more. Returns the
 * octets used; less than all when a message is not whole, or has to wait.
 */
static size_t messages_hand_up(struct net_conn *conn, const uint8_t *octets, size_t size)
{
    size_t at = 0;
    while (size - at >= NET_PREFIX_SIZE && net_conn_may_read(conn)) {
        size_t message_size = td_get_u16(octets + at);
        if (message_size < NET_MESSAGE_SIZE_MIN) {
            td_count(&conn->server->counters.malformed);
            net_conn_end(conn);
            return size;
        }
        if (size - at - NET_PREFIX_SIZE < message_size)
            break;
        net_server_touch(conn);
        message_hand_up(conn, octets + at + NET_PREFIX_SIZE, message_size);
        at += NET_PREFIX_SIZE + message_size;
    }
    return at;
}

/* The same with what was kept. */
static void input_hand_up(struct net_conn *conn)
{
    size_t used = messages_hand_up(conn, conn->input + conn->input_start, input_size(conn));
    if (!conn->is_open)
        return;
    conn->input_start += (uint32_t)used;
    if (input_size(conn) == 0)
        net_input_fini(conn);
}

/* Octets wanting to make the first message of the input whole: its prefix first. */
static size_t input_wants(const struct net_conn *conn)
{
    uint32_t have = input_size(conn);
    if (have < NET_PREFIX_SIZE)
        return NET_PREFIX_SIZE - have;
    size_t whole = NET_PREFIX_SIZE + (size_t)td_get_u16(conn->input + conn->input_start);
    return whole > have ? whole - have : 0;
}

/* Fill up the message that has begun. Returns the octets used for it. */
static size_t input_complete(struct net_conn *conn, const uint8_t *octets, size_t size)
{
    size_t used = 0;
    /* Twice at most: the prefix may have to come first. */
    for (int i = 0; i < 2 && used < size; i++) {
        size_t wants = input_wants(conn);
        size_t n = wants < size - used ? wants : size - used;
        if (n > 0)
            input_add(conn, octets + used, n);
        used += n;
    }
    return used;
}

void net_input_arrived(struct net_conn *conn, const uint8_t *octets, size_t size)
{
    size_t at = 0;
    conn->is_reading = true;
    if (input_size(conn) > 0) {
        at = input_complete(conn, octets, size);
        input_hand_up(conn);
    }
    if (conn->is_open && input_size(conn) == 0)
        at += messages_hand_up(conn, octets + at, size - at);
    if (conn->is_open && !conn->is_closing && at < size)
        input_add(conn, octets + at, size - at);
    conn->is_reading = false;
    net_conn_settle(conn);
}

void net_input_resume(struct net_conn *conn)
{
    if (input_size(conn) == 0)
        return;
    conn->is_reading = true;
    input_hand_up(conn);
    conn->is_reading = false;
}
