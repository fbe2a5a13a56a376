/* What keeping the past costs a training, and how fast it comes back. Run: build/history_cost [--rounds N] [KEY VALUE]...
 * The last line is JSON: step_ms, snapshot_ms, frame_ms, back_ms, checkpoint_ms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/dataset_open.h"
#include "math/history.h"
#include "math/trainer.h"

enum { STEPS = 40 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double lap(double *since)
{
    double now = now_s(), took = now - *since;
    *since = now;
    return took;
}

int main(int argc, char **argv)
{
    struct experiment e;
    struct dataset data;
    struct trainer *t = NULL;
    struct why why = { "" };
    struct snapshot s;
    experiment_init(&e);
    enum status status = STATUS_OK;
    int rounds = 60;
    for (int i = 1; i + 1 < argc && status == STATUS_OK; i += 2)
        if (strcmp(argv[i], "--rounds") == 0)
            rounds = atoi(argv[i + 1]);
        else
            status = experiment_set(&e, argv[i], argv[i + 1], &why);
    rounds = rounds < 1 ? 1 : rounds;
    if (status != STATUS_OK || dataset_open(&e, &data, &why) != STATUS_OK ||
        trainer_create(&e, &data, &t, &why) != STATUS_OK) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    struct history *h = history_create(HISTORY_BUDGET);
    double steps = 0, looks = 0, frames = 0, saves = 0, back = 0, since = now_s();
    size_t size = 0;
    snapshot_init(&s);
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < STEPS; i++)
            trainer_step(t);
        steps += lap(&since);
        trainer_snapshot(t, &s);
        looks += lap(&since);
        history_add_frame(h, &s, 0);
        frames += lap(&since);
        uint8_t *bytes = NULL;
        trainer_save(t, &bytes, &size, &why);
        saves += lap(&since);
        free(bytes);
        lap(&since);
    }
    for (int i = 0; i < rounds; i++)
        history_snapshot(h, i, &s);
    back = lap(&since);
    printf("%s, %d points: step %.3f ms, snapshot %.2f ms, frame %.3f ms and %.1f KB, back %.3f ms, "
           "checkpoint %.2f ms and %.2f MB\n",
        e.dataset, s.count, steps / rounds / STEPS * 1e3, looks / rounds * 1e3, frames / rounds * 1e3,
        (double)history_bytes(h) / history_count(h) / 1e3, back / rounds * 1e3, saves / rounds * 1e3,
        (double)size / 1e6);
    printf("{\"step_ms\": %.4f, \"snapshot_ms\": %.3f, \"frame_ms\": %.4f, \"back_ms\": %.4f, "
           "\"checkpoint_ms\": %.3f}\n",
        steps / rounds / STEPS * 1e3, looks / rounds * 1e3, frames / rounds * 1e3, back / rounds * 1e3,
        saves / rounds * 1e3);
    history_destroy(h);
    snapshot_clear(&s);
    trainer_destroy(t);
    dataset_clear(&data);
    return 0;
}
