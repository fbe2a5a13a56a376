/* worker.h - one thread per training: whole snapshots out, experiments in. The window never waits for it.
 * All functions are for the main thread; none blocks longer than a pointer swap except destroy (at most one
 * training step or the rest of a file being read). */
#ifndef APP_WORKER_H
#define APP_WORKER_H

#include "app/beside.h"
#include "math/dataset.h"
#include "math/experiment.h"
#include "math/snapshot.h"
#include "math/status.h"
#include "render/view.h"

struct worker;

/* Called from the worker's thread when something new can be taken: carries no data, "come and look". */
enum status worker_create(const struct experiment *e, bool playing, double pace, void (*wake)(void *), void *arg,
    struct worker **out, struct why *why);
void worker_destroy(struct worker *w);

void worker_want(struct worker *w, const struct experiment *e);    /* latest wins; retune or rebuild as needed */
void worker_touch(struct worker *w, const char *key);              /* trainer_touch at the next step */
/* What the coach offered; `e` holds its settings already (cure_set). */
void worker_cure(struct worker *w, const struct cure *cure, const struct experiment *e);
void worker_watch(struct worker *w, unsigned needs);               /* NEEDS_ bits: snapshots carry it, a little late */
void worker_play(struct worker *w, bool playing);
void worker_pace(struct worker *w, double steps_per_s);            /* 0: max */
void worker_step(struct worker *w, int steps);                     /* while paused */
/* With the experiment (NULL: as it is), from step 0 where `anew`, steps until the training stands at `until`, or
 * diverges, or cannot be made; then state.run is what is returned here. worker_play stops on the way, and goes on. */
long worker_run(struct worker *w, const struct experiment *e, bool anew, long until);
void worker_reset(struct worker *w);                               /* back to step 0, same initial weights */

/* The timeline. What is shown is then a frame the history has kept, and the training stands still; worker_want,
 * worker_touch, worker_play(true) and worker_reset lead back to the present. */
void worker_show(struct worker *w, long step);                     /* the frame nearest to it; pauses */
void worker_show_by(struct worker *w, int frames);                 /* so many on or back; past the last: the present */
void worker_roll(struct worker *w, bool rolling);                  /* the frames one after another, at the pace */
void worker_live(struct worker *w);                                /* the present again, still paused */
void worker_branch(struct worker *w, long step);                   /* goes on from there; the old future is a ghost */
void worker_history_budget(struct worker *w, size_t bytes);        /* at first HISTORY_BUDGET */
int worker_history_count(struct worker *w);
int worker_history_steps(struct worker *w, long *out, int capacity);   /* steps of the frames, ascending; how many */

/* Trainings beside this one (app/beside.h), which do what it does: play, pause, step, pace, reset, data and timeline are
 * those of all. Latest wins; their data and seed must be those of the leader's wish. What cannot be made is left out,
 * and state.failed says why. */
void worker_beside(struct worker *w, const struct beside_wish *wish, int count);
/* Of the snapshot taken last, all of one step: how many, their ids and snapshots; valid as long as it. */
int worker_besides(const struct worker *w, long id[BESIDE_MAX], const struct snapshot *snap[BESIDE_MAX]);

/* The newest complete snapshot, or NULL before the first. Borrowed until the next call. *fresh: not seen yet.
 * *data is the data set it came from, valid as long as the snapshot. */
const struct snapshot *worker_take(struct worker *w, bool *fresh, const struct dataset **data);
bool worker_past(const struct worker *w);                          /* whether that is a kept frame */
/* The future cut off by the last branch or reset (history_cut), NULL without; valid as long as the snapshot. */
const struct snapshot *worker_ghost(const struct worker *w);

struct worker_state {
    bool loading;                     /* reading data or building; the old snapshot stays */
    double share;                     /* of the reading done, 0..1; 0 also where it cannot be told */
    bool playing;
    bool failed;                      /* `why` says what; the old training goes on where there is one */
    struct why why;
    long step;                        /* of the training, whatever is shown */
    long shown;                       /* step of the kept frame that is shown; -1: the present */
    bool rolling;
    long run;                         /* the last worker_run that has come to its end */
    double steps_per_s;               /* over the last second or so, sleeping included */
};
void worker_state(struct worker *w, struct worker_state *out);

#endif
