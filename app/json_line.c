#include "app/json_line.h"

#include <stdbool.h>
#include <string.h>

struct walk {
    const char *at;
    int line;
};

static void skip_space(struct walk *w)
{
    for (; *w->at && strchr(" \t\r\n", *w->at); w->at++)
        w->line += *w->at == '\n';
}

/* True when the text between the quotes is `key`, written without escapes. */
static bool skip_string(struct walk *w, const char *key)
{
    const char *begin = ++w->at;
    for (; *w->at && *w->at != '"'; w->at++)
        w->at += *w->at == '\\' && w->at[1];
    size_t length = (size_t)(w->at - begin);
    w->at += *w->at == '"';
    return key && strlen(key) == length && memcmp(begin, key, length) == 0;
}

/* No recursion: brackets are counted, so that no text is too deep. */
static void skip_value(struct walk *w)
{
    int depth = 0;
    do {
        skip_space(w);
        if (*w->at == '"')
            skip_string(w, NULL);
        else if (*w->at == '{' || *w->at == '[')
            depth++, w->at++;
        else if (*w->at == '}' || *w->at == ']')
            depth--, w->at++;
        else
            w->at += *w->at && depth && strchr(",:", *w->at) ? 1 : strcspn(w->at, ",:]} \t\r\n");
    } while (*w->at && depth > 0);
}

/* Goes to the value; false when there is none. */
static bool step_down(struct walk *w, const struct json_step *step, int *line)
{
    skip_space(w);
    if (*w->at != (step->key ? '{' : '['))
        return false;
    w->at++;
    for (int i = 0; *w->at; i++) {
        skip_space(w);
        *line = w->line;
        bool found = !step->key && i == step->at;
        if (step->key) {
            if (*w->at != '"')
                return false;
            found = skip_string(w, step->key);
            skip_space(w);
            w->at += *w->at == ':';
        }
        if (found)
            return true;
        skip_value(w);
        skip_space(w);
        if (*w->at != ',')
            return false;
        w->at++;
    }
    return false;
}

int json_line(const char *text, const struct json_step *path, int depth)
{
    struct walk w = { text, 1 };
    skip_space(&w);
    int line = w.line;
    for (int i = 0; i < depth; i++) {
        int found = line;
        if (!step_down(&w, &path[i], &found))
            return line;
        line = found;
    }
    return line;
}
