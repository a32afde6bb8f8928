/* SPF (RFC 7208 12), one term after another. */
#include <arpa/inet.h>
#include <string.h>

#include "zone/mail.h"

enum {
    VERSION_SIZE = 6, /* v=spf1 */
    ADDRESS_SIZE_MAX = 64,
};

static bool is_alpha(char c)
{
    char letter = (char)(c | 0x20);

    return letter >= 'a' && letter <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool mail_text_is(struct mail_text text, const char *want)
{
    if (text.size != strlen(want))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != want[i])
            return false;
    }
    return true;
}

size_t mail_text_join(const uint8_t *rdata, size_t size, char *out)
{
    size_t written = 0;

    for (size_t at = 0; at < size;) {
        size_t left = size - at - 1;
        size_t string = rdata[at] < left ? rdata[at] : left;
        if (string != 0)
            memcpy(out + written, rdata + at + 1, string);
        written += string;
        at += 1 + string;
    }
    return written;
}

bool mail_spf_is(struct mail_text text)
{
    struct mail_text version = { .at = text.at, .size = VERSION_SIZE };

    return text.size >= VERSION_SIZE && mail_text_is(version, "v=spf1") &&
           (text.size == VERSION_SIZE || text.at[VERSION_SIZE] == ' ');
}

struct mail_spf mail_spf_of(struct mail_text text)
{
    return (struct mail_spf){ .text = text, .at = VERSION_SIZE };
}

/* ---- domains ---- */

/* Octets of the macro at text.at[at], which is a "%"; 0: it is none. */
static size_t macro_size(struct mail_text text, size_t at)
{
    static const char letters[] = "slodiphvcrt";
    static const char delimiters[] = ".-+,/_=";
    size_t i = at + 1;

    if (i >= text.size)
        return 0;
    if (text.at[i] == '%' || text.at[i] == '_' || text.at[i] == '-')
        return 2;
    if (text.at[i++] != '{' || i >= text.size || !is_alpha(text.at[i]) ||
        strchr(letters, text.at[i] | 0x20) == NULL)
        return 0;
    for (i++; i < text.size && is_digit(text.at[i]);)
        i++;
    if (i < text.size && (text.at[i] | 0x20) == 'r')
        i++;
    while (i < text.size && text.at[i] != '\0' && strchr(delimiters, text.at[i]) != NULL)
        i++;
    return i < text.size && text.at[i] == '}' ? i + 1 - at : 0;
}

/* Does it end in a label that is no number, behind a dot (RFC 7208 7.1)? */
static const char *check_domain_end(struct mail_text domain)
{
    size_t end = domain.size;
    bool has_letter = false;

    if (end != 0 && domain.at[end - 1] == '.')
        end--;
    size_t at = end;
    for (; at > 0 && domain.at[at - 1] != '.'; at--) {
        char c = domain.at[at - 1];
        if (!is_alpha(c) && !is_digit(c) && c != '-')
            return "the last label of the domain is no label of a host";
        has_letter |= is_alpha(c) || c == '-';
    }
    if (at == end)
        return "the domain has an empty label";
    if (!has_letter)
        return "the domain ends in a number: for an address write ip4: or ip6:";
    if (at == 0)
        return "the domain has one label only";
    return NULL;
}

/* domain-spec, into the term. Returns NULL, or what is wrong. */
static const char *read_domain(struct mail_text domain, struct mail_spf_term *term)
{
    size_t last_macro_end = 0;

    if (domain.size == 0)
        return "a domain is missing";
    for (size_t at = 0; at < domain.size;) {
        char c = domain.at[at];
        if (c < 0x21 || c > 0x7E)
            return "an octet that is not allowed in a domain";
        if (c != '%') {
            term->has_macro |= c == '\\'; /* nothing that can be looked up here */
            at++;
            continue;
        }
        size_t size = macro_size(domain, at);
        if (size == 0)
            return "% begins no macro";
        term->has_macro = true;
        at += size;
        last_macro_end = domain.at[at - 1] == '}' ? at : 0;
    }
    term->domain = domain;
    return last_macro_end == domain.size ? NULL : check_domain_end(domain);
}

/* ---- mechanisms ---- */

/* A prefix length up to `max`, without leading zeros. */
static bool is_length(const char *at, size_t size, unsigned max)
{
    unsigned number = 0;

    if (size == 0 || size > 3 || (size > 1 && at[0] == '0'))
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!is_digit(at[i]))
            return false;
        number = number * 10 + (unsigned)(at[i] - '0');
    }
    return number <= max;
}

/* "/24", "//64" or "/24//64". */
static const char *read_lengths(struct mail_text text)
{
    static const char why[] = "a prefix length must be /0 to /32, or //0 to //128";
    size_t slash = 0;

    if (text.size >= 2 && text.at[1] == '/')
        return is_length(text.at + 2, text.size - 2, 128) ? NULL : why;
    for (slash = 1; slash < text.size && text.at[slash] != '/';)
        slash++;
    if (!is_length(text.at + 1, slash - 1, 32))
        return why;
    if (slash == text.size)
        return NULL;
    if (text.size - slash < 2 || text.at[slash + 1] != '/' ||
        !is_length(text.at + slash + 2, text.size - slash - 2, 128))
        return why;
    return NULL;
}

/* Where the prefix lengths begin: the first "/" outside of a macro. */
static size_t find_slash(struct mail_text text)
{
    size_t at = 0;

    while (at < text.size && text.at[at] != '/') {
        size_t size = text.at[at] == '%' ? macro_size(text, at) : 0;
        at += size == 0 ? 1 : size;
    }
    return at;
}

/* a, mx: [":" domain] [lengths]. */
static const char *read_host(struct mail_text rest, struct mail_spf_term *term)
{
    size_t slash = find_slash(rest);
    struct mail_text lengths = { .at = rest.at + slash, .size = rest.size - slash };

    if (rest.size != 0 && rest.at[0] == ':') {
        struct mail_text domain = { .at = rest.at + 1, .size = slash - 1 };
        const char *why = read_domain(domain, term);
        if (why != NULL)
            return why;
    }
    return lengths.size == 0 ? NULL : read_lengths(lengths);
}

static const char *read_address(struct mail_text rest, int family, struct mail_spf_term *term)
{
    char text[ADDRESS_SIZE_MAX];
    uint8_t octets[16];
    size_t size = 0;

    (void)term;
    if (rest.size < 2 || rest.at[0] != ':')
        return "an address is missing";
    for (size = 1; size < rest.size && rest.at[size] != '/';)
        size++;
    if (size - 1 >= sizeof(text))
        return "this is no address";
    memcpy(text, rest.at + 1, size - 1);
    text[size - 1] = '\0';
    if (memchr(text, '\0', size - 1) != NULL || inet_pton(family, text, octets) != 1)
        return family == AF_INET ? "this is no IPv4 address" : "this is no IPv6 address";
    if (size < rest.size &&
        !is_length(rest.at + size + 1, rest.size - size - 1, family == AF_INET ? 32 : 128))
        return "the prefix length is no number or too large";
    return NULL;
}

static const char *read_needed_domain(struct mail_text rest, struct mail_spf_term *term)
{
    if (rest.size == 0 || rest.at[0] != ':')
        return "a colon and a domain are missing";
    return read_domain((struct mail_text){ .at = rest.at + 1, .size = rest.size - 1 }, term);
}

static const char *read_optional_domain(struct mail_text rest, struct mail_spf_term *term)
{
    return rest.size == 0 ? NULL : read_needed_domain(rest, term);
}

static const char *read_mechanism(struct mail_text name, struct mail_text rest,
                                  struct mail_spf_term *term)
{
    if (mail_text_is(name, "all")) {
        term->kind = MAIL_SPF_ALL;
        return rest.size == 0 ? NULL : "all takes nothing";
    }
    if (mail_text_is(name, "include")) {
        term->kind = MAIL_SPF_INCLUDE;
        return read_needed_domain(rest, term);
    }
    if (mail_text_is(name, "a")) {
        term->kind = MAIL_SPF_A;
        return read_host(rest, term);
    }
    if (mail_text_is(name, "mx")) {
        term->kind = MAIL_SPF_MX;
        return read_host(rest, term);
    }
    if (mail_text_is(name, "ptr")) {
        term->kind = MAIL_SPF_PTR;
        return read_optional_domain(rest, term);
    }
    if (mail_text_is(name, "ip4")) {
        term->kind = MAIL_SPF_IP4;
        return read_address(rest, AF_INET, term);
    }
    if (mail_text_is(name, "ip6")) {
        term->kind = MAIL_SPF_IP6;
        return read_address(rest, AF_INET6, term);
    }
    if (mail_text_is(name, "exists")) {
        term->kind = MAIL_SPF_EXISTS;
        return read_needed_domain(rest, term);
    }
    return "an unknown mechanism";
}

/* ---- modifiers ---- */

static const char *read_modifier(struct mail_spf *spf, struct mail_text name,
                                 struct mail_text value, struct mail_spf_term *term)
{
    bool *has_one = NULL;

    if (mail_text_is(name, "redirect")) {
        term->kind = MAIL_SPF_REDIRECT;
        has_one = &spf->has_redirect;
    } else if (mail_text_is(name, "exp")) {
        term->kind = MAIL_SPF_EXP;
        has_one = &spf->has_exp;
    } else {
        term->kind = MAIL_SPF_OTHER;
        return NULL;
    }
    if (*has_one)
        return "a modifier that stands there twice";
    *has_one = true;
    return read_domain(value, term);
}

/* ---- terms ---- */

static bool is_name_char(char c)
{
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

static const char *read_term(struct mail_spf *spf, struct mail_spf_term *term)
{
    struct mail_text rest = term->text;
    size_t size = 0;

    term->qualifier = '+';
    if (strchr("+-~?", rest.at[0]) != NULL && rest.at[0] != '\0') {
        term->qualifier = rest.at[0];
        rest.at++;
        rest.size--;
    }
    while (size < rest.size && is_name_char(rest.at[size]))
        size++;
    struct mail_text name = { .at = rest.at, .size = size };
    struct mail_text behind = { .at = rest.at + size, .size = rest.size - size };
    if (size == 0 || !is_alpha(rest.at[0]))
        return "neither mechanism nor modifier";
    if (behind.size == 0 || behind.at[0] != '=')
        return read_mechanism(name, behind, term);
    if (rest.at != term->text.at)
        return "a modifier takes no qualifier";
    behind.at++;
    behind.size--;
    return read_modifier(spf, name, behind, term);
}

td_err mail_spf_next(struct mail_spf *spf, struct mail_spf_term *ret_term, const char **ret_why)
{
    struct mail_text text = spf->text;
    struct mail_spf_term term = { .kind = MAIL_SPF_OTHER };

    while (spf->at < text.size && text.at[spf->at] == ' ')
        spf->at++;
    if (spf->at >= text.size)
        return TD_E_NOT_FOUND;
    size_t from = spf->at;
    while (spf->at < text.size && text.at[spf->at] != ' ')
        spf->at++;
    term.text = (struct mail_text){ .at = text.at + from, .size = spf->at - from };
    const char *why = read_term(spf, &term);
    *ret_term = term;
    if (why == NULL)
        return TD_OK;
    *ret_why = why;
    return TD_E_MALFORMED;
}
