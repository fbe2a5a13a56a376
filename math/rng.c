#include "math/rng.h"

#include <math.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void rng_init(struct rng *rng, uint64_t seed, enum rng_stream stream)
{
    uint64_t state = seed * 0x2545f4914f6cdd1du + (uint64_t)stream * 0x632be59bd9b4e019u;
    for (int i = 0; i < 4; i++)
        rng->s[i] = splitmix(&state);
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *s = rng->s, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double rng_uniform(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

double rng_normal(struct rng *rng)
{
    double u = 1 - rng_uniform(rng), v = rng_uniform(rng);
    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

int rng_below(struct rng *rng, int n)
{
    uint64_t range = (uint64_t)n, draw;
    do
        draw = rng_next(rng);
    while (draw > UINT64_MAX - range && draw >= UINT64_MAX - UINT64_MAX % range); /* the second is dear */
    return (int)(draw % range);
}

void rng_shuffle(struct rng *rng, int *order, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = rng_below(rng, i + 1), keep = order[i];
        order[i] = order[j];
        order[j] = keep;
    }
}
