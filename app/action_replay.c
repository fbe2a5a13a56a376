/* The changes of a future that was cut off, made once more; and the controls that follow them. */
#include <string.h>

#include "app/compare.h"
#include "app/panel.h"

void action_replay(struct window *w, int unused)
{
    (void)unused;
    if (!w->state.replaying && (w->past || w->state.replay_end < 0)) {
        window_notice(
            w, false, "Nothing to replay: choose an earlier step, train on from there (V), then replay.");
        return;
    }
    worker_replay(w->worker, !w->state.replaying);
    worker_state(w->worker, &w->state);
    w->sweeping = false;
    window_dirty(w, AREAS_CONTROL | 1 << AREA_TIMELINE);
}

void action_replay_follow(struct window *w)
{
    bool follow = w->follow_step > 0 && w->snap && w->snap->step == w->follow_step - 1;
    if (!(follow || worker_replayed(w->worker)) || !w->snap || w->past)
        return;
    w->follow_step = 0;
    struct experiment before = w->experiment;
    w->experiment = w->snap->experiment;
    compare_returned(w);
    action_settle(w, &before);
    if (memcmp(&before, &w->experiment, sizeof before) != 0)
        window_dirty(w, AREAS_ALL);
}
