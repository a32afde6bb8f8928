"""Ports of loopback for the servers of tests, which run in several processes at a time.

Each process has a block of them, below those that the system gives to clients, so that nobody takes one between its
choice and its use.
"""
import itertools
import socket

FIRST, BLOCK_SIZE, BLOCKS = 10240, 250, 90


def hold(what):
    """What only one process may have: a socket to close, or None; it ends with the process, too."""
    holder = socket.socket(socket.AF_UNIX)
    try:
        holder.bind("\0tandem-test-%s" % what)
        return holder
    except OSError:
        holder.close()
        return None


def take_block():
    """The ports of a block that no other process has, and the socket that says so."""
    for first in range(FIRST, FIRST + BLOCKS * BLOCK_SIZE, BLOCK_SIZE):
        holder = hold("ports-%d" % first)
        if holder:
            return range(first, first + BLOCK_SIZE), holder
    raise RuntimeError("%d processes have all ports" % BLOCKS)


BLOCK, HOLDER = take_block()
NEXT = itertools.cycle(BLOCK)


def is_free(port):
    """Nobody has it on 127.0.0.1 and ::1, neither over UDP nor over TCP."""
    try:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as tcp, socket.socket(family, socket.SOCK_DGRAM) as udp:
                tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that have ended do not matter
                tcp.bind((address, port))
                udp.bind((address, port))
    except OSError:
        return False
    return True


def free_port():
    """A port that no other process of tests has, and this one has not had for long."""
    return next(port for port in itertools.islice(NEXT, BLOCK_SIZE) if is_free(port))
