/* panel.h - what the parts of the window share: its state, its areas, and the actions that keys and controls have
 * in common. Included by window.c, panel_*.c, action.c, keys.c and uimap.c only. Main thread. */
#ifndef APP_PANEL_H
#define APP_PANEL_H

#include <SDL.h>

#include "app/panel_explain.h"
#include "app/ui/ui.h"
#include "app/window.h"
#include "app/worker.h"
#include "render/view.h"

/* Areas are redrawn one by one, each when something in it has changed. */
enum area { AREA_TOP, AREA_PANEL, AREA_TRANSPORT, AREA_HEADER, AREA_MAIN, AREA_SIDE, AREA_TIMELINE, AREA_COUNT };
enum { AREAS_ALL = (1 << AREA_COUNT) - 1,
    AREAS_CONTROL = 1 << AREA_TOP | 1 << AREA_PANEL | 1 << AREA_TRANSPORT,
    AREAS_SNAPSHOT = 1 << AREA_HEADER | 1 << AREA_MAIN | 1 << AREA_SIDE };

enum popup { POPUP_NONE, POPUP_DATASET, POPUP_MODEL, POPUP_LOSS, POPUP_VIEW, POPUP_SWEEP, POPUP_EXPORT };
enum { FRAME_TIMES = 512, SIDE_COUNT = 4, SIDE_WHOLE = SIDE_COUNT };

/* Three benches share the window: heads and pairs in the plane, the same in 3-D, and the basics (scores, regression,
 * several labels). Each comes back as it was left. */
enum bench { BENCH_PLANE, BENCH_SPHERE, BENCH_BASICS, BENCH_COUNT };

/* Points put by hand (panel_draw.c). */
enum draw_tool { DRAW_POINTS, DRAW_BRUSH, DRAW_ERASER, DRAW_TOOLS };
struct drawing {
    bool on;
    enum draw_tool tool;
    int class;                        /* of the points that come */
    int held_point;                   /* that is dragged, -1 */
    bool stroke;                      /* of brush or eraser, with the button down */
    struct point last;                /* where it left something last */
    unsigned long long sprayed;       /* points so far, for where the next one falls */
    bool crossed, pointed;            /* `cross` is set; the mouse has moved since a key moved it */
    double cross[2];                  /* where the keys draw, among the data */
    int kept_count;                   /* the drawing that another data set has taken the place of */
    struct dot kept[DRAW_MAX];
};

struct window {
    struct window_options options;
    SDL_Window *sdl;
    SDL_Rect windowed;                /* where it was before it had the whole screen; w 0: unknown */
    SDL_Renderer *renderer;           /* NULL on the software path */
    SDL_Texture *texture;
    uint32_t *pixels;                 /* whole window, opaque: the surface's own, or `owned` where they differ in format */
    uint32_t *owned;
    SDL_Surface *surface;             /* NULL with a renderer; borrowed */
    int width_px, height_px;
    double scale;                     /* device px per logical px: display x text scale */
    bool text_capped;                 /* the text scale asked for has no room here */
    double points;                    /* window coordinates per logical px */
    double width, height;             /* logical */
    struct canvas *canvas;            /* over `pixels` */
    Uint32 wake_event;
    SDL_atomic_t wake_sent;
    bool quit, hidden;
    Uint16 modifiers;                 /* of the last key event */
    unsigned watching;                /* NEEDS_ bits the worker was told */
    bool news;                        /* the worker has called since the last look */

    struct ui ui;
    struct worker *worker;
    const struct snapshot *snap;      /* borrowed from the worker until the next take */
    const struct dataset *data;
    bool unshown;                     /* memory failed as a snapshot arrived: it is taken once more */
    struct worker_state state;
    struct why told;                  /* why of the failure that was told; `state` is read in more than one place */
    struct experiment experiment;     /* set values, as edited here */
    bool past;                        /* `snap` is a frame of the history */
    long follow_step;                 /* 1 + the step whose settings are taken over when it is the present; 0: none */
    struct present {
        long step;
        struct experiment experiment;
        struct curve_point curve[CURVE_MAX];
        int curve_count;
        struct event event[EVENT_MAX];
        int event_count;
    } present;                        /* of the newest snapshot that was none: what the timeline is drawn from */
    long scrub_step;                  /* last asked for by the dragging hand */
    struct scene scene;
    struct look look;
    const struct view *view;          /* in the main area */
    enum bench bench;                 /* of the experiment */
    enum bench heads;                 /* the one of heads and pairs that was last in use */
    struct experiment kept[BENCH_COUNT];   /* as a bench was left */
    bool kept_once[BENCH_COUNT], kept_playing[BENCH_COUNT];
    enum bench trained;               /* of the training the worker was last asked for */
    const struct view *cell[BENCH_COUNT][SIDE_COUNT];   /* what stands in the side column */
    const struct view *larger, *smaller;   /* maximised out of its cell, and what makes room for it there */
    int menu_cell;                    /* the view menu is for: a side cell, or -1 for the main area */

    unsigned dirty;                   /* a bit for each area */
    struct rect area[AREA_COUNT];
    bool panels_hidden, drawer_open, narrow;
    double panel_scroll, panel_content;
    bool panel_pinned;                /* the margin block is, and all above it scrolls */
    double margin_below;              /* where the margin block ends without scrolling, from the panel's top */
    double chosen_y;                  /* of the chosen loss, unscrolled, from the panel's top */
    int revealed_loss;                /* scrolled into sight for this one */
    double revealed_height;
    int side_first;                   /* the first plot of the side column where not all fit */
    int side_due;                     /* how many of its plots are behind the snapshot; */
    bool side_waited;                 /* the frame before had no time for them */
    double side_at;                   /* when they are drawn even if no further snapshot comes */
    int side_turn, side_share;        /* plots drawn so far, and how many are drawn now, or SIDE_WHOLE */
    enum popup popup;
    struct rect popup_at;             /* the control it hangs from */
    double popup_scroll;
    char filter[64];                  /* typed into the list of losses */
    int list_at;                      /* its highlighted row among those that pass the filter */
    bool list_follow;                 /* scroll to the highlighted row */
    bool help_open;
    int help_page;
    int pace;                         /* row of pace_at */
    bool sweeping;
    struct sweep {
        char key[UI_ID];              /* as action_dial has it */
        double from, to, end;         /* slider positions, of a slider that goes so far */
        double seconds, began;        /* from one to the other */
        bool once;
    } sweep;
    char sweep_menu[UI_ID];           /* the open menu is for this one */
    struct lecture *lecture;          /* app/lecture.h */
    struct undo *undo;                /* app/undo.h */
    struct compare *compare;          /* app/compare.h */
    struct sessions *sessions;        /* app/session_window.h */
    struct export_dialog *export;     /* app/export_dialog.h */
    struct animation_dialog *animation;   /* app/panel_animation.c */
    struct data_dialog *data_out;     /* app/panel_data_out.c; NULL before its first use */

    int hovered;                      /* sample under the mouse, not yet shown */
    double hovered_since;
    int lit_kept;                     /* class chip that was clicked, -1 */
    bool dragging;
    const struct view *held_view;     /* something in it is being dragged */
    int held_handle;                  /* which of its weights */
    int under;                        /* sample under the mouse, as this move finds it */
    bool probe_held;                  /* the probe is being dragged */
    int moving;                       /* row of the data whose point is held, -1 */
    struct drawing draw;
    bool box_held;                    /* the plane of the data stays as it is until it is fitted again */
    double held_box[4];
    struct point drag_from;
    double drag_pan_x, drag_pan_y, dragged_by;
    char shown_data[64];              /* what the selection belongs to */
    uint64_t shown_seed;
    long coach_dismissed;             /* step of the finding that was sent away, 0: none */
    char said[160];                   /* the trainer's sentence that was shown last */
    int said_loss;                    /* the loss it was about */

    bool reading;                     /* loading for long enough to say so */
    double loading_since;

    char notice[1200];                /* where a picture went, what failed */
    bool notice_bad;
    double notice_until;

    struct explain_card card;
    bool above;                       /* a menu, a dialog or the keys are over the window */
    unsigned focus_below;             /* what had the focus before */

    double frame_ms[FRAME_TIMES], frame_cost;   /* s spent since the last frame */
    int frame_count;
    double frame_began[64];           /* for frames per second */
    int fps_count;
    double next_frame, next_numbers, next_map;
    struct {
        long step;
        double epoch, steps_per_s, fps, p50, p99;
    } number;                         /* refreshed at 10 Hz */
    double drawn_force[LOSS_PARAM_MAX];
    int drawn_classes;
    bool map_stale;
};

double window_now(void);                                  /* s */
void window_dirty(struct window *w, unsigned areas);
void window_notice(struct window *w, bool bad, const char *format, ...) __attribute__((format(printf, 3, 4)));
void window_layout(struct window *w);
bool window_resize(struct window *w);                     /* after a change of size or scale */
void window_whole_screen(struct window *w, bool whole, int display);  /* and back; display -1: the one it is on */
void window_select(struct window *w, int sample, bool pinned);
void window_hover_turn(struct window *w);                /* shows what has been hovered long enough */
void window_statistics(struct window *w);
void window_wake(void *window);                           /* for workers */
bool window_show(struct window *w);                       /* the scene of `snap`; false: without memory there is none of both */
void window_adopt(struct window *w, struct worker *worker);   /* shows that training from now on */

/* Each lays out its area: input or drawing, as w->ui says. */
void panel_top(struct window *w);
void panel_control(struct window *w);
struct rect panel_loss_list(struct window *w);            /* the popup with every loss; where it stands */
void panel_popup_open(struct window *w, enum popup popup, struct rect at);
void panel_transport(struct window *w);
void panel_header(struct window *w);
void panel_main(struct window *w);
void panel_side(struct window *w);
void panel_cells_init(struct window *w);
const struct view *panel_cell(const struct window *w, int cell);   /* what stands in a cell under this loss */
/* The title of the view in a cell (-1: the main area) opens its menu; twice, or Enter, fills the main area. */
void panel_title(struct window *w, int cell, const struct view *view, struct rect area);
/* The mouse on a view that is neither the plane nor the ball. */
void panel_touch(struct window *w, const struct view *view, struct rect rect, bool hot);
/* Alt+click places the probe on the plane, a drag moves it. True when the input was the probe's. */
bool panel_probe(struct window *w, struct rect area, bool hot);
bool panel_probe_nudge(struct window *w, struct rect area, double dx, double dy);   /* by px; makes one first */
/* The keys on a view with the focus, in the main area or a cell, and on a training of a comparison. */
void panel_view_keys(struct window *w, const struct view *view, const char *id, struct rect rect);
void panel_cell_keys(struct window *w, int cell, const char *id, struct rect rect);
/* The mouse and the pointer on the main view, wherever it stands. */
void panel_view_input(struct window *w, struct rect area, bool hot);
const struct param *panel_param_row(const char *key);     /* lr, batch; NULL */
const char *panel_view_label(const struct window *w, const struct view *view);
/* Drawing points: its bar takes the lower edge of the main area, whose rest it returns; what the mouse, keys and typed
 * characters do then. True when the input was the drawing's. */
struct rect panel_draw(struct window *w, struct rect area);
bool draw_input(struct window *w, struct rect area, bool hot);
bool draw_key(struct window *w, int sym, bool ctrl);
bool draw_typed(struct window *w, const char *text);
bool draw_cross_key(struct window *w, struct rect area);  /* the keys on the plane with the focus, while drawing */
void draw_cross(struct window *w, const char *id, struct rect area);
const char *draw_about(const struct window *w, const char *id);   /* what F1 explains there while drawing */
/* How far on the way of an arrow: less is nearer; HUGE_VAL more than 45 degrees off it. */
double panel_way(struct point from, struct point to, int dx, int dy);
void draw_fit(struct experiment *e);                      /* to drawn points: what cannot go with them goes */
void draw_follow(struct window *w, struct experiment *e); /* the points wait while other data are chosen, and return */
void action_draw(struct window *w, int unused);           /* on, with the points shown or an empty plane; off */
void panel_coach(struct window *w);                       /* what went wrong, over the main view, and what would help */
void panel_timeline(struct window *w);
void panel_popup(struct window *w);                       /* an open menu, above everything */
void panel_help(struct window *w);
/* The export dialog, over everything but an open menu, and what its tabs hold: `body` is the room below them. */
void panel_export(struct window *w);
void panel_export_picture(struct window *w, struct rect body);
void panel_export_animation(struct window *w, struct rect body);
enum status animation_create(struct window *w, struct why *why);
void animation_destroy(struct window *w);                 /* stops what is under way */
void animation_turn(struct window *w);                    /* how far it is */
void animation_chip(struct window *w, struct rect strip); /* the same in the timeline, while the dialog is closed */
void panel_export_data(struct window *w, struct rect body);
void data_out_turn(struct window *w);                     /* whether a table has been written */
void data_out_destroy(struct window *w);

/* What a person can do, however they say it. */
void action_apply(struct window *w);                      /* the edited experiment goes to the training */
void action_play(struct window *w, int unused);
void action_step(struct window *w, int unused);           /* in the history: one frame on */
void action_scrub(struct window *w, int frames);          /* so many kept frames on or back */
void action_scrub_to(struct window *w, long step);
void action_live(struct window *w, int unused);           /* from the history to the present, paused */
void action_roll(struct window *w, int unused);           /* the history by itself, at the pace, or stop */
void action_branch(struct window *w, int unused);         /* trains on from what is shown */
void action_replay(struct window *w, int unused);         /* after a branch: the old changes once more, or stop */
void action_replay_follow(struct window *w);              /* settings on show are those it makes */
void action_reset(struct window *w, int new_seed);
void action_pace(struct window *w, int direction);        /* 0: the next, round again */
const char *action_pace_text(const struct window *w);
double action_pace_value(const struct window *w);         /* steps a second; 0: max */
void action_pace_find(struct window *w, double pace);
void action_notch(struct window *w, int direction);
void action_margin(struct window *w, int neutral);        /* 0: default, 1: neutral */
/* A number that slides, by its name: "m", "ring.lambda", "lr". False when there is none. */
struct dial {
    const struct param *row;
    double value, end, initial, force, limit;     /* as in struct ui_slider */
    bool margin;
};
bool action_dial(struct window *w, const char *key, struct dial *d);
void action_dial_set(struct window *w, const char *key, double value, bool hand);
/* Sliders that move by themselves; the margin's, back and forth or stop. */
enum sweep_kind { SWEEP_ONCE, SWEEP_BOTH, SWEEP_SLOWER, SWEEP_FASTER, SWEEP_STOP, SWEEP_KINDS };
void action_sweep(struct window *w, int unused);
void action_sweep_key(struct window *w, const char *key, enum sweep_kind kind);
void action_sweep_from(struct window *w, const char *key, double from, double to, double seconds);
void action_sweep_turn(struct window *w);
void action_sweep_menu(struct window *w);                 /* of the slider that was asked */
void action_list(struct window *w, int unused);           /* all losses, over the window */
void action_loss(struct window *w, int direction);
void action_choose_loss(struct window *w, int index);     /* another data set too where this one does not fit */
const char *action_misfit(const struct window *w, const struct loss *loss);   /* why not; NULL: it fits */
bool action_basic(const struct loss *loss);               /* belongs to the basics */
enum bench action_bench(const struct experiment *e);
const struct view *action_home(const struct experiment *e);   /* what a tab puts into the main area */
void action_choose_bench(struct window *w, enum bench bench);   /* as it was left, at first its example */
/* The bench follows an experiment that was edited; NULL: nothing to come back to. */
void action_settle(struct window *w, const struct experiment *before);
bool action_has_bench(enum bench bench);
double action_default(const struct window *w, int param); /* of the chosen loss, on this bench */
void action_theme(struct window *w, int unused);
void action_panels(struct window *w, int unused);
void action_drawer(struct window *w, int unused);
void action_fullscreen(struct window *w, int unused);
void action_help(struct window *w, int unused);
void action_escape(struct window *w, int unused);
void action_compare(struct window *w, int unused);        /* one more beside those there are */
void action_compare_tab(struct window *w, int unused);
void action_lessons(struct window *w, int unused);        /* what can be opened */
void action_page(struct window *w, int direction);        /* a step of the lesson; without one, the next loss */
void action_space(struct window *w, int unused);          /* a lesson's answer, else play or pause */
void action_present(struct window *w, int unused);
void action_blank(struct window *w, int unused);
bool lecture_escape(struct window *w);                    /* leaves one layer of it */
void lecture_leave(struct window *w);                     /* all of it */
void action_quit(struct window *w, int unused);
void action_save(struct window *w, int unused);           /* the session; with Shift held under another name */
void action_open(struct window *w, int unused);           /* the dialog, or away with it */
void action_undo(struct window *w, int redo);             /* with Shift held the other way */
void action_split(struct window *w, int unused);
void action_shapes(struct window *w, int unused);
void action_class(struct window *w, int direction);       /* one class alone, the next, all */
void action_text_scale(struct window *w, int direction);  /* 0: as it was */
void action_text_capped(struct window *w);                /* says so where --text-scale has no room */
void action_picture(struct window *w, int whole);
void action_export(struct window *w, int unused);         /* the dialog, or away with it */
void action_fit(struct window *w, int whole);             /* 1: the sphere turned back as well */
void action_view(struct window *w, const char *id);
void action_tab(struct window *w, int i);                 /* 0 Plane, 1 Sphere, 2 Basics */
void action_cell(struct window *w, int cell, const struct view *view);   /* cell -1: the main area */
void action_maximise(struct window *w, int cell);         /* of the main area: panels away, or back */
void action_move(struct window *w, int row, const double at[2]);   /* NULL: back to where the data has it */

/* Angle between two of C evenly spread class weights in D dimensions: what margin sliders take as their room. */
double margin_room(int classes, int dim);
double margin_end(const struct window *w, const struct loss *loss, double *limit);

/* keys.c: one table serves the keyboard and the help page. */
struct key_row {
    const char *keys, *help;
    int sym;                          /* SDL_Keycode; 0: only by `typed` */
    bool shift, ctrl;
    const char *typed;                /* characters that do the same, as typed */
    void (*act)(struct window *w, int arg);
    int arg;
};
const struct key_row *key_at(int i);                      /* NULL past the end */
const char *focus_key_at(int i, const char **help);       /* of views with the focus; NULL past the end */
const char *gesture_at(int i, const char **help);         /* NULL past the end */
bool key_press(struct window *w, int sym, bool shift, bool ctrl);
bool key_typed(struct window *w, const char *text);

#endif
