#include "app/session_rows.h"

#include <string.h>

#include "render/theme.h"

const char *const session_bench[SESSION_BENCHES] = { "plane", "sphere", "basics" };

static bool is_theme(const char *text)
{
    return strcmp(text, "dark") == 0 || strcmp(text, "light") == 0;
}

static bool is_bench(const char *text)
{
    return strcmp(text, "plane") == 0 || strcmp(text, "sphere") == 0;
}

static bool is_view(const char *text)
{
    return view_find(text) != NULL;
}

static bool is_cell(const char *text)
{
    return !text[0] || is_view(text);
}

#define TEXT(field, n, is, list) SESSION_TEXT, offsetof(struct session_window, field), n, 0, 0, is, list
#define REAL(field, n, min, max) SESSION_REAL, offsetof(struct session_window, field), n, min, max, NULL, NULL
#define COUNTS(field, n, min, max)                                                                           \
    SESSION_COUNT, offsetof(struct session_window, field), n, min, max, NULL, NULL
#define COUNT(field, min, max) COUNTS(field, 1, min, max)

static const char views[] = "the names of marginscope figure --help";

/* clang-format off */
static const struct session_row row[] = {
    { "theme",         TEXT(theme, 1, is_theme, "dark, light") },
    { "text-scale",    REAL(text_scale, 1, 0.8, 2) },
    { "pace",          REAL(pace, 1, 0, 100000) },
    { "view",          TEXT(view, 1, is_view, views) },
    { "cells",         TEXT(cell, SESSION_BENCHES * SESSION_CELLS, is_cell, views) },
    { "larger",        TEXT(larger, 1, is_cell, views) },
    { "smaller",       TEXT(smaller, 1, is_cell, views) },
    { "heads",         TEXT(heads, 1, is_bench, "plane, sphere") },
    { "layers",        COUNT(layers, 0, 65535) },
    { "zoom",          REAL(zoom, 1, 1e-3, 1e6) },
    { "pan",           REAL(pan, 2, -1e9, 1e9) },
    { "ring",          REAL(ring, 1, -1, 1e12) },
    { "scene-ring",    REAL(scene_ring, COMPARE_MAX, 0, 1e12) },
    { "orbit",         REAL(orbit, 4, -2, 2) },
    { "tau",           REAL(tau, 1, -1, 1) },
    { "stage",         REAL(stage, 3, -1e6, 1e6) },
    { "selected",      COUNT(selected, -1, 1e7) },
    { "pinned",        COUNT(pinned, 0, 1) },
    { "typical",       COUNTS(typical, COMPARE_MAX, -1, 1e7) },
    { "lit-class",     COUNT(lit_class, -1, 4096) },
    { "probing",       COUNT(probing, 0, 1) },
    { "probe",         REAL(probe, 3, -1e12, 1e12) },
    { "probe-label",   COUNT(probe_label, 0, 4096) },
    { "side-first",    COUNT(side_first, 0, SESSION_CELLS) },
    { "panels-hidden", COUNT(panels_hidden, 0, 1) },
    { "coach-dismissed", COUNT(coach_dismissed, 0, 1e12) },
    { "compare-open",  COUNT(compare_open, 0, 1) },
    { "compare-all",   COUNT(compare_all, 0, 1) },
    { "compare-focus", COUNT(compare_focus, 0, COMPARE_MAX - 1) },
};
/* clang-format on */

const struct session_row *session_row_at(int i)
{
    return i >= 0 && i < (int)(sizeof row / sizeof *row) ? &row[i] : NULL;
}
