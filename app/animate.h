/* animate.h - a training, or the sweep of a parameter, as a moving picture: .gif, .webp, .mp4 and .webm (through the
 * program ffmpeg), or numbered .png files (F-%04d.png). Frames are figures; their axes hold still from first to last.
 * Any thread that has text open (text_start); one at a time per thread. Same frames, same options: the same bytes. */
#ifndef APP_ANIMATE_H
#define APP_ANIMATE_H

#include "app/export.h"
#include "math/history.h"
#include "math/trainer.h"

enum { ANIMATION_FRAMES = 4000, ANIMATION_SIDE = 4096 };

struct animation_options {
    struct figure_options figure;     /* path, view, theme, size, scale, look; the ending of the path is the format */
    double fps;                       /* 1 to 60; gif to 50 */
    double seconds;
};
/* The feature plane, light, 800x500 at scale 1, 20 frames a second for 8 s. */
void animation_options_init(struct animation_options *o);
/* STATUS_USAGE with the sentence: unknown format, size, rate or length. Needs no text. */
enum status animation_check(const struct animation_options *o, struct why *why);
int animation_frames(const struct animation_options *o);      /* how many, at least 2 */
/* A name with one %d or %0Nd in it: a file a frame. The name of frame i, from 0. */
bool animation_is_numbered(const char *path);
void animation_number(const char *path, int i, char *out, size_t size);
bool animation_has_ffmpeg(void);                              /* .mp4 and .webm can be made here */

/* Where the frames come from. `frame` is called in any order and more than once for the same i, and then gives the
 * same. `out` keeps its arrays from call to call: a snapshot for each of `cells` trainings. */
struct animation_source {
    int count;
    int cells;                        /* 1, or up to COMPARE_MAX for views that show others beside the first */
    const struct dataset *data;       /* of the first; borrowed; may be NULL */
    const struct dataset *beside[COMPARE_MAX - 1];
    enum status (*frame)(void *user, int i, struct snapshot *out, struct why *why);
    void *user;
};

/* Told now and then from the running thread; an answer of false cancels. */
struct animation_watch {
    bool (*on)(void *user, double share, const char *words);
    void *user;
};

struct animation_result {
    int frames, width, height;        /* of what was written, px */
    long long bytes;                  /* all files together */
    bool cancelled;
};

/* Writes beside and renames: all of it or nothing. A cancel is STATUS_FAILED with result->cancelled. */
enum status animation_write(const struct animation_options *o, const struct animation_source *source,
    const struct animation_watch *watch, struct animation_result *result, struct why *why);

/* Frames of a history, spread evenly over its steps; of the others' the frames of the same steps, or the last before.
 * The histories must stay as they are meanwhile. */
struct animation_history {
    const struct history *history;
    int frames;
    const struct history *beside[COMPARE_MAX - 1];
    int besides;
};
struct animation_source animation_of_history(struct animation_history *h, const struct dataset *data);

/* A parameter on its way from one value to another, on a training that begins at a checkpoint each time; between two
 * frames it takes `steps` training steps (0: it stands still). */
struct animation_sweep {
    char key[48];                     /* as experiment_set takes it */
    double from, to;
    int frames;
    long steps;
    unsigned needs;                   /* NEEDS_ of the view */
};
/* Whether the first, last and middle value can be set on `e`. */
enum status animation_sweep_check(const struct animation_sweep *s, const struct experiment *e, struct why *why);
struct animation_walk;
/* `t` is borrowed and moved about until animation_walk_destroy; it stands then where it stood at first. */
enum status animation_walk_create(const struct animation_sweep *s, struct trainer *t, const struct dataset *data,
    const struct animation_watch *watch, struct animation_walk **out, struct why *why);
struct animation_source animation_of_walk(struct animation_walk *walk);
void animation_walk_destroy(struct animation_walk *walk);

#endif
