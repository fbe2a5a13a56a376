#include "math/param.h"

#include <math.h>
#include <string.h>

/* The part of a log slider that means 0, and the smallest number above it as a share of max. */
static const double ZERO_SPAN = 0.02;
static const double LOG_FLOOR = 1e-4;

double param_end(const struct param *param)
{
    return param->slider > 0 ? param->slider : param->max;
}

bool param_accept(const struct param *param, double value, double *stored)
{
    if (!isfinite(value) || value < param->min || value > param->max)
        return false;
    bool whole = param->kind == PARAM_INTEGER || param->kind == PARAM_BOOL || param->kind == PARAM_CHOICE ||
                 param->kind == PARAM_LIST;
    if (whole && fabs(value - round(value)) > 1e-9)
        return false;
    *stored = whole ? round(value) : value;
    return true;
}

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

/* Where equal ratios begin: at the value and slider position of the smallest number but 0. */
static void log_start(const struct param *param, double *value, double *position)
{
    bool zero = param->min <= 0;
    *value = zero ? LOG_FLOOR * param->max : param->min;
    *position = zero ? ZERO_SPAN : 0;
}

static double log_position(const struct param *param, double value, double end)
{
    double low, start;
    log_start(param, &low, &start);
    if (value <= param->min || end <= low)
        return 0;
    return start + (1 - start) * clamp(log(value / low) / log(end / low), 0, 1);
}

static double log_at(const struct param *param, double position, double end)
{
    double low, start;
    log_start(param, &low, &start);
    if (position < start || end <= low)
        return param->min;
    return clamp(low * pow(end / low, (position - start) / (1 - start)), low, end);
}

double param_position(const struct param *param, double value, double end)
{
    if (param->kind == PARAM_LOG)
        return log_position(param, value, end);
    return end > param->min ? clamp((value - param->min) / (end - param->min), 0, 1) : 0;
}

double param_at(const struct param *param, double position, double end)
{
    position = clamp(position, 0, 1);
    if (param->kind == PARAM_LOG)
        return log_at(param, position, end);
    double value = param->min + position * (end - param->min);
    if (param->kind == PARAM_LINEAR)
        return value;
    return clamp(round(value), param->min, param->max);
}

int param_choice(const struct param *param, const char *name)
{
    for (int i = 0; param->choice && param->choice[i]; i++)
        if (strcmp(param->choice[i], name) == 0)
            return i;
    return -1;
}
