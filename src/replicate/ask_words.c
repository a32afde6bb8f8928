/* What is wrong with an answer, and what to do about it. */
#include <stdio.h>

#include "replicate/ask.h"

static void why_tsig(const struct replicate_ask *ask, const struct replicate_reply *reply,
                     char out[REPLICATE_WHY_SIZE])
{
    char key[WIRE_NAME_TEXT_SIZE];
    char rcode[WIRE_MNEMONIC_TEXT_SIZE];

    wire_name_format(ask->peer->key.name, key);
    if (reply->verdict == TSIG_BADTIME ||
        (reply->verdict == TSIG_REFUSED && reply->peer_error == WIRE_RCODE_BADTIME))
        snprintf(out, REPLICATE_WHY_SIZE,
                 "the clocks differ by %lld seconds (TSIG BADTIME): set both by NTP",
                 (long long)(reply->skew_s < 0 ? -reply->skew_s : reply->skew_s));
    else if (reply->verdict == TSIG_REFUSED && reply->peer_error == WIRE_RCODE_BADKEY)
        snprintf(out, REPLICATE_WHY_SIZE,
                 "the peer does not know the key %.80s (TSIG BADKEY): give it the same name and "
                 "algorithm there",
                 key);
    else if (reply->verdict == TSIG_REFUSED)
        snprintf(
            out, REPLICATE_WHY_SIZE,
            "the peer does not accept our signature with key %.80s (TSIG %s): is the secret the "
            "same on both sides?",
            key, reply->peer_error == WIRE_RCODE_BADSIG ? "BADSIG" : "error");
    else if (reply->verdict == TSIG_MISSING && reply->rcode != 0)
        /* PowerDNS 4.7 says so little of a signature that it does not accept. */
        snprintf(out, REPLICATE_WHY_SIZE,
                 "it answered %s, not signed: is the key %.80s configured there, with the same "
                 "secret?",
                 wire_mnemonic_format(&wire_rcodes, "RCODE", reply->rcode, rcode), key);
    else if (reply->verdict == TSIG_MISSING)
        snprintf(
            out, REPLICATE_WHY_SIZE,
            "the answer is not signed, and must be with key %.80s: is the key configured there?",
            key);
    else
        snprintf(out, REPLICATE_WHY_SIZE,
                 "the answer's signature with key %.80s is wrong (TSIG %s)", key,
                 tsig_verdict_text(reply->verdict));
}

static void why_rcode(const struct replicate_reply *reply, char out[REPLICATE_WHY_SIZE])
{
    char text[WIRE_MNEMONIC_TEXT_SIZE];
    char ede[REPLICATE_EDE_TEXT_SIZE + 16] = "";
    const char *what = "";

    if (reply->ede_text[0] != '\0')
        snprintf(ede, sizeof(ede), " (\"%s\")", reply->ede_text);
    switch (reply->rcode) {
    case WIRE_RCODE_REFUSED:
        what = ": it does not allow us: allow this server's address and key there";
        break;
    case WIRE_RCODE_NOTAUTH:
        what = ": it does not serve the zone: add the zone there, or take the peer out of 'from'";
        break;
    case WIRE_RCODE_SERVFAIL:
        what = ": it has no good data of the zone now";
        break;
    default:
        break;
    }
    snprintf(out, REPLICATE_WHY_SIZE, "it answered %s%s%s",
             wire_mnemonic_format(&wire_rcodes, "RCODE", reply->rcode, text), ede, what);
}

static const char *err_words(td_err err)
{
    switch (err) {
    case TD_E_TIMEOUT:
        return "no answer: is it up, and does a firewall let port 53 through (UDP and TCP)?";
    case TD_E_CLOSED:
        return "the port is closed: no server listens there";
    case TD_E_INVALID:
        return "the source address is not one of this machine: correct peers.source";
    case TD_E_TRUNCATED:
        return "the peer closed the connection in the middle";
    case TD_E_MALFORMED:
        return "the answer cannot be read";
    case TD_E_CANCELLED:
        return "given up, the server stops";
    default:
        return "it cannot be reached: is there a route?";
    }
}

const char *replicate_reply_why(const struct replicate_ask *ask,
                                const struct replicate_reply *reply, char out[REPLICATE_WHY_SIZE])
{
    if (reply->err != TD_OK)
        snprintf(out, REPLICATE_WHY_SIZE, "%s", err_words(reply->err));
    else if (reply->verdict != TSIG_GOOD)
        why_tsig(ask, reply, out);
    else
        why_rcode(reply, out);
    return out;
}
