/* Lists of tags (RFC 6376 3.2), as DKIM, DMARC and their kin write them. */
#include "zone/mail.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name_char(char c, bool is_first)
{
    char letter = (char)(c | 0x20);

    if (letter >= 'a' && letter <= 'z')
        return true;
    return !is_first && ((c >= '0' && c <= '9') || c == '_');
}

static struct mail_text trimmed(struct mail_text text)
{
    while (text.size != 0 && is_blank(text.at[0])) {
        text.at++;
        text.size--;
    }
    while (text.size != 0 && is_blank(text.at[text.size - 1]))
        text.size--;
    return text;
}

static bool is_value(struct mail_text value)
{
    for (size_t i = 0; i < value.size; i++)
        if (!is_blank(value.at[i]) && (value.at[i] < 0x21 || value.at[i] > 0x7E))
            return false;
    return true;
}

static td_err read_tag(struct mail_text item, struct mail_tag *ret_tag)
{
    size_t equals = 0;

    while (equals < item.size && item.at[equals] != '=')
        equals++;
    struct mail_text name = trimmed((struct mail_text){ .at = item.at, .size = equals });
    ret_tag->name = name;
    ret_tag->value = (struct mail_text){ .at = item.at, .size = 0 };
    if (equals == item.size || name.size == 0)
        return TD_E_MALFORMED;
    for (size_t i = 0; i < name.size; i++)
        if (!is_name_char(name.at[i], i == 0))
            return TD_E_MALFORMED;
    ret_tag->value =
        trimmed((struct mail_text){ .at = item.at + equals + 1, .size = item.size - equals - 1 });
    return is_value(ret_tag->value) ? TD_OK : TD_E_MALFORMED;
}

td_err mail_tags_next(struct mail_tags *tags, struct mail_tag *ret_tag)
{
    struct mail_text text = tags->text;
    size_t from = tags->at;
    size_t to = from;
    struct mail_tag tag = { .number = tags->count };

    if (from >= text.size)
        return TD_E_NOT_FOUND;
    while (to < text.size && text.at[to] != ';')
        to++;
    struct mail_text item = trimmed((struct mail_text){ .at = text.at + from, .size = to - from });
    tags->at = to + 1;
    /* A ";" may end the list, with blanks behind it; nothing else may be empty. */
    if (item.size == 0 && to == text.size)
        return TD_E_NOT_FOUND;
    tags->count++;
    td_err err = read_tag(item, &tag);
    *ret_tag = tag;
    return err;
}
