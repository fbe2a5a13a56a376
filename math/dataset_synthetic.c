#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "math/dataset_build.h"
#include "math/rng.h"

enum { GENERATED_CLASSES = 10, BLOBS_DIM = 24, BLOBS_ROWS = 2400, RINGS_DIM = 2, RINGS_ROWS = 2000 };

/* Every coordinate of a centre has this deviation and every sample 1 about its centre: two centres are about
 * 5.5 apart, so that neighbours touch and a margin has something to push. */
#define BLOBS_SPREAD 0.8

#define RINGS_RADIUS 4.0
#define RINGS_RADIUS_NOISE 0.4
#define RINGS_ANGLE_NOISE 0.1 /* rad; half the way to the next class is 0.31 */
#define PI 3.14159265358979323846

/* One sample of class k. `centre` has a row a class. */
struct recipe {
    const char *name;
    int rows, dim;
    void (*sample)(struct rng *rng, const double *centre, int k, float *out);
};

static void blobs_sample(struct rng *rng, const double *centre, int k, float *out)
{
    for (int j = 0; j < BLOBS_DIM; j++)
        out[j] = (float)(centre[k * BLOBS_DIM + j] + rng_normal(rng));
}

static void rings_sample(struct rng *rng, const double *centre, int k, float *out)
{
    (void)centre;
    double radius = RINGS_RADIUS + RINGS_RADIUS_NOISE * rng_normal(rng);
    double angle = 2 * PI * k / GENERATED_CLASSES + RINGS_ANGLE_NOISE * rng_normal(rng);
    out[0] = (float)(radius * cos(angle));
    out[1] = (float)(radius * sin(angle));
}

/* The classes take turns, so that any stretch of the data holds all of them. */
static enum status generate(const struct recipe *recipe, uint64_t seed, struct dataset *out, struct why *why)
{
    struct dataset draft = { 0 };
    snprintf(draft.name, sizeof draft.name, "%s", recipe->name);
    enum status status =
        dataset_reserve(&draft, (size_t)recipe->rows, (size_t)recipe->dim, recipe->name, why);
    if (status != STATUS_OK)
        return status;
    struct rng rng;
    rng_init(&rng, seed, RNG_DATA);
    double centre[GENERATED_CLASSES * BLOBS_DIM];
    for (int i = 0; i < GENERATED_CLASSES * recipe->dim; i++)
        centre[i] = BLOBS_SPREAD * rng_normal(&rng);
    for (int i = 0; i < recipe->rows; i++) {
        draft.label[i] = i % GENERATED_CLASSES;
        recipe->sample(&rng, centre, draft.label[i], draft.value + (size_t)i * (size_t)recipe->dim);
    }
    status = dataset_name_classes(&draft, recipe->name, why);
    if (status == STATUS_OK)
        status = dataset_split(&draft, recipe->name, why);
    if (status != STATUS_OK) {
        dataset_clear(&draft);
        return status;
    }
    dataset_scale(&draft);
    *out = draft;
    return STATUS_OK;
}

enum status dataset_blobs(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct recipe blobs = { "blobs", BLOBS_ROWS, BLOBS_DIM, blobs_sample };
    return generate(&blobs, seed, out, why);
}

enum status dataset_rings(uint64_t seed, struct dataset *out, struct why *why)
{
    static const struct recipe rings = { "rings-of-classes", RINGS_ROWS, RINGS_DIM, rings_sample };
    return generate(&rings, seed, out, why);
}
