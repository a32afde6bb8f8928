#include "policy/update.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "wire/name.h"
#include "wire/rrtype.h"

struct name {
    enum policy_update_match match;
    uint8_t size; /* 0 with SELF */
    uint8_t octets[WIRE_NAME_SIZE_MAX];
};

struct row {
    struct name key; /* size 0: by address */
    struct td_prefix *prefixes;
    size_t prefix_count;
    struct name *names;
    size_t name_count;
    uint16_t *types;
    size_t type_count;
    unsigned actions;
};

struct policy_update {
    size_t count;
    struct row rows[];
};

static void copy_name(struct name *to, const uint8_t *name)
{
    if (name == NULL)
        return;
    to->size = (uint8_t)wire_name_size(name);
    wire_name_lower(to->octets, name, to->size);
}

static void copy_row(struct row *to, const struct policy_update_row *from)
{
    copy_name(&to->key, from->key_name);
    to->prefix_count = from->prefix_count;
    to->prefixes = td_memdup(from->prefixes, from->prefix_count * sizeof(*from->prefixes));
    to->name_count = from->name_count;
    to->names = td_calloc(from->name_count, sizeof(*to->names));
    for (size_t i = 0; i < from->name_count; i++) {
        to->names[i].match = from->names[i].match;
        copy_name(&to->names[i], from->names[i].name);
    }
    to->type_count = from->type_count;
    to->types = td_memdup(from->types, from->type_count * sizeof(*from->types));
    to->actions = from->actions;
}

struct policy_update *policy_update_new(const struct policy_update_row *rows, size_t count)
{
    struct policy_update *policy = td_calloc(1, sizeof(*policy) + count * sizeof(policy->rows[0]));

    policy->count = count;
    for (size_t i = 0; i < count; i++)
        copy_row(&policy->rows[i], &rows[i]);
    return policy;
}

void policy_update_free(struct policy_update *policy)
{
    if (policy == NULL)
        return;
    for (size_t i = 0; i < policy->count; i++) {
        free(policy->rows[i].prefixes);
        free(policy->rows[i].names);
        free(policy->rows[i].types);
    }
    free(policy);
}

static bool is_for(const struct row *row, const struct policy_update_client *client)
{
    if (row->key.size != 0)
        return client->key_name != NULL && wire_name_equal(row->key.octets, row->key.size,
                                                           client->key_name, client->key_name_size);
    for (size_t i = 0; i < row->prefix_count; i++)
        if (td_prefix_contains(&row->prefixes[i], client->addr))
            return true;
    return false;
}

bool policy_update_admits(const struct policy_update *policy,
                          const struct policy_update_client *client)
{
    for (size_t i = 0; i < policy->count; i++)
        if (is_for(&policy->rows[i], client))
            return true;
    return false;
}

static bool gives_name(const struct row *row, const struct policy_update_client *client,
                       const uint8_t *owner, size_t owner_size)
{
    for (size_t i = 0; i < row->name_count; i++) {
        const struct name *name = &row->names[i];
        bool is_same = wire_name_equal(owner, owner_size, name->octets, name->size);
        bool is_in = wire_name_is_subdomain(owner, owner_size, name->octets, name->size);
        switch (name->match) {
        case POLICY_UPDATE_EXACT:
            if (is_same)
                return true;
            break;
        case POLICY_UPDATE_SUBTREE:
            if (is_in)
                return true;
            break;
        case POLICY_UPDATE_BELOW:
            if (is_in && !is_same)
                return true;
            break;
        case POLICY_UPDATE_SELF:
            if (client->key_name != NULL &&
                wire_name_equal(owner, owner_size, client->key_name, client->key_name_size))
                return true;
            break;
        }
    }
    return row->name_count == 0;
}

static bool gives_type(const struct row *row, uint16_t type)
{
    for (size_t i = 0; i < row->type_count; i++)
        if (row->types[i] == type || row->types[i] == WIRE_TYPE_ANY)
            return true;
    if (row->type_count != 0)
        return false;
    return row->name_count == 0 || (type != WIRE_TYPE_SOA && type != WIRE_TYPE_NS);
}

bool policy_update_allows(const struct policy_update *policy,
                          const struct policy_update_client *client, const uint8_t *owner,
                          size_t owner_size, uint16_t type, enum policy_update_action action)
{
    for (size_t i = 0; i < policy->count; i++) {
        const struct row *row = &policy->rows[i];
        if ((row->actions & action) != 0 && gives_type(row, type) && is_for(row, client) &&
            gives_name(row, client, owner, owner_size))
            return true;
    }
    return false;
}
