/* tandem - the command that an operator types. */
#include "control/cli.h"

int main(int argc, char **argv)
{
    return control_main(argc - 1, argv + 1);
}
