#include "render/formula.h"
#include "render/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NODE_MAX = 256, DEPTH_MAX = 16, TEXT_BYTES = 24, NONE = -1 };

enum kind { KIND_ROW, KIND_SYMBOL, KIND_SUM, KIND_FRAC, KIND_ROOT, KIND_NORM, KIND_SCRIPT };

/* What a thing is decides the space beside it (The TeXbook, chapter 18). */
enum role {
    ROLE_ORDINARY,
    ROLE_FUNCTION,
    ROLE_BINARY,
    ROLE_RELATION,
    ROLE_OPEN,
    ROLE_CLOSE,
    ROLE_COMMA,
    ROLE_TALL,
    ROLE_SUM,
    ROLE_COUNT
};

enum tint { TINT_INK, TINT_MARGIN, TINT_CLASS };

struct node {
    enum kind kind;
    enum role role;
    char text[TEXT_BYTES]; /* symbols */
    bool italic;
    enum tint tint;
    int label; /* of TINT_CLASS */
    int first, second, third; /* row: its first item; frac: over, under; script: base, sub, sup */
    int next; /* in its row */
    double width, ascent, descent, space; /* laid out, logical px; space stands before it */
};

struct formula {
    const char *source, *at;
    struct node node[NODE_MAX];
    int count, depth;
    enum tint tint;
    int label;
    struct why *why;
};

/* Where in the formula a node stands: its size, and whether sums take their limits at the side. */
struct place {
    double size;
    int level; /* 0 text, 1 script, 2 script of a script */
    bool inside; /* of a fraction or script */
};

/* ---- what may stand in a formula ---- */

struct word {
    const char *name, *text;
    enum role role;
    bool italic;
};

/* clang-format off */
static const struct word words[] = {
    { "cos", "cos", ROLE_FUNCTION, false },       { "sin", "sin", ROLE_FUNCTION, false },
    { "tan", "tan", ROLE_FUNCTION, false },       { "log", "log", ROLE_FUNCTION, false },
    { "ln", "ln", ROLE_FUNCTION, false },         { "exp", "exp", ROLE_FUNCTION, false },
    { "max", "max", ROLE_FUNCTION, false },       { "min", "min", ROLE_FUNCTION, false },
    { "arccos", "arccos", ROLE_FUNCTION, false }, { "tanh", "tanh", ROLE_FUNCTION, false },
    { "le", "\u2264", ROLE_RELATION, false },     { "ge", "\u2265", ROLE_RELATION, false },
    { "ne", "\u2260", ROLE_RELATION, false },     { "approx", "\u2248", ROLE_RELATION, false },
    { "in", "\u2208", ROLE_RELATION, false },     { "to", "\u2192", ROLE_RELATION, false },
    { "cdot", "\u00b7", ROLE_BINARY, false },     { "pm", "\u00b1", ROLE_BINARY, false },
    { "times", "\u00d7", ROLE_BINARY, false },    { "infty", "\u221e", ROLE_ORDINARY, false },
    { "partial", "\u2202", ROLE_ORDINARY, false }, { "deg", "\u00b0", ROLE_ORDINARY, false },
    { "cdots", "\u22ef", ROLE_ORDINARY, false },
    { "alpha", "\u03b1", ROLE_ORDINARY, true },   { "beta", "\u03b2", ROLE_ORDINARY, true },
    { "gamma", "\u03b3", ROLE_ORDINARY, true },   { "delta", "\u03b4", ROLE_ORDINARY, true },
    { "epsilon", "\u03b5", ROLE_ORDINARY, true }, { "varepsilon", "\u03b5", ROLE_ORDINARY, true },
    { "zeta", "\u03b6", ROLE_ORDINARY, true },    { "eta", "\u03b7", ROLE_ORDINARY, true },
    { "theta", "\u03b8", ROLE_ORDINARY, true },   { "iota", "\u03b9", ROLE_ORDINARY, true },
    { "kappa", "\u03ba", ROLE_ORDINARY, true },   { "lambda", "\u03bb", ROLE_ORDINARY, true },
    { "mu", "\u03bc", ROLE_ORDINARY, true },      { "nu", "\u03bd", ROLE_ORDINARY, true },
    { "xi", "\u03be", ROLE_ORDINARY, true },      { "pi", "\u03c0", ROLE_ORDINARY, true },
    { "rho", "\u03c1", ROLE_ORDINARY, true },     { "sigma", "\u03c3", ROLE_ORDINARY, true },
    { "tau", "\u03c4", ROLE_ORDINARY, true },     { "upsilon", "\u03c5", ROLE_ORDINARY, true },
    { "phi", "\u03c6", ROLE_ORDINARY, true },     { "chi", "\u03c7", ROLE_ORDINARY, true },
    { "psi", "\u03c8", ROLE_ORDINARY, true },     { "omega", "\u03c9", ROLE_ORDINARY, true },
    { "Gamma", "\u0393", ROLE_ORDINARY, false },  { "Delta", "\u0394", ROLE_ORDINARY, false },
    { "Theta", "\u0398", ROLE_ORDINARY, false },  { "Lambda", "\u039b", ROLE_ORDINARY, false },
    { "Xi", "\u039e", ROLE_ORDINARY, false },     { "Pi", "\u03a0", ROLE_ORDINARY, false },
    { "Sigma", "\u03a3", ROLE_ORDINARY, false },  { "Phi", "\u03a6", ROLE_ORDINARY, false },
    { "Psi", "\u03a8", ROLE_ORDINARY, false },    { "Omega", "\u03a9", ROLE_ORDINARY, false },
};

/* Signs written as themselves. */
static const struct word signs[] = {
    { "+", "+", ROLE_BINARY, false },      { "-", "\u2212", ROLE_BINARY, false }, { "*", "\u00b7", ROLE_BINARY, false },
    { "=", "=", ROLE_RELATION, false },    { "<", "<", ROLE_RELATION, false },    { ">", ">", ROLE_RELATION, false },
    { "(", "(", ROLE_OPEN, false },        { "[", "[", ROLE_OPEN, false },        { ")", ")", ROLE_CLOSE, false },
    { "]", "]", ROLE_CLOSE, false },       { ",", ",", ROLE_COMMA, false },       { ";", ";", ROLE_COMMA, false },
    { ":", ":", ROLE_RELATION, false },    { "/", "/", ROLE_ORDINARY, false },    { "|", "|", ROLE_ORDINARY, false },
    { "!", "!", ROLE_ORDINARY, false },    { "'", "\u2032", ROLE_ORDINARY, false },
    { ".", ".", ROLE_ORDINARY, false },    { "%", "%", ROLE_ORDINARY, false },
};
/* clang-format on */

static const struct word *find_word(const struct word *table, int count, const char *name, int length)
{
    for (int i = 0; i < count; i++)
        if ((int)strlen(table[i].name) == length && memcmp(table[i].name, name, (size_t)length) == 0)
            return &table[i];
    return NULL;
}

/* ---- parsing: every function returns a node's number, or NONE once the trouble is noted ---- */

static int refuse(struct formula *f, const char *at, const char *what)
{
    int column = (int)(at - f->source) + 1;
    why_set(f->why, STATUS_FAILED, "formula, column %d: %s", column, what);
    return NONE;
}

static int refuse_text(struct formula *f, const char *at, int length, const char *what)
{
    char text[160];
    snprintf(text, sizeof text, "\"%.*s\" %s", length > 40 ? 40 : length, at, what);
    return refuse(f, at, text);
}

static int add_node(struct formula *f, enum kind kind, enum role role)
{
    if (f->count == NODE_MAX)
        return refuse(f, f->at, "the formula is too long; shorten it");
    f->node[f->count] = (struct node){ .kind = kind,
        .role = role,
        .tint = f->tint,
        .label = f->label,
        .first = NONE,
        .second = NONE,
        .third = NONE,
        .next = NONE };
    return f->count++;
}

static int add_symbol(struct formula *f, const char *text, int length, enum role role, bool italic)
{
    int id = add_node(f, KIND_SYMBOL, role);
    if (id == NONE)
        return NONE;
    snprintf(f->node[id].text, TEXT_BYTES, "%.*s", length, text);
    f->node[id].italic = italic;
    return id;
}

static void skip_spaces(struct formula *f)
{
    while (*f->at == ' ')
        f->at++;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int parse_row(struct formula *f, bool braced);
static int parse_atom(struct formula *f);

/* {..} */
static int parse_group(struct formula *f, const char *of)
{
    skip_spaces(f);
    if (*f->at != '{') {
        char text[64];
        snprintf(text, sizeof text, "%s needs {..} here; add the braces", of);
        return refuse(f, f->at, text);
    }
    const char *open = f->at++;
    if (++f->depth > DEPTH_MAX)
        return refuse(f, open, "braces are nested too deeply; use fewer");
    int row = parse_row(f, true);
    if (row == NONE)
        return NONE;
    if (*f->at != '}')
        return refuse(f, open, "this brace is never closed; add a }");
    f->at++;
    f->depth--;
    return row;
}

static int parse_tinted(struct formula *f, enum tint tint, int label, const char *of)
{
    enum tint tint_before = f->tint;
    int label_before = f->label;
    f->tint = tint;
    f->label = label;
    int row = parse_group(f, of);
    f->tint = tint_before;
    f->label = label_before;
    return row;
}

static int parse_class(struct formula *f)
{
    skip_spaces(f);
    const char *number = f->at + 1, *end = number;
    int label = 0;
    if (*f->at == '{')
        for (; is_digit(*end) && end < number + 4; end++)
            label = label * 10 + (*end - '0');
    if (*f->at != '{' || end == number || *end != '}')
        return refuse(f, f->at, "\\cls needs the number of a class, as in \\cls{4}{\\theta}");
    f->at = end + 1;
    return parse_tinted(f, TINT_CLASS, label, "\\cls");
}

static int parse_frac(struct formula *f)
{
    int id = add_node(f, KIND_FRAC, ROLE_TALL);
    int over = id == NONE ? NONE : parse_group(f, "\\frac");
    int under = over == NONE ? NONE : parse_group(f, "\\frac");
    if (under == NONE)
        return NONE;
    f->node[id].first = over;
    f->node[id].second = under;
    return id;
}

static int parse_root(struct formula *f)
{
    int id = add_node(f, KIND_ROOT, ROLE_ORDINARY);
    int body = id == NONE ? NONE : parse_group(f, "\\sqrt");
    if (body == NONE)
        return NONE;
    f->node[id].first = body;
    return id;
}

static int parse_sum(struct formula *f)
{
    int id = add_node(f, KIND_SUM, ROLE_SUM);
    if (id != NONE)
        snprintf(f->node[id].text, TEXT_BYTES, "\u2211");
    return id;
}

static int parse_margin(struct formula *f)
{
    return parse_tinted(f, TINT_MARGIN, 0, "\\m");
}

static const struct {
    const char *name;
    int (*parse)(struct formula *f);
} builders[] = {
    { "frac", parse_frac },
    { "sqrt", parse_root },
    { "sum", parse_sum },
    { "m", parse_margin },
    { "cls", parse_class },
};

static int parse_command(struct formula *f)
{
    const char *start = f->at++;
    if (*f->at == '|') {
        f->at++;
        return add_node(f, KIND_NORM, ROLE_ORDINARY);
    }
    const char *name = f->at;
    while (is_letter(*f->at))
        f->at++;
    int length = (int)(f->at - name);
    for (size_t i = 0; i < sizeof builders / sizeof builders[0]; i++)
        if ((int)strlen(builders[i].name) == length && memcmp(builders[i].name, name, (size_t)length) == 0)
            return builders[i].parse(f);
    const struct word *word = find_word(words, sizeof words / sizeof words[0], name, length);
    if (word)
        return add_symbol(f, word->text, (int)strlen(word->text), word->role, word->italic);
    return refuse_text(f, start, length + 1,
        "is not known here; use Greek by name, \\frac, \\sum, \\sqrt, \\cos, \\sin, \\log, \\max, \\exp, "
        "\\le, \\ge, "
        "\\cdot, \\pm, \\|, \\m{..}");
}

static int parse_number(struct formula *f)
{
    const char *start = f->at;
    while (f->at - start < TEXT_BYTES - 1 && (is_digit(*f->at) || (*f->at == '.' && is_digit(f->at[1]))))
        f->at++;
    return add_symbol(f, start, (int)(f->at - start), ROLE_ORDINARY, false);
}

/* One thing without its scripts. */
static int parse_atom(struct formula *f)
{
    skip_spaces(f);
    if (*f->at == '\\')
        return parse_command(f);
    if (*f->at == '{')
        return parse_group(f, "");
    if (is_digit(*f->at))
        return parse_number(f);
    if (is_letter(*f->at)) {
        f->at++;
        return add_symbol(f, f->at - 1, 1, ROLE_ORDINARY, true);
    }
    const struct word *sign = *f->at ? find_word(signs, sizeof signs / sizeof signs[0], f->at, 1) : NULL;
    if (sign) {
        f->at++;
        return add_symbol(f, sign->text, (int)strlen(sign->text), sign->role, false);
    }
    if (!*f->at)
        return refuse(f, f->at, "the formula ends too early; something must follow");
    int length = 1;
    while (((unsigned char)f->at[length] & 0xc0) == 0x80)
        length++;
    return refuse_text(f, f->at, length, "cannot stand here; remove it");
}

/* A thing with the scripts that follow it. */
static int parse_item(struct formula *f)
{
    int base = parse_atom(f);
    skip_spaces(f);
    if (base == NONE || (*f->at != '_' && *f->at != '^'))
        return base;
    int id = add_node(f, KIND_SCRIPT, f->node[base].role);
    if (id == NONE)
        return NONE;
    f->node[id].first = base;
    for (; *f->at == '_' || *f->at == '^'; skip_spaces(f)) {
        const char *sign = f->at;
        int *slot = *sign == '_' ? &f->node[id].second : &f->node[id].third;
        if (*slot != NONE)
            return refuse_text(f, sign, 1, "stands twice at the same thing; use {..}");
        f->at++;
        if ((*slot = parse_atom(f)) == NONE)
            return NONE;
    }
    return id;
}

static int parse_row(struct formula *f, bool braced)
{
    int row = add_node(f, KIND_ROW, ROLE_ORDINARY), last = NONE;
    if (row == NONE)
        return NONE;
    for (skip_spaces(f); *f->at && !(braced && *f->at == '}'); skip_spaces(f)) {
        int item = parse_item(f);
        if (item == NONE)
            return NONE;
        *(last == NONE ? &f->node[row].first : &f->node[last].next) = item;
        last = item;
    }
    return row;
}

/* The root is node 0. */
static bool parse(struct formula *f, const char *text, struct why *why)
{
    f->source = f->at = text;
    f->count = f->depth = 0;
    f->tint = TINT_INK;
    f->label = 0;
    f->why = why;
    return parse_row(f, false) != NONE;
}

enum status formula_check(const char *text, struct why *why)
{
    struct formula f;
    return parse(&f, text, why) ? STATUS_OK : STATUS_FAILED;
}

/* ---- layout; lengths in em of the place unless they say px ---- */

static const double SUB_DROP = 0.22, SUP_RISE = 0.42, BAR_HEIGHT = 0.30, BAR_WIDTH_PX = 1.2,
                    BAR_OVERHANG = 0.18;
static const double OVER_RISE = 0.83, UNDER_DROP = 0.78, BAR_GAP = 0.20;
static const double CAP = 0.73, PAREN = 0.76, DEPTH = 0.2;
static const double SCRIPT_GAP = 0.04, LIMIT_DROP = 0.90;

static const double level_scale[] = { 1, 0.7, 0.5 };

static struct place script_of(struct place p)
{
    int level = p.level < 2 ? p.level + 1 : 2;
    return (struct place){ p.size / level_scale[p.level] * level_scale[level], level, true };
}

static struct font font_of(const struct node *n, double size)
{
    return (struct font){
        .size = size, .weight = n->tint == TINT_INK ? WEIGHT_REGULAR : WEIGHT_SEMIBOLD, .italic = n->italic
    };
}

static void layout(struct formula *f, int id, struct place p);

static bool hangs(const char *text)
{
    static const char *const deep[] = { "g", "j", "p", "q", "y", "Q", "(", ")", "[", "]", "|", ",", ";",
        "log", "exp", "\u03b2", "\u03b3", "\u03b6", "\u03b7", "\u03bc", "\u03be", "\u03c1", "\u03c6",
        "\u03c7", "\u03c8" };
    for (size_t i = 0; i < sizeof deep / sizeof deep[0]; i++)
        if (strcmp(deep[i], text) == 0)
            return true;
    return false;
}

static void layout_symbol(struct node *n, struct place p)
{
    struct font font = font_of(n, p.size);
    bool fence = n->role == ROLE_OPEN || n->role == ROLE_CLOSE || *n->text == '|';
    n->width = text_width(n->text, &font);
    n->ascent = (fence ? PAREN : CAP) * p.size;
    n->descent = (hangs(n->text) ? DEPTH : 0) * p.size;
}

static double sum_scale(struct place p)
{
    return p.level > 0 ? 1.15 : p.inside ? 1.32 : 1.42;
}

/* The bars of a norm are drawn: the font's own sign is much taller than its brackets. */
static const double NORM_BAR = 0.13, NORM_GAP = 0.14, NORM_GAP_PX = 3;

/* In small text the bars stay apart. */
static double norm_gap(struct place p)
{
    return fmax(NORM_GAP * p.size, NORM_GAP_PX);
}

static void layout_norm(struct node *n, struct place p)
{
    n->width = 2 * NORM_BAR * p.size + norm_gap(p);
    n->ascent = PAREN * p.size;
    n->descent = DEPTH * p.size;
}

/* The sign hangs below the baseline so that its middle stands where a minus would. */
static double sum_drop(struct place p)
{
    return (CAP * sum_scale(p) / 2 - 0.36) * p.size;
}

static void layout_sum(struct node *n, struct place p)
{
    struct font font = font_of(n, p.size * sum_scale(p));
    n->width = text_width(n->text, &font);
    n->descent = sum_drop(p);
    n->ascent = CAP * font.size - n->descent;
}

static struct place part_of(struct place p)
{
    p.inside = true;
    return p;
}

static void layout_frac(struct formula *f, struct node *n, struct place p)
{
    struct node *over = &f->node[n->first], *under = &f->node[n->second];
    layout(f, n->first, part_of(p));
    layout(f, n->second, part_of(p));
    double rise = fmax(OVER_RISE * p.size, BAR_HEIGHT * p.size + over->descent + BAR_GAP / 2 * p.size);
    double drop = fmax(UNDER_DROP * p.size, under->ascent - (BAR_HEIGHT - BAR_GAP - 0.1) * p.size);
    n->width = fmax(over->width, under->width) + 2 * BAR_OVERHANG * p.size;
    n->ascent = rise + over->ascent;
    n->descent = drop + under->descent;
}

static double over_rise(const struct formula *f, const struct node *n)
{
    return n->ascent - f->node[n->first].ascent;
}

static double under_drop(const struct formula *f, const struct node *n)
{
    return n->descent - f->node[n->second].descent;
}

static const double ROOT_WIDTH = 0.6, ROOT_GAP = 0.12;

static void layout_root(struct formula *f, struct node *n, struct place p)
{
    struct node *body = &f->node[n->first];
    layout(f, n->first, part_of(p));
    n->width = body->width + (ROOT_WIDTH + 0.08) * p.size;
    n->ascent = body->ascent + (ROOT_GAP + 0.06) * p.size;
    n->descent = body->descent;
}

static bool takes_limits(const struct formula *f, const struct node *n, struct place p)
{
    return f->node[n->first].kind == KIND_SUM && !p.inside;
}

/* Below a large sum, centred. */
static void layout_limits(struct formula *f, struct node *n, struct place p)
{
    const struct node *base = &f->node[n->first];
    n->width = base->width;
    n->ascent = base->ascent;
    n->descent = base->descent;
    if (n->second != NONE) {
        const struct node *sub = &f->node[n->second];
        n->width = fmax(n->width, sub->width);
        n->descent = LIMIT_DROP * p.size + sub->descent;
    }
    if (n->third != NONE) {
        const struct node *sup = &f->node[n->third];
        n->width = fmax(n->width, sup->width);
        n->ascent += 0.15 * p.size + sup->ascent + sup->descent;
    }
}

static double sub_drop(const struct formula *f, const struct node *n, struct place p)
{
    const struct node *base = &f->node[n->first];
    double deep = base->kind == KIND_SUM || base->kind == KIND_FRAC ? base->descent + 0.12 * p.size : 0;
    return fmax(SUB_DROP * p.size, deep);
}

static double sup_rise(const struct formula *f, const struct node *n, struct place p)
{
    const struct node *base = &f->node[n->first];
    return fmax(SUP_RISE * p.size, base->ascent - (CAP - SUP_RISE) * p.size);
}

static void layout_script(struct formula *f, struct node *n, struct place p)
{
    struct place small = script_of(p);
    const struct node *base = &f->node[n->first];
    layout(f, n->first, p);
    if (n->second != NONE)
        layout(f, n->second, small);
    if (n->third != NONE)
        layout(f, n->third, small);
    if (takes_limits(f, n, p)) {
        layout_limits(f, n, p);
        return;
    }
    double scripts = 0;
    n->ascent = base->ascent;
    n->descent = base->descent;
    if (n->second != NONE) {
        const struct node *sub = &f->node[n->second];
        scripts = sub->width;
        n->descent = fmax(n->descent, sub_drop(f, n, p) + sub->descent);
    }
    if (n->third != NONE) {
        const struct node *sup = &f->node[n->third];
        scripts = fmax(scripts, sup->width);
        n->ascent = fmax(n->ascent, sup_rise(f, n, p) + sup->ascent);
    }
    n->width = base->width + scripts + SCRIPT_GAP * p.size;
}

/* A row of one thing counts as that thing: \m{m} is a letter, \cls{1}{+} a sign. */
static enum role role_of(const struct formula *f, const struct node *n)
{
    while (n->kind == KIND_ROW && n->first != NONE && f->node[n->first].next == NONE)
        n = &f->node[n->first];
    return n->role;
}

/* A sign with nothing on its left to combine is that of a number: -x. */
static bool is_prefix(enum role before)
{
    return before == ROLE_BINARY || before == ROLE_RELATION || before == ROLE_OPEN || before == ROLE_COMMA ||
           before == ROLE_FUNCTION || before == ROLE_SUM;
}

static double space_between(enum role left, enum role right, struct place p)
{
    bool tight = p.level > 0;
    if (left == ROLE_RELATION || right == ROLE_RELATION)
        return tight ? 0.04 : 0.36;
    if (left == ROLE_BINARY || right == ROLE_BINARY)
        return tight ? 0.18 : 0.24;
    if (left == ROLE_COMMA)
        return 0.2;
    if (left == ROLE_OPEN || right == ROLE_CLOSE || right == ROLE_COMMA)
        return 0;
    if (left == ROLE_SUM)
        return tight ? 0.15 : p.inside ? 0.2 : 0.3;
    if (left == ROLE_FUNCTION)
        return right == ROLE_OPEN ? 0.12 : right == ROLE_TALL ? 0.3 : 0.2;
    if (right == ROLE_FUNCTION || right == ROLE_SUM)
        return 0.18;
    return left == ROLE_TALL || right == ROLE_TALL ? 0.1 : 0;
}

static void layout_row(struct formula *f, struct node *row, struct place p)
{
    enum role before = ROLE_COUNT;
    row->width = row->ascent = row->descent = 0;
    for (int id = row->first; id != NONE; id = f->node[id].next) {
        struct node *n = &f->node[id];
        layout(f, id, p);
        enum role role = role_of(f, n);
        if (role == ROLE_BINARY && (before == ROLE_COUNT || is_prefix(before)))
            role = ROLE_ORDINARY;
        n->space = before == ROLE_COUNT ? 0 : space_between(before, role, p) * p.size;
        row->width += n->space + n->width;
        row->ascent = fmax(row->ascent, n->ascent);
        row->descent = fmax(row->descent, n->descent);
        before = role;
    }
}

static void layout(struct formula *f, int id, struct place p)
{
    struct node *n = &f->node[id];
    switch (n->kind) {
    case KIND_ROW:
        layout_row(f, n, p);
        break;
    case KIND_SYMBOL:
        layout_symbol(n, p);
        break;
    case KIND_SUM:
        layout_sum(n, p);
        break;
    case KIND_FRAC:
        layout_frac(f, n, p);
        break;
    case KIND_ROOT:
        layout_root(f, n, p);
        break;
    case KIND_NORM:
        layout_norm(n, p);
        break;
    case KIND_SCRIPT:
        layout_script(f, n, p);
        break;
    }
}

/* ---- drawing ---- */

struct pen {
    struct canvas *canvas;
    struct color ink;
    const struct theme *theme;
    const char *name; /* of the symbol a script belongs to; NULL: a symbol goes by its own text */
};

static void draw(const struct formula *f, int id, struct place p, struct point at, const struct pen *pen);

/* A symbol as plain text, "\u03b8_y": what it answers to when it is pointed at (render/ask.h). */
static void spell(const struct formula *f, int id, char *out, size_t size)
{
    const struct node *n = &f->node[id];
    size_t used = strlen(out);
    if (n->kind == KIND_SYMBOL || n->kind == KIND_SUM)
        snprintf(out + used, size - used, "%s", n->text);
    for (int item = n->kind == KIND_ROW ? n->first : NONE; item != NONE; item = f->node[item].next)
        spell(f, item, out, size);
}

static struct color color_of(const struct node *n, const struct pen *pen)
{
    if (n->tint == TINT_MARGIN)
        return pen->theme->margin;
    return n->tint == TINT_CLASS ? class_color(pen->theme, n->label) : pen->ink;
}

static void draw_glyphs(const struct node *n, double size, struct point at, const struct pen *pen)
{
    char name[TEXT_BYTES + 2];
    struct font font = font_of(n, size);
    snprintf(name, sizeof name, "=%s", n->text);
    const char *before = canvas_mark(pen->canvas, pen->name ? pen->name : name);
    canvas_text(pen->canvas, at, n->text, &font, color_of(n, pen), ALIGN_LEFT);
    canvas_mark(pen->canvas, before);
}

static void draw_frac(
    const struct formula *f, const struct node *n, struct place p, struct point at, const struct pen *pen)
{
    const struct node *over = &f->node[n->first], *under = &f->node[n->second];
    double bar = at.y - BAR_HEIGHT * p.size, middle = at.x + n->width / 2;
    canvas_line(pen->canvas, (struct point){ at.x, bar }, (struct point){ at.x + n->width, bar },
        BAR_WIDTH_PX, color_alpha(pen->ink, 0.7 * (double)pen->ink.a));
    draw(f, n->first, part_of(p), (struct point){ middle - over->width / 2, at.y - over_rise(f, n) }, pen);
    draw(f, n->second, part_of(p), (struct point){ middle - under->width / 2, at.y + under_drop(f, n) }, pen);
}

static void draw_root(
    const struct formula *f, const struct node *n, struct place p, struct point at, const struct pen *pen)
{
    double em = p.size, top = at.y - n->ascent + 0.03 * em, foot = at.y + n->descent;
    const struct point sign[] = { { at.x + 0.05 * em, at.y - 0.32 * em },
        { at.x + 0.17 * em, at.y - 0.38 * em }, { at.x + 0.33 * em, foot }, { at.x + 0.52 * em, top },
        { at.x + n->width, top } };
    canvas_lines(
        pen->canvas, sign, 5, &(struct stroke){ .color = pen->ink, .width = BAR_WIDTH_PX, .round = true });
    draw(f, n->first, part_of(p), (struct point){ at.x + ROOT_WIDTH * em, at.y }, pen);
}

static void draw_norm(const struct node *n, struct place p, struct point at, const struct pen *pen)
{
    const char *before = canvas_mark(pen->canvas, "=\u2016");
    for (int i = 0; i < 2; i++) {
        double x = at.x + NORM_BAR * p.size + i * norm_gap(p);
        canvas_line(pen->canvas, (struct point){ x, at.y - n->ascent },
            (struct point){ x, at.y + n->descent }, 0.06 * p.size, color_of(n, pen));
    }
    canvas_mark(pen->canvas, before);
}

static void draw_limits(
    const struct formula *f, const struct node *n, struct place p, struct point at, const struct pen *pen)
{
    struct place small = script_of(p);
    const struct node *base = &f->node[n->first];
    double middle = at.x + n->width / 2;
    draw(f, n->first, p, (struct point){ middle - base->width / 2, at.y }, pen);
    if (n->second != NONE)
        draw(f, n->second, small,
            (struct point){ middle - f->node[n->second].width / 2, at.y + LIMIT_DROP * p.size }, pen);
    if (n->third != NONE)
        draw(f, n->third, small,
            (struct point){
                middle - f->node[n->third].width / 2, at.y - n->ascent + f->node[n->third].ascent },
            pen);
}

static void draw_script(
    const struct formula *f, const struct node *n, struct place p, struct point at, const struct pen *pen)
{
    if (takes_limits(f, n, p)) {
        draw_limits(f, n, p, at, pen);
        return;
    }
    struct place small = script_of(p);
    double after = at.x + f->node[n->first].width;
    char name[64] = "=";
    struct pen whole = *pen;
    spell(f, n->first, name, sizeof name);
    if (n->second != NONE && name[1]) { /* an index is a part of its symbol, a power is not */
        snprintf(name + strlen(name), sizeof name - strlen(name), "_");
        spell(f, n->second, name, sizeof name);
        whole.name = whole.name ? whole.name : name;
    }
    draw(f, n->first, p, at, &whole);
    if (n->second != NONE)
        draw(f, n->second, small, (struct point){ after, at.y + sub_drop(f, n, p) }, &whole);
    if (n->third != NONE)
        draw(
            f, n->third, small, (struct point){ after + SCRIPT_GAP * p.size, at.y - sup_rise(f, n, p) }, pen);
}

static void draw_row(
    const struct formula *f, const struct node *row, struct place p, struct point at, const struct pen *pen)
{
    for (int id = row->first; id != NONE; id = f->node[id].next) {
        at.x += f->node[id].space;
        draw(f, id, p, at, pen);
        at.x += f->node[id].width;
    }
}

static void draw(const struct formula *f, int id, struct place p, struct point at, const struct pen *pen)
{
    const struct node *n = &f->node[id];
    switch (n->kind) {
    case KIND_ROW:
        draw_row(f, n, p, at, pen);
        break;
    case KIND_SYMBOL:
        draw_glyphs(n, p.size, at, pen);
        break;
    case KIND_SUM:
        draw_glyphs(n, p.size * sum_scale(p), (struct point){ at.x, at.y + sum_drop(p) }, pen);
        break;
    case KIND_FRAC:
        draw_frac(f, n, p, at, pen);
        break;
    case KIND_ROOT:
        draw_root(f, n, p, at, pen);
        break;
    case KIND_NORM:
        draw_norm(n, p, at, pen);
        break;
    case KIND_SCRIPT:
        draw_script(f, n, p, at, pen);
        break;
    }
}

static struct formula_size size_of(const struct formula *f)
{
    const struct node *root = &f->node[0];
    return (struct formula_size){ root->width, root->ascent, root->descent };
}

struct formula_size formula_measure(const char *text, double size)
{
    struct formula f;
    if (!parse(&f, text, NULL))
        return (struct formula_size){ 0 };
    layout(&f, 0, (struct place){ .size = size });
    return size_of(&f);
}

struct formula_size formula_draw(struct canvas *c, struct point at, const char *text, double size,
    struct color ink, const struct theme *theme)
{
    struct formula f;
    if (!parse(&f, text, NULL))
        return (struct formula_size){ 0 };
    struct place place = { .size = size };
    struct pen pen = { .canvas = c, .ink = ink, .theme = theme };
    layout(&f, 0, place);
    draw(&f, 0, place, at, &pen);
    return size_of(&f);
}
