#include <stdlib.h>

#include "base/alloc.h"
#include "conf/load.h"

static void intern_put(struct conf_intern *intern, const struct conf_zone_options *options)
{
    uint64_t slot = conf_zone_options_hash(options);

    while (intern->slots[slot & (intern->capacity - 1)] != NULL)
        slot++;
    intern->slots[slot & (intern->capacity - 1)] = options;
    intern->count++;
}

static void intern_grow(struct conf_intern *intern)
{
    struct conf_intern old = *intern;

    *intern = (struct conf_intern){ .capacity = old.capacity == 0 ? 64 : old.capacity * 2 };
    intern->slots = td_calloc(intern->capacity, sizeof(*intern->slots));
    for (uint32_t i = 0; i < old.capacity; i++)
        if (old.slots[i] != NULL)
            intern_put(intern, old.slots[i]);
    free(old.slots);
}

const struct conf_zone_options *conf_intern_add(struct conf_intern *intern, const struct conf *conf,
                                                const struct conf_zone_options *options)
{
    if (intern->count * 2 >= intern->capacity)
        intern_grow(intern);
    for (uint64_t slot = conf_zone_options_hash(options);; slot++) {
        const struct conf_zone_options *found = intern->slots[slot & (intern->capacity - 1)];
        if (found == NULL)
            break;
        if (found == options || conf_zone_options_equal(conf, found, conf, options))
            return found;
    }
    intern_put(intern, options);
    return options;
}

void conf_intern_fini(struct conf_intern *intern)
{
    free(intern->slots);
}
