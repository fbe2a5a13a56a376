/* dataset_build.h - the steps every parser and generator of data sets takes, in this order:
 * reserve, fill `pixel` (images) or `value` (tables) and `label` in file order, name, split, scale. */
#ifndef MATH_DATASET_BUILD_H
#define MATH_DATASET_BUILD_H

#include "math/dataset.h"

/* Room for `count` training rows, numbered in file order; more than 2 GiB of numbers is refused before
 * anything is allocated. Set width, height and pixel_max of an image set first: they decide whether there is
 * `pixel`. On failure `out` holds nothing. */
enum status dataset_reserve(struct dataset *out, size_t count, size_t dim, const char *where,
    struct why *why);

/* Room for `targets` numbers a row, all 0, within the same limit. */
enum status dataset_reserve_targets(struct dataset *out, size_t targets, const char *where, struct why *why);

/* The numbers in `label` (0 .. DATASET_CLASS_MAX-1) become classes 0.. in sorted order, named by number. */
enum status dataset_name_classes(struct dataset *data, const char *where, struct why *why);

/* The rows of `from` by the part each belongs to (enum part; another value leaves a row out), within a part in
 * their order, with their targets. Class names and weights are left to the caller. */
enum status dataset_gather(const struct dataset *from, const unsigned char *part_of, struct dataset *out,
    struct why *why);

/* Within each class the 5th, 10th, 15th, ... sample in file order becomes test. */
enum status dataset_split(struct dataset *data, const char *where, struct why *why);

/* The same with the part of each row given. */
enum status dataset_split_by(struct dataset *data, const unsigned char *part_of, const char *where,
    struct why *why);

/* Sets `grey` or rescales `value`: images by one mean and deviation of all training pixels,
 * tables column by column, points of the plane and data with own units not at all. */
void dataset_scale(struct dataset *data);

enum status dataset_blobs(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_rings(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_two_blobs(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_moons(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_circles(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_spirals(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_xor(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_imbalanced(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_outliers(uint64_t seed, struct dataset *out, struct why *why);
enum status dataset_discs(uint64_t seed, struct dataset *out, struct why *why);

#endif
