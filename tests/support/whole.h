/* whole.h - whether a file that a program wrote has its end. */
#ifndef TESTS_SUPPORT_WHOLE_H
#define TESTS_SUPPORT_WHOLE_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "app/session.h"

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    return n >= m && strcmp(path + n - m, ending) == 0;
}

static bool closes_with(FILE *file, const char *end, size_t n)
{
    char tail[16];
    return fseek(file, -(long)n, SEEK_END) == 0 && fread(tail, 1, n, file) == n && memcmp(tail, end, n) == 0;
}

static bool is_whole(const char *path)
{
    static const struct {
        const char *ending, *end;
        size_t size;
    } kind[] = { { ".png", "IEND\xae\x42\x60\x82", 8 }, { ".gif", ";", 1 }, { ".svg", "</svg>\n", 7 },
        { ".pdf", "%%EOF\n", 6 }, { ".csv", "\n", 1 }, { "recent", "\n", 1 } };
    if (ends_in(path, ".json") && !ends_in(path, "export.json")) {
        struct session *s = NULL;
        bool good = session_read(path, &s, NULL) == STATUS_OK;
        session_destroy(s);
        return good;
    }
    FILE *file = fopen(path, "rb");
    bool whole = file != NULL;
    for (size_t i = 0; whole && i < sizeof kind / sizeof *kind; i++)
        if (ends_in(path, kind[i].ending))
            whole = closes_with(file, kind[i].end, kind[i].size);
    if (file)
        fclose(file);
    return whole;
}

#endif
