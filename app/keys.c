#include <string.h>

#include "app/lecture.h"

/* clang-format off */
static const struct key_row keys[] = {
    { "Space",           "play or pause; a lesson's answer",                SDLK_SPACE,    false, false, NULL, action_space, 0 },
    { "N",               "one step",                         SDLK_n,        false, false, NULL, action_step, 0 },
    { "Left, Right",     "timeline back, on; Shift: ten times", SDLK_LEFT,  false, false, NULL, action_scrub, -1 },
    { NULL,              NULL,                               SDLK_RIGHT,    false, false, NULL, action_scrub, 1 },
    { NULL,              NULL,                               SDLK_LEFT,     true,  false, NULL, action_scrub, -10 },
    { NULL,              NULL,                               SDLK_RIGHT,    true,  false, NULL, action_scrub, 10 },
    { "End",             "the present again",                SDLK_END,      false, false, NULL, action_live, 0 },
    { "Shift+Space",     "let the timeline run by itself",   SDLK_SPACE,    true,  false, NULL, action_roll, 0 },
    { "V",               "train on from the step shown",     SDLK_v,        false, false, NULL, action_branch, 0 },
    { "Shift+V",         "replay the changes cut off there", SDLK_v,        true,  false, NULL, action_replay, 0 },
    { "R",               "back to step 0",                   SDLK_r,        false, false, NULL, action_reset, 0 },
    { "Shift+R",         "back to step 0 with a new seed",   SDLK_r,        true,  false, NULL, action_reset, 1 },
    { "<",               "slower",                           0,             false, false, "<,", action_pace, -1 },
    { ">",               "faster",                           0,             false, false, ">",  action_pace, 1 },
    { "\u2212 or [",     "margin one notch down",            0,             false, false, "-[", action_notch, -1 },
    { "+ or ]",          "margin one notch up",              0,             false, false, "+=]", action_notch, 1 },
    { "D",               "margin to its default",            SDLK_d,        false, false, NULL, action_margin, 0 },
    { "0",               "margin to neutral",                0,             false, false, "0",  action_margin, 1 },
    { "M",               "sweep the margin back and forth",  SDLK_m,        false, false, NULL, action_sweep, 0 },
    { "Page Up",         "previous loss, step of a lesson",  SDLK_PAGEUP,   false, false, NULL, action_page, -1 },
    { "Page Down",       "next loss; lesson: answer, step",      SDLK_PAGEDOWN, false, false, NULL, action_page, 1 },
    { "A",               "all losses",                       0,             false, false, "aA", action_list, 0 },
    { "F5 or P",         "present: one view, large type",    SDLK_F5,       false, false, NULL, action_present, 0 },
    { NULL,              NULL,                               SDLK_p,        false, false, NULL, action_present, 0 },
    { "L",               "draw points; again or Esc ends",   SDLK_l,        false, false, NULL, action_draw, 0 },
    { "Ctrl+Z",          "undo; with Shift, or Ctrl+Y: again", SDLK_z,     false, true,  NULL, action_undo, 0 },
    { NULL,              NULL,                               SDLK_y,        false, true,  NULL, action_undo, 1 },
    { "B or .",          "blank the screen",                 SDLK_b,        false, false, ".",  action_blank, 0 },
    { "C",               "one more training beside it",      SDLK_c,        false, false, NULL, action_compare, 0 },
    { "Ctrl + 1 2 3 4",  "Plane, Sphere, Compare, Basics",            SDLK_1,        false, true,  NULL, action_tab, 0 },
    { NULL,              NULL,                               SDLK_2,        false, true,  NULL, action_tab, 1 },
    { NULL,              NULL,                               SDLK_3,        false, true,  NULL, action_compare_tab, 0 },
    { NULL,              NULL,                               SDLK_4,        false, true,  NULL, action_tab, 2 },
    { "Ctrl + 5",        "Lessons",                          SDLK_5,        false, true,  NULL, action_lessons, 0 },
    { "K, Shift+K",      "one class alone, the next; back",  SDLK_k,        false, false, NULL, action_class, 1 },
    { NULL,              NULL,                               SDLK_k,        true,  false, NULL, action_class, -1 },
    { "Y",               "show training, test or all points", SDLK_y,       false, false, NULL, action_split, 0 },
    { "G",               "point shapes on or off",           SDLK_g,        false, false, NULL, action_shapes, 0 },
    { "F",               "fit the view, turn the sphere back", SDLK_f,      false, false, NULL, action_fit, 1 },
    { "T",               "dark or light",                    SDLK_t,        false, false, NULL, action_theme, 0 },
    { "H",               "hide or show the panels",          SDLK_h,        false, false, NULL, action_panels, 0 },
    { "I",               "side drawer in a small window",    SDLK_i,        false, false, NULL, action_drawer, 0 },
    { "S",               "save the main view",               SDLK_s,        false, false, NULL, action_picture, 0 },
    { "Shift+S",         "save the whole arrangement",       SDLK_s,        true,  false, NULL, action_picture, 1 },
    { "E",               "export: picture and more",         SDLK_e,        false, false, NULL, action_export, 0 },
    { "F11",             "full screen",                      SDLK_F11,      false, false, NULL, action_fullscreen, 0 },
    { "Ctrl + \u2212 0", "larger, smaller, normal text",     SDLK_EQUALS,   false, true,  NULL, action_text_scale, 1 },
    { NULL,              NULL,                               SDLK_PLUS,     false, true,  NULL, action_text_scale, 1 },
    { NULL,              NULL,                               SDLK_KP_PLUS,  false, true,  NULL, action_text_scale, 1 },
    { NULL,              NULL,                               SDLK_MINUS,    false, true,  NULL, action_text_scale, -1 },
    { NULL,              NULL,                               SDLK_KP_MINUS, false, true,  NULL, action_text_scale, -1 },
    { NULL,              NULL,                               SDLK_0,        false, true,  NULL, action_text_scale, 0 },
    { "F1",              "explain what is pointed at",       SDLK_F1,       false, false, NULL, action_explain, 0 },
    { "?",               "this page",                        0,             false, false, "?",  action_help, 0 },
    { "Esc",             "close what is open",               SDLK_ESCAPE,   false, false, NULL, action_escape, 0 },
    { "Ctrl+S",          "save the session; Shift: as another", SDLK_s,     false, true,  NULL, action_save, 0 },
    { "Ctrl+O",          "open a session, a lesson or data", SDLK_o,        false, true,  NULL, action_open, 0 },
    { "Ctrl+Q",          "quit",                             SDLK_q,        false, true,  NULL, action_quit, 0 },
};

static const struct line { const char *gesture, *help; } focused[] = {
    { "arrows",                  "move the plane, turn the sphere" },
    { "Shift + Up, Down",        "zoom; Left, Right: roll the sphere" },
    { "Ctrl + arrows",           "the next point that way, pinned" },
    { "Alt + arrows",            "move the probe, or a point of the data" },
    { "Enter",                   "pin the point on show, let it go" },
    { "Home",                    "sphere: the class of K to the front" },
    { "Left, Right",             "ROC: threshold; curves: cross-hair" },
    { "Left, Right",             "inputs: the next sample; Enter pins" },
    { "arrows; with Shift",      "Two classes: W2 and angle; W1" },
    { "Down, Enter",             "title: another view, larger" },
    { "arrows while drawing",    "the cross; Shift: far, Ctrl: next point" },
    { "Enter, Delete there",     "put a point, take it away" },
    { "Alt + arrows there",      "move the point under the cross" },
}, gestures[] = {
    { "drag a slider",           "change it while the training goes on" },
    { "Shift + drag",            "ten times finer" },
    { "wheel on a slider",       "one step; Shift: a tenth" },
    { "double-click a slider",   "its default" },
    { "right-click a slider",    "let it move by itself; W when focused" },
    { "click a value",           "type a number; Esc keeps the old one" },
    { "Tab, Enter, arrows",      "focus, activate, change" },
    { "rest on a point",         "its angles everywhere; click pins it" },
    { "rest on a class number",  "only that class; click keeps it" },
    { "drag the timeline",       "any step of the past; End: the present" },
    { "wheel, drag the plane",   "zoom about the pointer, move" },
    { "double-click the plane",  "fit" },
    { "Alt + click the plane",    "a probe; drag moves it, Esc ends it" },
    { "drag a point of the data", "move it; double-click puts it back" },
    { "0 to 9, X while drawing",  "the class; points, brush, eraser" },
    { "Delete, right-click there", "the point under it goes" },
    { "Alt + click in Basics",    "one more point; Delete takes one away" },
    { "drag the sphere",          "turn it; Shift rolls, double-click resets" },
    { "drag along the ROC",       "move the threshold; twice: default" },
    { "drag W of Two classes",    "its length, the angle between them" },
    { "click a view's title",     "another view; twice or Enter: larger" },
};
/* clang-format on */

enum {
    KEY_COUNT = sizeof keys / sizeof keys[0],
    GESTURE_COUNT = sizeof gestures / sizeof gestures[0],
    FOCUSED_COUNT = sizeof focused / sizeof focused[0]
};

const struct key_row *key_at(int i)
{
    return i >= 0 && i < KEY_COUNT ? &keys[i] : NULL;
}

const char *focus_key_at(int i, const char **help)
{
    if (i < 0 || i >= FOCUSED_COUNT)
        return NULL;
    *help = focused[i].help;
    return focused[i].gesture;
}

const char *gesture_at(int i, const char **help)
{
    if (i < 0 || i >= GESTURE_COUNT)
        return NULL;
    *help = gestures[i].help;
    return gestures[i].gesture;
}

/* What a lesson's step has hidden does nothing by its key either. */
static bool hidden(const struct window *w, const struct key_row *k)
{
    static const struct {
        void (*act)(struct window *w, int arg);
        const char *control;
    } of[] = { { action_step, "step" }, { action_reset, "reset" }, { action_pace, "pace" },
        { action_scrub, "timeline" }, { action_live, "live" }, { action_roll, "roll" },
        { action_branch, "branch" }, { action_replay, "replay" }, { action_theme, "theme" },
        { action_help, "help" }, { action_split, "split" }, { action_picture, "export" } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (of[i].act == k->act)
            return lecture_hides(w, of[i].control);
    return false;
}

static void press(struct window *w, const struct key_row *k)
{
    if (hidden(w, k))
        window_notice(w, false, "This step of the lesson hides that.");
    else
        k->act(w, k->arg);
}

bool key_press(struct window *w, int sym, bool shift, bool ctrl)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        const struct key_row *k = &keys[i];
        bool shift_fits = k->shift == shift || k->ctrl;
        if (k->sym && k->sym == sym && k->ctrl == ctrl && shift_fits) {
            press(w, k);
            return true;
        }
    }
    return false;
}

bool key_typed(struct window *w, const char *text)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        const struct key_row *k = &keys[i];
        if (k->typed && text[0] && !text[1] && strchr(k->typed, text[0])) {
            press(w, k);
            return true;
        }
    }
    return false;
}
