#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/dataset_build.h"
#include "math/rng.h"

#define PI 3.14159265358979323846
enum { TARGETS_MAX = 3 };

struct point {
    double x, y;
    int label;
    float target[TARGETS_MAX];
};

/* How to make sample i. Values keep these units. */
struct shape {
    const char *name;
    int rows, dim, targets;
    const char *class_name[TARGETS_MAX + 1]; /* ends with NULL */
    void (*sample)(struct rng *rng, int i, struct point *out);
};

/* Of two-blobs, and where its outlier sits: deep in the other class's half. */
#define BLOB_DISTANCE 3.7
#define BLOB_SPREAD 0.9
#define BLOB_ANGLE 0.3
#define OUTLIER_X 2.3
#define OUTLIER_Y (-2.75)

/* The outlier comes first: the first sample of a class is never a test sample. */
static void two_blobs(struct rng *rng, int i, struct point *out)
{
    out->label = i % 2;
    double side = (out->label ? 0.5 : -0.5) * BLOB_DISTANCE;
    out->x = i == 0 ? OUTLIER_X : side * cos(BLOB_ANGLE) + BLOB_SPREAD * rng_normal(rng);
    out->y = i == 0 ? OUTLIER_Y : side * sin(BLOB_ANGLE) + BLOB_SPREAD * rng_normal(rng);
}

/* Half circles of radius 2; the second hangs from the middle of the first. */
static void moons(struct rng *rng, int i, struct point *out)
{
    double angle = PI * rng_uniform(rng), noise = 0.25;
    out->label = i % 2;
    double flip = out->label ? -1 : 1;
    out->x = flip * (2 * cos(angle) - 1) + noise * rng_normal(rng);
    out->y = flip * (2 * sin(angle) - 0.5) + noise * rng_normal(rng);
}

static void circles(struct rng *rng, int i, struct point *out)
{
    double angle = 2 * PI * rng_uniform(rng);
    out->label = i % 2;
    double radius = (out->label ? 1.2 : 3.2) + 0.25 * rng_normal(rng);
    out->x = radius * cos(angle);
    out->y = radius * sin(angle);
}

/* A turn and a half; equal steps of the root spread the points evenly along the arm. */
static void spirals(struct rng *rng, int i, struct point *out)
{
    double along = 0.15 + 0.85 * sqrt(rng_uniform(rng)), angle = 3 * PI * along, noise = 0.12;
    out->label = i % 2;
    double flip = out->label ? -1 : 1;
    out->x = flip * 4 * along * cos(angle) + noise * rng_normal(rng);
    out->y = flip * 4 * along * sin(angle) + noise * rng_normal(rng);
}

static void exclusive_or(struct rng *rng, int i, struct point *out)
{
    static const double sign[4][2] = { { 1, 1 }, { 1, -1 }, { -1, -1 }, { -1, 1 } };
    out->label = i % 2;
    out->x = 1.6 * sign[i % 4][0] + 0.55 * rng_normal(rng);
    out->y = 1.6 * sign[i % 4][1] + 0.55 * rng_normal(rng);
}

/* Three clusters around the origin; every 25th point is of the third. */
static void imbalanced(struct rng *rng, int i, struct point *out)
{
    out->label = i % 25 == 24 ? 2 : i % 25 % 2;
    double angle = PI / 2 + 2 * PI * out->label / 3;
    out->x = 2.6 * cos(angle) + rng_normal(rng);
    out->y = 2.6 * sin(angle) + rng_normal(rng);
}

/* y = 0.6 x + 1 and noise. The outliers lie far to the right, where they turn a line of least squares, and not at
 * every fifth place, where test samples are. */
static void outliers(struct rng *rng, int i, struct point *out)
{
    bool far = i == 7 || i == 21 || i == 38 || i == 52;
    double place = rng_uniform(rng), noise = rng_normal(rng);
    out->x = far ? 2.6 + 1.2 * place : -4 + 8 * place;
    out->target[0] = (float)(0.6 * out->x + 1 + 0.35 * noise - (far ? 7 : 0));
}

/* Even over the union; the label is the disc whose centre is nearest. */
static void discs(struct rng *rng, int i, struct point *out)
{
    static const double radius = 1.7, away = 1.15;
    (void)i;
    for (bool inside = false; !inside;) {
        double nearest = INFINITY;
        out->x = 6 * rng_uniform(rng) - 3;
        out->y = 6 * rng_uniform(rng) - 3;
        for (int k = 0; k < 3; k++) {
            double angle = PI / 2 + 2 * PI * k / 3;
            double distance = hypot(out->x - away * cos(angle), out->y - away * sin(angle));
            out->target[k] = (float)(distance < radius);
            inside = inside || distance < radius;
            out->label = distance < nearest ? k : out->label;
            nearest = fmin(nearest, distance);
        }
    }
}

static enum status name_classes(const struct shape *shape, struct dataset *out, struct why *why)
{
    while (shape->class_name[out->classes])
        out->classes++;
    out->class_name = calloc((size_t)out->classes, sizeof *out->class_name);
    if (!out->class_name)
        return why_set(why, STATUS_FAILED, "%s: not enough memory; close other programs", shape->name);
    for (int k = 0; k < out->classes; k++)
        snprintf(out->class_name[k], DATASET_CLASS_NAME, "%s", shape->class_name[k]);
    return STATUS_OK;
}

static void fill(const struct shape *shape, uint64_t seed, struct dataset *out)
{
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    for (int i = 0; i < shape->rows; i++) {
        struct point point = { 0 };
        shape->sample(&rng, i, &point);
        float *value = out->value + (size_t)i * (size_t)shape->dim;
        value[0] = (float)point.x;
        if (shape->dim > 1)
            value[1] = (float)point.y;
        out->label[i] = point.label;
        size_t targets = (size_t)shape->targets;
        if (targets)
            memcpy(out->target + (size_t)i * targets, point.target, targets * sizeof *out->target);
    }
}

static enum status generate(const struct shape *shape, uint64_t seed, struct dataset *out, struct why *why)
{
    struct dataset draft = { .own_units = true, .numbers = shape->targets == 1 };
    snprintf(draft.name, sizeof draft.name, "%s", shape->name);
    enum status status = dataset_reserve(&draft, (size_t)shape->rows, (size_t)shape->dim, shape->name, why);
    if (status == STATUS_OK && shape->targets)
        status = dataset_reserve_targets(&draft, (size_t)shape->targets, shape->name, why);
    if (status == STATUS_OK)
        status = name_classes(shape, &draft, why);
    if (status == STATUS_OK) {
        fill(shape, seed, &draft);
        status = dataset_split(&draft, shape->name, why);
    }
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    *out = draft;
    return STATUS_OK;
}

enum status dataset_two_blobs(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "two-blobs", 53, 2, 0, { "-1", "1" }, two_blobs };
    return generate(&shape, seed, out, why);
}

enum status dataset_moons(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "moons", 500, 2, 0, { "0", "1" }, moons };
    return generate(&shape, seed, out, why);
}

enum status dataset_circles(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "circles", 500, 2, 0, { "0", "1" }, circles };
    return generate(&shape, seed, out, why);
}

enum status dataset_spirals(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "spirals", 600, 2, 0, { "0", "1" }, spirals };
    return generate(&shape, seed, out, why);
}

enum status dataset_xor(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "xor", 400, 2, 0, { "0", "1" }, exclusive_or };
    return generate(&shape, seed, out, why);
}

enum status dataset_imbalanced(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "imbalanced", 500, 2, 0, { "0", "1", "2" }, imbalanced };
    return generate(&shape, seed, out, why);
}

enum status dataset_outliers(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "outliers", 60, 1, 1, { "y" }, outliers };
    return generate(&shape, seed, out, why);
}

enum status dataset_discs(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct shape shape = { "discs", 600, 2, 3, { "A", "B", "C" }, discs };
    return generate(&shape, seed, out, why);
}
