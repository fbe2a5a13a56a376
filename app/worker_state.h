/* worker_state.h - what a worker is made of: for worker.c and worker_*.c only. Every field names its guard; functions
 * belong to the worker's thread. */
#ifndef APP_WORKER_STATE_H
#define APP_WORKER_STATE_H

#include <SDL.h>

#include "app/ahead.h"
#include "app/future.h"
#include "app/session.h"
#include "app/worker.h"
#include "math/trainer.h"

enum { RATE_SAMPLES = 64, TOUCH_MAX = 8, TOUCH_KEY = 64, SHOW_LIVE = -1, SHOW_NOTHING = -2, NO_END = -1 };
#define FOREVER 1e9                   /* s */
enum { MARKS = 64 };

/* A data set shared by the trainer and by the snapshots that were made of it. */
struct loaded {
    struct dataset data;
    struct session_data sum; /* worker only; where `summed` */
    bool summed;
    SDL_atomic_t users;
};

/* A future that was cut off, shared by the snapshots after it. */
struct shade {
    struct snapshot snapshot;
    SDL_atomic_t users;
};

struct slot {
    struct snapshot snapshot;
    struct loaded *loaded;
    struct dataset drawn; /* in place of it: the points this snapshot was made of */
    struct shade *shade;
    bool past; /* a kept frame */
    long opened; /* the session its training came from; 0: none */
    bool replayed; /* its settings are those of a replay */
    long heard; /* orders taken by then */
    struct snapshot *beside[BESIDE_MAX]; /* of the same step; NULL: not made yet */
    long beside_id[BESIDE_MAX];
    int besides;
};

struct kept_training {
    struct experiment experiment;
    uint8_t *bytes;
    size_t size;
};

/* All trainings at the end of a run. */
struct mark {
    struct loaded *loaded;
    struct experiment opened; /* what it was opened for */
    struct kept_training training[COMPARE_MAX];
    int count; /* 0: nothing */
    long age;
};

/* All trainings as they stood before a cure. */
enum { CURED_MAX = 4 };
struct cured {
    long serial;
    long since; /* frames up to this step are also theirs */
    struct kept_training training[COMPARE_MAX];
    long id[BESIDE_MAX];
    int count;
};

/* A training that waits until its bench is chosen again. */
struct shelf {
    struct trainer *trainer; /* NULL: nothing */
    struct past *past;
    struct loaded *loaded;
};

struct command {
    struct experiment wanted;
    struct cure cure; /* of the coach; `wanted` then holds its settings */
    long wanted_serial, reset_serial, run_serial, cure_serial, replay_serial;
    bool replay; /* on or off */
    int shelf_from, shelf_to; /* -1: none */
    long shelf_serial; /* of the wish they are for */
    bool anew; /* `wanted` from step 0, not yet taken */
    long until; /* where playing ends; NO_END */
    int mark; /* kept at that end; -1 */
    bool own_way; /* since the last new beginning nobody but worker_run has changed anything */
    long uncure, uncure_serial; /* the cure to be taken back */
    long lead, lead_serial; /* the id of who becomes the leader */
    int recall; /* mark to be taken up */
    long recall_id[BESIDE_MAX], recall_serial;
    char touched[TOUCH_MAX][TOUCH_KEY]; /* keys of the parameters a hand was on, not yet taken */
    int touch_count;
    long steps; /* asked for while paused, not yet taken */
    long show, branch; /* kept steps asked for; SHOW_NOTHING, SHOW_LIVE */
    int show_by; /* frames from there, or from what is shown */
    bool rolling;
    size_t budget;
    struct session *session; /* to be opened, owned; not yet taken */
    long session_id[BESIDE_MAX];
    long open_serial, save_serial;
    char save_path[SESSION_PATH];
    bool playing, quit;
    unsigned watch; /* NEEDS_ bits */
    double pace;
};

struct worker {
    SDL_Thread *thread;
    void (*wake)(void *);
    void *wake_arg;

    SDL_mutex *lock; /* a leaf: nothing else is locked under it */
    SDL_cond *posted; /* lock: a command or the end of a snapshot's wait */
    long orders, rested; /* lock: how often, and of those when it last had nothing left to do */
    struct command command; /* lock */
    struct beside_wish wish[BESIDE_MAX]; /* lock */
    int wishes; /* lock */
    long wish_serial; /* lock */
    struct beside_wish taken[BESIDE_MAX]; /* worker only: the wishes as they were when the command was taken */
    int takens; /* worker only */
    long taken_serial; /* worker only */
    struct session *saved; /* lock: not yet taken; NULL also where it failed */
    struct why save_why; /* lock */
    bool save_done; /* lock */
    struct slot *ready; /* lock: newest complete state */
    bool fresh; /* lock: `ready` has not been taken yet */
    struct worker_state state; /* lock */
    struct frames *asked_frames; /* lock: in line */
    bool frames_news; /* lock: somebody waits for frames */
    long kept[HISTORY_FRAMES]; /* lock: steps of the frames */
    int kept_count; /* lock */
    bool marked[MARKS]; /* lock */

    struct slot *back; /* worker only: being written */
    struct slot *front; /* main only: being drawn */
    bool seen; /* main only: front holds a snapshot */

    /* worker only */
    struct loaded *loaded;
    struct experiment opened; /* what `loaded` was opened for */
    long done_open, done_save, opened_serial;
    struct trainer *trainer;
    long done_serial, done_reset, done_wish, done_cure, done_replay, done_recall, done_lead;
    bool beside_failed;               /* what is reported is of those beside */
    struct mark mark[MARKS];
    long marks_made;
    struct cured cured[CURED_MAX]; /* by age */
    int cureds;
    long done_uncure;
    struct shelf shelf[WORKER_SHELVES];
    struct beside *beside;
    struct ahead *ahead;
    double step_due, step_cost, snapshot_cost, published_at;
    int unseen;                       /* snapshots in a row that nobody took */
    unsigned watch, stale; /* NEEDS_ bits: what somebody looks at; what is not of this step */
    double recognise_due, recognised, inputs_due;
    bool changed; /* something to show beyond the ordinary step */
    struct past *past;
    struct shade *shade; /* the last future cut off */
    struct frames *frames; /* being handed over */
    struct future future; /* its changes, where the last cut was a branch */
    bool replaying, replayed; /* replayed: the settings are not those last wanted */
    long shown; /* step of the frame on show, SHOW_LIVE */
    double roll_step, roll_time; /* where the rolling frames are, and when that was */
    size_t budget;
    struct {
        double time;
        long step;
    } rate[RATE_SAMPLES];
    int rate_count;
};

/* worker_load.c: with the lock, when a command is taken: leader and others change between the same two steps. */
void load_take_wishes(struct worker *w);

/* worker_mark.c: a training whole; false without memory. */
bool mark_save(struct kept_training *to, const struct trainer *t);

/* worker_cure.c */
void cure_turn(struct worker *w, const struct command *c);
void cure_forget(struct worker *w);                        /* what was kept is of another past */

/* worker_slot.c: what is handed over, and what several of them share. */
struct loaded *loaded_keep(struct loaded *l);
void loaded_drop(struct loaded *l);
struct shade *shade_create(void);                          /* NULL without memory */
struct shade *shade_keep(struct shade *s);
void shade_drop(struct shade *s);
struct slot *slot_create(void);
void slot_destroy(struct slot *slot);
void slot_fill_drawn(struct slot *slot);                   /* from its snapshot; made on first use */
const struct dataset *slot_data(const struct slot *slot);
enum status slot_reserve(struct slot *slot, const struct beside *b);   /* room for everybody beside */

/* worker.c */
double worker_now(void);                                   /* s */
void worker_post(struct worker *w);                        /* main thread, with the lock: there is something to do */
void worker_report(struct worker *w, enum status status, const struct why *why);
void worker_arrive(struct worker *w, const struct command *c);     /* playing has come to its end */
void worker_note(struct worker *w, bool stepping);         /* the state for the main thread */
void worker_take_step(struct worker *w);                   /* one, of all */
bool worker_can_step(const struct worker *w);
void worker_wait(struct worker *w, const struct command *seen, double seconds);    /* for another command */

/* worker_load.c: data and trainings. */
void load_take(struct worker *w, const struct command *c); /* what is wanted of them */
void load_lead(struct worker *w, const struct command *c); /* one from beside takes the leader's place */
enum status load_again(struct worker *w, struct why *why); /* step 0; the training so far stays as a ghost */
bool load_share(void *worker, double share);               /* how far the reading is; false: stop */

bool load_has(const struct worker *w, const struct experiment *e); /* the data for it are there */
void load_note(struct worker *w, const long *id);          /* what stands there now is what was wanted */
/* In place of the training there is; takes both over. */
void load_stand(struct worker *w, struct loaded *loaded, struct trainer *trainer);   /* where there is none, past as it is */
void load_install(struct worker *w, struct loaded *loaded, struct trainer *trainer);

/* worker_session.c */
bool session_asked(const struct worker *w);                /* with the lock */
void session_turn(struct worker *w, const struct command *c);
void session_forget(struct worker *w);                     /* what was never taken, at the end */

/* worker_publish.c: snapshots. */
void publish_now(struct worker *w);
void publish_when_due(struct worker *w, double pace, bool ahead);
void publish_slot(struct worker *w);                       /* the one in hand becomes the newest */
void publish_watch(struct worker *w, unsigned what);       /* what is newly looked at is wanted at once */
double publish_wait(struct worker *w);               /* s until what is watched may be measured again at rest */

/* worker_timeline.c */
void timeline_take(struct worker *w, const struct command *c);     /* what was asked of it */
void timeline_keep_present(struct worker *w);              /* as a frame, where it is none yet */
void timeline_turn(struct worker *w, struct command *c);   /* while a kept frame is on show */
void timeline_present(struct worker *w);
void timeline_branch(struct worker *w, long step);
/* Back to frame `at`, of all; the future cut off there into *ghost. Then shown and reported. */
enum status timeline_return(struct worker *w, int at, struct snapshot *ghost, struct why *why);
void timeline_arrive(struct worker *w, enum status status, const struct why *why);
void timeline_cast(struct worker *w, struct shade *shade); /* the ghost from now on; one without any steps leaves the last */
void timeline_share(struct worker *w);                     /* every history has its part of the budget */

/* worker_frames.c: what other threads have asked for. */
void frames_turn(struct worker *w);                        /* one more, where there is room */
bool frames_due(const struct worker *w);                   /* with the lock: there may be */
void frames_end(struct worker *w);                         /* the worker is gone: no more */

/* worker_mark.c */
void mark_keep(struct worker *w, const struct command *c); /* at the end of a run */
void mark_turn(struct worker *w, const struct command *c);
void mark_forget(struct worker *w);

/* worker_shelf.c */
/* The wish is for what waits on shelf `to`: that has taken its place, set as wished. */
bool shelf_take(struct worker *w, const struct command *c, enum status *status, struct why *why);
void shelf_put(struct worker *w, int at);                  /* before another training is installed; -1: nowhere */
void shelf_forget(struct worker *w);

/* worker_replay.c: the changes of the old future once more. */
void replay_note(struct worker *w);                        /* with the lock: what can be replayed */
void replay_start(struct worker *w, const struct command *c);
void replay_step(struct worker *w);                        /* the changes of the step just made */
void replay_end(struct worker *w);                         /* a hand has taken over */

#endif
