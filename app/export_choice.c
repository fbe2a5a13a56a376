#include "app/export_choice.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/dataset_open.h"

static const char file_name[] = "export.json";

void export_choice_init(struct export_choice *c)
{
    memset(c, 0, sizeof *c);
    *c = (struct export_choice){ .what = "main",
        .format = "png",
        .theme = "light",
        .size = "16:10",
        .letters = 1,
        .scale = 2,
        .dpi = 300,
        .parts = PART_DEFAULT };
    char folder[512], full[PATH_MAX];
    export_folder(folder, sizeof folder);
    snprintf(c->folder, sizeof c->folder, "%.1000s", realpath(folder, full) ? full : folder);
}

bool config_path(const char *name, char *out, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int wrote = -1;
    if (config && config[0] == '/') /* a relative one is to be ignored */
        wrote = snprintf(out, size, "%s/marginscope/%s", config, name);
    else if (home && home[0])
        wrote = snprintf(out, size, "%s/.config/marginscope/%s", home, name);
    return wrote > 0 && (size_t)wrote < size;
}

/* ---- one row a field ---- */

struct field {
    const char *name;
    enum { FIELD_TEXT, FIELD_NUMBER, FIELD_SWITCH, FIELD_PART, FIELD_MODE } kind;
    size_t offset, size;
    unsigned part;
};

#define FIELD(name, kind, member)                                                                            \
    {                                                                                                        \
        name, kind, offsetof(struct export_choice, member), sizeof(((struct export_choice *)0)->member), 0   \
    }
#define PART(name, bit)                                                                                      \
    {                                                                                                        \
        name, FIELD_PART, offsetof(struct export_choice, parts), 0, bit                                      \
    }

/* clang-format off */
static const struct field fields[] = {
    FIELD("what",        FIELD_TEXT,   what),
    FIELD("format",      FIELD_TEXT,   format),
    FIELD("theme",       FIELD_TEXT,   theme),
    FIELD("size",        FIELD_TEXT,   size),
    FIELD("folder",      FIELD_TEXT,   folder),
    FIELD("letters",     FIELD_NUMBER, letters),
    FIELD("scale",       FIELD_NUMBER, scale),
    FIELD("dpi",         FIELD_NUMBER, dpi),
    FIELD("transparent", FIELD_SWITCH, transparent),
    FIELD("text",        FIELD_MODE,   text),
    PART("title",        PART_TITLE),
    PART("legend",       PART_LEGEND),
    PART("caption",      PART_CAPTION),
    PART("curve",        PART_CURVE),
};
/* clang-format on */

static json_t *value_of(const struct field *f, const struct export_choice *c)
{
    const char *at = (const char *)c + f->offset;
    switch (f->kind) {
    case FIELD_TEXT:
        return json_string(at);
    case FIELD_NUMBER:
        return json_real(*(const double *)at);
    case FIELD_SWITCH:
        return json_boolean(*(const bool *)at);
    case FIELD_PART:
        return json_boolean(c->parts & f->part);
    case FIELD_MODE:
        return json_integer((json_int_t)c->text);
    }
    return NULL;
}

static bool take_value(const struct field *f, struct export_choice *c, const json_t *value)
{
    char *at = (char *)c + f->offset;
    switch (f->kind) {
    case FIELD_TEXT:
        if (!json_is_string(value) || strlen(json_string_value(value)) >= f->size)
            return false;
        strcpy(at, json_string_value(value));
        return true;
    case FIELD_NUMBER:
        if (!json_is_number(value))
            return false;
        *(double *)at = json_number_value(value);
        return true;
    case FIELD_SWITCH:
        *(bool *)at = json_is_true(value);
        return json_is_boolean(value);
    case FIELD_PART:
        c->parts = json_is_true(value) ? c->parts | f->part : c->parts & ~f->part;
        return json_is_boolean(value);
    case FIELD_MODE:
        c->text = (enum text_mode)json_integer_value(value);
        return json_is_integer(value) && json_integer_value(value) >= TEXT_FONT &&
               json_integer_value(value) <= TEXT_OUTLINES;
    }
    return false;
}

static bool is_sound(const struct export_choice *c)
{
    static const char *const formats[] = { "png", "svg", "pdf" };
    bool format = false, what = strcmp(c->what, "main") == 0 || view_find(c->what);
    for (int i = 0; i < 3; i++)
        format |= strcmp(formats[i], c->format) == 0;
    return format && what && theme_find(c->theme) && c->letters >= 0.8 && c->letters <= 2 && c->scale >= 1 &&
           c->scale <= 8 && c->dpi >= 10 && c->dpi <= 2400;
}

enum status export_choice_load(struct export_choice *c, struct why *why)
{
    char path[1200];
    struct stat info;
    struct export_choice draft = *c;
    if (!config_path(file_name, path, sizeof path) || stat(path, &info) != 0)
        return STATUS_OK; /* nothing has been chosen yet */
    json_t *file = json_load_file(path, 0, NULL);
    bool good = json_is_object(file);
    for (size_t i = 0; good && i < sizeof fields / sizeof *fields; i++) {
        const json_t *value = json_object_get(file, fields[i].name);
        good = !value || take_value(&fields[i], &draft, value);
    }
    json_decref(file);
    if (!good || !is_sound(&draft))
        return why_set(why, STATUS_FAILED, "%s: not the choices of an export; remove it", path);
    *c = draft;
    return STATUS_OK;
}

/* The folder of a file of ours, made where it is missing. */
static void make_folder(const char *path)
{
    char folder[1200];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        mkdir(folder, 0700);
    }
}

enum status export_choice_save(const struct export_choice *c, struct why *why)
{
    char path[1200];
    struct output output;
    if (!config_path(file_name, path, sizeof path))
        return why_set(why, STATUS_FAILED, "HOME: not set, so the choices are not kept; set it");
    make_folder(path);
    enum status status = output_begin(&output, path, why);
    if (status != STATUS_OK)
        return status;
    json_t *file = json_object();
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        json_object_set_new(file, fields[i].name, value_of(&fields[i], c)); /* what is lost is chosen anew */
    if (!file || json_dumpf(file, output.stream, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) != 0)
        status = why_set(why, STATUS_FAILED, "%s: the choices are not kept; close other programs", path);
    json_decref(file);
    return output_settle(&output, status, why);
}
