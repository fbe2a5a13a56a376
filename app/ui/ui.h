/* ui.h - a small immediate-mode widget layer: id, rectangle, interaction, drawing.
 * The same layout code runs in two kinds of pass. An input pass (canvas NULL) gives one event to the widgets and
 * lists them for focus, hover and the ui-map; a drawing pass (input UI_NONE) only draws. Main thread. */
#ifndef APP_UI_UI_H
#define APP_UI_UI_H

#include "math/param.h"
#include "render/theme.h"

enum { UI_ITEM_MAX = 256, UI_ID = 40, UI_LABEL = 64, UI_VALUE = 128, UI_EDIT = 256 };

enum ui_kind { UI_NONE, UI_MOVE, UI_PRESS, UI_RELEASE, UI_MENU, UI_WHEEL, UI_KEY, UI_TEXT };

struct ui_input {
    enum ui_kind kind;
    struct point at;                  /* logical px */
    int clicks;                       /* of a press: 2 is a double click */
    double wheel;                     /* + away from the person */
    int key;                          /* SDL_Keycode */
    bool shift, ctrl, alt;
    char text[32];
};

struct ui_item {
    char id[UI_ID], label[UI_LABEL], value[UI_VALUE];
    struct rect rect;
    unsigned hash;
    bool focusable;
    int group;                        /* Tab goes through one after the other; one below 0 keeps it */
    bool hidden;                      /* scrolled out of sight: only Tab goes there */
    double reveal;                    /* how far to scroll so that it is seen */
};

/* The one field being typed into. */
struct ui_edit {
    unsigned owner;                   /* hash of its id; 0: none */
    char text[UI_EDIT];
    int caret;                        /* bytes */
    int first;                        /* byte at the left edge of the field */
    bool all;                         /* the next character replaces everything */
};

struct ui {
    struct canvas *canvas;            /* NULL in an input pass */
    const struct theme *theme;
    struct ui_input input;            /* kind UI_NONE once a widget has used it */
    struct point mouse;
    bool mouse_inside;                /* of the window, and no popup above takes it */
    const struct rect *clip;          /* widgets outside get no mouse */
    struct rect cover;                /* what lies wholly under it is not there; empty: nothing is covered */
    unsigned hot, next_hot;           /* under the mouse */
    unsigned active;                  /* pressed and not released */
    unsigned focus;
    bool focus_shown;                 /* the keyboard put it there */
    struct point press_at;
    double press_value, press_restore;
    bool press_fine;
    struct ui_edit edit;
    char asked[UI_ID];                /* the slider whose menu is wanted, by the other button or a key */
    struct rect asked_at;
    unsigned error_owner;             /* the red line under this control */
    char error[200];
    struct ui_item item[UI_ITEM_MAX];
    bool unlisted;                    /* the last one was left out */
    int item_count, group;            /* of those that are listed next */
};

void ui_begin(struct ui *ui, const struct ui_input *input);    /* an input pass; NULL: lists only */
bool ui_end(struct ui *ui);                                    /* true when what is hot has changed */
unsigned ui_hash(const char *id);
const struct ui_item *ui_find(const struct ui *ui, const char *id);   /* NULL also when out of sight */
const struct ui_item *ui_focus_next(struct ui *ui, int direction);   /* NULL: nothing can be focused */
bool ui_inside(struct rect r, struct point p);
/* Something that is on top takes every remaining mouse event of this pass. */
void ui_block_mouse(struct ui *ui);

/* Between the two, widgets are laid out and drawn as through a magnifying glass: their (0, 0) is `origin`, their unit
 * `zoom` of the window's. In a drawing pass they draw on `canvas`, which must be as large. */
struct ui_glass {
    struct point origin;
    double zoom;
    struct canvas *canvas;
    const struct rect *clip;          /* kept of the ui */
    struct canvas *outer;
    int first;
};
void ui_glass_begin(struct ui *ui, struct ui_glass *glass);
void ui_glass_end(struct ui *ui, const struct ui_glass *glass);

/* Lists a control; true while it is hot. Values go to the ui-map. */
bool ui_control(struct ui *ui, const char *id, const char *label, struct rect rect, bool focusable);
void ui_value(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool ui_clicked(struct ui *ui, const char *id, struct rect rect);   /* or Enter while focused */

void ui_text(struct ui *ui, double x, double middle, const char *text, double size, enum weight weight,
    struct color color, enum align align);
void ui_text_fit(struct ui *ui, double x, double middle, double width, const char *text, double size,
    enum weight weight, struct color color);
void ui_hairline(struct ui *ui, struct point a, struct point b);
void ui_focus_ring(struct ui *ui, const char *id, struct rect rect, double radius);

enum ui_icon { ICON_CAMERA, ICON_MOON, ICON_SUN, ICON_HELP, ICON_FULL, ICON_RESET, ICON_PLAY, ICON_PAUSE,
    ICON_STEP, ICON_DICE, ICON_DOWN, ICON_SIDE, ICON_LOGO, ICON_BACK, ICON_FOLDER, ICON_COUNT };
void ui_icon_draw(struct canvas *c, enum ui_icon icon, struct point center, double size, struct color color,
    struct color accent);

bool ui_icon_button(struct ui *ui, const char *id, const char *label, struct rect rect, enum ui_icon icon);
bool ui_text_button(struct ui *ui, const char *id, const char *label, struct rect rect, bool filled);
/* What a dialog is there for: one in each, in the strongest contrast. */
bool ui_main_button(struct ui *ui, const char *id, const char *label, struct rect rect);
bool ui_toggle(struct ui *ui, const char *id, const char *label, struct rect rect, bool on);
/* A closed menu: title, small note, chevron. */
bool ui_dropdown(struct ui *ui, const char *id, const char *title, const char *note, struct rect rect, bool open);

struct ui_slider {
    const char *id;
    struct rect rect;                 /* where the track may be pressed */
    const struct param *param;
    double end;                       /* the slider may stop before param->max */
    double initial;                   /* what a double click and the bold tick stand for */
    double force;                     /* value in force; NaN: as set */
    double limit;                     /* NaN: none */
    bool margin;                      /* the large hatched amber one, with ticks */
    bool plain;                       /* as large, but not a margin: ink */
};
bool ui_slider(struct ui *ui, const struct ui_slider *s, double *value);   /* true: a hand set it, maybe to the same */
/* A notch up or down, kept in range; log rows go by 2 % of the track. */
double ui_notch(const struct param *param, double end, double value, double notches);

/* A value that can be typed over. UI_COMMITTED: ui->edit.text is what was typed; call ui_edit_end or
 * ui_edit_error. */
enum ui_typed { UI_IDLE, UI_COMMITTED };
struct ui_field {
    const char *id, *label, *value;
    struct rect rect;
    double size;
    enum weight weight;
    struct color color;
    enum align align;
    bool boxed;                       /* a raised field even when idle */
};
enum ui_typed ui_field(struct ui *ui, const struct ui_field *f);
/* A boxed field as dialogs have them. What was typed, until the next call, when it is accepted; else NULL. The caller
 * ends the edit or says what is wrong. */
const char *ui_entry(struct ui *ui, const char *id, const char *label, const char *value, struct rect rect);
void ui_edit_start(struct ui *ui, const char *id, const char *text);   /* as if the field had been clicked */
void ui_edit_end(struct ui *ui);
void ui_edit_error(struct ui *ui, const char *id, const char *text);

/* Text of a parameter value as controls show it. */
const char *ui_number(const struct param *param, double value, char *out, int size);

#endif
