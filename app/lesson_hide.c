/* Which controls a step of a lesson hides. */
#include <string.h>

#include "app/lesson.h"
#include "math/loss.h"
#include "render/view.h"

enum { MEMBERS = 10 };

/* A name that ends in a dot stands for all that begin so; a group in a group for all of that. */
static const struct {
    const char *name, *member[MEMBERS];
} groups[] = {
    { "tabs", { "tab." } },
    { "panel", { "data", "losses", "params", "terms", "schedules", "training" } },
    { "data", { "dataset", "seed", "classes", "holdout", "model" } },
    { "losses", { "loss." } },
    { "params", { "param." } },
    { "terms", { "term." } },
    { "schedules", { "warmup", "anneal" } },
    { "training", { "param.lr", "param.batch", "optimiser" } },
    { "transport", { "play", "step", "back", "reset", "pace" } },
    { "header", { "split", "shapes", "export" } },
    { "side", { "cell." } },
    { "timeline", { "timeline", "live", "branch", "replay", "roll" } },
};
static const char *const single[] = { "dataset", "model", "optimiser", "seed", "play", "step", "back",
    "reset", "live", "branch", "replay", "roll", "export", "theme", "help", "pace", "split", "loss.more",
    "tab.plane", "tab.sphere", "tab.compare", "tab.basics", "tab.lessons" };

enum { GROUPS = sizeof groups / sizeof *groups, SINGLES = sizeof single / sizeof *single };

const char *lesson_group(int i)
{
    if (i < 0 || i >= GROUPS + SINGLES)
        return NULL;
    return i < GROUPS ? groups[i].name : single[i - GROUPS];
}

/* "m" of any loss, "ring.lambda", or what the panel has besides. */
static bool any_param(const char *name)
{
    for (int i = 0; i < loss_count(); i++) {
        const struct loss *loss = loss_at(i);
        size_t length = strlen(loss->id);
        bool dotted = strncmp(name, loss->id, length) == 0 && name[length] == '.';
        if (loss_param_find(loss, dotted ? name + length + 1 : name) >= 0)
            return true;
    }
    return strcmp(name, "lr") == 0 || strcmp(name, "batch") == 0;
}

bool lesson_hideable(const char *id)
{
    for (int i = 0; lesson_group(i); i++)
        if (strcmp(lesson_group(i), id) == 0)
            return true;
    if (strncmp(id, "loss.", 5) == 0)
        return loss_find(id + 5) != NULL;
    if (strncmp(id, "view.", 5) == 0)
        return view_find(id + 5) != NULL;
    return strncmp(id, "param.", 6) == 0 && any_param(id + 6);
}

static bool is_term(const char *control)
{
    const char *name = strncmp(control, "param.", 6) == 0 ? control + 6 : "";
    return strchr(name, '.') != NULL;
}

bool lesson_covers(const char *hidden, const char *control)
{
    if (strcmp(hidden, control) == 0)
        return true;
    if (strcmp(hidden, "terms") == 0 && is_term(control))
        return true;
    for (int g = 0; g < GROUPS; g++) {
        for (int m = 0; m < MEMBERS && strcmp(groups[g].name, hidden) == 0 && groups[g].member[m]; m++) {
            const char *member = groups[g].member[m];
            size_t length = strlen(member);
            bool family = member[length - 1] == '.' && strncmp(control, member, length) == 0;
            bool inner = strcmp(member, hidden) != 0 && lesson_covers(member, control);
            if (family || inner)
                return true;
        }
    }
    return false;
}
