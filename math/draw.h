/* draw.h - points of the plane drawn by hand: how they are edited, as text, and the data set they make.
 * The points are part of the experiment, in the order in which they were made; a data row is a place in that list. */
#ifndef MATH_DRAW_H
#define MATH_DRAW_H

#include "math/dataset.h"
#include "math/experiment.h"

#define DRAW_DATASET "drawn"

/* Room for the longest edit as text. */
enum { DRAW_TEXT = 64 };

enum draw_kind { DRAW_PUT, DRAW_INSERT, DRAW_REMOVE };
struct draw_edit {
    enum draw_kind kind;
    int at;                           /* place in the list; DRAW_PUT at its end is one more point */
    struct dot dot;                   /* of a removal nothing */
};

/* The point CLASS:X:Y as an edit of a list of `count`: "2:0.5:-1" one more; "17=2:0.5:-1" in place of point 17;
 * "17+2:0.5:-1" before it; "17-" takes it away. Classes 0 to 9, |x| and |y| up to 1e6. False when it is none, or
 * the list has no such place or is full. */
bool draw_parse(const char *text, size_t length, int count, struct draw_edit *out);
void draw_text(const struct draw_edit *edit, int count, char text[DRAW_TEXT]);
void draw_apply(struct experiment *e, const struct draw_edit *edit);

/* The experiment's key `draw`: edits with commas, each of the list those before it have made, or none; and the whole
 * list as such edits of an empty one. On failure e is unchanged. */
enum status draw_set(struct experiment *e, const char *value, struct why *why);
void draw_get(const struct experiment *e, char *text, int size);

/* The next edit on the way from one list to the other; false when they are the same. What they have in common at
 * both ends stays, so that one more point, a moved one or one taken away is one edit. */
bool draw_next(const struct experiment *from, const struct experiment *to, struct draw_edit *out);
bool draw_same(const struct experiment *a, const struct experiment *b);

bool draw_chosen(const struct experiment *e);             /* its data are the drawn points */
int draw_classes(const struct experiment *e);             /* largest class and one, at least 2 */
int draw_present(const struct experiment *e);             /* classes with a point */
/* Settings the drawn points cannot go with. */
enum status draw_check(const struct experiment *e, struct why *why);
/* A square about the origin, of a round size that changes rarely while points are drawn. */
void draw_box(const struct experiment *e, double box[4]);

/* The data set: room for DRAW_MAX rows, all of them training samples; at first empty. Filling allocates nothing. */
enum status dataset_drawn(uint64_t seed, struct dataset *out, struct why *why);
void dataset_fill_drawn(struct dataset *data, const struct experiment *e);

#endif
