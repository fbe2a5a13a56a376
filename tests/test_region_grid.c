/* What is drawn as a class's region and zone against the rules, written again in region_case.c, for random rules and
 * heads: at every point of a 512 x 512 grid of the plane and at 20,000 directions of the sphere, and at every border vertex.
 *
 *   MARGINSCOPE_TRIALS=N   as many heads a loss (else a few)       MARGINSCOPE_SEED=N   others
 *   MARGINSCOPE_CASE=LINE  this one alone, as a failure prints it   MARGINSCOPE_DIM=N   2 or 3 alone
 *   MARGINSCOPE_LOSS=ID    this loss alone
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/check.h"
#include "tests/support/region_check.h"

enum { SHRINK_TRIES = 400 };

static bool is_drawn(const struct loss *loss, int dim)
{
    const char *alone = getenv("MARGINSCOPE_LOSS");
    return loss->decision != DECIDE_NOTHING && loss->family != FAMILY_TERM &&
           (dim == 2 || loss->decision != DECIDE_EACH) && (!alone || !*alone || strcmp(alone, loss->id) == 0);
}

static void check_case(const struct region_case *c, struct report *report)
{
    static struct judge j;
    judge_init(&j, c);
    (c->dim == 2 ? check_plane : check_sphere)(&j, report);
}

static bool fails(const struct region_case *c)
{
    struct report report = { 0 };
    check_case(c, &report);
    return report.wrong > 0;
}

static int setting(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text && *text ? atoi(text) : otherwise;
}

/* Prints the smallest case found that still fails. */
static void show_failure(struct region_case *c, const struct report *report)
{
    static char text[CASE_TEXT];
    struct report small = { 0 };
    long before = report->wrong;
    case_shrink(c, fails, setting("MARGINSCOPE_SHRINK", SHRINK_TRIES));
    check_case(c, &small);
    case_print(c, text, sizeof text);
    print_error("%ld of %ld points; smaller: %ld, %s\nMARGINSCOPE_CASE='%s'\n", before, report->points,
        small.wrong, small.first, text);
}

static void check_all(int dim, int trials)
{
    static struct region_case c;
    struct report all = { 0 };
    long heads = 0, failed = 0;
    if (setting("MARGINSCOPE_DIM", dim) != dim)
        skip();
    for (int l = 0; l < loss_count(); l++)
        for (int trial = 0; trial < trials; trial++) {
            struct rng rng;
            struct report one = { 0 };
            if (!is_drawn(loss_at(l), dim))
                continue;
            rng_init(&rng, (uint64_t)(setting("MARGINSCOPE_SEED", 1) * 1000003 + 1009 * l + trial), RNG_FREE);
            case_draw(&c, loss_at(l), dim, &rng);
            check_case(&c, &one);
            heads++;
            all.points += one.points, all.near += one.near, all.vertices += one.vertices;
            all.wrong += one.wrong;
            if (one.wrong && failed++ < 5)
                show_failure(&c, &one);
        }
    print_message(
        "%d-D: %ld heads, %ld points (%ld too near a border), %ld vertices, %ld wrong in %ld heads\n", dim,
        heads, all.points, all.near, all.vertices, all.wrong, failed);
    assert_int_equal(failed, 0);
}

static void the_plane_is_drawn_as_the_rules_decide(void **state)
{
    (void)state;
    check_all(2, setting("MARGINSCOPE_TRIALS", SANITIZED ? 1 : 3));
}

static void the_sphere_is_drawn_as_the_rules_decide(void **state)
{
    (void)state;
    check_all(3, setting("MARGINSCOPE_TRIALS", SANITIZED ? 1 : 6));
}

/* Found once, and rare: what each asks for. */
/* clang-format off */
static const char *const PINNED[] = {
    /* the train rule is met twice within one stretch of the circle */
    "loss=sphereface2 dim=2 norm=1 r=30 m=0.2 t=10 b=0,0 w=0.13,-0.27,0.34,-1.2",
    /* two caps that face each other have nothing in common */
    "loss=softmax dim=3 norm=1 b=0,0,0 w=1,0,0,-1,0,0,0,0,0",
    /* likewise where there is no margin, and where a margin helps */
    ("loss=arcface dim=3 norm=1 m=0 b=0,0,0 "
     "w=5.6294042396210875,-7.3962567778792989,-3.611980234057738,-15.566501817615839,"
     "20.452225435521605,9.9878947194662295,0,0,0"),
    ("loss=combined_margin dim=3 norm=1 m1=4 m2=0.3 m3=0.2 b=0,0,0 "
     "w=-1.7086267973345168,0.55399291100082293,1.7415628154343525,0,0,0,1.2322630837860553,"
     "-0.3995401535141877,-1.2560165677502839"),
    /* the strongest rival of a sub-centre is the neighbour of a sister only */
    "loss=subcenter_arcface dim=3 norm=1 m=0.3 k=2 b=0,0,0 w=0,0,0,0,0,0,0,-1,0,-1,1,1,0,2,3,7,0,10",
    /* she decides nowhere, and the rival lies right behind her */
    "loss=subcenter_arcface dim=3 norm=1 m=0.3 k=3 b=0,0 w=0,0,0,0,0,-1,0,0,0,1,0,0,0,0,2,0,0.1,0",
    /* a rival's meridian is met twice between two nodes: an island */
    "loss=combined_margin dim=3 norm=1 m1=4 m2=0.7926 m3=0.95 b=0,0 w=1,0,0,0.993101,0.117263,0",
    /* two rivals cut what a third one leaves to a crumb between two samples of its border */
    "loss=combined_margin dim=3 norm=1 m1=4 m2=0.14 m3=0.2 b=0,0,0,0 w=0,0,-2,-2,0,2,-2,-1,0,1,1,0",
    /* all of the circle is decided, and what is safe of it goes across where it begins */
    "loss=hinge dim=2 norm=1 b=0.32,-0.32 w=0.2,0,-0.2,0",
    /* without a margin all borders are great circles, and many of them the same one, but for rounding */
    "loss=lsoftmax dim=3 norm=2 m=1 lambda=0 b=0,0,0,0,0,0,0 w=-2,-2,0,-2,-1,-1,-2,2,1,-1,1,2,-2,0,-2,0,1,1,0,2,-1",
    /* and rows that lie nearly on one line */
    ("loss=cosface dim=3 norm=1 s=30 m=0 b=0,0,0,0,0 "
     "w=-0.98923900370994622,-1.9266135278029988,0.28985676485312656,-0.79780252686949538,"
     "-1.5537773328970603,0.23376399289028199,-0.9893063242691047,-1.92656314779979,0.28972412521326291,"
     "-2.3517912398982297,-4.3177670574941942,0.93580204367267072,-0.98953761813636432,"
     "-1.9260990954155315,0.28923721997157348"),
    /* an easy margin without a margin */
    ("loss=magface dim=3 norm=1 l_a=1 u_a=11 l_m=0 u_m=0.4 easy_margin=1 b=0,0,0 "
     "w=0,0,0,0,0,-0.0010406333402377046,0,-0.1,-0.2"),
};
/* clang-format on */

static void rare_cases_are_drawn_as_the_rules_decide(void **state)
{
    (void)state;
    static struct region_case c;
    for (size_t i = 0; i < sizeof PINNED / sizeof *PINNED; i++) {
        struct report report = { 0 };
        assert_true(case_parse(&c, PINNED[i]));
        check_case(&c, &report);
        if (report.wrong)
            print_error("%ld wrong: %s\nMARGINSCOPE_CASE='%s'\n", report.wrong, report.first, PINNED[i]);
        assert_int_equal(report.wrong, 0);
    }
}

static void one_case_by_hand(void **state)
{
    (void)state;
    static struct region_case c;
    struct report report = { 0 };
    const char *line = getenv("MARGINSCOPE_CASE");
    if (!line || !*line)
        skip();
    assert_true(case_parse(&c, line));
    check_case(&c, &report);
    print_message("%ld points, %ld wrong: %s\n", report.points, report.wrong, report.first);
    assert_int_equal(report.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(rare_cases_are_drawn_as_the_rules_decide),
        cmocka_unit_test(the_plane_is_drawn_as_the_rules_decide),
        cmocka_unit_test(the_sphere_is_drawn_as_the_rules_decide),
    };
    const struct CMUnitTest one[] = { cmocka_unit_test(one_case_by_hand) };
    const char *line = getenv("MARGINSCOPE_CASE");
    return line && *line ? cmocka_run_group_tests(one, NULL, NULL) : cmocka_run_group_tests(all, NULL, NULL);
}
