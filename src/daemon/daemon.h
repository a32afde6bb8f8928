/*
 * daemon/daemon.h - the whole server: the order of start, reload and stop.
 *
 * Floor    12.
 * Threads  main().
 */
#pragma once

enum { DAEMON_OK = 0, DAEMON_FAILED = 1, DAEMON_USAGE = 2, DAEMON_INVALID = 5 };

/* Run with this configuration until told to stop. Returns the exit code. */
int daemon_run(const char *path);

/* Check the configuration (and say what is wrong on stderr): DAEMON_OK or DAEMON_INVALID. */
int daemon_check(const char *path);
