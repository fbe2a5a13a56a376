/* player.h - where a lesson stands, and what its training is to do next. Pure: no window, no thread, no clock; whoever
 * owns the training tells where it is and carries out the orders.
 * A step of a lesson is reached by its path: the settings of every step since the last that begins anew, each followed
 * by its training steps. The same path leads to the same bytes, so going back is walking the path again, from the last
 * step on it whose end the owner has kept. */
#ifndef APP_PLAYER_H
#define APP_PLAYER_H

#include "app/lesson.h"

struct player {
    struct lesson lesson;             /* owned */
    int step;                         /* shown */
    int at;                           /* reached by the training; behind `step` while it catches up, -1: by nothing */
    int from;                         /* where the catching up began */
    long until;                       /* where the training stands when `at` is done */
    long ends[LESSON_STEPS];          /* the same of every step that has been entered */
    bool hurried;                     /* `at` is being finished at max pace */
    bool whole;                       /* `step` too is to be gone through at max pace: it has been seen */
    bool jumped;                      /* the next step is entered whatever the training is doing */
    bool revealed;                    /* the answer */
    bool held;                        /* the training of `at` stands where it begins, until the answer is shown */
};

/* What the owner of the training knows. */
struct player_now {
    long step;
    bool arrived;                     /* at `until`, or it has diverged on the way */
    bool running;
    bool asking;                      /* there is someone to ask first (`ask_first`); else no training is held */
    const struct experiment *set;     /* as it is, by hands too */
    bool (*marked)(void *user, int step); /* the end of that step is kept; NULL: of none */
    void *user;
};

/* What it is to do. */
struct player_order {
    bool set;                         /* make these settings */
    struct experiment experiment;
    bool anew;                        /* from step 0 */
    long until;
    double pace;                      /* steps per second, 0: max */
    int recall;                       /* take up the end of this step, with `experiment`; -1: go there */
};

void player_open(struct player *p, struct lesson *lesson);    /* takes its contents over; at step 0 */
void player_close(struct player *p);

/* False where there is no such step. The training follows by the orders of player_turn. */
bool player_goto(struct player *p, int step);
bool player_next(struct player *p);       /* what is unfinished is finished first, at max pace */
bool player_back(struct player *p);

/* True while there is something to do now. */
bool player_turn(struct player *p, const struct player_now *now, struct player_order *out);

bool player_waits(const struct player *p);                    /* with an answer that nobody has seen */
/* The training is not yet where the shown step begins (or, gone back to, ends). How much of the way is done. */
bool player_behind(const struct player *p, const struct player_now *now);
double player_share(const struct player *p, const struct player_now *now);
/* The training's own pace in a step. */
double player_pace(const struct player *p, int step);

#endif
