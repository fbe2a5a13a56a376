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

enum { PAIRS = 16 };

struct plan {
    int seeds, epochs, pairs;
    bool cold, table;
    const char *only, *pair[PAIRS];
};

static void wrong(const char *where, const char *text)
{
    fprintf(stderr, "recipe: %s: %s\n", where, text);
    exit(2);
}

static int read_count(const char *name, const char *value)
{
    char *end;
    long n = strtol(value, &end, 10);
    if (end == value || *end || n < 1 || n > 1000000)
        wrong(name, "not a count; give a whole number from 1");
    return (int)n;
}

static size_t loss_of(const struct plan *p, const char *const **id)
{
    static const char *all[LOSS_MAX];
    size_t count = 0;
    for (int i = 0; i < loss_count(); i++)
        if (in_table(loss_at(i)))
            all[count++] = loss_at(i)->id;
    *id = p->table ? all : heads;
    return p->table ? count : sizeof heads / sizeof *heads;
}

static void check_loss(const struct plan *p)
{
    const char *const *id;
    char known[800] = "not among those it trains; choose";
    size_t count = loss_of(p, &id), used = strlen(known);
    for (size_t i = 0; i < count && used < sizeof known; i++) {
        if (!p->only || strcmp(id[i], p->only) == 0)
            return;
        used += (size_t)snprintf(known + used, sizeof known - used, "%s %s", i ? "," : "", id[i]);
    }
    wrong(p->only, known);
}

static void take(struct plan *p, const char *name, const char *value)
{
    if (!value)
        wrong(name, "no such argument, or no value; see --help");
    if (strcmp(name, "--seeds") == 0)
        p->seeds = read_count(name, value);
    else if (strcmp(name, "--epochs") == 0)
        p->epochs = read_count(name, value);
    else if (strcmp(name, "--loss") == 0)
        p->only = value;
    else if (strcmp(name, "--set") == 0 && p->pairs < PAIRS)
        p->pair[p->pairs++] = value;
    else
        wrong(name, "no such argument, or too many of it; see --help");
}

static struct plan read_plan(int argc, char **argv)
{
    struct plan p = { .seeds = 5, .epochs = 20 };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            puts("recipe [--seeds N] [--epochs N] [--cold] [--loss ID] [--set KEY=VALUE] [--table]\n"
                 "Trains every head of the story (with --table every head and pair loss) and tells how it "
                 "went.");
            exit(0);
        }
        if (strcmp(argv[i], "--cold") == 0)
            p.cold = true;
        else if (strcmp(argv[i], "--table") == 0)
            p.table = true;
        else {
            take(&p, argv[i], argv[i + 1]);
            i++;
        }
    }
    check_loss(&p);
    return p;
}

static void print_head(bool table)
{
    if (table)
        printf("%-26s %4s %8s %8s %8s %8s\n", "loss", "seed", "train %", "test %", "intra", "inter");
    else
        printf("%-18s %4s %9s %9s %9s %7s %7s\n", "loss", "seed", "train %", "test %", "margin %", "gap deg",
            "own deg");
}

int main(int argc, char **argv)
{
    const struct plan p = read_plan(argc, argv);
    const char *const *id;
    struct experiment e;
    struct dataset data;
    struct why why;
    struct tally tally = { .table = p.table };
    openblas_set_num_threads(1);
    experiment_init(&e);
    if (p.cold) {
        set(&e, "warmup", "0,0");
        set(&e, "anneal", "off");
    }
    if (dataset_open(&e, &data, &why) != STATUS_OK)
        die(&why);
    print_head(p.table);
    size_t count = loss_of(&p, &id);
    for (size_t h = 0; h < count; h++) {
        if (p.only && strcmp(p.only, id[h]) != 0)
            continue;
        choose(&e, id[h], p.pair, p.pairs);
        run_seeds(&e, &data, p.seeds, p.epochs, &tally);
    }
    printf("%d of %d pass; %.0f steps/s\n", tally.pass, tally.runs, tally.steps / tally.seconds);
    dataset_clear(&data);
    return 0;
}
