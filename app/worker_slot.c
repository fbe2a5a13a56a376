#include "app/worker_state.h"

#include <stdlib.h>

#include "math/draw.h"

struct loaded *loaded_keep(struct loaded *l)
{
    if (l)
        SDL_AtomicIncRef(&l->users);
    return l;
}

void loaded_drop(struct loaded *l)
{
    if (l && SDL_AtomicDecRef(&l->users)) {
        dataset_clear(&l->data);
        free(l);
    }
}

struct shade *shade_keep(struct shade *s)
{
    if (s)
        SDL_AtomicIncRef(&s->users);
    return s;
}

void shade_drop(struct shade *s)
{
    if (s && SDL_AtomicDecRef(&s->users)) {
        snapshot_clear(&s->snapshot);
        free(s);
    }
}

struct shade *shade_create(void)
{
    struct shade *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    SDL_AtomicSet(&s->users, 1);
    snapshot_init(&s->snapshot);
    return s;
}

void slot_destroy(struct slot *slot)
{
    if (!slot)
        return;
    snapshot_clear(&slot->snapshot);
    for (int i = 0; i < BESIDE_MAX; i++)
        if (slot->beside[i]) {
            snapshot_clear(slot->beside[i]);
            free(slot->beside[i]);
        }
    loaded_drop(slot->loaded);
    dataset_clear(&slot->drawn);
    shade_drop(slot->shade);
    free(slot);
}

struct slot *slot_create(void)
{
    struct slot *slot = calloc(1, sizeof *slot);
    if (slot)
        snapshot_init(&slot->snapshot);
    return slot;
}

void slot_fill_drawn(struct slot *slot)
{
    const struct experiment *e = &slot->snapshot.experiment;
    if (!draw_chosen(e) || (!slot->drawn.value && dataset_drawn(e->seed, &slot->drawn, NULL) != STATUS_OK))
        return;
    dataset_fill_drawn(&slot->drawn, e);
}

const struct dataset *slot_data(const struct slot *slot)
{
    if (draw_chosen(&slot->snapshot.experiment))
        return slot->drawn.value ? &slot->drawn : NULL;
    return slot->loaded ? &slot->loaded->data : NULL;
}

/* Room in the slot for everybody beside. */
enum status slot_reserve(struct slot *slot, const struct beside *b)
{
    for (int i = 0; i < beside_count(b); i++) {
        if (!slot->beside[i]) {
            slot->beside[i] = calloc(1, sizeof *slot->beside[i]);
            if (!slot->beside[i])
                return STATUS_FAILED;
            snapshot_init(slot->beside[i]);
        }
        slot->beside_id[i] = beside_id(b, i);
    }
    slot->besides = beside_count(b);
    return STATUS_OK;
}
