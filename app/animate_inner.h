/* animate_inner.h - what animate.c (from frames to a file) and its formats share. */
#ifndef APP_ANIMATE_INNER_H
#define APP_ANIMATE_INNER_H

#include <stdio.h>

#include "app/animate.h"
#include "app/dataset_open.h"

/* One file on its way. Pixels are rows of 3 bytes: red, green, blue. */
struct animation_writer {
    const char *path;
    int width, height, frames;
    double fps;
    struct output output;
    bool (*stopped)(void *user);      /* asked within long work */
    void *user;
    void *inner;                      /* the format's own */
};

/* A row a format. After a begin that succeeds comes an end: with keep, all frames were handed over. */
struct animation_format {
    const char *ending;
    double most_fps;
    bool even;                        /* sides in even numbers of pixels */
    enum status (*begin)(struct animation_writer *w, struct why *why);
    /* Some of the frames, before the first one; may be NULL. */
    enum status (*sample)(struct animation_writer *w, const uint8_t *rgb, struct why *why);
    enum status (*frame)(struct animation_writer *w, const uint8_t *rgb, int i, struct why *why);
    enum status (*end)(struct animation_writer *w, bool keep, long long *bytes, struct why *why);
};
extern const struct animation_format animation_gif, animation_webp, animation_png, animation_mp4, animation_webm;

/* When frame i begins, in units of 1/per second: rounded there and not in each length, so that nothing adds up. */
long animation_time(const struct animation_writer *w, int i, int per);
/* The sentence for a file that could not be written, from errno. */
enum status animation_blame(const struct animation_writer *w, struct why *why);
/* Closes, keeps or removes w->output, and tells its size. */
enum status animation_close(struct animation_writer *w, bool keep, long long *bytes, struct why *why);

/* 255 colours for a whole animation, chosen in a space where distances are as seen (OKLab). Flat areas keep their very
 * colour; what lies between is mixed of two by a pattern that is fixed to the picture, so that it never crawls. */
enum { PALETTE_COLORS = 255 };
struct palette;
struct palette *palette_create(void);                     /* NULL without memory */
void palette_destroy(struct palette *p);
void palette_sample(struct palette *p, const uint8_t *rgb, size_t pixels);
bool palette_build(struct palette *p);                    /* after the samples; false without memory */
const uint8_t (*palette_colors(const struct palette *p))[3];   /* PALETTE_COLORS of them */
void palette_map(struct palette *p, const uint8_t *rgb, int width, int height, uint8_t *index);

#endif
