#include "app/cli.h"

#include <stdbool.h>
#include <string.h>

struct plain {
    char *out;
    int used, size;
};

static void put(struct plain *p, const char *text, size_t n)
{
    if (p->used + (int)n >= p->size)
        return;
    memcpy(p->out + p->used, text, n);
    p->used += (int)n;
    p->out[p->used] = 0;
}

static void put_text(struct plain *p, const char *text)
{
    put(p, text, strlen(text));
}

/* clang-format off */
static const struct {
    const char *name, *plain;
} symbol[] = {
    { "theta", "θ" }, { "lambda", "λ" }, { "psi", "ψ" }, { "phi", "φ" }, { "alpha", "α" }, { "beta", "β" },
    { "gamma", "γ" }, { "delta", "δ" }, { "pi", "π" }, { "sum", "Σ" }, { "sqrt", "√" }, { "|", "‖" }, { "le", "≤" },
    { "ge", "≥" }, { "ne", "≠" }, { "cdot", "·" }, { "pm", "±" }, { "epsilon", "ε" }, { "mu", "μ" }, { "rho", "ρ" },
    { "sigma", "σ" }, { "tau", "τ" }, { "eta", "η" }, { "omega", "ω" }, { "quad", " " },
};
/* clang-format on */

static const char *walk(struct plain *p, const char *at, bool group);

/* {..} walked without its braces. */
static const char *walk_group(struct plain *p, const char *at)
{
    return *at == '{' ? walk(p, at + 1, true) : at;
}

static const char *skip_group(const char *at)
{
    if (*at != '{')
        return at;
    int depth = 0;
    for (; *at; at++) {
        depth += (*at == '{') - (*at == '}');
        if (!depth)
            return at + 1;
    }
    return at;
}

static const char *walk_fraction(struct plain *p, const char *at)
{
    put_text(p, "(");
    at = walk_group(p, at);
    put_text(p, ")/(");
    at = walk_group(p, at);
    put_text(p, ")");
    return at;
}

/* A name after a backslash: a symbol, a fraction, a colour (dropped), or a function written as it is. */
static const char *walk_name(struct plain *p, const char *at)
{
    size_t n = *at == '|' ? 1 : strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *rest = at + n;
    if (n == 4 && strncmp(at, "frac", 4) == 0)
        return walk_fraction(p, rest);
    if (n == 3 && strncmp(at, "cls", 3) == 0)
        return walk_group(p, skip_group(rest));
    if (n == 1 && *at == 'm')
        return walk_group(p, rest);
    for (size_t i = 0; i < sizeof symbol / sizeof *symbol; i++) {
        if (strlen(symbol[i].name) == n && strncmp(symbol[i].name, at, n) == 0) {
            put_text(p, symbol[i].plain);
            return rest;
        }
    }
    put(p, at, n);
    if (*rest == '\\')
        put_text(p, " "); /* "\cos\theta" */
    return n ? rest : at + (*at != 0);
}

static const char *walk(struct plain *p, const char *at, bool group)
{
    while (*at) {
        if (*at == '}' && group)
            return at + 1;
        if (*at == '\\')
            at = walk_name(p, at + 1);
        else if (*at == '{')
            at = walk_group(p, at);
        else if (*at == '_')
            at++; /* an index stays beside its letter: θ1 */
        else
            put(p, at++, 1);
    }
    return at;
}

const char *plain_text(const char *formula, char *out, int size)
{
    struct plain p = { .out = out, .size = size };
    out[0] = 0;
    walk(&p, formula ? formula : "", false);
    return out;
}
