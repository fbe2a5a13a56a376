/* export_cost - what a figure of the plane with 5,000 points costs: processor time to compose it and to write it, as a
 * PNG at 300 dpi, as SVG and as PDF (16 x 10 inches). Beside it stands matplotlib_peer.py.
 * Run: build/export_cost [--json FILE] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "app/export.h"
#include "math/trainer.h"
#include "render/text.h"

enum { STEPS = 300, POINTS = 5000, TIMES = 7, FORMATS = 3 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void need(enum status status, const struct why *why)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "export_cost: %s\n", why->text);
    exit(1);
}

static void train(struct dataset *data, struct snapshot *snap)
{
    struct experiment e;
    struct trainer *t;
    struct why why = { "" };
    experiment_init(&e);
    e.points = POINTS;
    need(dataset_open(&e, data, &why), &why);
    need(trainer_create(&e, data, &t, &why), &why);
    for (int i = 0; i < STEPS; i++)
        trainer_step(t);
    snapshot_init(snap);
    trainer_snapshot(t, snap);
    trainer_destroy(t);
}

/* The quickest of a few: everything slower was somebody else's doing. */
static double cost(const struct snapshot *snap, const struct dataset *data, const char *path)
{
    struct figure_options o;
    struct why why = { "" };
    double best = 1e9;
    figure_options_init(&o);
    snprintf(o.path, sizeof o.path, "%s", path);
    o.dpi = 300;
    need(export_size("406.4x254mm", false, &o, &why), &why);
    for (int i = 0; i < TIMES; i++) {
        double began = now_ms();
        need(export_figure(snap, data, &o, &why), &why);
        double took = now_ms() - began;
        best = took < best ? took : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    static const char *const ending[FORMATS] = { "png", "svg", "pdf" };
    const char *folder = getenv("TMPDIR");
    char path[1024];
    struct dataset data;
    struct snapshot snap;
    struct why why = { "" };
    FILE *json = argc > 2 && strcmp(argv[1], "--json") == 0 ? fopen(argv[2], "w") : NULL;
    need(text_start(&why), &why);
    train(&data, &snap);
    for (int i = 0; i < FORMATS; i++) {
        snprintf(path, sizeof path, "%s/export_cost_%d.%s", folder ? folder : ".", (int)getpid(), ending[i]);
        double ms = cost(&snap, &data, path);
        remove(path);
        printf("%s %.1f ms\n", ending[i], ms);
        if (json)
            fprintf(json, "%s\"%s_ms\": %.2f", i ? ", " : "{", ending[i], ms);
    }
    if (json) {
        fprintf(json, "}\n");
        fclose(json);
    }
    snapshot_clear(&snap);
    dataset_clear(&data);
    text_stop();
    return 0;
}
