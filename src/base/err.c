#include "base/err.h"

static const char *const texts[TD_E_COUNT] = {
    [TD_OK] = "success",
    [TD_E_TRUNCATED] = "the input ends too early",
    [TD_E_MALFORMED] = "malformed input",
    [TD_E_SPACE] = "the output buffer is full",
    [TD_E_LIMIT] = "a limit was reached",
    [TD_E_NOT_FOUND] = "not found",
    [TD_E_EXISTS] = "exists already",
    [TD_E_UNSUPPORTED] = "not supported",
    [TD_E_REFUSED] = "refused by policy",
    [TD_E_INVALID] = "invalid value",
    [TD_E_CONFLICT] = "changed by somebody else meanwhile",
    [TD_E_IO] = "input/output error",
    [TD_E_CLOSED] = "closed by the other side",
    [TD_E_TIMEOUT] = "timed out",
    [TD_E_CANCELLED] = "cancelled",
    [TD_E_BAD_MAC] = "authentication code does not match",
};

const char *td_err_text(td_err err)
{
    if ((unsigned)err >= TD_E_COUNT)
        return "unknown error";
    return texts[err];
}
