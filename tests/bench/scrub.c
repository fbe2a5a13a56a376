/* scrub - from asking for a kept step to its frame on a 1600 x 1000 canvas, through the real worker: every frame of a
 * history of 20 epochs of mnist, in order and far apart; then going back 1,600 steps to train on, with two trainings.
 * Wall clock and, as other programs may run beside it, the processor time of this one.
 * Run: build/scrub [EPOCHS] */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "app/worker.h"
#include "math/history.h"
#include "render/text.h"
#include "render/view.h"

enum { WIDE = 1600, HIGH = 1000, PRIME = 1009, PACE = 200 };

static double clock_ms(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void wake(void *arg)
{
    (void)arg;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static const struct snapshot *next_snapshot(struct worker *w, const struct dataset **data)
{
    bool fresh = false;
    const struct snapshot *s = NULL;
    while (!fresh) {
        s = worker_take(w, &fresh, data);
        if (!fresh)
            nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
    }
    return s;
}

static void train_until(struct worker *w, long step)
{
    const struct dataset *data;
    worker_run(w, NULL, false, step, -1);
    while (next_snapshot(w, &data)->step < step)
        continue;
}

static void report(const char *what, double *wall, double *used, int count)
{
    qsort(wall, (size_t)count, sizeof *wall, compare);
    qsort(used, (size_t)count, sizeof *used, compare);
    printf("%-16s %4d frames: median %.1f ms, p99 %.1f, worst %.1f; processor %.1f, %.1f, %.1f\n", what,
        count, wall[count / 2], wall[count * 99 / 100], wall[count - 1], used[count / 2],
        used[count * 99 / 100], used[count - 1]);
}

/* Frame after frame, `by` apart. */
static void scrub(struct worker *w, struct canvas *canvas, const char *what, int by)
{
    static long step[HISTORY_FRAMES];
    static double wall[HISTORY_FRAMES], used[HISTORY_FRAMES];
    static struct scene scene;
    struct look look;
    const struct dataset *data;
    look_init(&look, theme_find("dark"));
    int count = worker_history_steps(w, step, HISTORY_FRAMES) - 1; /* the last is the present */
    for (int i = 0; i < count; i++) {
        long wanted = step[(int)((long)i * by % count)];
        double began = clock_ms(CLOCK_MONOTONIC), spent = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
        worker_show(w, wanted);
        const struct snapshot *s = next_snapshot(w, &data);
        while (s->step != wanted)
            s = next_snapshot(w, &data);
        if (!scene_update(&scene, s, data))
            exit(1);
        view_draw(&view_feature, canvas, &scene, &look, (struct rect){ 0, 0, WIDE, HIGH });
        wall[i] = clock_ms(CLOCK_MONOTONIC) - began;
        used[i] = clock_ms(CLOCK_PROCESS_CPUTIME_ID) - spent;
    }
    report(what, wall, used, count);
    scene_clear(&scene);
    worker_live(w);
}

static void go_back(struct worker *w, const struct experiment *e, long steps)
{
    struct beside_wish wish = { .id = 1, .from = BESIDE_LEADER, .experiment = *e };
    const struct dataset *data;
    static long kept[HISTORY_FRAMES];
    wish.experiment.loss = loss_index(loss_find("cosface"));
    worker_beside(w, &wish, 1);
    train_until(w, next_snapshot(w, &data)->step + steps);
    int count = worker_history_steps(w, kept, HISTORY_FRAMES), at = count - 1;
    while (at > 0 && kept[at] > kept[count - 1] - steps)
        at--;
    double began = clock_ms(CLOCK_MONOTONIC), spent = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
    worker_branch(w, kept[at]);
    while (next_snapshot(w, &data)->step != kept[at])
        continue;
    printf("back %ld steps, two trainings: %.0f ms, processor %.0f\n", steps,
        clock_ms(CLOCK_MONOTONIC) - began, clock_ms(CLOCK_PROCESS_CPUTIME_ID) - spent);
}

/* Page Up and Page Down in a lesson whose steps lie that far apart: marks, of two trainings. */
static void turn_pages(struct worker *w, const struct experiment *e, long steps)
{
    struct beside_wish wish = { .id = 1, .from = BESIDE_LEADER, .experiment = *e };
    const struct dataset *data;
    const long end[] = { 200, 200 + steps };
    wish.experiment.loss = loss_index(loss_find("cosface"));
    worker_want_all(w, e, &wish, 1);
    for (int i = 0; i < 2; i++) {
        worker_run(w, e, i == 0, end[i], i);
        while (!worker_marked(w, i))
            nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
    }
    for (int i = 0; i < 4; i++) {
        int mark = i % 2;
        long id[BESIDE_MAX] = { 2 + i };
        double began = clock_ms(CLOCK_MONOTONIC), spent = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
        worker_recall(w, mark, id);
        while (next_snapshot(w, &data)->step != end[mark])
            continue;
        printf("page %s across %ld steps, two trainings: %.0f ms, processor %.0f\n", mark ? "down" : "up",
            steps, clock_ms(CLOCK_MONOTONIC) - began, clock_ms(CLOCK_PROCESS_CPUTIME_ID) - spent);
    }
}

int main(int argc, char **argv)
{
    struct experiment e;
    struct worker *w;
    struct why why = { "" };
    const struct dataset *data;
    double epochs = argc > 1 ? atof(argv[1]) : 20;
    openblas_set_num_threads(1);
    experiment_init(&e);
    void *pixels = calloc(HIGH, (size_t)WIDE * 4);
    if (!pixels || text_start(&why) != STATUS_OK ||
        worker_create(&e, false, PACE, wake, NULL, &w, &why) != STATUS_OK) {
        fprintf(stderr, "scrub: %s\n", why.text);
        return 1;
    }
    struct canvas *canvas = canvas_cairo_pixels(pixels, WIDE, HIGH, WIDE * 4, 1);
    while (next_snapshot(w, &data)->step > 0)
        continue;
    train_until(w, (long)(epochs * data->train / e.batch));
    scrub(w, canvas, "in order", 1);
    scrub(w, canvas, "far apart", PRIME);
    worker_pace(w, 0);
    go_back(w, &e, 1600);
    turn_pages(w, &e, 1600);
    worker_destroy(w);
    canvas_destroy(canvas);
    text_stop();
    free(pixels);
    return 0;
}
