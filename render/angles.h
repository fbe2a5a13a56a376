/* angles.h - the angles between the shown samples and the class weights, for all of a picture at once. Radians. Pure,
 * allocates nothing, any thread. */
#ifndef RENDER_ANGLES_H
#define RENDER_ANGLES_H

#include "math/snapshot.h"

/* For each of snap->count samples, in arrays of as many: theta to the own class and to the nearest other one (NaN where
 * there is none), which one that is (-1), and the direction of a 2-D feature. `unit` holds the directions of the
 * weights (classes * sub, dim). A feature without length is at a right angle to all. Within 3e-7 of arccos. */
void angles_measure(
    const struct snapshot *snap, const double *unit, int sub, float *own, float *rival, int *rival_class, float *angle);

#endif
