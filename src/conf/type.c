#include "conf/load.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

bool conf_type_is_list(enum conf_type type)
{
    return type == CONF_ADDRS || type == CONF_PREFIXES || type == CONF_ACL ||
           type == CONF_ADDR_OR_OFF || type == CONF_COOKIE_SECRETS || type == CONF_PEERS ||
           type == CONF_NAMES;
}

struct unit {
    const char *word;
    uint64_t size;
};

/* The largest unit that divides it: 90000 is "90s". */
static void unit_format(const struct unit *units, size_t count, uint64_t value, struct td_buf *out)
{
    size_t i = 0;

    while (i + 1 < count && (value == 0 || value % units[i].size != 0))
        i++;
    td_buf_printf(out, "%llu%s", (unsigned long long)(value / units[i].size), units[i].word);
}

void conf_duration_format(uint64_t ms, struct td_buf *out)
{
    static const struct unit units[] = {
        { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 }
    };

    unit_format(units, TD_COUNT(units), ms, out);
}

void conf_size_format(uint64_t octets, struct td_buf *out)
{
    static const struct unit units[] = {
        { "GiB", 1 << 30 }, { "MiB", 1 << 20 }, { "KiB", 1 << 10 }, { "", 1 }
    };

    unit_format(units, TD_COUNT(units), octets, out);
}

static void choices_format(const struct conf_choice *choices, struct td_buf *out)
{
    for (uint32_t i = 0; choices[i].word != NULL && choices[i].refused == NULL; i++) {
        bool is_last = choices[i + 1].word == NULL || choices[i + 1].refused != NULL;
        td_buf_printf(out, "%s%s", i == 0 ? "" : is_last ? " or " : ", ", choices[i].word);
    }
}

static void count_format(const struct conf_option *option, struct td_buf *out)
{
    td_buf_printf(out, "a number, %llu to %llu", (unsigned long long)option->min,
                  (unsigned long long)option->max);
    if (option->choices != NULL) {
        td_buf_add_text(out, ", or ");
        choices_format(option->choices, out);
    }
}

static void range_format(const struct conf_option *option, const char *noun,
                         void (*format)(uint64_t value, struct td_buf *out), struct td_buf *out)
{
    td_buf_add_text(out, noun);
    format(option->min, out);
    td_buf_add_text(out, " to ");
    format(option->max, out);
}

void conf_option_expect(const struct conf_option *option, struct td_buf *out)
{
    static const char *const words[CONF_TYPE_COUNT] = {
        [CONF_BOOL] = "on or off",
        [CONF_BRAKE] = "off, a share of 1% to 100%, or share and transfers",
        [CONF_HISTORY] = "off, or size (64KiB to 1024GiB) and age (1h to 36500d)",
        [CONF_PATH] = "a path",
        [CONF_NAME] = "a domain name",
        [CONF_TEMPLATE] = "the name of a template",
        [CONF_ADDRS] = "an address or a list of them, such as 192.0.2.1, 192.0.2.1:53 or "
                       "[2001:db8::1]:53",
        [CONF_ADDR_OR_OFF] = "off or an address, such as 127.0.0.1:9153",
        [CONF_PREFIXES] = "an address or prefix or a list of them, such as 192.0.2.0/24",
        [CONF_UPDATES] = "none or a list of rows with key or address, and names, types and actions",
        [CONF_ACL] = "addresses, prefixes, \"key NAME\", any or none",
        [CONF_COOKIE_SECRETS] = "one or two secrets of 32 hexadecimal digits",
        [CONF_COOKIE_FILE] = "a path",
        [CONF_SECRET] = "base64",
        [CONF_SECRET_FILE] = "a path",
        [CONF_CREDENTIAL] = "the name of a credential",
        [CONF_KEY] = "the name of a key",
        [CONF_PEERS] = "names of peers",
        [CONF_NAMES] = "domain names, *.NAME for all below a name, or *",
        [CONF_MAP] = "a mapping of options",
        [CONF_LIST] = "a list",
    };

    switch (option->type) {
    case CONF_COUNT:
        count_format(option, out);
        break;
    case CONF_DURATION:
        range_format(option, "a time with its unit (ms, s, m, h, d), ", conf_duration_format, out);
        break;
    case CONF_SIZE:
        range_format(option, "a size in octets or with KiB, MiB or GiB, ", conf_size_format, out);
        break;
    case CONF_CHOICE:
        choices_format(option->choices, out);
        break;
    case CONF_TEXT:
    case CONF_TEXT_OR_OFF:
        td_buf_printf(out, "%sa text of 1 to %llu octets",
                      option->type == CONF_TEXT ? "" : "off or ", (unsigned long long)option->max);
        break;
    default:
        td_buf_add_text(out, words[option->type]);
        break;
    }
}
