#include "render/view.h"

#include <math.h>
#include <string.h>

#include "render/axes.h"
#include "render/text.h"

static const struct view *const views[] = {
    &view_feature,
    &view_sphere,
    &view_curves,
    &view_logit,
    &view_angles,
    &view_pairs,
    &view_roc,
    &view_score,
    &view_field,
    &view_confusion,
    &view_stage,
    &view_input,
    &view_lens,
    &view_compare,
    &view_dashboard,
};

int view_count(void)
{
    return sizeof views / sizeof views[0];
}

const struct view *view_at(int i)
{
    return i >= 0 && i < view_count() ? views[i] : NULL;
}

const struct view *view_find(const char *id)
{
    for (int i = 0; i < view_count(); i++)
        if (strcmp(views[i]->id, id) == 0)
            return views[i];
    return NULL;
}

/* From ten thousand points on each is smaller, or the last drawn would hide the others. */
double look_crowd(int shown)
{
    return shown > 10000 ? fmax(0.6, sqrt(10000.0 / shown)) : 1;
}

int look_stride(const struct look *look, int count)
{
    int most = look->most_points;
    return most > 0 && count > most ? (count + most - 1) / most : 1;
}

static const struct {
    const struct view *view;
    bool large; /* only then */
    unsigned what;
} needs[] = {
    { &view_roc, false, NEEDS_RECOGNITION },
    { &view_pairs, false, NEEDS_RECOGNITION },
    { &view_dashboard, true, NEEDS_RECOGNITION }, /* its column of 3-D features */
    { &view_angles, true, NEEDS_RECOGNITION }, /* pairs have no room in a small one */
    { &view_input, false, NEEDS_INPUTS },
};

bool view_shows_others(const struct view *view)
{
    return view == &view_compare || view == &view_curves || view == &view_field;
}

unsigned view_needs(const struct view *view, bool large)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (needs[i].view == view && (large || !needs[i].large))
            return needs[i].what;
    return 0;
}

bool view_selection(const struct scene *scene, const struct look *look, struct selection *out)
{
    if (scene_select(scene, look, out))
        return true;
    struct look typical = *look;
    typical.selected = scene_typical(scene);
    return typical.selected >= 0 && scene_select(scene, &typical, out);
}

/* Bytes of `text` that fit into width, ending at a space where one is left; at least one word or everything. */
static int line_length(const char *text, const struct font *font, double width)
{
    char line[256];
    int fits = 0;
    for (int i = 1; text[i - 1] && i < (int)sizeof line; i++) {
        if (text[i] != ' ' && text[i] != '\0')
            continue;
        memcpy(line, text, (size_t)i);
        line[i] = '\0';
        if (fits > 0 && text_width(line, font) > width)
            break;
        fits = i;
    }
    return fits;
}

static void draw_sentence(struct canvas *c, const struct theme *theme, struct rect rect, const char *text)
{
    struct font font = { 14, WEIGHT_REGULAR, false };
    double y = rect.y + rect.h / 2;
    char line[256];
    while (*text && y < rect.y + rect.h) {
        int length = line_length(text, &font, rect.w - 40);
        if (length == 0)
            break;
        memcpy(line, text, (size_t)length);
        line[length] = '\0';
        canvas_text(c, (struct point){ rect.x + rect.w / 2, y }, line, &font, theme->text2, ALIGN_CENTER);
        y += 20;
        text += length;
        text += strspn(text, " ");
    }
}

void view_draw(
    const struct view *view, struct canvas *c, struct scene *scene, const struct look *look, struct rect rect)
{
    const char *sentence = view->missing ? view->missing(scene) : NULL;
    canvas_clip(c, &rect);
    if (sentence) {
        struct plot plot = plot_layout(rect, false);
        plot_title(c, &plot, look->theme, view->label);
        draw_sentence(c, look->theme, rect, sentence);
    } else {
        view->draw(c, scene, look, rect);
    }
    canvas_clip(c, NULL);
}
