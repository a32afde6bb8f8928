#include "conf/conf.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"

struct conf *conf_hold(struct conf *conf)
{
    atomic_fetch_add_explicit(&conf->holders, 1, memory_order_relaxed);
    return conf;
}

void conf_free(struct conf *conf)
{
    if (conf == NULL || atomic_fetch_sub_explicit(&conf->holders, 1, memory_order_acq_rel) != 1)
        return;
    conf_store_free(conf->store);
    explicit_bzero(&conf->server.cookie_secrets, sizeof(conf->server.cookie_secrets));
    free(conf);
}

void conf_free_cleanup(struct conf **conf)
{
    conf_free(*conf);
}

const struct conf_zone *conf_zone_find(const struct conf *conf, const uint8_t *wire, size_t size)
{
    uint32_t low = 0;
    uint32_t high = conf->zone_count;
    struct conf_name name = { .wire = wire, .size = (uint8_t)size };

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = conf_name_compare(&conf->zones[middle].name, &name);
        if (order == 0)
            return &conf->zones[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

int conf_name_compare(const struct conf_name *a, const struct conf_name *b)
{
    uint8_t size = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->wire, b->wire, size);

    /* No name begins with another: the root label ends each. So a shorter one never ties. */
    return order != 0 ? order : (int)a->size - (int)b->size;
}

const struct conf_zone_options *conf_template_options(const struct conf *conf, const char *name)
{
    for (uint32_t i = 0; i < conf->template_count; i++)
        if (strcmp(conf->templates[i].name, name) == 0)
            return conf->templates[i].options;
    return NULL;
}
