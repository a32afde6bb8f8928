/*
 * base/err.h - the one error type of tandem.
 *
 * Shape    TD_OK is 0; every other value is named. A DNS outcome (NXDOMAIN,
 *          REFUSED, ...) is not an error: it is data in struct answer.
 * Floor    0.
 * Threads  Any.
 */
#pragma once

#define TD_NODISCARD __attribute__((warn_unused_result))

enum td_err {
    TD_OK = 0,
    TD_E_TRUNCATED,   /* the input ends too early */
    TD_E_MALFORMED,   /* the input breaks the rules of its format */
    TD_E_SPACE,       /* the output buffer is full */
    TD_E_LIMIT,       /* a named limit was reached */
    TD_E_NOT_FOUND,   /* there is no such thing */
    TD_E_EXISTS,      /* there is one already */
    TD_E_UNSUPPORTED, /* known, and not done here */
    TD_E_REFUSED,     /* policy says no */
    TD_E_INVALID,     /* well formed, but breaks a rule of its meaning */
    TD_E_CONFLICT,    /* somebody else changed it meanwhile */
    TD_E_IO,          /* the operating system failed; errno at the time is in the diagnostic */
    TD_E_CLOSED,      /* the other side has closed */
    TD_E_TIMEOUT,     /* the time given is over */
    TD_E_CANCELLED,   /* whoever waited was told to stop */
    TD_E_BAD_MAC,     /* a signature or authentication code does not match */
    TD_E_COUNT,
};

typedef enum td_err td_err;

/* The name of an error for people, such as "the output buffer is full". Never NULL. */
const char *td_err_text(td_err err);
