/* cli.h - the commands of the program: one row each. Main thread.
 * Commands print their result on stdout and return the exit status; an error is the one line in `why`. */
#ifndef APP_CLI_H
#define APP_CLI_H

#include <stdio.h>

#include "math/status.h"

/* The whole program. Returns the exit status: 0 done, 1 could not be done, 2 the command line is wrong. */
int cli_main(int argc, const char **argv);

/* The commands. argv[0] is the command's name. */
enum status cli_train(int argc, const char **argv, struct why *why);
enum status cli_figure(int argc, const char **argv, struct why *why);
struct options;
enum status cli_compare(const struct options *o, struct why *why);   /* figure --view compare */
enum status cli_sweep(int argc, const char **argv, struct why *why);
enum status cli_animate(int argc, const char **argv, struct why *why);
enum status cli_slides(int argc, const char **argv, struct why *why);
enum status cli_losses(int argc, const char **argv, struct why *why);
enum status cli_datasets(int argc, const char **argv, struct why *why);
enum status cli_check(int argc, const char **argv, struct why *why);

/* Formula text as a terminal can show it: "cos(θ1 + m) > cos θ2". Cut to `size`; returns out. */
const char *plain_text(const char *formula, char *out, int size);

#endif
