/* What a view costs: processor time a frame at 1,797, 10,000 and 60,000 points, in the main area and in a cell of the
 * side column, on a pixel canvas. Also as a ratio to the main picture (plane or sphere) in the same run, which says
 * more on a busy machine. Run: build/view_cost [--loss ID] [--dim N] [--json FILE]
 * A row of the JSON: view, points, median_ms, p99_ms in the main area, cell_ms. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "math/rng.h"
#include "render/text.h"
#include "render/view.h"

enum { CLASSES = 10, FRAMES = 20 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Ten classes about their weights, which are spread over the circle or the sphere. */
static bool make_snapshot(struct snapshot *s, const struct loss *loss, int count, int dim)
{
    struct rng rng;
    rng_init(&rng, 1, RNG_DATA);
    snapshot_init(s);
    if (!snapshot_reserve(s, count, dim, CLASSES, 1, 0))
        return false;
    experiment_init(&s->experiment);
    s->force = loss_force_initial(loss);
    s->experiment.loss = loss_index(loss);
    s->experiment.feature_dim = dim;
    s->dim = dim;
    s->classes = CLASSES;
    s->count = count;
    s->sub = 1;
    s->norm_median = 10;
    s->norm_p99 = 14;
    for (int j = 0; j < CLASSES; j++) {
        for (int d = 0; d < dim; d++)
            s->weight[j * dim + d] = rng_normal(&rng);
        s->weight[j * dim] = dim == 2 ? cos(0.6283 * j) : s->weight[j * dim];
        s->weight[j * dim + 1] = dim == 2 ? sin(0.6283 * j) : s->weight[j * dim + 1];
        s->bias[j] = 0;
        s->class_weight[j] = 1;
    }
    for (int i = 0; i < count; i++) {
        s->label[i] = s->predicted[i] = i % CLASSES;
        s->row[i] = i;
        s->test[i] = false;
        s->group[i] = -1;
        for (int d = 0; d < dim; d++)
            s->feature[(size_t)i * (size_t)dim + (size_t)d] =
                (float)(9 * s->weight[s->label[i] * dim + d] + 1.4 * rng_normal(&rng));
    }
    return true;
}

/* Images of the points, for views that show what a sample was. */
static bool make_data(struct dataset *d, int count)
{
    enum { SIDE = 28 };
    struct rng rng;
    rng_init(&rng, 2, RNG_DATA);
    size_t pixels = (size_t)count * SIDE * SIDE;
    *d = (struct dataset){ .dim = SIDE * SIDE,
        .classes = CLASSES,
        .train = count,
        .width = SIDE,
        .height = SIDE,
        .pixel_max = 255,
        .pixel = malloc(pixels),
        .label = calloc((size_t)count, sizeof *d->label),
        .index = calloc((size_t)count, sizeof *d->index),
        .class_name = calloc(CLASSES, sizeof *d->class_name) };
    for (size_t i = 0; d->pixel && i < pixels; i++)
        d->pixel[i] = (uint8_t)(256 * rng_uniform(&rng));
    return d->pixel && d->label && d->index && d->class_name;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median; the slowest but one in a hundred (of so few: the slowest) into p99 unless that is NULL. */
static double frame_ms(
    const struct view *view, struct scene *scene, const struct look *look, double w, double h, double *p99)
{
    double each[FRAMES];
    struct rect rect = { 0, 0, w, h };
    size_t stride = (size_t)w * 4;
    void *pixels = calloc((size_t)h, stride);
    struct canvas *c = pixels ? canvas_cairo_pixels(pixels, (int)w, (int)h, (int)stride, 1) : NULL;
    if (!c)
        exit(1);
    view_draw(view, c, scene, look, rect);
    for (int i = 0; i < FRAMES; i++) {
        double began = now_ms();
        view_draw(view, c, scene, look, rect);
        each[i] = now_ms() - began;
    }
    qsort(each, FRAMES, sizeof *each, compare);
    canvas_destroy(c);
    free(pixels);
    if (p99)
        *p99 = each[FRAMES * 99 / 100];
    return each[FRAMES / 2];
}

int main(int argc, char **argv)
{
    static const int counts[] = { 1797, 10000, 60000 };
    const struct loss *loss = loss_find("arcface");
    const char *path = NULL;
    int dim = 2;
    struct why why = { "" };
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--loss") == 0)
            loss = loss_find(argv[i + 1]);
        if (strcmp(argv[i], "--dim") == 0)
            dim = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--json") == 0)
            path = argv[i + 1];
    }
    if (!loss || !loss->eval || dim < 2 || dim > 64 || text_start(&why) != STATUS_OK) {
        fprintf(stderr, "view_cost: %s; give --loss ID and --dim 2 to 64\n",
            why.text[0] ? why.text : "wrong use");
        return 2;
    }
    struct look look;
    look_init(&look, theme_find("dark"));
    printf("%s, %d-D features, ms a frame (share of the main picture's)\n%-12s", loss->label, dim, "view");
    for (int k = 0; k < 3; k++)
        printf("  %6d main      cell", counts[k]);
    printf("\n");
    static struct snapshot snap[3];
    static struct dataset data[3];
    struct scene scene[3] = { { 0 } };
    double update[3], plane[3];
    for (int k = 0; k < 3; k++) {
        if (!make_snapshot(&snap[k], loss, counts[k], dim) || !make_data(&data[k], counts[k]) ||
            !scene_update(&scene[k], &snap[k], &data[k]))
            return 1;
        double began = now_ms();
        scene_update(&scene[k], &snap[k], &data[k]);
        update[k] = now_ms() - began;
    }
    for (int k = 0; k < 3; k++)
        plane[k] = frame_ms(view_find(dim == 3 ? "sphere" : "feature"), &scene[k], &look, 960, 799, NULL);
    FILE *json = path ? fopen(path, "w") : NULL;
    if (json)
        fprintf(json, "[");
    for (int v = 0; v < view_count(); v++) {
        printf("%-12s", view_at(v)->id);
        for (int k = 0; k < 3; k++) {
            double p99, main_ms = frame_ms(view_at(v), &scene[k], &look, 960, 799, &p99);
            double cell = frame_ms(view_at(v), &scene[k], &look, 360, 216, NULL);
            printf("  %6.2f (%4.2f) %7.2f", main_ms, main_ms / plane[k], cell);
            if (json)
                fprintf(json,
                    "%s\n  {\"view\": \"%s\", \"points\": %d, \"median_ms\": %.3f, \"p99_ms\": %.3f, "
                    "\"cell_ms\": %.3f}",
                    v || k ? "," : "", view_at(v)->id, counts[k], main_ms, p99, cell);
        }
        printf("\n");
    }
    if (json) {
        fprintf(json, "\n]\n");
        fclose(json);
    }
    printf("%-12s  %6.2f %23.2f %23.2f\n", "scene", update[0], update[1], update[2]);
    for (int k = 0; k < 3; k++) {
        scene_clear(&scene[k]);
        snapshot_clear(&snap[k]);
        dataset_clear(&data[k]);
    }
    text_stop();
    return 0;
}
