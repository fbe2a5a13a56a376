#include "math/coach.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "math/schedule.h"

static const double PI = 3.14159265358979323846;
static const double RAY_DEG = 3; /* two classes nearer than this share a ray */
static const double POINT_DEG = 1; /* all features nearer than this are one point */
static const double GUESS = 0.03; /* above the largest class's share an accuracy is more than a guess */
static const double FLAT = 0.01; /* a loss that moves by less stands still */
static const double FALLS = 0.15; /* a loss that falls by this share is being lowered */
static const double CONFUSED = 0.75; /* two classes of which more are right are told apart */
static const double FREED = 0.85; /* and of which so many are right are no trouble whatever their angle */
static const double GROWS = 1.25; /* an angle that gains this factor in 100 steps is on its way */
static const double GAINS = 0.005; /* an accuracy that gains less is not rising */
static const double SATISFIED = 0.8; /* an accuracy that is this high may stand still */

void coach_init(struct coach *c)
{
    *c = (struct coach){ .point_since = -1, .loss = -1 };
}

static double radians(double degrees)
{
    return degrees * PI / 180;
}

/* Evenly spread classes of a circle may be close by necessity: a quarter of their distance is close for them. */
static double ray_limit(const struct coach_step *s)
{
    double even = s->dim == 2 && !s->distance ? PI / (2 * s->classes) : radians(RAY_DEG);
    return fmin(radians(RAY_DEG), even);
}

static double dot(const double *a, const double *b, int dim)
{
    double sum = 0;
    for (int k = 0; k < dim; k++)
        sum += a[k] * b[k];
    return sum;
}

/* Means that are told apart by distance are seen from the middle of them all: their mean distance from it. */
static double mean_radius(const struct coach_step *s)
{
    double square = 0;
    int present = 0;
    for (int j = 0; j < s->classes; j++)
        present += s->class_count[j] > 0;
    for (int k = 0; k < s->dim; k++) {
        double sum = 0, own = 0;
        for (int j = 0; j < s->classes; j++) {
            double x = s->class_count[j] > 0 ? s->row[(size_t)j * (size_t)s->dim + (size_t)k] : 0;
            sum += x;
            own += x * x;
        }
        square += own / present - sum / present * (sum / present);
    }
    return sqrt(fmax(0, square));
}

/* Radians between two classes; those with nothing to compare are far apart. */
static double apart(const struct coach_step *s, double radius, int a, int b)
{
    const double *x = s->row + (size_t)a * (size_t)s->dim, *y = s->row + (size_t)b * (size_t)s->dim;
    if (s->class_count[a] == 0 || s->class_count[b] == 0)
        return PI;
    double xx = dot(x, x, s->dim), yy = dot(y, y, s->dim), xy = dot(x, y, s->dim);
    if (s->distance)
        return radius > 1e-12 ? sqrt(fmax(0, xx + yy - 2 * xy)) / radius : PI;
    return xx < 1e-24 || yy < 1e-24 ? PI : acos(fmin(1, fmax(-1, xy / sqrt(xx * yy))));
}

static struct coach_pair *find_pair(struct coach *c, int a, int b)
{
    for (int i = 0; i < c->pairs; i++)
        if (c->pair[i].a == a && c->pair[i].b == b)
            return &c->pair[i];
    return NULL;
}

/* Pairs that went apart leave the list. They waver by a degree or two from step to step, so the way out is longer than
 * the way in. */
static void drop_pairs(struct coach *c, const struct coach_step *s, double radius)
{
    int kept = 0;
    for (int i = 0; i < c->pairs; i++) {
        struct coach_pair *p = &c->pair[i];
        double angle = p->b < s->classes ? apart(s, radius, p->a, p->b) : PI;
        if (angle >= ray_limit(s))
            p->under = s->step;
        p->angle_sum += angle;
        p->looks++;
        if (angle < (p->told ? 2 : 1.5) * ray_limit(s))
            c->pair[kept++] = *p;
    }
    c->pairs = kept;
}

/* What the looks since the last time say of two classes: shares of single batches waver. */
static void end_pair_trend(struct coach_pair *p)
{
    double angle = p->looks > 0 ? p->angle_sum / p->looks : p->angle;
    p->parting = p->angle >= 0 && angle > GROWS * p->angle;
    p->share = p->met > 0 ? (double)p->right / (double)p->met : -1;
    p->told = p->told && p->share < FREED;
    p->angle = angle;
    p->angle_sum = 0;
    p->looks = 0;
    p->right = p->met = 0;
}

static void watch_trend(struct coach *c, const struct coach_step *s)
{
    for (int i = 0; i < c->pairs; i++) {
        c->pair[i].right += s->pair_right[i];
        c->pair[i].met += s->pair_met[i];
    }
    if (++c->trend_looks < COACH_TREND)
        return;
    c->trend_looks = 0;
    for (int i = 0; i < c->pairs; i++)
        end_pair_trend(&c->pair[i]);
}

static void watch_pairs(struct coach *c, const struct coach_step *s)
{
    if (!s->row) {
        c->pairs = 0;
        return;
    }
    double radius = s->distance ? mean_radius(s) : 1;
    drop_pairs(c, s, radius);
    for (int a = 0; a < s->classes; a++)
        for (int b = a + 1; b < s->classes && c->pairs < COACH_PAIRS; b++)
            if (apart(s, radius, a, b) < ray_limit(s) && !find_pair(c, a, b))
                c->pair[c->pairs++] = (struct coach_pair){
                    .a = a, .b = b, .since = s->step, .under = s->step, .share = -1, .angle = -1
                };
    for (int i = 0; i < c->pairs; i++) {
        struct coach_pair *p = &c->pair[i];
        bool lasts = s->step - p->under >= COACH_LASTS || s->step - p->since >= COACH_WAVERS;
        bool stuck = !p->parting && p->share < CONFUSED;
        p->told = p->told || (lasts && stuck);
    }
}

/* All within half a degree of their mean direction. Features without a length have none. */
static bool one_point(const struct coach_step *s)
{
    double mean[64] = { 0 };
    if (!s->feature || s->dim < 2 || s->dim > 64 || s->n < 2)
        return false;
    for (int i = 0; i < s->n; i++) {
        const double *x = s->feature + (size_t)i * (size_t)s->dim;
        double length = sqrt(dot(x, x, s->dim));
        for (int k = 0; k < s->dim && length > 1e-12; k++)
            mean[k] += x[k] / length;
    }
    double size = sqrt(dot(mean, mean, s->dim)), limit = cos(radians(POINT_DEG / 2));
    for (int i = 0; i < s->n; i++) {
        const double *x = s->feature + (size_t)i * (size_t)s->dim;
        double length = sqrt(dot(x, x, s->dim));
        if (!(dot(x, mean, s->dim) >= limit * size * length))
            return false;
    }
    return size > 0;
}

static void watch_point(struct coach *c, const struct coach_step *s)
{
    if (!one_point(s))
        c->point_since = -1;
    else if (c->point_since < 0)
        c->point_since = s->step;
}

/* Numbers of one window are comparable while the loss and its values stay. Running statistics never do. */
static bool same_force(struct coach *c, const struct loss_force *force)
{
    bool known = c->loss >= 0 && c->loss < loss_count() && loss_at(c->loss) == force->loss;
    bool same = known && c->norm_radius == force->norm_radius;
    for (int p = 0; force->loss->param[p].kind != PARAM_NONE; p++)
        same = same && (c->param[p] == force->param[p] || force->loss->param[p].role == ROLE_RUNNING);
    c->loss = known ? c->loss : loss_index(force->loss);
    c->norm_radius = force->norm_radius;
    memcpy(c->param, force->param, sizeof c->param);
    return same;
}

static bool flat(double a, double b)
{
    return fabs(a - b) <= FLAT * fabs(b);
}

/* How many of the last windows are guesses. */
static int guesses(const struct coach *c, const struct coach_step *s)
{
    int n = 0;
    while (n < c->windows && c->window_accuracy[c->windows - 1 - n] <= s->chance + GUESS)
        n++;
    return n;
}

/* The last two windows are guesses, and their loss is log C, that of the start, or does not move; or all are. */
static bool is_dead(const struct coach *c, const struct coach_step *s)
{
    int last = c->windows - 1, n = guesses(c, s);
    if (n < 2 || n == COACH_WINDOWS)
        return n == COACH_WINDOWS;
    double now = c->window_loss[last];
    return flat(now, log(s->classes)) || flat(now, c->start_loss) || flat(now, c->window_loss[last - 1]);
}

static bool is_idle(const struct coach *c)
{
    int last = COACH_WINDOWS - 1;
    return c->windows == COACH_WINDOWS && c->window_loss[last] > 0 &&
           c->window_loss[last] < (1 - FALLS) * c->window_loss[0] && c->window_accuracy[last] < SATISFIED &&
           c->window_accuracy[last] < c->window_accuracy[0] + GAINS;
}

static void end_window(struct coach *c, const struct coach_step *s)
{
    if (c->windows == COACH_WINDOWS) {
        memmove(c->window_loss, c->window_loss + 1, sizeof c->window_loss - sizeof *c->window_loss);
        memmove(c->window_accuracy, c->window_accuracy + 1,
            sizeof c->window_accuracy - sizeof *c->window_accuracy);
        c->windows--;
    }
    double mean = c->loss_sum / (double)c->begun;
    if (c->windows == 0)
        c->start_loss = mean;
    c->window_loss[c->windows] = mean;
    c->window_accuracy[c->windows++] = c->seen > 0 ? (double)c->right / (double)c->seen : 1;
    c->dead = is_dead(c, s);
    c->idle = is_idle(c);
    c->begun = c->right = c->seen = 0;
    c->loss_sum = 0;
}

static void watch_windows(struct coach *c, const struct coach_step *s)
{
    if (!same_force(c, s->force)) {
        c->begun = c->right = c->seen = 0;
        c->loss_sum = 0;
        c->windows = 0;
        c->dead = c->idle = false;
    }
    c->begun++;
    c->loss_sum += s->loss;
    c->right += s->right;
    c->seen += s->seen;
    if (c->begun == COACH_WINDOW)
        end_window(c, s);
}

static struct finding ray_finding(const struct coach *c, const struct coach_step *s)
{
    struct finding f = { .kind = COACH_FINE, .means = s->means, .spot = s->distance, .room = s->room };
    for (int i = 0; i < c->pairs; i++) {
        const struct coach_pair *p = &c->pair[i];
        if (!p->told)
            continue;
        f.others += f.kind == COACH_RAY;
        if (f.kind == COACH_FINE)
            f.a = p->a, f.b = p->b, f.since = p->since;
        f.kind = COACH_RAY;
    }
    return f;
}

/* What is wrong now, the worst of it. */
static struct finding judge(const struct coach *c, const struct coach_step *s)
{
    int last = c->windows - 1;
    struct finding f = ray_finding(c, s);
    if (s->diverged) {
        f = (struct finding){ .kind = COACH_DIVERGED, .since = s->step };
    } else if (c->point_since >= 0 && s->step - c->point_since >= COACH_LASTS) {
        f = (struct finding){ .kind = COACH_POINT, .since = c->point_since };
    } else if (c->dead) {
        f.kind = COACH_DEAD;
        f.since = s->step - c->begun - (long)c->windows * COACH_WINDOW;
    } else if (f.kind == COACH_FINE && c->idle) {
        f.kind = COACH_IDLE;
        f.since = s->step - c->begun - (long)(c->windows - 1) * COACH_WINDOW;
    }
    if (c->windows > 0) {
        f.loss_from = c->window_loss[0];
        f.loss_to = c->window_loss[last];
        f.accuracy = c->window_accuracy[last];
    }
    return f;
}

/* The same trouble goes on: it keeps its first words. */
static bool same_finding(const struct coach *c, const struct finding *f)
{
    const struct finding *old = &c->finding;
    if (old->kind != f->kind)
        return false;
    return f->kind != COACH_RAY || (old->a == f->a && old->b == f->b && old->others == f->others);
}

static void note(struct coach *c, const struct finding *f)
{
    bool again = c->log_count > 0 && c->log[c->log_count - 1].kind == f->kind &&
                 (f->kind != COACH_RAY || c->log[c->log_count - 1].a == f->a);
    if (f->kind == COACH_FINE || again)
        return;
    if (c->log_count < COACH_LOG)
        c->log[c->log_count++] = *f;
}

void coach_watch(struct coach *c, const struct coach_step *s)
{
    if (!s->diverged)
        watch_windows(c, s);
    if (!s->diverged && s->looked) {
        watch_trend(c, s);
        watch_pairs(c, s);
        watch_point(c, s);
    }
    if (!s->diverged && !s->looked)
        return;
    struct finding now = judge(c, s);
    now.step = s->step;
    if (same_finding(c, &now)) {
        c->finding.room = now.room;
        return;
    }
    note(c, &now);
    c->finding = now;
}

const char *coach_id(enum coach_kind kind)
{
    static const char *const id[COACH_KINDS] = { "fine", "diverged", "ray", "point", "dead", "idle" };
    return id[kind];
}

/* "1,240" */
static const char *thousands(long n, char text[24])
{
    if (n < 1000)
        snprintf(text, 24, "%ld", n);
    else if (n < 1000000)
        snprintf(text, 24, "%ld,%03ld", n / 1000, n % 1000);
    else
        snprintf(text, 24, "%ld,%03ld,%03ld", n / 1000000, n / 1000 % 1000, n % 1000);
    return text;
}

static void ray_sentence(const struct finding *f, const char *a, const char *b, const char *since, char *text)
{
    char more[40] = "";
    if (f->others > 0)
        snprintf(more, sizeof more, " (and %d more pair%s)", f->others, f->others == 1 ? "" : "s");
    const char *end = f->room ? "the margin asks for more than there is." : "they seldom part by themselves.";
    snprintf(text, COACH_TEXT, "%s%.24s and %.24s%s lie on one %s since step %s: %s",
        f->means ? "The means of " : "", a, b, more, f->spot ? "spot" : "ray", since, end);
}

const char *coach_sentence(const struct finding *f, const char *a, const char *b, char text[COACH_TEXT])
{
    char since[24], step[24];
    thousands(f->since, since);
    thousands(f->step, step);
    text[0] = '\0';
    if (f->kind == COACH_DIVERGED)
        snprintf(text, COACH_TEXT, "Loss became infinite at step %s; shown is the last state before.", step);
    if (f->kind == COACH_RAY)
        ray_sentence(f, a, b, since, text);
    if (f->kind == COACH_POINT)
        snprintf(text, COACH_TEXT,
            "All features lie within 1\u00b0 since step %s: the head sees the same thing in every sample.",
            since);
    if (f->kind == COACH_DEAD)
        snprintf(text, COACH_TEXT,
            "The loss stands at %.3g and %.0f\u2009%% are right, which is guessing: "
            "nothing has been learned since step %s.",
            f->loss_to, 100 * f->accuracy, since);
    if (f->kind == COACH_IDLE)
        snprintf(text, COACH_TEXT,
            "Since step %s the loss fell from %.3g to %.3g, but still only %.0f\u2009%% "
            "are right.",
            since, f->loss_from, f->loss_to, 100 * f->accuracy);
    return text;
}

/* --- cures --------------------------------------------------------------------------------------------- */

static int role_param(const struct loss *loss, enum param_role role)
{
    for (int p = 0; p < loss_param_count(loss); p++)
        if (loss->param[p].role == role)
            return p;
    return -1;
}

double coach_room(const struct loss_force *force, int classes, int dim)
{
    if (!force->loss->limit || force->loss->margin < 0)
        return INFINITY;
    double angle = dim == 2 ? 2 * PI / classes : classes <= dim + 1 ? acos(-1.0 / (classes - 1)) : INFINITY;
    return isfinite(angle) ? force->loss->limit(fmin(PI, angle), force->param) : INFINITY;
}

/* What has parted classes on one ray in most trainings of every stored example of the loss; another is not offered. */
enum { WARM = 1, SMALLER = 2, BEFORE = 4, WARMED = 8 }; /* WARMED: only where it began with a warm-up */
static const struct {
    const char *loss;
    unsigned helps;
} tried[] = {
    { "normface", WARM | SMALLER | BEFORE },
    { "cosface", WARM | SMALLER | BEFORE },
    { "arcface", WARM | SMALLER | BEFORE },
    { "adaface", WARM | SMALLER | BEFORE },
    { "fnorm_sphereface", WARM | SMALLER | BEFORE },
    { "combined_margin", WARM },
    { "asoftmax", WARM | BEFORE },
    { "lsoftmax", WARM },
    { "curricularface", BEFORE | WARMED },
    { "sphereface2", SMALLER | WARMED },
};

static unsigned helps(const struct experiment *e)
{
    int lengths[2];
    schedule_lengths(e, lengths);
    bool cold = lengths[0] + lengths[1] == 0;
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++)
        if (strcmp(tried[i].loss, experiment_loss(e)->id) == 0)
            return cold && (tried[i].helps & WARMED) ? 0 : tried[i].helps;
    return 0;
}

static double own_rate(const struct experiment *e)
{
    struct experiment plain = *e;
    plain.lr = 0;
    return experiment_rate(&plain);
}

struct offer {
    struct cure *out;
    int count;
};

static void offer(struct offer *o, struct cure cure)
{
    if (o->count < CURE_MAX)
        o->out[o->count++] = cure;
}

/* Back into its room, and from there by a warm-up: without it the classes stay where the margin has pushed them. */
static bool offer_margin(struct offer *o, const struct experiment *e, int classes, int dim)
{
    const struct loss *loss = experiment_loss(e);
    struct loss_force force = experiment_force(e);
    double room = coach_room(&force, classes, dim);
    if (loss->margin < 0 || !(e->param[e->loss][loss->margin] > room))
        return false;
    double initial = loss->param[loss->margin].initial;
    if (initial <= room)
        offer(o, (struct cure){ .kind = CURE_MARGIN, .back = -1, .value = initial });
    return initial <= room;
}

/* A quarter of the scale: gradients reach the far side of the circle again. */
static void offer_scale(struct offer *o, const struct experiment *e)
{
    const struct loss *loss = experiment_loss(e);
    int s = role_param(loss, ROLE_SCALE);
    if (loss->radius != RADIUS_SCALE || s < 0)
        return;
    double scale = e->param[e->loss][s];
    if (scale >= 16)
        offer(o, (struct cure){ .kind = CURE_SCALE, .back = -1, .value = floor(10 * scale / 4) / 10 });
}

/* A rate that was too high has ruined the weights before the loss blows up: it is for a new start. One that is too
 * low has only wasted time. */
static void offer_rate(struct offer *o, const struct finding *f, const struct experiment *e)
{
    double rate = experiment_rate(e), own = own_rate(e);
    double value = f->kind == COACH_DIVERGED ? fmax(own, rate / 100) : own;
    if (rate > own)
        offer(o, (struct cure){ .kind = CURE_RATE, .back = 0, .value = value });
    if (f->kind == COACH_DEAD && rate < own)
        offer(o, (struct cure){ .kind = CURE_RATE, .back = -1, .value = own });
}

/* Values that keep classes together, or from being learned at all, and others that were seen to let them go. */
static const struct {
    enum coach_kind kind;
    const char *loss, *param;
    double low, high, value; /* where it lies; what it becomes */
} eased[] = {
    { COACH_DEAD, "triplet", "mining", 1, 1, 2 }, /* hard; semihard */
    { COACH_RAY, "circle", "gamma", 16, INFINITY, 4 },
    { COACH_RAY, "center", "lambda", 0.5, INFINITY, 0.1 },
    { COACH_RAY, "regular", "lambda", 1e-9, INFINITY, 0 },
};

static bool in_use(const struct experiment *e, const struct loss *loss)
{
    for (int i = 0; i < term_count(); i++)
        if (term_at(i) == loss && e->added[i])
            return true;
    return experiment_loss(e) == loss;
}

static void offer_eased(struct offer *o, const struct finding *f, const struct experiment *e)
{
    for (size_t i = 0; i < sizeof eased / sizeof *eased; i++) {
        const struct loss *loss = loss_find(eased[i].loss);
        int p = loss_param_find(loss, eased[i].param), at = loss_index(loss);
        double now = e->param[at][p];
        if (eased[i].kind == f->kind && in_use(e, loss) && now >= eased[i].low && now <= eased[i].high)
            offer(
                o, (struct cure){ .kind = CURE_VALUE, .back = -1, .a = at, .b = p, .value = eased[i].value });
    }
}

int coach_cures(
    const struct finding *f, const struct experiment *e, int classes, int dim, struct cure out[CURE_MAX])
{
    struct offer o = { out, 0 };
    unsigned help = helps(e);
    offer_rate(&o, f, e);
    offer_eased(&o, f, e);
    if (f->kind != COACH_RAY || ((help & WARM) && offer_margin(&o, e, classes, dim)))
        return o.count;
    if (help & WARM)
        offer(&o, (struct cure){ .kind = CURE_WARMUP, .back = -1 });
    /* with a margin and most classes in one heap a smaller scale frees none */
    if ((help & SMALLER) && (f->others <= 1 || experiment_loss(e)->margin < 0))
        offer_scale(&o, e);
    if (help & BEFORE)
        offer(&o, (struct cure){ .kind = CURE_WARMUP, .back = f->since });
    return o.count;
}

static void set_param(struct experiment *e, int p, double value)
{
    double stored;
    if (p >= 0 && param_accept(&experiment_loss(e)->param[p], value, &stored))
        e->param[e->loss][p] = stored;
}

static void set_warmup(struct experiment *e)
{
    const struct loss *loss = experiment_loss(e);
    int lengths[2];
    schedule_lengths(e, lengths);
    if (loss->radius == RADIUS_SCALE && lengths[0] + lengths[1] == 0)
        e->warmup[0] = e->warmup[1] = SCHEDULE_DEFAULT;
    if (role_param(loss, ROLE_ANNEALED) >= 0 && e->anneal == 0)
        e->anneal = SCHEDULE_DEFAULT;
}

void cure_set(const struct cure *cure, struct experiment *e)
{
    if (cure->kind == CURE_WARMUP || cure->kind == CURE_MARGIN)
        set_warmup(e);
    if (cure->kind == CURE_SCALE)
        set_param(e, role_param(experiment_loss(e), ROLE_SCALE), cure->value);
    if (cure->kind == CURE_MARGIN)
        set_param(e, experiment_loss(e)->margin, cure->value);
    if (cure->kind == CURE_VALUE)
        e->param[cure->a][cure->b] = cure->value;
    if (cure->kind == CURE_RATE)
        e->lr = cure->value;
}

static void value_text(const struct cure *cure, char text[CURE_TEXT])
{
    const struct param *row = &loss_at(cure->a)->param[cure->b];
    if (row->kind == PARAM_CHOICE)
        snprintf(text, CURE_TEXT, "%.12s %.20s", row->label, row->choice[(int)cure->value]);
    else
        snprintf(text, CURE_TEXT, "%.12s = %g", row->id, cure->value);
}

const char *cure_label(const struct cure *cure, const struct experiment *e, char text[CURE_TEXT])
{
    const struct loss *loss = experiment_loss(e);
    const char *from = cure->back > 0 ? "Before it, with " : cure->back == 0 ? "Anew, with " : "";
    char what[CURE_TEXT] = "";
    if (cure->kind == CURE_WARMUP)
        snprintf(what, sizeof what, "%s", cure->back < 0 ? "Warm up again" : "a warm-up");
    if (cure->kind == CURE_SCALE)
        snprintf(what, sizeof what, "s = %g", cure->value);
    if (cure->kind == CURE_MARGIN)
        snprintf(what, sizeof what, "%.8s = %g and warm up", loss->param[loss->margin].id, cure->value);
    if (cure->kind == CURE_RATE)
        snprintf(what, sizeof what, "%s %g", cure->back < 0 ? "Rate" : "rate", cure->value);
    if (cure->kind == CURE_VALUE)
        value_text(cure, what);
    if (cure->kind == CURE_REMAKE)
        snprintf(what, sizeof what, "Make the two anew");
    snprintf(text, CURE_TEXT, "%s%.28s", from, what);
    return text;
}

void cure_text(const struct cure *cure, char text[CURE_TEXT])
{
    if (cure->kind == CURE_REMAKE)
        snprintf(text, CURE_TEXT, "remake:%d:%d", cure->a, cure->b);
    else
        snprintf(text, CURE_TEXT, "warmup");
}

bool cure_parse(const char *text, struct cure *out)
{
    int a, b, used = 0;
    if (strcmp(text, "warmup") == 0) {
        *out = (struct cure){ .kind = CURE_WARMUP, .back = -1 };
        return true;
    }
    if (sscanf(text, "remake:%9d:%9d%n", &a, &b, &used) != 2 || text[used] || a < 0 || b < 0 || a == b)
        return false;
    *out = (struct cure){ .kind = CURE_REMAKE, .back = -1, .a = a, .b = b };
    return true;
}
