/* lsoftmax_table - the table of the L-Softmax paper (Liu et al., ICML 2016, MNIST with features of two numbers): test accuracy
 * of m = 1 to 4, by one recipe for all m, at several seeds. What counts is the last step, never the best.
 * Run: build/lsoftmax_table FOLDER [--seeds N (5)] [--first SEED (1)] [--epochs N] [--jobs N (1)] [--m 1,4] [--recipe NAME] [--set KEY=VALUE]
 *                           [--choose]
 * FOLDER holds the four IDX files of MNIST. A recipe is a row below. --choose never looks at the test images: it trains every
 * recipe on the first 55,000 training images and measures it on the last 5,000; the row that is best there by the mean over m
 * is the one to freeze, as the first row. Images learned from are shifted at random (the row says by how much), the same
 * for all m. */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "math/trainer.h"

enum { M_MAX = 4, SEEDS_MAX = 20, RUNS_MAX = 512, HELD_BACK = 5000, FALLS = 2, RECIPE_KEYS = 12 };

static const double paper[M_MAX] = { 98.45, 98.96, 99.22, 99.34 };

struct recipe {
    const char *name;
    int epochs;
    const char *key[RECIPE_KEYS]; /* "KEY=VALUE" ... NULL */
};

/* After these shares of the training the rate falls to a tenth of what it was. */
static const double falls[FALLS] = { 0.6, 0.85 };

#define COMMON                                                                                               \
    "model=cnn", "loss=lsoftmax", "bias=off", "feature-dim=2", "kernel=3", "hidden=128", "lr=0.004",         \
        "points=100"
/* clang-format off */
static const struct recipe recipes[] = {
    { "deep",   12, { COMMON, "filters=16+16,32+32,64", "shift=1", "weight-decay=0.01" } },
    { "moved",  12, { COMMON, "filters=16+16,32+32,64", "shift=2", "weight-decay=0.01" } },
    { "free",   12, { COMMON, "filters=16+16,32+32,64", "shift=1" } },
    { "three",  20, { COMMON, "filters=16,32,64", "shift=2" } },
    { "still",  20, { COMMON, "filters=16,32,64", "shift=0" } },
};
/* clang-format on */
enum { RECIPES = sizeof recipes / sizeof recipes[0] };

struct options {
    const char *folder, *set[RECIPE_KEYS];
    const struct recipe *recipe;
    int seeds, first, epochs, jobs, sets;
    bool m[M_MAX + 1], choose;
};

struct run {
    const struct recipe *recipe;
    int m, seed;
};

/* What a run hands back. */
struct result {
    int run;
    bool diverged;
    double train, test, seconds, steps;
};

static void die(const char *text)
{
    fprintf(stderr, "lsoftmax_table: %s\n", text);
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- a run ----------------------------------------------------------------------------------------------- */

static void set_pair(struct experiment *e, const char *pair)
{
    char key[64];
    const char *equals = strchr(pair, '=');
    struct why why;
    snprintf(key, sizeof key, "%.*s", equals ? (int)(equals - pair) : 0, pair);
    if (experiment_set(e, key, equals ? equals + 1 : "", &why) != STATUS_OK)
        die(why.text);
}

static void prepare(const struct options *o, const struct run *run, struct experiment *e)
{
    char text[32];
    struct why why;
    experiment_init(e);
    for (int i = 0; i < RECIPE_KEYS && run->recipe->key[i]; i++)
        set_pair(e, run->recipe->key[i]);
    for (int i = 0; i < o->sets; i++)
        set_pair(e, o->set[i]);
    snprintf(text, sizeof text, "m=%d", run->m);
    set_pair(e, text);
    snprintf(text, sizeof text, "seed=%d", run->seed);
    set_pair(e, text);
    if (experiment_set(e, "dataset", o->folder, &why) != STATUS_OK)
        die(why.text);
}

static void lower_rate(struct trainer *t)
{
    struct why why;
    struct experiment wanted = *trainer_experiment(t);
    wanted.lr = experiment_rate(&wanted) / 10;
    if (trainer_retune(t, &wanted, &why) != STATUS_OK)
        die(why.text);
}

static struct result train(const struct options *o, const struct run *run, const struct dataset *data)
{
    struct experiment e;
    struct trainer *t;
    struct evaluation v;
    struct why why;
    double start = seconds(CLOCK_THREAD_CPUTIME_ID);
    prepare(o, run, &e);
    if (trainer_create(&e, data, &t, &why) != STATUS_OK)
        die(why.text);
    long steps = (long)(o->epochs ? o->epochs : run->recipe->epochs) * trainer_steps_per_epoch(t);
    for (long i = 0; i < steps; i++) {
        for (int f = 0; f < FALLS; f++)
            if (i == (long)(falls[f] * (double)steps))
                lower_rate(t);
        trainer_step(t);
    }
    if (trainer_evaluate(t, false, &v) != STATUS_OK)
        die("out of memory");
    struct result r = { .diverged = trainer_diverged(t),
        .train = 100 * v.train_accuracy,
        .test = 100 * v.test_accuracy,
        .seconds = seconds(CLOCK_THREAD_CPUTIME_ID) - start,
        .steps = (double)steps };
    trainer_destroy(t);
    return r;
}

/* --- all of them, some at a time ------------------------------------------------------------------------- */

/* Processes rather than threads: they share the data as they are and cannot disturb each other. */
static void begin(
    const struct options *o, const struct run *run, int number, const struct dataset *data, int to)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        die("no process to be had");
    if (child > 0)
        return;
    openblas_set_num_threads(1);
    struct result r = train(o, run, data);
    r.run = number;
    _exit(write(to, &r, sizeof r) == sizeof r ? 0 : 1);
}

static void tell(const struct run *run, const struct result *r, int done, int count)
{
    fprintf(stderr, "%d/%d %s m %d seed %d: train %.2f, %.2f %s (%.0f s)\n", done, count, run->recipe->name,
        run->m, run->seed, r->train, r->test, r->diverged ? "DIVERGED" : "%", r->seconds);
}

static void run_all(const struct options *o, const struct run *run, int count, const struct dataset *data,
    struct result *result)
{
    int ends[2], begun = 0;
    if (pipe(ends) != 0)
        die("no pipe to be had");
    for (int done = 0; done < count; done++) {
        for (; begun < count && begun - done < o->jobs; begun++)
            begin(o, &run[begun], begun, data, ends[1]);
        struct result r;
        int status;
        if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
            die("a run has failed");
        if (read(ends[0], &r, sizeof r) != sizeof r)
            die("a run has told nothing");
        result[r.run] = r;
        tell(&run[r.run], &r, done + 1, count);
    }
    close(ends[0]);
    close(ends[1]);
}

/* --- tables ---------------------------------------------------------------------------------------------- */

struct line {
    double mean, error, seconds;
    int count;
};

/* Mean and standard error of one m of a recipe. */
static struct line line_of(
    const struct run *run, const struct result *r, int count, const struct recipe *recipe, int m)
{
    struct line line = { 0 };
    double square = 0;
    for (int i = 0; i < count; i++)
        if (run[i].recipe == recipe && run[i].m == m) {
            line.mean += r[i].test;
            line.seconds += r[i].seconds;
            line.count++;
        }
    line.mean /= line.count;
    for (int i = 0; i < count; i++)
        if (run[i].recipe == recipe && run[i].m == m)
            square += (r[i].test - line.mean) * (r[i].test - line.mean);
    line.error = line.count > 1 ? sqrt(square / (line.count - 1) / line.count) : 0;
    return line;
}

static void print_lines(const struct options *o, const struct run *run, const struct result *r, int count)
{
    double before = 0, before_error = 0;
    printf("  m   paper    mean   s.e.  reached  order   cpu s   runs, by seed\n");
    for (int m = 1; m <= M_MAX; m++) {
        if (!o->m[m])
            continue;
        struct line line = line_of(run, r, count, o->recipe, m);
        double pooled = hypot(line.error, before_error);
        printf("  %d  %6.2f  %6.2f  %5.2f  %7s  %5s  %6.0f  ", m, paper[m - 1], line.mean, line.error,
            line.mean + line.error >= paper[m - 1] ? "yes" : "no",
            line.mean >= before - pooled ? "holds" : "falls", line.seconds);
        for (int i = 0; i < count; i++)
            if (run[i].m == m)
                printf(" %.2f%s", r[i].test, r[i].diverged ? "!" : "");
        printf("\n");
        before = line.mean;
        before_error = line.error;
    }
}

static void print_choice(const struct options *o, const struct run *run, const struct result *r, int count)
{
    printf(
        "accuracy on the last %d training images, none of which was trained on\n  recipe      mean  by m\n",
        HELD_BACK);
    for (int i = 0; i < RECIPES; i++) {
        if (o->recipe && o->recipe != &recipes[i])
            continue;
        double sum = 0;
        int many = 0;
        char text[200] = "";
        for (int m = 1, at = 0; m <= M_MAX; m++) {
            if (!o->m[m])
                continue;
            struct line line = line_of(run, r, count, &recipes[i], m);
            at += snprintf(text + at, sizeof text - (size_t)at, "  %.2f +- %.2f", line.mean, line.error);
            sum += line.mean;
            many++;
        }
        printf("  %-8s  %6.2f%s\n", recipes[i].name, sum / many, text);
    }
}

static void print_recipe(const struct options *o)
{
    const struct recipe *recipe = o->recipe;
    printf("recipe %s, %d epochs, rate / 10 after %.0f and %.0f %% of the steps:", recipe->name,
        o->epochs ? o->epochs : recipe->epochs, 100 * falls[0], 100 * falls[1]);
    for (int i = 0; i < RECIPE_KEYS && recipe->key[i]; i++)
        printf(" %s", recipe->key[i]);
    for (int i = 0; i < o->sets; i++)
        printf(" %s", o->set[i]);
    printf("\n");
}

/* --- arguments ------------------------------------------------------------------------------------------- */

static int number_in(const char *text, int most)
{
    int value = atoi(text);
    return value < 1 ? 1 : value > most ? most : value;
}

static void take_option(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "--seeds") == 0)
        o->seeds = number_in(value, SEEDS_MAX);
    else if (strcmp(name, "--first") == 0)
        o->first = number_in(value, 1000000);
    else if (strcmp(name, "--epochs") == 0)
        o->epochs = number_in(value, 1000);
    else if (strcmp(name, "--jobs") == 0)
        o->jobs = number_in(value, 64);
    else if (strcmp(name, "--set") == 0 && o->sets < RECIPE_KEYS)
        o->set[o->sets++] = value;
    else if (strcmp(name, "--m") == 0)
        for (int m = 1; m <= M_MAX; m++)
            o->m[m] = strchr(value, '0' + m) != NULL;
    else if (strcmp(name, "--recipe") == 0)
        for (int i = 0; i < RECIPES; i++)
            o->recipe = strcmp(recipes[i].name, value) == 0 ? &recipes[i] : o->recipe;
    else
        die("options are --seeds, --first, --epochs, --jobs, --m, --recipe, --set and --choose");
}

static struct options read_options(int argc, char **argv)
{
    struct options o = { .seeds = 5, .first = 1, .jobs = 1, .m = { false, true, true, true, true } };
    if (argc < 2 || argv[1][0] == '-') {
        fprintf(stderr, "usage: lsoftmax_table FOLDER [--seeds N] [--first SEED] [--epochs N] [--jobs N] "
                        "[--m 1,4] [--recipe NAME] "
                        "[--set KEY=VALUE] [--choose]\n");
        exit(2);
    }
    o.folder = argv[1];
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--choose") == 0)
            o.choose = true;
        else if (i + 1 < argc) {
            take_option(&o, argv[i], argv[i + 1]);
            i++;
        }
    if (!o.choose && !o.recipe)
        o.recipe = &recipes[0];
    return o;
}

static int plan(const struct options *o, struct run *run)
{
    int count = 0;
    for (int i = 0; i < RECIPES; i++)
        for (int seed = o->first; seed < o->first + o->seeds; seed++)
            for (int m = 1; m <= M_MAX; m++)
                if (o->m[m] && (!o->recipe || o->recipe == &recipes[i]) && count < RUNS_MAX)
                    run[count++] = (struct run){ &recipes[i], m, seed };
    return count;
}

int main(int argc, char **argv)
{
    static struct run run[RUNS_MAX];
    static struct result result[RUNS_MAX];
    struct options o = read_options(argc, argv);
    struct experiment e;
    struct dataset data;
    struct why why;
    int count = plan(&o, run);
    if (count == 0)
        die("--m: choose some of 1, 2, 3, 4");
    prepare(&o, &run[0], &e);
    if (dataset_open(&e, &data, &why) != STATUS_OK)
        die(why.text);
    int test = data.test;
    if (o.choose) { /* the last training images stand where the test images begin; those are left out */
        data.train -= HELD_BACK;
        data.test = HELD_BACK;
    }
    double start = seconds(CLOCK_MONOTONIC);
    run_all(&o, run, count, &data, result);
    if (o.choose)
        print_choice(&o, run, result, count);
    else
        print_recipe(&o);
    printf("%d training and %d %s images, %d jobs, %.0f s\n", data.train, data.test,
        o.choose ? "held-back training" : "test", o.jobs, seconds(CLOCK_MONOTONIC) - start);
    if (!o.choose)
        print_lines(&o, run, result, count);
    data.train += o.choose ? HELD_BACK : 0;
    data.test = test;
    dataset_clear(&data);
    return 0;
}
