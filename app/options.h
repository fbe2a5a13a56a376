/* options.h - the options of the window, of `train`, `figure` and `sweep`: one row each, from which parsing,
 * refusals and help are made. Main thread. */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "app/export.h"
#include "math/dataset.h"
#include "math/experiment.h"
#include "math/status.h"

enum { OPTIONS_SETS = 64, OPTIONS_CHANGES = 256, OPTIONS_DUMPS = 32, OPTIONS_FIGURES = 16, OPTIONS_PATH = 1024,
    OPTIONS_LISTS = 2, OPTIONS_LIST_TEXT = 1024, OPTIONS_BESIDE = COMPARE_MAX - 1 };

/* Which command takes an option. */
enum { FOR_WINDOW = 1, FOR_TRAIN = 2, FOR_FIGURE = 4, FOR_LIST = 8, FOR_SWEEP = 16,
    FOR_BESIDE = 32,                  /* within --vs */
    FOR_SLIDES = 64, FOR_ANIMATE = 128 };

/* --at STEP:KEY=VALUE */
struct planned_change {
    long step;
    char key[48], value[1024];        /* as in struct change */
};

/* --dump-batch STEP:FILE */
struct planned_dump {
    long step;
    char path[OPTIONS_PATH];
};

/* What varies in a sweep: --set NAME=V1,V2 or --vary KEY=V1,V2, as given. */
struct planned_list {
    char text[OPTIONS_LIST_TEXT];
    bool setting;                     /* --vary */
};

struct figure_request {
    struct figure_options figure;
    char size[32];                    /* "1600x1000" or "160x90mm"; empty: the default */
    bool scaled;                      /* --scale was given */
};

struct options {
    struct experiment experiment;
    bool by_steps, length_given;      /* --steps came last, not --epochs; either was given */
    long steps, epochs;
    double pace;                      /* steps per second in the window; 0: max */
    struct planned_change change[OPTIONS_CHANGES];   /* by step, then as given */
    int change_count;

    struct session *session;          /* of --session, owned (options_clear); NULL: none */
    struct experiment continued;      /* its training, as it is there */
    char save[OPTIONS_PATH];          /* empty: not wanted */
    char metrics[OPTIONS_PATH], features[OPTIONS_PATH], weights[OPTIONS_PATH];   /* empty: not wanted */
    char labels[OPTIONS_PATH], history[OPTIONS_PATH], data[OPTIONS_PATH], points_csv[OPTIONS_PATH];
    long moments;                     /* of the history */
    long metrics_every;               /* 0: epoch ends only */
    struct planned_dump dump[OPTIONS_DUMPS];
    int dump_count;
    struct figure_request look;       /* what --view, --size ... said before the first --figure */
    struct figure_request figure[OPTIONS_FIGURES];
    int figure_count;
    bool benchmark;

    char theme[16], ui_map[OPTIONS_PATH], renderer[8];   /* empty: not given */
    char lesson[OPTIONS_PATH];        /* --lesson, or the operand of `slides` */
    char pages[64];                   /* of `slides`; empty: all */
    bool handout, title_page, no_answers;

    double fps, seconds;              /* of `animate` */
    char over[96];                    /* "history", or KEY=FROM..TO */
    long while_training;              /* steps between two frames of such a sweep; 0: it stands still */
    bool check;                       /* of the lesson, in place of the window */
    double text_scale;
    long timeline;                    /* MB it may take */
    bool fullscreen, json, help;

    const struct loss *named_term;    /* what --loss named, where that is a term; else NULL */
    char set[OPTIONS_SETS][96];       /* --set as given; applied after --loss */
    int set_count;
    char out[OPTIONS_PATH];           /* --out of `figure` and `sweep` */

    char vs[OPTIONS_BESIDE][OPTIONS_LIST_TEXT];      /* --vs as given */
    int vs_count;
    struct experiment beside[OPTIONS_BESIDE];        /* what they make of `experiment` */

    struct planned_list list[OPTIONS_LISTS];         /* first across, second down */
    int list_count;
    char csv[OPTIONS_PATH];
    long jobs;                        /* trainings at once; 0: one a core */
    bool both_rows, own_scales, gap;  /* --rows both, --scales own, --summary gap */
};

void options_init(struct options *o);
void options_clear(struct options *o);

/* argv[0] is the name of the command and is skipped. `where` is one FOR_ value. STATUS_USAGE with the sentence
 * when the line is wrong. With --help among them the rest is not looked at. */
enum status options_parse(int argc, const char **argv, unsigned where, struct options *o, struct why *why);

/* NAME=VALUE or ID.NAME=VALUE, as --set takes it. */
enum status options_set(struct experiment *e, const char *text, struct why *why);

/* The data of `e`: where a session is gone on from, refused when they are not what they were. */
enum status options_open_data(const struct options *o, const struct experiment *e, const struct progress *progress,
    struct dataset *out, struct why *why);
/* How many trainings are beside that of the options: those of --vs, or of a --session of several. */
int options_beside(const struct options *o);
/* Whether that of --vs number `which` is equal in everything to one before it, and to which: 0 is that of the options. */
bool options_twin(const struct options *o, int which, int *of);
/* Whether a training that has begun is gone on from. */
bool options_continue(const struct options *o);

/* What cannot go together, and every change of --at played on a training that starts as `e`. */
enum status options_check(const struct options *o, const struct experiment *e, unsigned where, struct why *why);

/* The options of a command, grouped, with their defaults. */
void options_help(FILE *to, unsigned where);

/* Walks the rows: NULL past the end. */
struct option_row;
const struct option_row *option_at(int i);
const char *option_name(const struct option_row *row);
unsigned option_where(const struct option_row *row);

#endif
