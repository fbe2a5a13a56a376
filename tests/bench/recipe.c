/* recipe - does the default recipe train every head? Prints one row a loss and seed: accuracies, smallest angle
 * between two class weights, and PASS when at least 92 % of the training digits are right and no two classes share
 * a ray (12 degrees). --table prints instead every head and pair loss at its defaults: training and test accuracy,
 * angle to the own class and between classes, and whether any number was not finite. Arguments: --seeds N (5),
 * --epochs N (20), --cold (no warm-up, no annealing), --loss ID, --set KEY=VALUE, --table. */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/dataset_open.h"
#include "math/trainer.h"

static const char *const heads[] = { "softmax", "modified_softmax", "normface", "lsoftmax", "asoftmax",
    "fnorm_sphereface", "cosface", "arcface", "combined_margin" };

struct tally {
    bool table;
    int pass, runs, steps;
    double seconds;
};

/* Nothing the training holds or tells may be infinite or NaN. */
static bool finite_all(struct trainer *t, const struct evaluation *v)
{
    struct batch_view last;
    double own[] = { v->train_loss, v->test_loss, v->train_accuracy, v->intra_angle_deg, v->inter_angle_deg };
    bool sound = !trainer_diverged(t) && trainer_last_batch(t, &last) && isfinite(last.loss);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        sound = sound && isfinite(own[i]);
    for (int i = 0; sound && i < last.n * last.dim; i++)
        sound = isfinite(last.feature[i]) && isfinite(last.d_feature[i]);
    return sound;
}

/* A term is run as softmax with it. */
static const char *name_of(const struct experiment *e)
{
    for (int i = 0; i < term_count(); i++)
        if (e->added[i])
            return term_at(i)->id;
    return experiment_loss(e)->id;
}

static void print_row(struct trainer *t, const struct evaluation *v)
{
    const struct experiment *e = trainer_experiment(t);
    printf("%-26s %4llu %8.2f %8.2f %8.1f %8.1f  %s\n", name_of(e), (unsigned long long)e->seed,
        100 * v->train_accuracy, 100 * v->test_accuracy, v->intra_angle_deg, v->inter_angle_deg,
        finite_all(t, v) ? "finite" : "NOT FINITE");
}

/* Heads of ten classes and pair losses; a term is softmax with the term. */
static bool in_table(const struct loss *loss)
{
    return loss->task == TASK_CLASS && !loss->untrained;
}

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
    bool pass = tally->table ? finite_all(t, &v) : v.train_accuracy >= 0.92 && v.min_gap_deg >= 12;
    if (tally->table)
        print_row(t, &v);
    else
        printf("%-18s %4llu %9.2f %9.2f %9.2f %7.1f %7.1f  %s%s\n", experiment_loss(e)->id,
            (unsigned long long)e->seed, 100 * v.train_accuracy, 100 * v.test_accuracy,
            100 * v.margin_accuracy, v.min_gap_deg, v.intra_angle_deg, pass ? "PASS" : "FAIL",
            trainer_diverged(t) ? " (diverged)" : "");
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

static void run_seeds(
    struct experiment *e, const struct dataset *data, int seeds, int epochs, struct tally *tally)
{
    for (int seed = 1; seed <= seeds; seed++) {
        e->seed = (uint64_t)seed;
        run(e, data, epochs, tally);
    }
}

static void choose(struct experiment *e, const char *loss, const char *const *pair, int pairs)
{
    memset(e->added, 0, sizeof e->added);
    set(e, "loss", loss);
    for (int p = 0; p < pairs; p++)
        set_pair(e, pair[p]);
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
        if (strcmp(argv[i], "--table") == 0) {
            tally.table = true;
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
    if (tally.table)
        printf("%-26s %4s %8s %8s %8s %8s\n", "loss", "seed", "train %", "test %", "intra", "inter");
    else
        printf("%-18s %4s %9s %9s %9s %7s %7s\n", "loss", "seed", "train %", "test %", "margin %", "gap deg",
            "own deg");
    size_t count = tally.table ? (size_t)loss_count() : sizeof heads / sizeof heads[0];
    for (size_t h = 0; h < count; h++) {
        const char *id = tally.table ? loss_at((int)h)->id : heads[h];
        if (!loss_find(id) || (only && strcmp(only, id) != 0) || (tally.table && !in_table(loss_find(id))))
            continue;
        choose(&e, id, pair, pairs);
        run_seeds(&e, &data, seeds, epochs, &tally);
    }
    printf("%d of %d pass; %.0f steps/s\n", tally.pass, tally.runs, tally.steps / tally.seconds);
    dataset_clear(&data);
    return 0;
}
