/* rng.h - one stream of random numbers (xoshiro256**, seeded by splitmix64).
 * A stream is a plain value: copy it to save it. Separate purposes use separate streams of one seed, so that
 * drawing one number more for the data does not change the initial weights. Blackman, Vigna 2018. */
#ifndef MATH_RNG_H
#define MATH_RNG_H

#include <stdint.h>

enum rng_stream { RNG_DATA = 1, RNG_WEIGHTS = 2, RNG_BATCHES = 3, RNG_SAMPLE = 4, RNG_VERIFY = 5, RNG_FREE = 6,
    RNG_MAKES = 7, RNG_SHIFT = 8 };

struct rng {
    uint64_t s[4];
};

void rng_init(struct rng *rng, uint64_t seed, enum rng_stream stream);
uint64_t rng_next(struct rng *rng);
double rng_uniform(struct rng *rng);              /* [0, 1) */
double rng_normal(struct rng *rng);               /* mean 0, variance 1; stateless Box-Muller: two draws each */
int rng_below(struct rng *rng, int n);            /* 0..n-1, unbiased; n > 0 */
void rng_shuffle(struct rng *rng, int *order, int n);

#endif
