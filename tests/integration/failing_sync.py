#!/usr/bin/python3
"""Run a program whose fsync and fdatasync fail with EIO as long as a file exists: failing_sync.py FLAG PROGRAM...

A seccomp filter hands the two calls to a child of ours, which lets them go on or not. Wants no privilege.
"""
import ctypes
import errno
import fcntl
import os
import platform
import signal
import struct
import sys

X86 = platform.machine() == "x86_64"
SECCOMP, FSYNC, FDATASYNC = (317, 74, 75) if X86 else (277, 82, 83)
SET_MODE_FILTER, NEW_LISTENER, NO_NEW_PRIVS = 1, 8, 38
ALLOW, USER_NOTIF = 0x7fff0000, 0x7fc00000
NOTIFY_RECEIVE, NOTIFY_SEND, GO_ON = 0xC0502100, 0xC0182101, 1
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF, of 32 bits


def listen():
    """Put the filter on this process; the descriptor on which its calls come."""
    rows = [(LOAD, 0, 0, 0), (EQUAL, 1, 0, FSYNC), (EQUAL, 0, 1, FDATASYNC), (RETURN, 0, 0, USER_NOTIF),
            (RETURN, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(rows), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        sys.exit("prctl: " + os.strerror(ctypes.get_errno()))
    found = libc.syscall(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program)
    if found < 0:
        sys.exit("seccomp: " + os.strerror(ctypes.get_errno()))
    return found


def supervise(listener, flag):
    while True:
        call = bytearray(80)
        try:
            fcntl.ioctl(listener, NOTIFY_RECEIVE, call)
            who = struct.unpack_from("<Q", call)[0]
            if os.path.exists(flag):
                answer = struct.pack("<QqiI", who, 0, -errno.EIO, 0)
            else:
                answer = struct.pack("<QqiI", who, 0, 0, GO_ON)
            fcntl.ioctl(listener, NOTIFY_SEND, answer)
        except OSError as error:
            if error.errno not in (errno.EINTR, errno.ENOENT) or os.getppid() == 1:
                return


def main():
    flag, program = sys.argv[1], sys.argv[2:]
    parent = os.getpid()
    listener = listen()
    if os.fork() == 0:
        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # with the program, which goes on as our parent
        if os.getppid() == parent:
            supervise(listener, flag)
        os._exit(0)
    os.close(listener)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
