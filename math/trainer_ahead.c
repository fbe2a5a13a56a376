/* The forward pass of the shown samples, which takes nearly all of the time of a cnn's snapshot, in two halves for two
 * threads. A half has its own room; both read the trainer and write nothing else of it. */
#include <stdlib.h>

#include "math/trainer_state.h"

static size_t shown_count(const struct trainer *t)
{
    return (size_t)t->shown_train.count + (size_t)t->shown_test.count;
}

static bool make_room(struct trainer *t)
{
    size_t count = shown_count(t);
    if (!t->ahead_input)
        t->ahead_input = malloc(PASS * (size_t)t->data->dim * sizeof *t->ahead_input);
    if (!t->ahead_work.capacity && !network_work_init(&t->ahead_work, &t->net, PASS, NULL))
        return false;
    if (t->ahead_room < count) {
        free(t->ahead);
        t->ahead = malloc(count * (size_t)t->dim * sizeof *t->ahead);
        t->ahead_room = t->ahead ? count : 0;
    }
    return t->ahead_input && t->ahead;
}

bool trainer_ahead_begin(struct trainer *t)
{
    t->ahead_ready = t->experiment.model == MODEL_CNN && shown_count(t) > PASS && make_room(t);
    return t->ahead_ready;
}

/* Samples [from, to) of one part, in passes that begin where those of trainer_chunk would. */
static void pass(struct trainer *t, const struct sample *s, int from, int to, bool first, float *out)
{
    float *input = first ? t->chunk_input : t->ahead_input;
    struct network_work *work = first ? &t->chunk_work : &t->ahead_work;
    for (int done = from, n; done < to; done += n) {
        n = to - done < PASS ? to - done : PASS;
        trainer_pass(t, s->row + done, n, input, work, out + (size_t)done * (size_t)t->dim);
    }
}

void trainer_ahead(struct trainer *t, bool first)
{
    const struct sample *part[2] = { &t->shown_train, &t->shown_test };
    float *out = t->ahead;
    for (int i = 0; i < 2; i++) {
        int middle = part[i]->count / 2 / PASS * PASS;
        pass(t, part[i], first ? 0 : middle, first ? middle : part[i]->count, first, out);
        out += (size_t)part[i]->count * (size_t)t->dim;
    }
}

static const float *find(const struct sample *s, const int *row, const float *feature, size_t dim)
{
    bool inside = row >= s->row && row < s->row + s->count;
    return inside ? feature + (size_t)(row - s->row) * dim : NULL;
}

const float *trainer_ahead_of(const struct trainer *t, const int *row)
{
    size_t dim = (size_t)t->dim;
    if (!t->ahead_ready)
        return NULL;
    const float *train = find(&t->shown_train, row, t->ahead, dim);
    return train ? train : find(&t->shown_test, row, t->ahead + (size_t)t->shown_train.count * dim, dim);
}
