#include "app/cli.h"

#include <SDL.h>

#include "app/dataset_open.h"
#include "app/export.h"
#include "app/headless.h"
#include "app/sweep.h"
#include "render/text.h"

static enum status begin(const struct options *o, struct sweep *s, struct why *why)
{
    struct output output = { .stream = NULL };
    enum status status = sweep_plan_beside(o, s, why);
    if (status == STATUS_OK)
        status = output_begin(&output, o->out, why); /* only whether it can be written */
    if (status != STATUS_OK)
        return status;
    output_end(&output, false, NULL);
    return sweep_open(s, why);
}

static enum status draw(const struct options *o, const struct sweep *s, struct why *why)
{
    const struct snapshot *snap[COMPARE_MAX];
    const struct dataset *data[COMPARE_MAX];
    for (int i = 0; i < s->cells; i++) {
        snap[i] = &s->cell[i].shown[0];
        data[i] = s->cell[i].data;
        if (snap[i]->diverged)
            fprintf(stderr,
                "marginscope: training %d: diverged at step %ld, its last finite state is shown; try a "
                "smaller "
                "--lr\n",
                i + 1, snap[i]->diverged_step);
    }
    return export_compare(snap, data, s->cells, &o->figure[0].figure, why);
}

/* As many at once as there are cores: what they show does not depend on it. */
enum status cli_compare(const struct options *o, struct why *why)
{
    struct sweep s = { .options = o };
    headless_catch();
    enum status status = text_start(why);
    if (status != STATUS_OK)
        return status;
    status = begin(o, &s, why);
    if (status == STATUS_OK)
        status = sweep_run(&s, SDL_GetCPUCount(), why);
    if (status == STATUS_OK)
        status = draw(o, &s, why);
    sweep_clear(&s);
    text_stop();
    return status;
}
