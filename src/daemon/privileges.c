#include "daemon/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

td_err privileges_become(const char *user, struct td_diag *diag)
{
    const struct passwd *entry = getpwnam(user);

    if (entry == NULL) {
        td_diag_say(diag, "there is no user '%s': make it, or change server.user", user);
        return TD_E_NOT_FOUND;
    }
    if (geteuid() == entry->pw_uid)
        return TD_OK;
    if (geteuid() != 0) {
        td_diag_say(diag,
                    "only root can become the user '%s': start as root or as that user, or take "
                    "server.user out",
                    user);
        return TD_E_REFUSED;
    }
    if (initgroups(user, entry->pw_gid) != 0) {
        td_diag_say(diag, "the groups of the user '%s' cannot be taken: %s", user, strerror(errno));
        return TD_E_REFUSED;
    }
    capng_clear(CAPNG_SELECT_BOTH);
    capng_update(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                 CAP_NET_BIND_SERVICE);
    int failed = capng_change_id((int)entry->pw_uid, (int)entry->pw_gid, CAPNG_CLEAR_BOUNDING);
    if (failed != 0) {
        td_diag_say(diag, "cannot become the user '%s' (step %d): %s", user, failed,
                    strerror(errno));
        return TD_E_REFUSED;
    }
    return TD_OK;
}
