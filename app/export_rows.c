/* What can be chosen for a figure: a row each, which the dialog lists. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/compare.h"
#include "app/export_dialog.h"

static struct export_choice *choice(const struct window *w)
{
    return &w->export->choice;
}

static const char *const format_title[] = { "PNG, pixels", "SVG, drawing", "PDF, page" };
static const char *const format_id[] = { "png", "svg", "pdf" };
static const char *const text_title[] = { "Text, by font name", "Text, font inside", "Outlines" };

static int three(const struct window *w)
{
    (void)w;
    return 3;
}

static int what_count(const struct window *w)
{
    return 1 + view_count() - (compare_several(w) ? 0 : 1);
}

/* Whole arrangements first, then the views; the comparison only where there is one. */
static const struct view *what_view(const struct window *w, int i)
{
    for (int k = 0, n = 1; k < view_count(); k++) {
        if (view_at(k) == &view_compare && !compare_several(w))
            continue;
        if (n++ == i)
            return view_at(k);
    }
    return NULL;
}

static const char *what_title(const struct window *w, int i)
{
    return i == 0 ? "Main view, as shown" : panel_view_label(w, what_view(w, i));
}

static bool what_chosen(const struct window *w, int i)
{
    return strcmp(choice(w)->what, i == 0 ? "main" : what_view(w, i)->id) == 0;
}

static void what_choose(struct window *w, int i)
{
    snprintf(choice(w)->what, sizeof choice(w)->what, "%s", i == 0 ? "main" : what_view(w, i)->id);
}

static const char *format_name(const struct window *w, int i)
{
    (void)w;
    return format_title[i];
}

static bool format_chosen(const struct window *w, int i)
{
    return strcmp(choice(w)->format, format_id[i]) == 0;
}

static void format_choose(struct window *w, int i)
{
    snprintf(choice(w)->format, sizeof choice(w)->format, "%s", format_id[i]);
}

static int theme_count(const struct window *w)
{
    (void)w;
    int n = 0;
    while (theme_at(n))
        n++;
    return n;
}

static const char *theme_name(const struct window *w, int i)
{
    static const struct {
        const char *id, *title;
    } title[] = { { "dark", "Dark" }, { "light", "Light" }, { "print", "Print" } };
    (void)w;
    for (size_t k = 0; k < sizeof title / sizeof *title; k++)
        if (strcmp(title[k].id, theme_at(i)->id) == 0)
            return title[k].title;
    return theme_at(i)->id;
}

static bool theme_chosen(const struct window *w, int i)
{
    return strcmp(choice(w)->theme, theme_at(i)->id) == 0;
}

static void theme_choose(struct window *w, int i)
{
    snprintf(choice(w)->theme, sizeof choice(w)->theme, "%s", theme_at(i)->id);
}

/* Shapes, the window's own, a sheet of paper's width. */
static const struct {
    const char *size, *title;
} sizes[] = { { "16:10", "16:10" }, { "16:9", "16:9" }, { "4:3", "4:3" }, { "1:1", "Square" },
    { "", "As the window" }, { "160x100mm", "160 mm wide" }, { "84x63mm", "84 mm, one column" } };
enum { SIZES = sizeof sizes / sizeof *sizes };

static int size_count(const struct window *w)
{
    (void)w;
    return SIZES;
}

static const char *size_name(const struct window *w, int i)
{
    (void)w;
    return sizes[i].title;
}

static bool size_chosen(const struct window *w, int i)
{
    return strcmp(choice(w)->size, sizes[i].size) == 0;
}

static void size_choose(struct window *w, int i)
{
    snprintf(choice(w)->size, sizeof choice(w)->size, "%s", sizes[i].size);
}

bool export_in_mm(const struct window *w)
{
    return strstr(choice(w)->size, "mm") != NULL;
}

bool export_is_png(const struct window *w)
{
    return strcmp(choice(w)->format, "png") == 0;
}

static const double scales[] = { 1, 2, 3, 4, 6, 8 }, dots[] = { 150, 300, 600 };

static int scale_count(const struct window *w)
{
    return export_in_mm(w) ? 3 : 6;
}

static const char *scale_name(const struct window *w, int i)
{
    static const char *const title[] = { "1×", "2×", "3×", "4×", "6×", "8×" }, *const dot_title[] = {
        "150 dpi", "300 dpi", "600 dpi"
    };
    return export_in_mm(w) ? dot_title[i] : title[i];
}

static bool scale_chosen(const struct window *w, int i)
{
    return fabs(export_in_mm(w) ? choice(w)->dpi - dots[i] : choice(w)->scale - scales[i]) < 1e-9;
}

static void scale_choose(struct window *w, int i)
{
    *(export_in_mm(w) ? &choice(w)->dpi : &choice(w)->scale) = export_in_mm(w) ? dots[i] : scales[i];
}

static const double letters[] = { 1, 1.25, 1.5 };

static const char *letters_name(const struct window *w, int i)
{
    static const char *const title[] = { "100 %, as the window", "125 %", "150 %, for a slide" };
    (void)w;
    return title[i];
}

static bool letters_chosen(const struct window *w, int i)
{
    return fabs(choice(w)->letters - letters[i]) < 1e-9;
}

static void letters_choose(struct window *w, int i)
{
    choice(w)->letters = letters[i];
}

static const char *text_name(const struct window *w, int i)
{
    (void)w;
    return text_title[i];
}

static bool text_chosen(const struct window *w, int i)
{
    return (int)choice(w)->text == i;
}

static void text_choose(struct window *w, int i)
{
    choice(w)->text = (enum text_mode)i;
}

/* clang-format off */
static const struct export_row rows[ROW_COUNT] = {
    [ROW_WHAT]   = { "export.what",   "Picture", what_count,  what_title,  what_chosen,   what_choose },
    [ROW_FORMAT] = { "export.format", "File",    three,       format_name, format_chosen, format_choose },
    [ROW_THEME]  = { "export.theme",  "Colours", theme_count, theme_name,  theme_chosen,  theme_choose },
    [ROW_SIZE]   = { "export.size",   "Size",    size_count,  size_name,   size_chosen,   size_choose },
    [ROW_LETTERS] = { "export.letters", "Text size", three,   letters_name, letters_chosen, letters_choose },
    [ROW_SCALE]  = { "export.scale",  "Pixels",  scale_count, scale_name,  scale_chosen,  scale_choose },
    [ROW_TEXT]   = { "export.text",   "Text",    three,       text_name,   text_chosen,   text_choose },
};
/* clang-format on */

const struct export_row *export_row(int i)
{
    return i >= 0 && i < ROW_COUNT ? &rows[i] : NULL;
}
