/* lesson_find.c - a lesson by its path, or a shipped one by number or name. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/dataset_open.h"
#include "app/lesson.h"

static const char ending[] = ".json";

static int is_lesson(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > sizeof ending - 1 && strcmp(entry->d_name + n - (sizeof ending - 1), ending) == 0;
}

/* Whether "07-cosface-and-arcface.json" is meant by "7", by "cosface-and-arcface" or by all of it. */
static bool is_meant(const char *file, const char *name)
{
    char *rest, *end;
    size_t whole = strlen(file) - (sizeof ending - 1), length = strlen(name);
    long number = strtol(file, &rest, 10), wanted = strtol(name, &end, 10);
    if (length == whole && strncmp(file, name, whole) == 0)
        return true;
    if (rest == file || *rest != '-')
        return false;
    size_t skip = (size_t)(rest + 1 - file);
    return (end != name && !*end && number == wanted) ||
           (length == whole - skip && strncmp(file + skip, name, length) == 0);
}

static enum status put_path(
    char *path, int size, const char *folder, const char *between, const char *file, struct why *why)
{
    int wrote = snprintf(path, (size_t)size, "%s%s%s", folder, between, file);
    return wrote < size ? STATUS_OK
                        : why_set(why, STATUS_FAILED, "%.200s: the path is too long; move it",
                              folder[0] ? folder : file);
}

enum status lesson_find(const char *name, char *path, int size, struct why *why)
{
    struct dirent **entry = NULL;
    char folder[900], found[300] = "";
    if (access(name, F_OK) == 0 || strchr(name, '/'))
        return put_path(path, size, "", "", name, why);
    snprintf(folder, sizeof folder, "%.880s/lessons", assets_folder());
    int n = scandir(folder, &entry, is_lesson, alphasort);
    for (int i = 0; i < n; i++) {
        if (!found[0] && is_meant(entry[i]->d_name, name))
            snprintf(found, sizeof found, "%s", entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    if (!found[0])
        return why_set(why, STATUS_FAILED,
            "%.200s: no such file, and no shipped lesson of this number or name; 1 to %d are shipped", name,
            n);
    return put_path(path, size, folder, "/", found, why);
}
