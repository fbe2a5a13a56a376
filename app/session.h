/* session.h - a session file: all that brings back the same window and the same training. JSON, UTF-8,
 * "marginscope": 1; keys it does not know are refused. No window here; any thread, one at a time for a session.
 *
 *   marginscope  1
 *   data         rows, dim, classes, crc32 of what was trained on: data that have changed are refused
 *   training     experiment (every key as text, and the parameters that are not at their defaults), journal
 *                [[step, key, value], ...], checkpoint {step, bytes, zlib}: trainer_save, deflated, base64
 *   beside       up to three more of these: the comparison
 *   window       views, cells, look, theme, pace ...; missing where no window was there
 *   axes         [{dim, zlib}, ...] for each training: along what its features of more than three numbers were seen
 *   benches      experiments of the benches that are not in use
 *
 * Data are named as --dataset names them. A path below the session's folder is written from there, so that the folder
 * can be moved as a whole; any other path is written in full. So a session from somebody else reads what lies beside it,
 * or a file of exactly that full name whose content has the sum it tells; a name that climbs out with "..", a device and
 * a pipe are refused. Nothing else in a session is a path, nothing named in it is ever written, and what it claims to
 * hold costs memory only as far as it is there. The loss curve is in the checkpoint; the frames of the timeline are not kept: the timeline begins
 * anew where the session was saved. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <stdio.h>

#include "math/dataset.h"
#include "math/trainer.h"
#include "render/view.h"

enum { SESSION_PATH = 1024, SESSION_ID = 24, SESSION_BENCHES = 3, SESSION_CELLS = 4, SESSION_VERSION = 1 };

struct session_data {
    long rows, dim, classes;
    uint32_t crc;
};

/* How a window stood; views and benches by their ids. session_window_init: as a window begins. */
struct session_window {
    char theme[SESSION_ID], heads[SESSION_ID], view[SESSION_ID];
    char cell[SESSION_BENCHES * SESSION_CELLS][SESSION_ID];   /* plane, sphere, basics; empty: nothing there */
    char larger[SESSION_ID], smaller[SESSION_ID];             /* maximised out of its cell; empty: none */
    double text_scale, pace;              /* pace 0: max */
    double zoom, pan[2], ring, orbit[4], tau, stage[3], probe[3], scene_ring[COMPARE_MAX];
    long layers, selected, pinned, lit_class, probing, probe_label, typical[COMPARE_MAX], side_first;
    long panels_hidden, coach_dismissed, compare_open, compare_all, compare_focus;
};
void session_window_init(struct session_window *w);

struct session_training {
    struct experiment experiment;         /* data by the names of the file */
    struct change *change;
    int changes;
    long step;
    uint8_t *state;                       /* trainer_save; NULL: it has not begun */
    size_t size;
};

/* Axes (3, dim) of a scene; NULL: none of its own. */
struct session_axes {
    double *axis;
    int dim;
};

struct session {
    char path[SESSION_PATH];              /* of the file: names are seen from there */
    char moved[SESSION_PATH];             /* where the data of the first training lie now; empty: where it says */
    bool opened;                          /* `data` is known */
    struct session_data data;
    struct session_training training[COMPARE_MAX];
    int count;                            /* the first is the leader; all stand at one step */
    bool arranged;                        /* there is a `window` */
    struct session_window window;
    bool kept[SESSION_BENCHES];
    struct experiment bench[SESSION_BENCHES];
    struct session_axes axes[COMPARE_MAX];    /* of each training */
};

struct session *session_create(const char *path);         /* NULL without memory */
void session_destroy(struct session *s);

/* Whole and right in itself, or refused with file and line; data and checkpoints are looked at by session_restore. */
enum status session_read(const char *path, struct session **out, struct why *why);
/* The same of a text that ends in 0; `path` is what errors and names go by. */
enum status session_parse(const char *text, const char *path, struct session **out, struct why *why);
/* Whether a JSON text is meant to be one: it has the key "training". */
bool session_like(const char *path);

enum status session_print(const struct session *s, FILE *to, struct why *why);
enum status session_write(const struct session *s, struct why *why);   /* to s->path: beside, and renamed when whole */

/* A training as it stands, after those there are. `data` and `opened` are set by the caller (session_data_of). */
enum status session_take(struct session *s, const struct trainer *t, struct why *why);
/* The same of one that has not begun. */
void session_plan(struct session *s, const struct experiment *e);

/* The experiment of a bench that is not in use. */
void session_plan_bench(struct session *s, int bench, const struct experiment *e);
/* A copy of what it says in words: no checkpoints, no journals. NULL without memory. */
struct session *session_words(const struct session *s);
/* (3, dim) numbers are copied; false without memory. */
bool session_keep_axes(struct session *s, int training, const double *axis, int dim);
/* The window of another session. */
void session_keep_window(struct session *s, const struct session *from);

/* A relative path with a "..", which may lead out of the folder it is seen from. */
bool session_climbs(const char *name);
/* Refuses what is neither a file nor a folder; what is not there at all passes. */
enum status session_file(const char *path, struct why *why);
/* And what is no longer below the folder of `from` once links have been followed. */
enum status session_beside(const char *from, const char *path, struct why *why);
/* The experiment with its data as this machine finds them. */
enum status session_experiment(const struct session *s, const struct experiment *names, struct experiment *out,
    struct why *why);
struct session_data session_data_of(const struct dataset *data);
enum status session_same_data(const struct session *s, const struct dataset *data, struct why *why);
/* Training `i` on its data, at its step: it goes on to the same bytes as if never interrupted. */
enum status session_restore(const struct session *s, int i, const struct dataset *data, struct trainer **out,
    struct why *why);
/* The same from the data on, for whoever has none yet. */
enum status session_open_data(const struct session *s, const struct progress *progress, struct dataset *out,
    struct why *why);

#endif
