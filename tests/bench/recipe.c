/* recipe - does the default recipe train every head? Prints one row a loss and seed: accuracies, smallest angle
 * between two class weights, and PASS when at least 92 % of the training digits are right and no two classes share
 * a ray (12 degrees). Arguments: --seeds N (5), --epochs N (20), --cold (no warm-up, no annealing), --loss ID,
 * --set KEY=VALUE. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/dataset_open.h"
#include "math/trainer.h"

static const char *const heads[] = { "softmax", "modified_softmax", "normface", "lsoftmax", "asoftmax",
    "fnorm_sphereface", "cosface", "arcface", "combined_margin" };

struct tally {
    int pass, runs, steps;
    double seconds;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void die(const struct why *why)
{
    fprintf(stderr, "recipe: %s\n", why->text);
    exit(1);
}

static void run(const struct experiment *e, const struct dataset *data, int epochs, struct tally *tally)
{
    struct why why;
    struct trainer *t;
    struct evaluation v;
    if (trainer_create(e, data, &t, &why) != STATUS_OK)
        die(&why);
    int steps = epochs * trainer_steps_per_epoch(t);
    double start = now();
    for (int i = 0; i < steps; i++)
        trainer_step(t);
    tally->seconds += now() - start;
    tally->steps += steps;
    if (trainer_evaluate(t, false, &v) != STATUS_OK)
        exit(1);
    bool pass = v.train_accuracy >= 0.92 && v.min_gap_deg >= 12;
    printf("%-18s %4llu %9.2f %9.2f %9.2f %7.1f %7.1f  %s%s\n", experiment_loss(e)->id,
        (unsigned long long)e->seed, 100 * v.train_accuracy, 100 * v.test_accuracy, 100 * v.margin_accuracy,
        v.min_gap_deg, v.intra_angle_deg, pass ? "PASS" : "FAIL", trainer_diverged(t) ? " (diverged)" : "");
    fflush(stdout);
    tally->pass += pass;
    tally->runs++;
    trainer_destroy(t);
}

static void set(struct experiment *e, const char *key, const char *value)
{
    struct why why;
    if (experiment_set(e, key, value, &why) != STATUS_OK)
        die(&why);
}

static void set_pair(struct experiment *e, const char *pair)
{
    char key[64];
    const char *equals = strchr(pair, '=');
    snprintf(key, sizeof key, "%.*s", equals ? (int)(equals - pair) : 0, pair);
    set(e, key, equals ? equals + 1 : "");
}

int main(int argc, char **argv)
{
    int seeds = 5, epochs = 20;
    const char *only = NULL, *pair[16];
    int pairs = 0;
    struct experiment e;
    struct dataset data;
    struct why why;
    struct tally tally = { 0 };
    openblas_set_num_threads(1);
    experiment_init(&e);
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--cold") == 0) {
            set(&e, "warmup", "0,0");
            set(&e, "anneal", "off");
            continue;
        }
        if (strcmp(argv[i], "--seeds") == 0)
            seeds = atoi(value);
        else if (strcmp(argv[i], "--epochs") == 0)
            epochs = atoi(value);
        else if (strcmp(argv[i], "--loss") == 0)
            only = value;
        else if (strcmp(argv[i], "--set") == 0 && pairs < 16)
            pair[pairs++] = value;
        i++;
    }
    if (dataset_open(&e, &data, &why) != STATUS_OK)
        die(&why);
    printf("%-18s %4s %9s %9s %9s %7s %7s\n", "loss", "seed", "train %", "test %", "margin %", "gap deg",
        "own deg");
    for (size_t h = 0; h < sizeof heads / sizeof heads[0]; h++) {
        if (!loss_find(heads[h]) || (only && strcmp(only, heads[h]) != 0))
            continue;
        set(&e, "loss", heads[h]);
        for (int p = 0; p < pairs; p++)
            set_pair(&e, pair[p]);
        for (int seed = 1; seed <= seeds; seed++) {
            e.seed = (uint64_t)seed;
            run(&e, &data, epochs, &tally);
        }
    }
    printf("%d of %d pass; %.0f steps/s\n", tally.pass, tally.runs, tally.steps / tally.seconds);
    dataset_clear(&data);
    return 0;
}
