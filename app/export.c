#include "app/export.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/dataset_open.h"

enum { NAME_TRIES = 9999 };

/* 1 logical px is 1/96 inch, as in CSS and SVG. */
static const double point_per_px = 0.75;

void figure_options_init(struct figure_options *o)
{
    *o = (struct figure_options){
        .view = "feature",
        .theme = "light",
        .width = 1600,
        .height = 1000,
        .layout = 1,
        .text_scale = 1,
        .scale = 2,
        .parts = PART_DEFAULT,
        .selected = -1,
    };
}

/* What is drawn, in its own logical px, of which `dense` lie in each px of the picture. */
struct layout {
    double width, height, dense;
};

/* Below this size the views drop their words and the plane is a stamp: a smaller picture is this one, shrunk. */
static const double least_width = 960, least_height = 600;

/* Letters come in sizes of quarter device pixels: in steps of an eighth the scale hits those of 12 and 14 px text, so
 * that words are as long as measured. */
static double sharp(double dense, const struct figure_options *o)
{
    double eighths = floor(8 * o->scale / dense);
    return eighths >= 1 ? 8 * o->scale / eighths : dense;
}

static struct layout layout_of(const struct export_page *page, const struct figure_options *o)
{
    double least = fmax(page->least_width / o->width, page->least_height / o->height),
           dense = o->layout / o->text_scale;
    if (least > dense || fabs(o->text_scale - 1) > 1e-9)
        dense = sharp(fmax(least, dense), o);
    return (struct layout){ o->width * dense, o->height * dense, dense };
}

static struct canvas *make_png(const char *path, const struct figure_options *o, const struct layout *l)
{
    return canvas_cairo_png(path, l->width, l->height, o->scale / l->dense, o->dpi);
}

static struct canvas *make_svg(const char *path, const struct figure_options *o, const struct layout *l)
{
    struct canvas *c = canvas_svg(path, l->width, l->height);
    if (c) {
        c->scale = 1 / l->dense;
        c->text_mode = o->text;
    }
    return c;
}

static struct canvas *make_pdf(const char *path, const struct figure_options *o, const struct layout *l)
{
    struct canvas *c = canvas_pdf(path, l->width, l->height, point_per_px / l->dense);
    if (c)
        c->text_mode = o->text;
    return c;
}

/* Pixels a logical px has on the canvas that `make` returns. */
static double png_scale(const struct figure_options *o, const struct layout *l)
{
    return o->scale / l->dense;
}

static double svg_scale(const struct figure_options *o, const struct layout *l)
{
    (void)o;
    return 1 / l->dense;
}

static double pdf_scale(const struct figure_options *o, const struct layout *l)
{
    (void)o, (void)l;
    return 1;
}

struct format {
    const char *ending;
    struct canvas *(*make)(const char *path, const struct figure_options *o, const struct layout *l);
    double (*scale)(const struct figure_options *o, const struct layout *l);
};

static const struct format formats[] = { { ".png", make_png, png_scale }, { ".svg", make_svg, svg_scale },
    { ".pdf", make_pdf, pdf_scale } };

static const struct format *format_find(const char *path)
{
    const char *slash = strrchr(path, '/'), *ending = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; ending && i < sizeof formats / sizeof formats[0]; i++)
        if (strcasecmp(formats[i].ending, ending) == 0)
            return &formats[i];
    return NULL;
}

static enum status check_options(const struct figure_options *o, struct why *why)
{
    const double largest = 20000;
    if (!format_find(o->path))
        return why_set(
            why, STATUS_USAGE, "%s: the ending names no known format; use .png, .svg or .pdf", o->path);
    if (!view_find(o->view))
        return why_set(
            why, STATUS_USAGE, "%s: there is no view \"%s\"; `list views` shows them", o->path, o->view);
    if (!theme_find(o->theme))
        return why_set(
            why, STATUS_USAGE, "%s: there is no theme \"%s\"; use dark, light or print", o->path, o->theme);
    if (!(o->scale >= 1 && o->scale <= 8))
        return why_set(why, STATUS_USAGE, "%s: scale is %g; allowed 1 to 8", o->path, o->scale);
    if (!(o->width >= 64 && o->height >= 64 && o->width * o->scale <= largest &&
            o->height * o->scale <= largest))
        return why_set(why, STATUS_USAGE, "%s: %g x %g at scale %g is not possible; 64 to %g pixels a side",
            o->path, o->width, o->height, o->scale, largest);
    if (!(o->layout >= 0.1 && o->layout <= 10))
        return why_set(why, STATUS_USAGE, "%s: layout is %g; allowed 0.1 to 10", o->path, o->layout);
    return STATUS_OK;
}

/* A pan moves the picture by the same share of the ring as on screen. */
static double pan_scale(const struct scene *scene, const struct figure_options *o, const struct layout *l)
{
    struct look whole;
    look_init(&whole, theme_find(o->theme));
    whole.parts = o->parts;
    struct rect rect = figure_plane(view_find(o->view), scene, &whole, l->width, l->height);
    double there = feature_plane(scene, &whole, o->look_rect).radius;
    return there > 0 ? feature_plane(scene, &whole, rect).radius / there : 1;
}

static void take_options(struct look *look, const struct figure_options *o)
{
    look->parts = o->parts;
    look->transparent = o->transparent;
    look->interactive = false;
}

static struct look make_look(
    const struct scene *scene, const struct figure_options *o, const struct layout *l)
{
    struct look look;
    look_init(&look, theme_find(o->theme));
    if (o->look) {
        double scale = pan_scale(scene, o, l);
        look = *o->look;
        look.theme = theme_find(o->theme);
        look.pan_x *= scale;
        look.pan_y *= scale;
        look.formula_first = false;
    }
    if (o->selected >= 0) {
        look.selected = o->selected;
        look.pinned = true;
    }
    take_options(&look, o);
    return look;
}

/* Below this size the cells of a comparison drop their numbers. */
static const double least_compare[2] = { 1200, 760 };

struct export_layout export_layout(const struct figure_options *o)
{
    bool many = view_find(o->view) == &view_compare;
    const struct export_page page = { .least_width = many ? least_compare[0] : least_width,
        .least_height = many ? least_compare[1] : least_height };
    const struct layout l = layout_of(&page, o);
    return (struct export_layout){ l.width, l.height, l.dense };
}

struct look export_look(
    const struct scene *scene, const struct figure_options *o, struct export_layout layout)
{
    const struct layout l = { layout.width, layout.height, layout.dense };
    return make_look(scene, o, &l);
}

struct figure {
    const struct snapshot *snap;
    const struct dataset *data;
    const struct figure_options *options;
};

static enum status draw_figure(struct canvas *c, double width, double height, void *user, struct why *why)
{
    const struct figure *figure = user;
    const struct figure_options *o = figure->options;
    const struct layout l = { .width = width, .height = height };
    struct scene scene = { 0 };
    enum status status = STATUS_OK;
    if (scene_update(&scene, figure->snap, figure->data)) {
        scene.ring = o->ring > 0 ? o->ring : scene.ring;
        struct look look = make_look(&scene, o, &l);
        figure_draw(c, view_find(o->view), &scene, &look, width, height);
    } else
        status = why_set(why, STATUS_FAILED, "%s: no memory for the figure; show fewer points", o->path);
    scene_clear(&scene);
    return status;
}

struct export_sheet {
    struct canvas *tape;
    struct figure_options options;
    struct layout layout;
};

void export_sheet_destroy(struct export_sheet *sheet)
{
    if (sheet)
        canvas_destroy(sheet->tape);
    free(sheet);
}

const char *export_sheet_path(const struct export_sheet *sheet)
{
    return sheet->options.path;
}

void export_sheet_size(const struct export_sheet *sheet, double *width, double *height)
{
    *width = sheet->layout.width;
    *height = sheet->layout.height;
}

void export_sheet_play(const struct export_sheet *sheet, struct canvas *to)
{
    canvas_tape_play(sheet->tape, to);
}

static enum status no_memory(const struct figure_options *o, struct why *why)
{
    return why_set(why, STATUS_FAILED, "%s: no memory for the picture; use a smaller scale", o->path);
}

static enum status draw_tape(struct export_sheet *sheet, const struct export_page *page, struct why *why)
{
    const struct layout *l = &sheet->layout;
    struct canvas *c = sheet->tape =
        canvas_tape(l->width, l->height, format_find(sheet->options.path)->scale(&sheet->options, l));
    if (!c)
        return no_memory(&sheet->options, why);
    enum status status = page->draw(c, l->width, l->height, page->user, why);
    return status == STATUS_OK ? canvas_finish(c, why) : status;
}

enum status export_compose(const struct export_page *page, const struct figure_options *o,
    struct export_sheet **out, struct why *why)
{
    enum status status = check_options(o, why);
    if (status != STATUS_OK)
        return status;
    struct export_sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet)
        return no_memory(o, why);
    sheet->options = *o;
    sheet->options.look = NULL; /* what it pointed at is in the strokes */
    sheet->layout = layout_of(page, o);
    status = draw_tape(sheet, page, why);
    if (status == STATUS_OK)
        *out = sheet;
    else
        export_sheet_destroy(sheet);
    return status;
}

/* The canvas knows only the temporary file; a person named the other one. */
static void name_target(const struct output *output, struct why *why)
{
    size_t length = strlen(output->temporary);
    if (!why || length == 0 || strncmp(why->text, output->temporary, length) != 0)
        return;
    struct why said = *why;
    why_set(why, STATUS_FAILED, "%s%s", output->path, said.text + length);
}

static enum status write_to(const char *target, const struct export_sheet *sheet, struct why *why)
{
    const struct figure_options *o = &sheet->options;
    struct canvas *c = format_find(o->path)->make(target, o, &sheet->layout);
    if (!c)
        return no_memory(o, why);
    canvas_tape_play(sheet->tape, c);
    enum status status = canvas_finish(c, why);
    canvas_destroy(c);
    return status;
}

/* A device is written in place. */
static enum status write_into(const struct output *output, const struct export_sheet *sheet, struct why *why)
{
    enum status status = write_to(output->temporary[0] ? output->temporary : output->path, sheet, why);
    if (status != STATUS_OK)
        name_target(output, why);
    return status;
}

enum status export_write(const struct export_sheet *sheet, struct why *why)
{
    struct output output;
    if (sheet->options.output)
        return write_into(sheet->options.output, sheet, why);
    enum status status = output_begin(&output, sheet->options.path, why);
    if (status != STATUS_OK)
        return status;
    status = write_into(&output, sheet, why);
    return output_settle(&output, status, why);
}

/* Takes the sheet over. */
static enum status write_once(enum status status, struct export_sheet *sheet, struct why *why)
{
    if (status == STATUS_OK)
        status = export_write(sheet, why);
    export_sheet_destroy(sheet);
    return status;
}

enum status export_page(const struct export_page *page, const struct figure_options *o, struct why *why)
{
    struct export_sheet *sheet = NULL;
    enum status status = export_compose(page, o, &sheet, why);
    return write_once(status, sheet, why);
}

enum status export_figure_compose(const struct snapshot *snap, const struct dataset *data,
    const struct figure_options *o, struct export_sheet **out, struct why *why)
{
    struct figure figure = { snap, data, o };
    if (o->selected >= snap->count)
        return why_set(why, STATUS_FAILED, "--select %d: %d samples are shown; choose one of 0 to %d",
            o->selected, snap->count, snap->count - 1);
    const struct export_page page = { draw_figure, &figure, least_width, least_height };
    return export_compose(&page, o, out, why);
}

enum status export_figure(
    const struct snapshot *snap, const struct dataset *data, const struct figure_options *o, struct why *why)
{
    struct export_sheet *sheet = NULL;
    enum status status = export_figure_compose(snap, data, o, &sheet, why);
    return write_once(status, sheet, why);
}

struct comparison {
    const struct snapshot *const *snap;
    const struct dataset *const *data;
    int count;
    const struct figure_options *options;
};

static enum status draw_comparison(struct canvas *c, double width, double height, void *user, struct why *why)
{
    const struct comparison *v = user;
    struct scene scene[COMPARE_MAX] = { { 0 } };
    struct look look;
    enum status status = STATUS_OK;
    look_init(&look, theme_find(v->options->theme));
    take_options(&look, v->options);
    for (int i = 0; status == STATUS_OK && i < v->count; i++)
        if (!scene_update(&scene[i], v->snap[i], v->data[i]))
            status = why_set(
                why, STATUS_FAILED, "%s: no memory for the figure; show fewer points", v->options->path);
    for (int i = 1; i < v->count; i++) {
        look.beside[look.besides++] = &scene[i];
        look.ghost[look.ghosts++] = v->snap[i];
    }
    if (status == STATUS_OK)
        figure_draw(c, view_find(v->options->view), &scene[0], &look, width, height);
    for (int i = 0; i < COMPARE_MAX; i++)
        scene_clear(&scene[i]);
    return status;
}

enum status export_compare_compose(const struct snapshot *const *snap, const struct dataset *const *data,
    int count, const struct figure_options *o, struct export_sheet **out, struct why *why)
{
    struct comparison v = { snap, data, count, o };
    const struct export_page page = { draw_comparison, &v, least_compare[0], least_compare[1] };
    return export_compose(&page, o, out, why);
}

enum status export_compare(const struct snapshot *const *snap, const struct dataset *const *data, int count,
    const struct figure_options *o, struct why *why)
{
    struct export_sheet *sheet = NULL;
    enum status status = export_compare_compose(snap, data, count, o, &sheet, why);
    return write_once(status, sheet, why);
}

void export_short_path(const char *path, char *out, size_t size)
{
    const char *home = getenv("HOME");
    size_t n = home ? strlen(home) : 0;
    bool inside = n > 1 && strncmp(path, home, n) == 0 && path[n] == '/';
    snprintf(out, size, "%s%s", inside ? "~" : "", inside ? path + n : path);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return path[0] && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The value of XDG_PICTURES_DIR="..." in one line of user-dirs.dirs; "$HOME/" at its start is the home folder. */
static bool read_pictures_line(const char *line, char *out, size_t size)
{
    static const char key[] = "XDG_PICTURES_DIR=\"", home_start[] = "$HOME";
    line += strspn(line, " \t");
    if (strncmp(line, key, sizeof key - 1) != 0)
        return false;
    const char *value = line + sizeof key - 1, *home = "";
    if (strncmp(value, home_start, sizeof home_start - 1) == 0) {
        value += sizeof home_start - 1;
        home = getenv("HOME") ? getenv("HOME") : "";
    }
    int wrote = snprintf(out, size, "%s%.*s", home, (int)strcspn(value, "\"\n"), value);
    return wrote > 0 && (size_t)wrote < size;
}

static bool pictures_from_user_dirs(char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char path[1024], line[1024];
    if (config && config[0])
        snprintf(path, sizeof path, "%s/user-dirs.dirs", config);
    else
        snprintf(path, sizeof path, "%s/.config/user-dirs.dirs", home ? home : "");
    FILE *file = fopen(path, "r");
    bool found = false;
    while (file && !found && fgets(line, sizeof line, file))
        found = read_pictures_line(line, out, size);
    if (file)
        fclose(file);
    return found;
}

void export_folder(char *out, size_t size)
{
    const char *named = getenv("XDG_PICTURES_DIR"), *home = getenv("HOME");
    snprintf(out, size, "%s", named ? named : "");
    if (is_folder(out) || (pictures_from_user_dirs(out, size) && is_folder(out)))
        return;
    snprintf(out, size, "%s/Pictures", home ? home : "");
    if (!home || !is_folder(out))
        snprintf(out, size, ".");
}

enum status export_free_name(const char *folder, const char *name, const char *ending,
    const struct export_pending *pending, char *out, int size, struct why *why)
{
    char path[1400];
    if (access(folder, W_OK) != 0)
        return why_set(
            why, STATUS_FAILED, "%s: this folder cannot be written; choose a file name in another", folder);
    for (int i = 1; i <= NAME_TRIES; i++) {
        char number[16] = "";
        if (i > 1)
            snprintf(number, sizeof number, "-%d", i);
        snprintf(path, sizeof path, "%s/%s%s%s", folder, name, number, ending);
        if (access(path, F_OK) != 0 && !(pending && pending->holds(pending->user, path))) {
            int wrote = snprintf(out, (size_t)size, "%s", path);
            return wrote < size ? STATUS_OK
                                : why_set(why, STATUS_FAILED,
                                      "%s: the path is too long; export to another folder", folder);
        }
    }
    return why_set(why, STATUS_FAILED, "%s: %s has %d numbered copies already; clear the folder", folder,
        name, NAME_TRIES);
}

enum status export_path(const struct snapshot *snap, char *out, int size, struct why *why)
{
    char folder[512], name[256];
    export_folder(folder, sizeof folder);
    figure_name(snap, name, sizeof name);
    return export_free_name(folder, name, ".png", NULL, out, size, why);
}
