#include "app/headless.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static double drawn; /* when the line was, 0: it is not there */

double headless_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void note_signal(int number)
{
    interrupted = number;
}

/* A shell that starts us in the background has SIGINT ignored; that stays so. */
static void catch_signal(int number)
{
    struct sigaction action = { .sa_handler = note_signal }, before;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void headless_catch(void)
{
    catch_signal(SIGINT);
    catch_signal(SIGTERM);
}

const char *headless_stopped(void)
{
    return !interrupted ? NULL : interrupted == SIGINT ? "SIGINT" : "SIGTERM";
}

void headless_progress(double share, const char *words, double began)
{
    char bar[31], *end = bar + sizeof bar - 1;
    double time = headless_now(), spent = time - began;
    if (!isatty(STDERR_FILENO) || (drawn > 0 && time - drawn < 0.1))
        return;
    drawn = time;
    for (char *at = bar; at < end; at++)
        *at = (double)(at - bar) + 0.5 < share * (double)(end - bar) ? '#' : '.';
    *end = '\0';
    fprintf(stderr, "\r[%s] %3.0f %%  %s", bar, 100 * share, words);
    int left = share > 0 ? (int)fmin(ceil(spent * (1 - share) / share), 359999) : -1;
    if (left >= 0)
        fprintf(stderr, "  ETA %d:%02d", left / 60, left % 60);
    fputs("\033[K", stderr);
    fflush(stderr);
}

void headless_progress_wipe(void)
{
    if (drawn > 0)
        fputs("\r\033[K", stderr);
    drawn = 0;
}
