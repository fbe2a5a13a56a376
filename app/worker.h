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
/* Before worker_want: the training so far, timeline and all, waits on shelf `from`, and if the wish is what waits on shelf
 * `to`, it goes on as it was put there. 0 to WORKER_SHELVES - 1; trainings with others beside them do not wait. */
enum { WORKER_SHELVES = 3 };
void worker_swap(struct worker *w, int from, int to);
void worker_touch(struct worker *w, const char *key);              /* trainer_touch at the next step */
/* What the coach offered; `e` holds its settings already (cure_set). */
long worker_cure(struct worker *w, const struct cure *cure, const struct experiment *e);
/* All trainings are again what they were before the cure of that number, with the settings of then, which are `e`: where
 * state.cured is it, else only the settings are. */
void worker_uncure(struct worker *w, long cure, const struct experiment *e);
void worker_watch(struct worker *w, unsigned needs);               /* NEEDS_ bits: snapshots carry it, a little late */
void worker_play(struct worker *w, bool playing);
void worker_pace(struct worker *w, double steps_per_s);            /* 0: max */
void worker_step(struct worker *w, int steps);                     /* while paused */
/* With the experiment (NULL: as it is), from step 0 where `anew`, steps until the training stands at `until`, or
 * diverges, or cannot be made; then state.run is what is returned here. worker_play stops on the way, and goes on.
 * `mark`, 0 to 63 (-1: none): all trainings are kept as they stand there, if none but these orders led to it. */
long worker_run(struct worker *w, const struct experiment *e, bool anew, long until, int mark);
/* All trainings are again what they were at the end of that run, those beside under these ids; their timelines begin
 * there. state.run as above. Where worker_marked says so: marks are given up, oldest first, when they need 128 MB. */
bool worker_marked(struct worker *w, int mark);
long worker_recall(struct worker *w, int mark, const long id[BESIDE_MAX]);
void worker_reset(struct worker *w);                               /* back to step 0, same initial weights */

/* The timeline. What is shown is then a frame the history has kept, and the training stands still; worker_want,
 * worker_touch, worker_play(true) and worker_reset lead back to the present. */
void worker_show(struct worker *w, long step);                     /* the frame nearest to it; pauses */
void worker_show_by(struct worker *w, int frames);                 /* so many on or back; past the last: the present */
void worker_roll(struct worker *w, bool rolling);                  /* the frames one after another, at the pace */
void worker_live(struct worker *w);                                /* the present again, still paused */
void worker_branch(struct worker *w, long step);                   /* goes on from there; the old future is a ghost */
/* After a branch: the changes of the old future are made once more at their steps, as far as that went; where nothing
 * was changed since, from the branch on. Plays; pauses at its end. Any change of the hand ends it. */
void worker_replay(struct worker *w, bool on);
void worker_history_budget(struct worker *w, size_t bytes);        /* at first HISTORY_BUDGET */
int worker_history_count(struct worker *w);
int worker_history_steps(struct worker *w, long *out, int capacity);   /* steps of the frames, ascending; how many */

/* Trainings beside this one (app/beside.h), which do what it does: play, pause, step, pace, reset, data and timeline are
 * those of all. Latest wins; their data and seed must be those of the leader's wish. What cannot be made is left out,
 * and state.failed says why. */
void worker_beside(struct worker *w, const struct beside_wish *wish, int count);
/* Both at once, as data that change in all of them must: between two orders the worker may look. `e` NULL: only they. */
void worker_want_all(struct worker *w, const struct experiment *e, const struct beside_wish *wish, int count);
/* Sessions (app/session.h). save: all trainings as they stand between two steps, with names for a file at `path`, without
 * a window; saved is true once for it, with the session to be destroyed, or NULL and why not. open takes the session
 * over: its trainings, those beside the first by these ids, stand paused in the place of the present ones as soon as
 * they are made; opened tells whether the snapshot taken last is of the session with this answer, state.refused which
 * one could not be opened. */
struct session;
void worker_save(struct worker *w, const char *path);
bool worker_saved(struct worker *w, struct session **out, struct why *why);
long worker_open(struct worker *w, struct session *s, const long id[BESIDE_MAX]);
long worker_opened(const struct worker *w);

/* The leader goes; the one of that id, with settings `e`, takes its place where it stands, with its timeline. A
 * worker_beside without it follows. */
void worker_lead(struct worker *w, long id, const struct experiment *e);
/* Of the snapshot taken last, all of one step: how many, their ids and snapshots; valid as long as it. */
int worker_besides(const struct worker *w, long id[BESIDE_MAX], const struct snapshot *snap[BESIDE_MAX]);

/* The newest complete snapshot, or NULL before the first. Borrowed until the next call. *fresh: not seen yet.
 * *data is the data set it came from, valid as long as the snapshot. */
const struct snapshot *worker_take(struct worker *w, bool *fresh, const struct dataset **data);
bool worker_past(const struct worker *w);                          /* whether that is a kept frame */
/* The settings of that snapshot are those of a replay, and none has been asked for since. */
bool worker_replayed(struct worker *w);
/* The future cut off by the last branch or reset (history_cut), NULL without; valid as long as the snapshot. */
const struct snapshot *worker_ghost(const struct worker *w);

/* Frames of the history so far for another thread, copied out one by one between steps: `count`, evenly spread over its
 * steps (fewer where it has fewer), of the one training there is when this is taken up; or with count 0 only the state
 * of the training. Several wait in line: one is served when the one before it has been taken or closed. NULL without
 * memory. */
struct frames;
struct frames *worker_frames(struct worker *w, int count);
/* Likewise with those of the trainings beside it, as far as they are the same ones all the time. */
struct frames *worker_frames_all(struct worker *w, int count);
/* From here on any one thread, also after the worker is gone. next waits 50 ms at most. */
enum frames_state { FRAMES_WAIT, FRAMES_ONE, FRAMES_END, FRAMES_FAILED };
enum frames_state frames_next(struct frames *f, struct snapshot *out);
/* Of each training of worker_frames_all: `out` has room for COMPARE_MAX. How many there are: *cells, after FRAMES_ONE. */
enum frames_state frames_next_all(struct frames *f, struct snapshot *out, int *cells);
/* After the first answer but FRAMES_WAIT; valid until close. The checkpoint is of count 0, for trainer_load. */
const struct dataset *frames_data(const struct frames *f);
const struct experiment *frames_experiment(const struct frames *f);
const uint8_t *frames_checkpoint(const struct frames *f, size_t *size);
void frames_close(struct frames *f);

struct worker_state {
    bool loading;                     /* reading data or building; the old snapshot stays */
    double share;                     /* of the reading done, 0..1; 0 also where it cannot be told */
    bool playing;                     /* and making steps */
    bool failed;                      /* `why` says what; the old training goes on where there is one */
    struct why why;
    long step;                        /* of the training, whatever is shown */
    long shown;                       /* step of the kept frame that is shown; -1: the present */
    bool rolling;
    bool stuck;                       /* it has diverged: playing makes no steps before a change */
    long replay_end;                  /* where a replay would lead to; -1: there is none */
    int replay_left;                  /* changes it would still make */
    bool replaying;
    long refused;                     /* the last worker_open that failed, and why */
    struct why refused_why;
    long cured;                       /* number of the last cure that can be taken back whole; 0: none */
    long run;                         /* the last worker_run that has come to its end */
    double steps_per_s;               /* over the last second or so, sleeping included */
};
void worker_state(struct worker *w, struct worker_state *out);
/* Paused, with nothing left to do of all that was asked, and its last snapshot has been taken. */
bool worker_rests(struct worker *w);

#endif
