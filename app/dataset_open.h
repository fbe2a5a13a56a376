/* dataset_open.h - finds and reads the data an experiment names: shipped, generated, a folder of IDX files, a CSV
 * file, or NumPy arrays. Any thread. */
#ifndef APP_DATASET_OPEN_H
#define APP_DATASET_OPEN_H

#include "app/output.h"
#include "math/dataset.h"
#include "math/experiment.h"

/* Loads, keeps the chosen classes, moves the hold-out, makes labels what the loss needs. Errors name the file. */
enum status dataset_open(const struct experiment *e, struct dataset *out, struct why *why);

/* The same, telling how far a long reading is; NULL: nobody cares. */
enum status dataset_open_watched(const struct experiment *e, const struct progress *progress, struct dataset *out,
    struct why *why);
/* Both experiments open the same data, labels read in the same way. */
bool dataset_same(const struct experiment *a, const struct experiment *b);

/* The folder of shipped files: $MARGINSCOPE_ASSETS, beside the program, or where it was built/installed. */
const char *assets_folder(void);

/* Whole file, inflated when it is gzip; at most `limit` bytes. free() it. */
enum status file_read(const char *path, size_t limit, uint8_t **out, size_t *size, struct why *why);

#endif
