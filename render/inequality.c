#include "render/inequality.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/number.h"

static const double pi = 3.14159265358979323846;

static struct term *add_term(struct inequality *q, struct color color)
{
    struct term *term = &q->term[q->n++];
    term->color = color;
    term->sign = false;
    return term;
}

static void add_sign(struct inequality *q, const struct theme *theme, const char *symbol, const char *value)
{
    struct term *term = add_term(q, theme->text1);
    term->sign = true;
    snprintf(term->symbol, sizeof term->symbol, "%s", symbol);
    snprintf(term->value, sizeof term->value, "%s", value);
}

/* Where the numbers do not obey the rule above them, they stand with the sign that is true of them. */
static void turn_sign(struct term *sign, const struct theme *theme)
{
    static const char *const turned[][2] = { { "<", ">" }, { ">", "<" }, { "≥", "<" } };
    for (size_t i = 0; i < sizeof turned / sizeof turned[0]; i++)
        if (strcmp(sign->value, turned[i][0]) == 0) {
            snprintf(sign->value, sizeof sign->value, "%s", turned[i][1]);
            sign->color = theme->bad;
            return;
        }
}

/* `before` the class's name as its subscript, in its colour: "\theta", "\cos\theta", "z". */
static char *add_class(struct inequality *q, const struct theme *theme, const char *before, int label)
{
    char room[SNAPSHOT_NAME_TEXT];
    struct term *term = add_term(q, class_color(theme, label));
    snprintf(term->symbol, sizeof term->symbol, "\\cls{%d}{%s_{%s}}", label, before,
        snapshot_class(q->snap, label, room));
    return term->value;
}

static char *add_margin(struct inequality *q, const struct theme *theme)
{
    struct term *term = add_term(q, theme->margin);
    snprintf(term->symbol, sizeof term->symbol, "\\m{m}");
    return term->value;
}

static double margin_value(const struct loss_force *force)
{
    return force->loss->margin >= 0 ? force->param[force->loss->margin] : 0;
}

static bool annealed(const struct loss_force *force)
{
    for (int i = 0; i < loss_param_count(force->loss); i++)
        if (force->loss->param[i].role == ROLE_ANNEALED && force->param[i] > 0)
            return true;
    return false;
}

static double row_norm(const double *row, int dim)
{
    double sum = 0;
    for (int i = 0; i < dim; i++)
        sum += row[i] * row[i];
    return sqrt(sum);
}

static double sphere_radius(const struct loss_force *force)
{
    int alpha = loss_param_find(force->loss, "alpha");
    return alpha >= 0 ? force->param[alpha] : 1;
}

static double logit(const struct snapshot *snap, int sample, int label)
{
    const float *x = snap->feature + (size_t)sample * (size_t)snap->dim;
    const double *w = snap->weight + (size_t)label * (size_t)snap->dim;
    double sum = 0, square = 0, bias = snap->bias ? snap->bias[label] : 0;
    for (int i = 0; i < snap->dim; i++) {
        sum += w[i] * (double)x[i];
        square += (double)x[i] * (double)x[i];
    }
    if (snap->force.loss->decision == DECIDE_SPHERE) /* only the direction of x counts, alpha long */
        sum *= square >= 1e-24 ? sphere_radius(&snap->force) / sqrt(square) : 0;
    return sum + bias;
}

/* Plain logits are compared by size, not by angle: their rival is the largest other logit. */
static void write_logits(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    int rival = s->rival;
    for (int j = 0; j < snap->classes; j++)
        if (j != s->own && logit(snap, s->sample, j) > logit(snap, s->sample, rival))
            rival = j;
    double own_z = logit(snap, s->sample, s->own), rival_z = logit(snap, s->sample, rival);
    q->decimals =
        fmax(fabs(own_z), fabs(rival_z)) < 1 ? 2 : 1; /* 0.1 > −0.1 with 0.3 to spare would not add up */
    number_fixed(own_z, q->decimals, add_class(q, theme, "z", s->own), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival_z, q->decimals, add_class(q, theme, "z", rival), VALUE_SIZE);
    q->slack = own_z - rival_z;
    q->widest = "−100.0";
}

static void write_plain(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    (void)scene;
    number_degrees(s->own_angle, add_class(q, theme, "\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_degrees(s->rival_angle, add_class(q, theme, "\\theta", s->rival), VALUE_SIZE);
    q->slack = s->rival_angle - s->own_angle;
    q->degrees = true;
}

static void write_angle_plus(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    double m = margin_value(&scene->snap->force);
    number_degrees(s->own_angle, add_class(q, theme, "\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "+", "+");
    number_degrees(m, add_margin(q, theme), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_degrees(s->rival_angle, add_class(q, theme, "\\theta", s->rival), VALUE_SIZE);
    q->slack = s->rival_angle - s->own_angle - m;
    q->degrees = true;
}

static void write_cosine_minus(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    double m = margin_value(&scene->snap->force), own = cos(s->own_angle), rival = cos(s->rival_angle);
    number_fixed(own, 3, add_class(q, theme, "\\cos\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "-", "−");
    number_fixed(m, 2, add_margin(q, theme), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival, 3, add_class(q, theme, "\\cos\\theta", s->rival), VALUE_SIZE);
    q->slack = own - m - rival;
    q->decimals = 3;
    q->widest = "−0.000";
}

/* f(theta) against cos(theta_j), times the weights' lengths where the loss keeps them. */
static void write_bent(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    bool lengths = snap->force.loss->radius == RADIUS_BOTH;
    double own = loss_target(&snap->force, cos(s->own_angle)).value, rival = cos(s->rival_angle);
    if (lengths) {
        own *= row_norm(snap->weight + (size_t)s->own * (size_t)snap->dim, snap->dim);
        rival *= row_norm(snap->weight + (size_t)s->rival * (size_t)snap->dim, snap->dim);
    }
    char own_name[32] = "\\psi", rival_name[32] = "\\cos\\theta";
    if (lengths) {
        char room[SNAPSHOT_NAME_TEXT];
        snprintf(own_name, sizeof own_name, "\\|W_{%s}\\|\\psi", snapshot_class(snap, s->own, room));
        snprintf(
            rival_name, sizeof rival_name, "\\|W_{%s}\\|\\cos\\theta", snapshot_class(snap, s->rival, room));
    }
    number_fixed(own, 3, add_class(q, theme, own_name, s->own), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival, 3, add_class(q, theme, rival_name, s->rival), VALUE_SIZE);
    q->slack = own - rival;
    q->decimals = 3;
    q->widest = "−0.000";
}

/* Below pi/m the multiplied cosine is a multiplied angle. */
static void write_angle_times(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct loss_force *force = &scene->snap->force;
    double m = margin_value(force);
    if (force->loss->radius == RADIUS_BOTH || annealed(force) || m * s->own_angle > pi) {
        write_bent(q, scene, theme, s);
        return;
    }
    number_fixed(m, 0, add_margin(q, theme), VALUE_SIZE);
    add_sign(q, theme, "\\cdot", "·");
    number_degrees(s->own_angle, add_class(q, theme, "\\theta", s->own), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_degrees(s->rival_angle, add_class(q, theme, "\\theta", s->rival), VALUE_SIZE);
    q->slack = s->rival_angle - m * s->own_angle;
    q->degrees = true;
}

/* Those that change the margin with the sample: own logit as trained, divided by the scale. */
static void write_slack(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct loss_force *force = &scene->snap->force;
    double scale = 1, rival = cos(s->rival_angle);
    for (int i = 0; i < loss_param_count(force->loss); i++)
        if (force->loss->param[i].role == ROLE_SCALE && !force->norm_radius)
            scale = force->param[i];
    if (force->norm_radius) {
        write_plain(q, scene, theme, s);
        return;
    }
    number_fixed(s->slack / scale + rival, 3, add_class(q, theme, "f", s->own), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    number_fixed(rival, 3, add_class(q, theme, "\\cos\\theta", s->rival), VALUE_SIZE);
    q->slack = s->slack / scale;
    q->decimals = 3;
    q->widest = "−0.000";
}

enum { SINGLE_DIM = 512 };

/* One yes-or-no score a class (sphereface2): its slack alone, as its own class or as another. */
static double single_score(const struct scene *scene, const struct selection *s, int label, bool own)
{
    const struct snapshot *snap = scene->snap;
    struct head head = snapshot_head(snap);
    double x[SINGLE_DIM];
    if (snap->dim > SINGLE_DIM)
        return NAN;
    for (int d = 0; d < snap->dim; d++)
        x[d] = (double)snap->feature[(size_t)s->sample * (size_t)snap->dim + (size_t)d];
    head.classes = 1;
    head.weight += (size_t)label * (size_t)snap->dim;
    double slack = snap->force.loss->slack(&snap->force, x, own ? 0 : -1, &head);
    return own ? slack : -slack;
}

static void write_single(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    double own = single_score(scene, s, s->own, true), rival = single_score(scene, s, s->rival, false);
    number_fixed(own, 1, add_class(q, theme, "z", s->own), VALUE_SIZE);
    add_sign(q, theme, ">", ">");
    struct term *zero = add_term(q, theme->text1);
    snprintf(zero->symbol, sizeof zero->symbol, "0");
    snprintf(zero->value, sizeof zero->value, "0");
    add_sign(q, theme, ">", ">");
    number_fixed(rival, 1, add_class(q, theme, "z", s->rival), VALUE_SIZE);
    if (!(own > 0))
        turn_sign(&q->term[1], theme);
    if (!(rival < 0))
        turn_sign(&q->term[3], theme);
    q->slack = fmin(own, -rival);
    q->widest = "−30.0";
}

/* ---- rules that are no contest of angles or logits ---- */

static double mean_distance(const struct snapshot *snap, int sample, int j)
{
    const float *x = snap->feature + (size_t)sample * (size_t)snap->dim;
    const double *w = snap->weight + (size_t)j * (size_t)snap->dim;
    double sum = 0;
    for (int d = 0; d < snap->dim; d++)
        sum += ((double)x[d] - w[d]) * ((double)x[d] - w[d]);
    return sqrt(sum);
}

static void write_means(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    int rival = s->rival;
    char room[SNAPSHOT_NAME_TEXT], number[32];
    for (int j = 0; j < snap->classes; j++)
        if (j != s->own && mean_distance(snap, s->sample, j) < mean_distance(snap, s->sample, rival))
            rival = j;
    double own = mean_distance(snap, s->sample, s->own), other = mean_distance(snap, s->sample, rival);
    number_fixed(own, 2, add_class(q, theme, "d", s->own), VALUE_SIZE);
    add_sign(q, theme, "<", "<");
    number_fixed(other, 2, add_class(q, theme, "d", rival), VALUE_SIZE);
    q->slack = other - own;
    q->widest = "−10.00";
    q->said.good = q->slack > 0;
    snprintf(q->said.who, sizeof q->said.who, "mean of %s is nearest,",
        snapshot_class(snap, q->said.good ? s->own : rival, room));
    double by = fabs(round(100 * other) - round(100 * own)) / 100; /* of the two numbers as they are shown */
    bool tiny = !(by > 0.005);
    number_fixed(tiny ? 0.01 : by, 2, number, sizeof number);
    snprintf(q->said.by, sizeof q->said.by, "by %s%s%s", tiny ? "under " : "", number,
        q->said.good ? "" : ": wrong");
}

static void write_directions(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    char room[SNAPSHOT_NAME_TEXT], number[32];
    write_plain(q, scene, theme, s);
    q->said.good = q->slack > 0;
    snprintf(q->said.who, sizeof q->said.who, "mean of %s is nearest,",
        snapshot_class(scene->snap, q->said.good ? s->own : s->rival, room));
    number_degrees(fabs(q->slack), number, sizeof number);
    snprintf(q->said.by, sizeof q->said.by, "by %s%s", number, q->said.good ? "" : ": wrong");
}

static double pays(const struct snapshot *snap, double z)
{
    return snap->force.loss->curve ? snap->force.loss->curve(z, snap->force.param).value : NAN;
}

/* What would round to nothing says that it is less than the last decimal. */
static void write_pays(struct inequality *q, double value)
{
    char number[32];
    bool tiny = value > 0 && value < 0.005;
    snprintf(q->said.by, sizeof q->said.by, "pays %s%s", tiny ? "under " : "",
        number_fixed(tiny ? 0.01 : value, 2, number, sizeof number));
}

/* t z against what the loss asks of it: 1 for the hinge, else the right side. */
static void write_score(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    bool margin = snap->force.loss->has_margin;
    double z = logit(snap, s->sample, 1) - logit(snap, s->sample, 0), u = s->own ? z : -z;
    struct term *own = add_term(q, class_color(theme, s->own));
    snprintf(own->symbol, sizeof own->symbol, "\\cls{%d}{t}(w x+b)", s->own);
    number_fixed(u, 2, own->value, VALUE_SIZE);
    add_sign(q, theme, margin ? "\\ge" : ">", margin ? "≥" : ">");
    struct term *wanted = add_term(q, margin ? theme->margin : theme->text1);
    snprintf(wanted->symbol, sizeof wanted->symbol, margin ? "\\m{1}" : "0");
    snprintf(wanted->value, sizeof wanted->value, margin ? "1.00" : "0.00");
    q->slack = u - margin;
    q->widest = "−10.00";
    q->said.good = margin ? u >= 1 : u > 0;
    snprintf(q->said.who, sizeof q->said.who, "%s",
        !(u > 0)              ? "wrong side:"
        : margin && !(u >= 1) ? "right side, too close:"
                              : "right side:");
    write_pays(q, pays(snap, u));
}

/* Scores that stand for a probability show it. */
static void write_probability(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    double z = logit(snap, s->sample, 1) - logit(snap, s->sample, 0), u = s->own ? z : -z;
    write_score(q, scene, theme, s);
    struct term *gap = add_term(q, theme->text1), *p = add_term(q, class_color(theme, s->own));
    gap->sign = true;
    gap->symbol[0] = gap->value[0] = '\0';
    snprintf(p->symbol, sizeof p->symbol, "\\cls{%d}{P(t)}", s->own);
    number_percent(1 / (1 + exp(-u)), p->value, VALUE_SIZE);
}

static void write_residual(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    double fit = logit(snap, s->sample, 0),
           y = (double)snap->target[(size_t)s->sample * (size_t)snap->targets];
    struct term *term = add_term(q, theme->text1);
    snprintf(term->symbol, sizeof term->symbol, "w x+b");
    number_fixed(fit, 2, term->value, VALUE_SIZE);
    add_sign(q, theme, "-", "−");
    term = add_term(q, class_color(theme, 0));
    snprintf(term->symbol, sizeof term->symbol, "y");
    number_fixed(y, 2, term->value, VALUE_SIZE);
    add_sign(q, theme, "=", "=");
    term = add_term(q, theme->text1);
    snprintf(term->symbol, sizeof term->symbol, "r");
    number_fixed(fit - y, 2, term->value, VALUE_SIZE);
    q->slack = fit - y;
    q->widest = "−10.00";
    q->said.good = true;
    snprintf(q->said.who, sizeof q->said.who, "%s", fit > y ? "the line is above:" : "the line is below:");
    write_pays(q, pays(snap, fit - y));
}

/* The first three classes' scores; above 0 the label is given. */
static void write_labels(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    const struct snapshot *snap = scene->snap;
    int right = 0, shown = snap->classes < 3 ? snap->classes : 3;
    for (int j = 0; j < snap->classes; j++) {
        double z = logit(snap, s->sample, j);
        bool has = j < snap->targets ? snap->target[(size_t)s->sample * (size_t)snap->targets + (size_t)j] > 0
                                     : j == s->own;
        right += has == (z > 0);
        if (j < shown)
            number_fixed(z, 1, add_class(q, theme, "z", j), VALUE_SIZE);
    }
    q->widest = "−10.0";
    q->slack = right - snap->classes;
    q->said.good = right == snap->classes;
    snprintf(q->said.who, sizeof q->said.who, "label given where z > 0:");
    if (q->said.good)
        snprintf(q->said.by, sizeof q->said.by, "all right");
    else
        snprintf(q->said.by, sizeof q->said.by, "%d of %d right", right, snap->classes);
}

/* ---- which rule ---- */

/* p = sigma(t z): where the loss is a function of it, z = 0 costs the same as p = 1/2. */
static bool is_probability(const struct loss *loss)
{
    static const char *const ids[] = { "logistic", "squared", "focal_binary" };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (strcmp(loss->id, ids[i]) == 0)
            return true;
    return false;
}

static void (*const by_family[FAMILY_COUNT])(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s) = {
    [FAMILY_PLAIN] = write_plain,
    [FAMILY_ANGLE_TIMES] = write_angle_times,
    [FAMILY_COSINE_MINUS] = write_cosine_minus,
    [FAMILY_ANGLE_PLUS] = write_angle_plus,
    [FAMILY_COMBINED] = write_bent,
};

struct writer {
    void (*write)(struct inequality *q, const struct scene *scene, const struct theme *theme,
        const struct selection *s);
};

static struct writer writer_of(const struct scene *scene)
{
    const struct loss *loss = scene->snap->force.loss;
    enum loss_decision decision = loss_decision(&scene->snap->force);
    if (loss->task == TASK_REAL)
        return (struct writer){ scene->snap->targets > 0 ? write_residual : NULL };
    if (loss->task == TASK_SCORE)
        return (struct writer){ is_probability(loss) ? write_probability : write_score };
    if (decision == DECIDE_EACH)
        return (struct writer){ write_labels };
    if (scene->snap->means || loss_is_pair(loss))
        return (struct writer){ decision == DECIDE_COSINE ? write_directions : write_means };
    if (loss->slack)
        return (struct writer){ loss->bias == BLOCK_SHARED_BIAS ? write_single : write_slack };
    if (decision == DECIDE_SPHERE || loss->radius == RADIUS_LINEAR)
        return (struct writer){ write_logits };
    if (loss->family == FAMILY_ADAPTIVE && !loss->target)
        return (struct writer){ write_plain };
    if (loss->family == FAMILY_ADAPTIVE) /* its margin is an angle or a piece of cosine */
        return (struct writer){ strcmp(loss->param[loss->margin].unit, "rad") == 0
                                    ? write_angle_plus
                                    : by_family[FAMILY_COSINE_MINUS] };
    return (struct writer){ by_family[loss->family] };
}

void inequality_write(
    struct inequality *q, const struct scene *scene, const struct theme *theme, const struct selection *s)
{
    struct writer writer = writer_of(scene);
    *q = (struct inequality){ .snap = scene->snap, .decimals = 1, .widest = "180.0°" };
    if (writer.write)
        writer.write(q, scene, theme, s);
    for (int i = 0; i < q->n && q->slack < 0 && writer.write != write_single; i++)
        if (q->term[i].sign)
            turn_sign(&q->term[i], theme);
}

static double value_of(const char *text)
{
    static const char minus[] = "−";
    bool negative = strncmp(text, minus, sizeof minus - 1) == 0;
    return negative ? -strtod(text + sizeof minus - 1, NULL) : strtod(text, NULL);
}

/* The distance that the numbers on show have, rounded as they are; NaN for rules that are no sum. */
static double added_up(const struct inequality *q)
{
    double sum = 0, side = 1, sign = 1;
    for (int i = 0; i < q->n; i++) {
        const char *value = q->term[i].value;
        bool turns = strcmp(value, "<") == 0 || strcmp(value, ">") == 0;
        if (!q->term[i].sign)
            sum += side * sign * value_of(value);
        else if (turns ? side < 0 : strcmp(value, "+") != 0 && strcmp(value, "−") != 0)
            return NAN;
        side = turns ? -side : side;
        sign = q->term[i].sign && strcmp(value, "−") == 0 ? -1 : 1;
    }
    return fabs(sum);
}

/* The distance to the boundary; what would round to nothing says that it is less than the last decimal. */
static void write_distance(const struct inequality *q, char *out, int size)
{
    char number[32];
    double distance = fabs(q->slack), in_degrees = distance * 180 / pi;
    double shown = q->degrees ? in_degrees : distance, last = pow(10, -q->decimals);
    const char *unit = q->degrees ? "°" : "";
    double added = added_up(q);
    if (fabs(added - shown) < 2.5 * last) /* a reader adds up, too */
        shown = added;
    bool tiny = shown < last / 2;
    snprintf(out, (size_t)size, "%s%s%s", tiny ? "under " : "",
        number_fixed(tiny ? last : shown, q->decimals, number, sizeof number), unit);
}

static void write_winner(
    struct verdict *v, const struct inequality *q, const struct snapshot *snap, const struct selection *s)
{
    char distance[40];
    int winner = snap->predicted[s->sample];
    v->good = q->slack > 0;
    write_distance(q, distance, sizeof distance);
    char room[SNAPSHOT_NAME_TEXT];
    snprintf(v->who, sizeof v->who, "class %s wins%s", snapshot_class(snap, winner, room),
        winner != s->own ? ""
        : v->good        ? ", with"
                         : ", but");
    snprintf(v->by, sizeof v->by, v->good ? "%s to spare" : "short by %s", distance);
}

static double gap_to_nearest(const struct scene *scene, int own)
{
    const struct snapshot *snap = scene->snap;
    double most = -1;
    for (int j = 0; j < snap->classes; j++) {
        double dot = 0;
        for (int i = 0; i < snap->dim; i++)
            dot += scene->unit[own * snap->dim + i] * scene->unit[j * snap->dim + i];
        if (j != own)
            most = fmax(most, dot);
    }
    return acos(fmin(1, most));
}

/* No direction of its class meets the train rule: a larger margin than the weights leave room for. */
static void write_no_room(struct verdict *v, const struct scene *scene, const struct selection *s)
{
    const struct loss_force *force = &scene->snap->force;
    if (!scene->angular || !force->loss->has_margin || scene->region[s->own].safe_count > 0)
        return;
    char gap[24], margin[24];
    number_degrees(gap_to_nearest(scene, s->own), gap, sizeof gap);
    number_degrees(margin_value(force), margin, sizeof margin);
    v->good = false;
    char room[SNAPSHOT_NAME_TEXT];
    snprintf(v->who, sizeof v->who, "no room for class %s:", snapshot_class(scene->snap, s->own, room));
    if (force->loss->family == FAMILY_ANGLE_PLUS)
        snprintf(v->by, sizeof v->by, "gap %s < m %s", gap, margin);
    else
        snprintf(v->by, sizeof v->by, "gap %s too narrow", gap);
}

void inequality_verdict(
    struct verdict *v, const struct inequality *q, const struct scene *scene, const struct selection *s)
{
    if (q->said.who[0]) {
        *v = q->said;
        return;
    }
    write_winner(v, q, scene->snap, s);
    write_no_room(v, scene, s);
}
