/* speed - how fast a training steps, beside the matrix products of the same step as BLAS does them on one core (with a
 * plain update and a plain gathering of the batch): the "bound". All in processor time of one thread, in rounds that
 * take turns, medians. Then how the speed grows with batch, classes and shown points, and what a snapshot costs.
 * Run: build/speed [--rounds N] [--only NAME] [--json FILE]
 * A row of the JSON: name, steps_per_s, samples_per_s, step_us, low_us, high_us, bound_us, times_bound, gemm_share. */
#include <cblas.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/dataset_open.h"
#include "math/network.h"
#include "math/trainer.h"

enum { ROUNDS_MAX = 31, KEYS = 10, ROWS = 10000 };
static const double ROUND_S = 0.06;

struct size {
    const char *name, *dataset;
    const char *key[KEYS]; /* "KEY=VALUE" ... NULL */
    int classes; /* labels are dealt out anew to so many classes; 0: as they are */
    bool head; /* measure the loss by itself, too */
};

/* Momentum is what PyTorch's side of the comparison uses (torch_peer.py). */
#define MOMENTUM "optimizer=momentum", "lr=0.02", "warmup=0,0", "clip=1"
/* clang-format off */
static const struct size sizes[] = {
    { "784-128-64-2 arcface",   "mnist",     { "loss=arcface", MOMENTUM }, 0, true },
    { "784-128-64-2 softmax",   "mnist",     { "loss=softmax", MOMENTUM }, 0, false },
    { "784-128-64-2 adam",      "mnist",     { "loss=arcface" }, 0, false },
    { "64-64-32-2 arcface",     "optdigits", { "loss=arcface", "hidden=64,32", MOMENTUM }, 0, true },
    { "64-64-32-2 softmax",     "optdigits", { "loss=softmax", "hidden=64,32", MOMENTUM }, 0, false },
    { "playground 2-8-8-2-1",   "circles",   { "loss=logistic", "hidden=8,8", "activation=tanh", "optimizer=sgd", "lr=0.03", "clip=0", "batch=10" }, 0, false },
    { "1000 classes",           "mnist",     { "loss=arcface", "batch=256", "feature-dim=3", MOMENTUM }, 1000, true },
    { "batch 32",               "mnist",     { "loss=arcface", "batch=32", MOMENTUM }, 0, false },
    { "batch 512",              "mnist",     { "loss=arcface", "batch=512", MOMENTUM }, 0, false },
    { "batch 2048",             "mnist",     { "loss=arcface", "batch=2048", MOMENTUM }, 0, false },
    { "100 classes",            "mnist",     { "loss=arcface", "feature-dim=3", "batch=256", MOMENTUM }, 100, true },
    { "cnn 16,32 kernel 5",     "mnist",     { "model=cnn", "filters=16,32", "kernel=5", "padding=valid", "hidden=128", "loss=softmax", MOMENTUM }, 0, false },
    { "cnn 16,32 kernel 3",     "mnist",     { "model=cnn", "filters=16,32", "hidden=128", "loss=softmax", MOMENTUM }, 0, false },
    { "10 classes",             "mnist",     { "loss=arcface", "feature-dim=3", "batch=256", MOMENTUM }, 0, true },
};
/* clang-format on */
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* A layer as a product: rows of a sample, numbers in a row, outputs of a row. */
struct product {
    int rows, in, out;
};

struct rig {
    const struct size *size;
    struct experiment e;
    struct dataset data;
    struct trainer *t;
    struct product product[EXPERIMENT_FILTERS_MAX + EXPERIMENT_HIDDEN_MAX + 1];
    int layers, batch;
    float *matrix; /* what the bound multiplies */
    double step[ROUNDS_MAX], bound[ROUNDS_MAX], share, head_us, snapshot_us;
};

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- time inside BLAS: its one function is taken over and timed ------------------------------------------ */

static double in_gemm;
static bool watch_gemm;

void cblas_sgemm(OPENBLAS_CONST enum CBLAS_ORDER order, OPENBLAS_CONST enum CBLAS_TRANSPOSE ta,
    OPENBLAS_CONST enum CBLAS_TRANSPOSE tb, OPENBLAS_CONST blasint m, OPENBLAS_CONST blasint n,
    OPENBLAS_CONST blasint k, OPENBLAS_CONST float alpha, OPENBLAS_CONST float *a, OPENBLAS_CONST blasint lda,
    OPENBLAS_CONST float *b, OPENBLAS_CONST blasint ldb, OPENBLAS_CONST float beta, float *c,
    OPENBLAS_CONST blasint ldc)
{
    static __typeof__(cblas_sgemm) *real;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "cblas_sgemm");
    double start = watch_gemm ? now(CLOCK_THREAD_CPUTIME_ID) : 0;
    real(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    if (watch_gemm)
        in_gemm += now(CLOCK_THREAD_CPUTIME_ID) - start;
}

/* --- the bound ------------------------------------------------------------------------------------------- */

static float *fresh(size_t n)
{
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; x && i < n; i++)
        x[i] = (float)(i % 1013) / 1013 - 0.5f;
    if (!x)
        exit(1);
    return x;
}

static size_t parameters(const struct rig *r)
{
    size_t sum = 0;
    for (int l = 0; l < r->layers; l++)
        sum += (size_t)r->product[l].in * (size_t)r->product[l].out;
    return sum;
}

/* Samples are gathered for convolutions as the trainer does it, some 64k floats at a time; their products only. */
static int group_of(const struct rig *r, const struct product *p)
{
    int most = 65536 / (p->rows * p->in);
    return p->rows == 1 || most > r->batch ? r->batch : most > 1 ? most : 1;
}

static void products(const struct rig *r, const float *x, float *out, float *w, float *dw)
{
    for (int l = 0; l < r->layers; l++) {
        const struct product *p = &r->product[l];
        int in = p->in, wide = p->out, group = group_of(r, p);
        for (int at = 0; at < r->batch; at += group) {
            int n = (r->batch - at < group ? r->batch - at : group) * p->rows;
            float *back = out + (size_t)n * (size_t)wide;
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, n, wide, in, 1, x, in, w, wide, 0, out, wide);
            cblas_sgemm(
                CblasRowMajor, CblasTrans, CblasNoTrans, in, wide, n, 1, x, in, out, wide, at > 0, dw, wide);
            if (l > 0)
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasTrans, n, in, wide, 1, out, wide, w, wide, 0, back, in);
        }
        w += (size_t)in * (size_t)wide;
        dw += (size_t)in * (size_t)wide;
    }
}

/* Room of `matrix`: rows of data, the batch and its patches, W, dW, a moment, a product with its way back. */
static size_t widest(const struct rig *r, bool with_out)
{
    size_t most = 0;
    for (int l = 0; l < r->layers; l++) {
        const struct product *p = &r->product[l];
        size_t rows = (size_t)group_of(r, p) * (size_t)p->rows;
        size_t own = rows * (size_t)(p->in + (with_out ? p->out : 0));
        most = own > most ? own : most;
    }
    return most;
}

static void bound_step(struct rig *r, int round)
{
    size_t in = (size_t)r->data.dim, n = (size_t)r->batch, count = parameters(r);
    float *rows = r->matrix, *x = rows + ROWS * in, *w = x + n * in + widest(r, false), *dw = w + count,
          *v = dw + count, *out = v + count;
    for (size_t i = 0; i < n; i++)
        memcpy(x + i * in, rows + (i * 7919 + (size_t)round * 104729) % ROWS * in, in * sizeof *x);
    products(r, x, out, w, dw);
    for (size_t i = 0; i < count; i++) {
        v[i] = 0.9f * v[i] + dw[i];
        w[i] -= 1e-9f * v[i];
    }
}

/* As rows of the network, whatever it is made of. */
static void make_matrices(struct rig *r)
{
    struct network net;
    network_init(&net, &r->e, r->data.dim, r->data.height);
    r->layers = net.layers;
    for (int l = 0; l < net.layers; l++) {
        const struct layer *own = &net.layer[l];
        int pool = own->picture.pool > 1 ? own->picture.pool : 1;
        r->product[l] = (struct product){ own->out / own->width * pool * pool, own->fan_in, own->width };
    }
    r->matrix = fresh((ROWS + (size_t)r->batch) * (size_t)r->data.dim + 3 * parameters(r) + widest(r, false) +
                      widest(r, true));
}

/* --- a size ---------------------------------------------------------------------------------------------- */

static void die(const char *text)
{
    fprintf(stderr, "speed: %s\n", text);
    exit(1);
}

static void set_key(struct experiment *e, const char *pair)
{
    char key[64];
    const char *equals = strchr(pair, '=');
    struct why why;
    snprintf(key, sizeof key, "%.*s", (int)(equals - pair), pair);
    if (experiment_set(e, key, equals + 1, &why) != STATUS_OK)
        die(why.text);
}

static void deal_classes(struct dataset *d, int classes)
{
    free(d->class_name);
    d->class_name = calloc((size_t)classes, sizeof *d->class_name);
    d->classes = classes;
    for (int i = 0; i < d->train + d->test; i++)
        d->label[i] = i % classes;
}

static void open_rig(struct rig *r, const struct size *size)
{
    struct why why;
    r->size = size;
    experiment_init(&r->e);
    set_key(&r->e, "dataset=mnist");
    if (experiment_set(&r->e, "dataset", size->dataset, &why) != STATUS_OK)
        die(why.text);
    for (int i = 0; size->key[i]; i++)
        set_key(&r->e, size->key[i]);
    if (dataset_open(&r->e, &r->data, &why) != STATUS_OK)
        die(why.text);
    if (size->classes)
        deal_classes(&r->data, size->classes);
    if (trainer_create(&r->e, &r->data, &r->t, &why) != STATUS_OK)
        die(why.text);
    r->batch = r->e.batch;
    make_matrices(r);
    for (int i = 0; i < 20; i++)
        trainer_step(r->t);
}

static void close_rig(struct rig *r)
{
    trainer_destroy(r->t);
    dataset_clear(&r->data);
    free(r->matrix);
}

/* us a step over about ROUND_S of processor time */
static double time_steps(struct rig *r, bool bound)
{
    double start = now(CLOCK_THREAD_CPUTIME_ID), took;
    int steps = 0;
    do {
        for (int i = 0; i < 10; i++, steps++)
            if (bound)
                bound_step(r, steps);
            else
                trainer_step(r->t);
        took = now(CLOCK_THREAD_CPUTIME_ID) - start;
    } while (took < ROUND_S);
    return 1e6 * took / steps;
}

static double gemm_share(struct rig *r)
{
    enum { STEPS = 100 };
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    in_gemm = 0;
    watch_gemm = true;
    for (int i = 0; i < STEPS; i++)
        trainer_step(r->t);
    watch_gemm = false;
    return in_gemm / (now(CLOCK_THREAD_CPUTIME_ID) - start);
}

/* The loss of a whole batch and its derivatives, again and again. */
static double time_head(struct rig *r)
{
    struct batch_view v;
    do
        trainer_step(r->t);
    while (trainer_last_batch(r->t, &v) && v.n < r->batch && !trainer_diverged(r->t));
    size_t n = (size_t)v.n * (size_t)v.dim, k = (size_t)v.classes * (size_t)v.dim;
    double *room = calloc(n + 2 * k + (size_t)v.classes + loss_work(v.n, v.classes, v.dim), sizeof *room);
    struct grad grad = {
        .feature = room, .weight = room + n, .bias = room + n + k, .work = room + n + k + (size_t)v.classes
    };
    struct batch batch = { .n = v.n, .feature = v.feature, .label = v.label };
    double start = now(CLOCK_THREAD_CPUTIME_ID), took;
    int count = 0;
    do {
        loss_eval(&v.force, &batch, &v.head, &grad);
        count++;
        took = now(CLOCK_THREAD_CPUTIME_ID) - start;
    } while (took < ROUND_S);
    free(room);
    return 1e6 * took / count;
}

/* A hand-over: the forward pass of the shown samples and all of their numbers. */
static double time_snapshot(struct rig *r)
{
    enum { TIMES = 9 };
    struct snapshot s;
    snapshot_init(&s);
    trainer_snapshot(r->t, &s);
    double start = now(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < TIMES; i++)
        trainer_snapshot(r->t, &s);
    double took = now(CLOCK_THREAD_CPUTIME_ID) - start;
    snapshot_clear(&s);
    return 1e6 * took / TIMES;
}

/* --- all of them ----------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void report(struct rig *r, int rounds, FILE *json, bool first)
{
    qsort(r->step, (size_t)rounds, sizeof *r->step, compare);
    qsort(r->bound, (size_t)rounds, sizeof *r->bound, compare);
    double us = r->step[rounds / 2], bound = r->bound[rounds / 2];
    printf("%-24s %9.0f %11.0f %9.1f [%.1f..%.1f] %9.1f %7.2f %6.0f%%", r->size->name, 1e6 / us,
        1e6 / us * r->batch, us, r->step[0], r->step[rounds - 1], bound, us / bound, 100 * r->share);
    if (r->size->head)
        printf("   head %.1f us, %.0f%%", r->head_us, 100 * r->head_us / us);
    printf("   snapshot %.2f ms\n", r->snapshot_us / 1e3);
    if (!json)
        return;
    fprintf(json,
        "%s\n  {\"name\": \"%s\", \"steps_per_s\": %.1f, \"samples_per_s\": %.0f, \"step_us\": %.2f, "
        "\"low_us\": %.2f, "
        "\"high_us\": %.2f, \"bound_us\": %.2f, \"times_bound\": %.3f, \"gemm_share\": %.3f",
        first ? "" : ",", r->size->name, 1e6 / us, 1e6 / us * r->batch, us, r->step[0], r->step[rounds - 1],
        bound, us / bound, r->share);
    if (r->size->head)
        fprintf(json, ", \"head_us\": %.2f, \"head_share\": %.3f", r->head_us, r->head_us / us);
    fprintf(json, ", \"snapshot_ms\": %.2f}", r->snapshot_us / 1e3);
}

int main(int argc, char **argv)
{
    static struct rig rig[SIZES];
    int rounds = 5, used = 0;
    const char *only = NULL, *path = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--rounds") == 0)
            rounds = atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--only") == 0)
            only = argv[i + 1];
        else if (strcmp(argv[i], "--json") == 0)
            path = argv[i + 1];
    }
    rounds = rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    openblas_set_num_threads(1);
    for (int i = 0; i < SIZES; i++)
        if (!only || strstr(sizes[i].name, only))
            open_rig(&rig[used++], &sizes[i]);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < used; i++) {
            rig[i].step[round] = time_steps(&rig[i], false);
            rig[i].bound[round] = time_steps(&rig[i], true);
        }
    FILE *json = path ? fopen(path, "w") : NULL;
    if (json)
        fprintf(json, "[");
    printf("%-24s %9s %11s %9s %18s %9s %7s %7s\n", "size", "steps/s", "samples/s", "us", "", "bound us",
        "times", "GEMM");
    for (int i = 0; i < used; i++) {
        rig[i].share = gemm_share(&rig[i]);
        rig[i].head_us = rig[i].size->head ? time_head(&rig[i]) : 0;
        rig[i].snapshot_us = time_snapshot(&rig[i]);
        report(&rig[i], rounds, json, i == 0);
        close_rig(&rig[i]);
    }
    if (json) {
        fprintf(json, "\n]\n");
        fclose(json);
    }
    return 0;
}
