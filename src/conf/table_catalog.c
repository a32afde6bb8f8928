/* The options of a row of catalogs:, as those of table.c. */
#include "conf/option.h"

#include "base/macros.h"

/* clang-format off */
#define AT(member) .offset = offsetof(struct conf_catalog_row, member)
static const struct conf_option options_catalog[] = {
    { "catalogs.name", CONF_NAME, AT(catalog.name), .flags = CONF_REQUIRED,
      .reload = CONF_RELOAD_ZONES, .also = "catalog-zone zone",
      .help = "The name of the catalog zone (RFC 9432)." },
    { "catalogs.produce", CONF_BOOL, AT(catalog.is_produced), .reload = CONF_RELOAD_ZONES,
      .preset = "off", .also = "catalog-role catalog",
      .help = "Make this catalog of the zones that are served here. Without it the catalog comes "
              "from its peers, and its members are zones of this server." },
    { "catalogs.from", CONF_PEERS, AT(from), .reload = CONF_RELOAD_ZONES, .also = "master default-masters",
      .help = "The peers that the catalog comes from, and its members unless settings says other." },
    { "catalogs.to", CONF_PEERS, AT(to), .reload = CONF_RELOAD_ZONES, .also = "also-notify",
      .help = "The peers that the catalog goes to. Its members go where their own 'to' says." },
    { "catalogs.members", CONF_NAMES, AT(catalog.members), .reload = CONF_RELOAD_ZONES,
      .also = "catalog-group",
      .help = "Which zones of this server a catalog that is produced lists: names, *.NAME for all "
              "below a name, * for all. Not written: all." },
    { "catalogs.primary-only", CONF_BOOL, AT(catalog.is_primary_only), .reload = CONF_RELOAD_ZONES,
      .preset = "off",
      .help = "List only zones of which this server is the primary." },
    { "catalogs.allow", CONF_NAMES, AT(catalog.allow), .reload = CONF_RELOAD_ZONES,
      .help = "Which zones a catalog may bring, written as for members. Others are left out, and "
              "reported. Not written: any." },
    { "catalogs.settings", CONF_MAP, AT(settings), .section = &conf_section_template,
      .reload = CONF_RELOAD_ZONES, .also = "catalog-template",
      .help = "What the members are given: options of a zone, or a template. A member whose group "
              "is the name of a template gets that template instead." },
    { "catalogs.brake", CONF_BRAKE, AT(catalog.brake), .reload = CONF_RELOAD_ZONES, .preset = "50%",
      .help = "A catalog of over 20 members that would lose more than this share of them at once "
              "is held until 'tandem zone release'." },
    { "catalogs.quarantine", CONF_DURATION, AT(catalog.quarantine_ms), .min = 1000,
      .max = 4233600000, .reload = CONF_RELOAD_ZONES, .preset = "1d",
      .help = "How long the data of a zone are kept that has gone from the catalog. It is not "
              "answered from them; should it come back it is there at once." },
};
#undef AT
const struct conf_section conf_section_catalog = {
    .path = "catalogs",
    .options = options_catalog,
    .count = TD_COUNT(options_catalog),
    .size = sizeof(struct conf_catalog_row),
    .written_offset = CONF_NO_WRITTEN,
};
/* clang-format on */
