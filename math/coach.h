/* coach.h - watches a training and says, in a sentence, when it has gone wrong and what would help.
 * A finding is a plain value; cures are settings plus, for some, one act the trainer does (trainer_cure). What is
 * offered is what recovered stored examples (tests/test_coach.c), nothing else. Pure, any thread, no clock. */
#ifndef MATH_COACH_H
#define MATH_COACH_H

#include <stddef.h>

#include "math/experiment.h"

enum { COACH_EVERY = 10, COACH_LASTS = 200, COACH_WAVERS = 500, COACH_TREND = 10, COACH_PAIRS = 8, COACH_LOG = 8, COACH_WINDOW = 200, COACH_WINDOWS = 4,
    COACH_TEXT = 200, CURE_MAX = 3, CURE_TEXT = 48 };

enum coach_kind {
    COACH_FINE,
    COACH_DIVERGED,    /* NaN or infinity */
    COACH_RAY,         /* two classes within 3 degrees for COACH_LASTS steps, or about there for COACH_WAVERS, that are
                        * mistaken for each other and whose angle does not grow */
    COACH_POINT,       /* all features within 1 degree for as long */
    COACH_DEAD,        /* no better than guessing, and the loss stands still or it has lasted COACH_WINDOWS windows */
    COACH_IDLE,        /* the loss falls and the accuracy does not rise */
    COACH_KINDS
};

struct finding {
    enum coach_kind kind;
    long step, since;                 /* when it was seen; when it began */
    int a, b, others;                 /* COACH_RAY: the classes, and how many more pairs */
    bool means, spot;                 /* ... whose means, not weights, lie together; in distance, not in angle */
    bool room;                        /* the margin in force is larger than its room */
    double loss_from, loss_to, accuracy;
};

enum cure_kind {
    CURE_NONE,
    CURE_WARMUP,       /* |x| for the scale and no margin, then the margin grows; lambda from 1000 */
    CURE_SCALE,        /* the scale becomes `value` */
    CURE_MARGIN,       /* the margin becomes `value`, which is in its room, by a warm-up */
    CURE_RATE,         /* the learning rate becomes `value` */
    CURE_VALUE,        /* parameter b of loss a (loss_at), chosen or added, becomes `value` */
    CURE_REMAKE,       /* the weights of a and b made again from the directions of their classes */
    CURE_KINDS
};

struct cure {
    enum cure_kind kind;
    long back;                        /* to this step first, by the history; -1: from here */
    int a, b;                         /* classes; see CURE_VALUE */
    double value;
};

/* What is known of the steps so far; part of a checkpoint. */
struct coach {
    struct coach_pair {
        int a, b;
        long since, under;            /* near each other since; under the limit at every look since */
        bool told;                    /* it lasted: a finding until the two are well apart */
        long right, met;              /* of their samples in the looks since the last share */
        double share;                 /* of those decided rightly in the COACH_TREND looks before; -1: not known */
        double angle_sum, angle;      /* radians, in the looks since; their mean in those before, -1: not known */
        int looks;                    /* since */
        bool parting;                 /* it has grown */
    } pair[COACH_PAIRS];
    int pairs;
    int trend_looks;                  /* since the last shares */
    long point_since;                 /* -1: features are not together */
    int loss;                         /* the settings the windows are of; another one begins anew */
    bool norm_radius;
    double param[LOSS_PARAM_MAX];
    double start_loss, loss_sum;      /* of the first window; of this one */
    long begun, right, seen;          /* steps into this window; samples judged in it */
    double window_loss[COACH_WINDOWS], window_accuracy[COACH_WINDOWS];
    int windows;
    bool dead, idle;
    struct finding finding, log[COACH_LOG];
    int log_count;
};

/* One step as the coach sees it. */
struct coach_step {
    long step;
    const struct loss_force *force;
    int n, dim, classes;
    double loss, chance;              /* of the batch; the share of the largest class */
    bool looked;                      /* the rest is there: every COACH_EVERY steps */
    long right, seen;                 /* samples of the batch decided rightly, and judged */
    long pair_right[COACH_PAIRS], pair_met[COACH_PAIRS];   /* those of the two classes of coach.pair */
    const double *feature;            /* (n, dim); NULL where features do not learn */
    const double *row;                /* (classes, dim) weights or means; NULL where there are none to compare */
    const int *class_count;           /* classes without samples are left out */
    bool means, distance, room;       /* rows are means; they are told apart by distance; see struct finding */
    bool diverged;
};
void coach_init(struct coach *c);
void coach_watch(struct coach *c, const struct coach_step *seen);

const char *coach_id(enum coach_kind kind);          /* "ray" */
/* One sentence for a teacher. Names of the classes as the data has them. */
const char *coach_sentence(const struct finding *f, const char *a, const char *b, char text[COACH_TEXT]);

/* What would help with it in this experiment, best first; how many (at most CURE_MAX). */
int coach_cures(const struct finding *f, const struct experiment *e, int classes, int dim, struct cure out[CURE_MAX]);
/* The settings of a cure; what is not a setting is left to trainer_cure. */
void cure_set(const struct cure *cure, struct experiment *e);
const char *cure_label(const struct cure *cure, const struct experiment *e, char text[CURE_TEXT]);   /* of a button */
/* As the journal has it ("warmup", "remake:4:9") and back; false when it is none that the journal knows. */
void cure_text(const struct cure *cure, char text[CURE_TEXT]);
bool cure_parse(const char *text, struct cure *out);

/* The largest margin C evenly spread classes have room for; infinity where that is not known. */
double coach_room(const struct loss_force *force, int classes, int dim);

#endif
