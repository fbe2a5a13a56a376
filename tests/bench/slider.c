/* slider - from a change of the margin to the snapshot that shows it, through the real worker while it trains, at pace 60
 * and at pace max: median and p99 in milliseconds, by the clock on the wall. The frame that draws it comes on top.
 * Run: build/slider [--json FILE] */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/worker.h"

enum { CHANGES = 200 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void rest_ms(double ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = (long)(ms * 1e6) }, NULL);
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

static const struct snapshot *next_snapshot(struct worker *w)
{
    bool fresh = false;
    const struct dataset *data;
    const struct snapshot *s = NULL;
    while (!fresh) {
        s = worker_take(w, &fresh, &data);
        if (!fresh)
            rest_ms(0.1);
    }
    return s;
}

static void measure(struct experiment *e, double pace, double ms[CHANGES])
{
    struct worker *w;
    struct why why;
    int m = loss_param_find(experiment_loss(e), "m");
    if (worker_create(e, true, pace, wake, NULL, &w, &why) != STATUS_OK) {
        fprintf(stderr, "slider: %s\n", why.text);
        exit(1);
    }
    next_snapshot(w);
    for (int i = 0; i < CHANGES; i++) {
        double began = now_ms(), value = 0.1 + 0.001 * i;
        e->param[e->loss][m] = value;
        worker_want(w, e);
        while (fabs(next_snapshot(w)->force.param[m] - value) > 1e-9)
            continue;
        ms[i] = now_ms() - began;
        rest_ms(7 + i % 11);
    }
    worker_destroy(w);
    qsort(ms, CHANGES, sizeof *ms, compare);
}

int main(int argc, char **argv)
{
    static const double paces[] = { 60, 0 };
    struct experiment e;
    double ms[CHANGES];
    FILE *json = argc > 2 && strcmp(argv[1], "--json") == 0 ? fopen(argv[2], "w") : NULL;
    openblas_set_num_threads(1);
    experiment_init(&e);
    experiment_set(&e, "warmup", "0,0", NULL);
    if (json)
        fprintf(json, "{");
    for (int p = 0; p < 2; p++) {
        const char *name = paces[p] > 0 ? "pace 60" : "pace max";
        measure(&e, paces[p], ms);
        printf("%-9s margin to snapshot: median %.1f ms, p99 %.1f ms\n", name, ms[CHANGES / 2],
            ms[CHANGES * 99 / 100]);
        if (json)
            fprintf(json, "%s\n  \"%s\": {\"median_ms\": %.2f, \"p99_ms\": %.2f}", p ? "," : "", name,
                ms[CHANGES / 2], ms[CHANGES * 99 / 100]);
    }
    if (json) {
        fprintf(json, "\n}\n");
        fclose(json);
    }
    return 0;
}
