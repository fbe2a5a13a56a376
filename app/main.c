#include "app/cli.h"
#include "app/memory.h"

int main(int argc, char **argv)
{
    memory_start();
    return cli_main(argc, (const char **)argv);
}
