#include "app/session_window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/compare.h"
#include "app/export.h"
#include "app/lecture.h"
#include "app/output.h"

static const double AUTOSAVE_S = 60;
enum { END_MS = 5000 };

enum job { JOB_NONE, JOB_READ, JOB_WRITE, JOB_SWEEP };
enum asked { ASKED_NOTHING, ASKED_SAVE, ASKED_AUTOSAVE };

struct sessions {
    struct session_home home; /* folder empty: no autosave */
    struct session_panel panel;
    char path[SESSION_PATH]; /* of the session in hand; empty: none yet */

    enum job job; /* of the thread; NONE: there is none */
    SDL_Thread *thread;
    SDL_atomic_t done;
    char target[SESSION_PATH]; /* thread: what is read or written */
    struct session *session; /* thread: likewise */
    enum status status; /* thread */
    struct why why; /* thread */
    bool quiet; /* an autosave */
    void *wake;

    enum asked asked; /* of the worker */
    char wanted[SESSION_PATH]; /* to be saved next; empty: nothing */
    char opens[SESSION_PATH]; /* to be opened next */
    long opening; /* answer of worker_open; 0: nothing */
    struct session *arriving; /* its words, without what the worker has taken over */
    bool restoring; /* it is what a run that fell has left */
    bool restored; /* likewise, and its file stays until this run has an autosave of its own */

    double next_autosave;
    long saved_step; /* of the last autosave, and its settings */
    struct experiment saved_experiment;
};

/* ---- the thread ---- */

static bool ends_in(const char *path, const char *ending)
{
    size_t length = strlen(path), tail = strlen(ending);
    return length >= tail && strcasecmp(path + length - tail, ending) == 0;
}

/* Sessions, and pictures most likely, go where the last ones went. */
static void sweep_up(const struct session_home *h)
{
    char list[SESSION_RECENT][SESSION_PATH], folder[SESSION_PATH];
    int count = session_recent_read(h, list);
    for (int i = 0; i < count; i++) {
        *strrchr(list[i], '/') = '\0';
        output_sweep(list[i][0] ? list[i] : "/");
    }
    export_folder(folder, sizeof folder);
    output_sweep(folder);
}

static int work(void *arg)
{
    struct sessions *d = arg;
    if (d->job == JOB_SWEEP)
        sweep_up(&d->home);
    else if (d->job == JOB_READ)
        d->status = session_read(d->target, &d->session, &d->why);
    else
        d->status = session_write(d->session, &d->why);
    if (d->job != JOB_SWEEP && d->status == STATUS_OK && !d->quiet)
        session_recent_add(&d->home, d->target);
    SDL_AtomicSet(&d->done, 1);
    window_wake(d->wake);
    return 0;
}

static void begin_job(struct window *w, enum job job, const char *target, struct session *s, bool quiet)
{
    struct sessions *d = w->sessions;
    d->job = job;
    d->session = s;
    d->quiet = quiet;
    d->wake = w;
    d->why.text[0] = '\0';
    snprintf(d->target, sizeof d->target, "%s", target);
    SDL_AtomicSet(&d->done, 0);
    d->thread = SDL_CreateThread(work, "session", d);
    if (!d->thread)
        work(d); /* then the window waits, and nothing is lost */
}

/* The home folder as people write it. */
static void notice_path(struct window *w, const char *verb, const char *path)
{
    char shown[SESSION_PATH];
    export_short_path(path, shown, sizeof shown);
    window_notice(w, false, "%s %s", verb, shown);
}

static void take_up(struct window *w, struct session *s)
{
    struct sessions *d = w->sessions;
    struct compare *c = w->compare;
    long id[BESIDE_MAX] = { 0 };
    lecture_leave(w);
    session_destroy(d->arriving);
    d->arriving = session_words(s);
    if (!d->arriving) {
        session_destroy(s);
        window_notice(w, true, "%s: not enough memory; close other programs", d->target);
        return;
    }
    for (int i = 1; i < s->count; i++)
        id[i - 1] = c->id[i] = ++c->last_id;
    d->opening = worker_open(w->worker, s, id);
}

/* `labels`: of an array, else NULL. */
static void set_data(struct window *w, const char *key, const char *path, const char *labels)
{
    struct why why = { "" };
    struct experiment draft = w->experiment;
    if (experiment_set(&draft, key, path, &why) != STATUS_OK ||
        (labels && experiment_set(&draft, "labels-npy", labels, &why) != STATUS_OK)) {
        window_notice(w, true, "%s", why.text);
        return;
    }
    w->experiment = draft;
    action_apply(w);
}

/* Labels lie beside their features, as labels.npy or y.npy. */
static void drop_array(struct window *w, const char *path)
{
    static const char *const names[] = { "labels.npy", "y.npy" };
    const char *slash = strrchr(path, '/');
    char labels[SESSION_PATH];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(labels, sizeof labels, "%.*s%s", slash ? (int)(slash - path) + 1 : 0, path, names[i]);
        if (access(labels, R_OK) != 0 || strcmp(labels, path) == 0)
            continue;
        set_data(w, "features-npy", path, labels);
        return;
    }
    window_notice(w, true, "%s: an array has no labels of its own; put labels.npy beside it", path);
}

/* What is no session is told by its name, and whoever reads it says what is wrong with it. */
static void take_other(struct window *w, const char *path)
{
    struct why why = { "" };
    if (ends_in(path, ".json")) {
        if (lecture_open(w, path, &why) != STATUS_OK)
            window_notice(w, true, "%s", why.text);
    } else {
        lecture_leave(w);
        if (ends_in(path, ".npy"))
            drop_array(w, path);
        else
            set_data(w, "dataset", path, NULL);
    }
    window_dirty(w, AREAS_ALL);
}

static void finish_read(struct window *w)
{
    struct sessions *d = w->sessions;
    if (d->status == STATUS_OK)
        take_up(w, d->session);
    else
        window_notice(w, true, "%s", d->why.text);
    d->session = NULL;
}

/* Only now is what was restored on disk a second time. */
static void have_own(struct sessions *d)
{
    if (d->restored)
        session_home_forget(&d->home);
    d->restored = false;
}

static void finish_write(struct window *w)
{
    struct sessions *d = w->sessions;
    if (d->status != STATUS_OK)
        window_notice(w, true, "%s", d->why.text);
    else if (!d->quiet) {
        snprintf(d->path, sizeof d->path, "%s", d->target);
        notice_path(w, "Saved", d->path);
    }
    if (d->status == STATUS_OK && d->quiet)
        have_own(d);
    session_destroy(d->session);
    d->session = NULL;
}

static void finish_job(struct window *w)
{
    struct sessions *d = w->sessions;
    enum job job = d->job;
    if (job == JOB_NONE || !SDL_AtomicGet(&d->done))
        return;
    if (d->thread)
        SDL_WaitThread(d->thread, NULL);
    d->thread = NULL;
    d->job = JOB_NONE;
    if (job == JOB_SWEEP)
        return;
    (job == JOB_READ ? finish_read : finish_write)(w);
    w->map_stale = true;
}

/* ---- saving ---- */

/* In a lesson the window's own training waits. */
static bool ask(struct window *w, const char *path, enum asked asked)
{
    struct sessions *d = w->sessions;
    if (lecture_lesson(w) || d->asked || d->opening)
        return false;
    d->asked = asked;
    worker_save(w->worker, path);
    return true;
}

static void note_autosave(struct window *w)
{
    struct sessions *d = w->sessions;
    d->saved_step = w->state.step;
    d->saved_experiment = w->experiment;
    d->next_autosave = window_now() + AUTOSAVE_S;
}

static void note_axes(struct window *w, struct session *s)
{
    static double axis[3 * SOLID_DIM_MAX];
    for (int i = 0; i < s->count; i++) {
        const struct solid *solid = &compare_scene(w, i)->solid;
        if (solid_axes(solid, axis))
            session_keep_axes(s, i, axis, solid->dim);
    }
}

static void fill(struct window *w, struct session *s)
{
    note_axes(w, s);
    s->arranged = true;
    session_note_window(w, &s->window);
    session_note_benches(w, s);
}

/* What the worker has handed out goes to the thread. */
static void take_answer(struct window *w)
{
    struct sessions *d = w->sessions;
    struct session *s = NULL;
    struct why why = { "" };
    if (!d->asked || d->job || !worker_saved(w->worker, &s, &why))
        return;
    bool quiet = d->asked == ASKED_AUTOSAVE;
    d->asked = ASKED_NOTHING;
    if (!s) {
        window_notice(w, true, "%s", why.text);
        return;
    }
    fill(w, s);
    if (quiet)
        note_autosave(w);
    begin_job(w, JOB_WRITE, s->path, s, quiet);
}

void sessions_save(struct window *w, const char *path)
{
    struct sessions *d = w->sessions;
    if (lecture_lesson(w)) {
        window_notice(w, false, "A lesson is open; leave it first (Esc), then save the session.");
        return;
    }
    snprintf(d->wanted, sizeof d->wanted, "%s", path);
}

static bool has_changed(const struct window *w)
{
    const struct sessions *d = w->sessions;
    return w->snap && (w->state.step != d->saved_step ||
                          memcmp(&d->saved_experiment, &w->experiment, sizeof w->experiment) != 0);
}

double sessions_due(const struct window *w)
{
    const struct sessions *d = w->sessions;
    bool busy = lecture_lesson(w) || d->asked || d->job || d->opening;
    return d->home.autosave[0] && !busy && has_changed(w) ? d->next_autosave : 0;
}

static void ask_next(struct window *w)
{
    struct sessions *d = w->sessions;
    if (d->wanted[0] && ask(w, d->wanted, ASKED_SAVE))
        d->wanted[0] = '\0';
    else if (d->opens[0] && !d->job && !d->asked && !d->opening) {
        begin_job(w, JOB_READ, d->opens, NULL, d->restoring);
        d->opens[0] = '\0';
    } else if (d->home.autosave[0] && window_now() >= d->next_autosave && has_changed(w))
        ask(w, d->home.autosave, ASKED_AUTOSAVE);
}

/* ---- opening ---- */

void sessions_open(struct window *w, const char *path)
{
    struct sessions *d = w->sessions;
    snprintf(d->opens, sizeof d->opens, "%s", path);
    d->restoring = d->home.restore[0] && strcmp(path, d->home.restore) == 0;
    window_dirty(w, AREAS_ALL);
}

static void arrived(struct window *w)
{
    struct sessions *d = w->sessions;
    bool kept = d->restoring || strcmp(d->arriving->path, d->home.autosave) == 0;
    snprintf(d->path, sizeof d->path, "%s", kept ? "" : d->arriving->path);
    if (kept)
        window_notice(w, false, "Restored, paused at step %ld", w->state.step);
    else
        notice_path(w, "Opened", d->path);
    d->restored |= d->restoring;
    d->next_autosave = window_now();
    d->restoring = false;
    session_destroy(d->arriving);
    d->arriving = NULL;
    d->opening = 0;
}

void sessions_arrive(struct window *w, const struct snapshot *snap)
{
    struct sessions *d = w->sessions;
    if (!d || !d->opening || worker_opened(w->worker) != d->opening)
        return;
    session_become(w, d->arriving, snap);
}

/* After the snapshot has been shown: what hangs on the scene. */
static void settle(struct window *w)
{
    struct sessions *d = w->sessions;
    if (!d->opening || worker_opened(w->worker) != d->opening || !w->snap)
        return;
    struct experiment *asked = &w->options.experiment;
    for (int i = 0; i < d->arriving->count && d->arriving->arranged; i++) {
        struct scene *scene = compare_scene(w, i);
        long typical = d->arriving->window.typical[i];
        if (scene->snap && typical >= 0 && typical < scene->snap->count)
            scene->typical = (int)typical;
        if (scene->snap)
            scene->ring = d->arriving->window.scene_ring[i];
    }
    bool overridden = w->options.session && w->options.session_changed;
    w->options.session_changed = false;
    arrived(w);
    if (overridden && w->compare->focus == 0) {
        w->experiment = *asked;
        action_settle(w, NULL);
        action_apply(w);
    }
    window_dirty(w, AREAS_ALL);
}

static void take_refusal(struct window *w)
{
    struct sessions *d = w->sessions;
    if (!d->opening || w->state.refused != d->opening)
        return;
    window_notice(w, true, "%s", w->state.refused_why.text);
    session_destroy(d->arriving);
    d->arriving = NULL;
    d->opening = 0;
    d->restoring = false;
}

void sessions_turn(struct window *w)
{
    if (!w->sessions)
        return;
    panel_session_turn(w);
    take_refusal(w);
    settle(w);
    finish_job(w);
    take_answer(w);
    ask_next(w);
}

void sessions_drop(struct window *w, const char *path)
{
    struct why why = { "" };
    struct stat info;
    if (stat(path, &info) != 0)
        window_notice(w, true, "%s: %s; check the path", path, strerror(errno));
    else if (session_file(path, &why) != STATUS_OK)
        window_notice(w, true, "%s", why.text);
    else if (ends_in(path, ".json") && session_like(path))
        sessions_open(w, path);
    else
        take_other(w, path);
}

/* ---- the offer ---- */

const char *sessions_offer(const struct window *w)
{
    const struct sessions *d = w->sessions;
    if (!d || !d->home.restore[0] || d->restoring || d->restored)
        return NULL;
    bool lecturing = lecture_lesson(w) || w->lecture->showing; /* others look on: it can wait */
    return lecturing ? NULL : d->home.restore;
}

void sessions_answer(struct window *w, bool restore)
{
    struct sessions *d = w->sessions;
    if (restore)
        sessions_open(w, d->home.restore);
    else
        session_home_forget(&d->home);
    window_dirty(w, AREAS_ALL);
    w->map_stale = true;
}

/* ---- life ---- */

enum status sessions_create(struct window *w, struct why *why)
{
    struct sessions *d = w->sessions = calloc(1, sizeof *d);
    if (!d)
        return why_set(why, STATUS_FAILED, "window: not enough memory; close something");
    d->home.lock = -1;
    if (w->options.autosave)
        session_home_open(&d->home);
    d->next_autosave = window_now() + AUTOSAVE_S;
    d->saved_step = -1;
    return STATUS_OK;
}

void sessions_begin(struct window *w)
{
    struct sessions *d = w->sessions;
    struct session *s = w->options.session;
    if (d->home.folder[0])
        begin_job(w, JOB_SWEEP, "", NULL, true);
    if (!s)
        return;
    snprintf(d->target, sizeof d->target, "%s", s->path);
    w->options.session_changed =
        memcmp(&w->options.experiment, &w->options.continued, sizeof w->experiment) != 0;
    take_up(w, s);
    worker_state(w->worker, &w->state);
}

/* At most some seconds: the training may be in a long step, or a file be read. */
static struct session *last_answer(struct window *w)
{
    struct sessions *d = w->sessions;
    struct session *s = NULL;
    struct why why = { "" };
    bool answered = false;
    if (!ask(w, d->home.autosave, ASKED_AUTOSAVE))
        return NULL;
    for (int i = 0; i < END_MS && !answered; i++) {
        answered = worker_saved(w->worker, &s, &why);
        if (!answered)
            SDL_Delay(1);
    }
    return s;
}

void sessions_end(struct window *w)
{
    struct sessions *d = w->sessions;
    struct why why = { "" };
    struct session *s;
    while (d->job) {
        finish_job(w);
        SDL_Delay(1);
    }
    for (int i = 0; i < END_MS && (d->asked || d->wanted[0]); i++) { /* a save that was on its way */
        sessions_turn(w);
        SDL_Delay(1);
    }
    lecture_leave(w);
    if (d->home.autosave[0] && w->snap && (s = last_answer(w))) {
        fill(w, s);
        if (session_write(s, &why) == STATUS_OK)
            have_own(d);
        else
            fprintf(stderr, "marginscope: %s\n", why.text);
        session_destroy(s);
    }
    session_home_close(&d->home, true);
}

void sessions_destroy(struct window *w)
{
    struct sessions *d = w->sessions;
    if (!d)
        return;
    if (d->thread)
        SDL_WaitThread(d->thread, NULL);
    folder_task_drop(d->panel.task);
    session_destroy(d->session);
    session_destroy(d->arriving);
    session_home_close(&d->home, false);
    free(d);
    w->sessions = NULL;
}

const char *sessions_path(const struct window *w)
{
    return w->sessions->path;
}

struct session_panel *sessions_panel(struct window *w)
{
    return &w->sessions->panel;
}

const struct session_home *sessions_home(const struct window *w)
{
    return &w->sessions->home;
}
