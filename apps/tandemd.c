/* tandemd - the daemon. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "daemon/daemon.h"

#ifndef TANDEM_VERSION
#define TANDEM_VERSION "unknown"
#endif

static const char usage[] = "usage: tandemd -c FILE [-t]\n"
                            "  -c FILE   the configuration (default /etc/tandem/tandem.yaml)\n"
                            "  -t        check it and exit: 0 when it is good, 5 when not\n"
                            "  -V        print the version\n"
                            "  -h        print this\n"
                            "Runs in the foreground and logs to stderr. SIGHUP loads the\n"
                            "configuration and changed zone files again, SIGTERM stops.\n"
                            "See tandemd(8) and tandem.yaml(5).\n";

int main(int argc, char **argv)
{
    const char *path = "/etc/tandem/tandem.yaml";
    bool only_check = false;

    for (int option; (option = getopt(argc, argv, "c:tVh")) != -1;) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 't':
            only_check = true;
            break;
        case 'V':
            puts("tandemd " TANDEM_VERSION);
            return DAEMON_OK;
        case 'h':
            fputs(usage, stdout);
            return DAEMON_OK;
        default:
            fputs(usage, stderr);
            return DAEMON_USAGE;
        }
    }
    if (optind != argc) {
        fprintf(stderr, "tandemd: '%s' is one word too many\n%s", argv[optind], usage);
        return DAEMON_USAGE;
    }
    return only_check ? daemon_check(path) : daemon_run(path);
}
