/* shown.h - a training at some step with its scene, and what a view draws of it as text. */
#ifndef TESTS_SUPPORT_SHOWN_H
#define TESTS_SUPPORT_SHOWN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/text.h"
#include "render/view.h"
#include "tests/support/training.h"

struct shown {
    struct dataset data;
    struct trainer *trainer;
    struct snapshot snap;
    struct scene scene;
};

static inline void look_again(struct shown *s)
{
    if (trainer_snapshot(s->trainer, &s->snap) != STATUS_OK || !scene_update(&s->scene, &s->snap, &s->data))
        fail_msg("no memory");
}

/* Free it with close_shown. */
static inline struct shown *show(int count, const char *const *pair)
{
    struct shown *s = calloc(1, sizeof *s);
    struct experiment e;
    experiment_init(&e);
    set_all(&e, pair);
    s->data = open_data(&e);
    s->trainer = make(&e, &s->data);
    snapshot_init(&s->snap);
    steps(s->trainer, count);
    trainer_map_inputs(s->trainer);
    look_again(s);
    return s;
}

#define SHOW(count, ...) show(count, (const char *const[]){ __VA_ARGS__, NULL })

static inline void close_shown(struct shown *s)
{
    scene_clear(&s->scene);
    snapshot_clear(&s->snap);
    trainer_destroy(s->trainer);
    dataset_clear(&s->data);
    free(s);
}

static inline int shown_begin(void **state)
{
    struct why why;
    (void)state;
    setenv("MARGINSCOPE_ASSETS", ASSETS_FOLDER, 1);
    return text_start(&why) == STATUS_OK ? 0 : 1;
}

static inline int shown_end(void **state)
{
    (void)state;
    text_stop();
    return 0;
}

static inline struct look dark(void)
{
    struct look look;
    look_init(&look, theme_at(0));
    return look;
}

/* Free it. */
static inline char *draw(struct scene *scene, const struct view *view, const struct look *look, double w, double h)
{
    struct canvas *c = canvas_record(w, h);
    struct why why = { "" };
    view_draw(view, c, scene, look, (struct rect){ 0, 0, w, h });
    char *text = strdup(canvas_record_text(c));
    if (canvas_finish(c, &why) != STATUS_OK)
        fail_msg("%s: %s", view->id, why.text);
    canvas_destroy(c);
    if (strstr(text, "nan") || strstr(text, "(inf") || strstr(text, "-inf"))
        fail_msg("%s: %s", view->id, text);
    return text;
}

static inline bool drawn(struct shown *s, const struct view *view, const struct look *look, double w, double h, const char *word)
{
    char *text = draw(&s->scene, view, look, w, h);
    bool there = strstr(text, word) != NULL;
    free(text);
    return there;
}

static inline int count(const char *text, const char *word)
{
    int n = 0;
    for (; (text = strstr(text, word)); text += strlen(word))
        n++;
    return n;
}

static inline int count_drawn(struct shown *s, const struct view *view, const struct look *look, const char *word)
{
    char *text = draw(&s->scene, view, look, 1000, 800);
    int n = count(text, word);
    free(text);
    return n;
}

#endif
