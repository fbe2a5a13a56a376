/* output.h - safe outputs: written beside the target and renamed when whole, so that a target is the old file or the
 * new one, whatever ends the program. What a killed program leaves beside it is cleared away by the next that writes
 * into that folder, or starts its window: what is being written is locked, and the lock ends with its program. Any
 * thread. */
#ifndef APP_OUTPUT_H
#define APP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "math/status.h"

struct output {
    char path[1100], temporary[1120];
    void *stream;                      /* FILE, on the temporary; a device is written in place, without one */
    int lock;
};
enum status output_begin(struct output *out, const char *path, struct why *why);
/* Closes, syncs and renames, or removes it when `keep` is false or anything failed. */
enum status output_end(struct output *out, bool keep, struct why *why);
/* One of several, where all are kept or none: kept when `status` is STATUS_OK. What never began (stream NULL) is left
 * out. The first trouble is what comes back, with its sentence. */
enum status output_settle(struct output *out, enum status status, struct why *why);

/* A folder in that of `path`, for many files that become whole together. Its name goes into `out`; the answer is a
 * lock to be closed after the folder has been emptied and removed, or -1 with errno. */
int output_folder(const char *path, char *out, size_t size);

/* Removes what programs that are dead have left in this folder; "" is the one we are in. */
void output_sweep(const char *folder);

#endif
