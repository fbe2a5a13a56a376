#include "app/animate_inner.h"

#include <stdlib.h>
#include <webp/encode.h>
#include <webp/mux.h>

/* Nearly without loss: what is flat stays as it is, letters stay sharp. Effort 0 to 9; loss 100 (none) to 0. */
enum { EFFORT = 2, NEARLY = 40, MILLISECONDS = 1000 };

struct webp {
    WebPAnimEncoder *encoder;
    WebPConfig config;
};

static enum status webp_begin(struct animation_writer *w, struct why *why)
{
    WebPAnimEncoderOptions options;
    struct webp *webp = calloc(1, sizeof *webp);
    enum status status = output_begin(&w->output, w->path, why);
    w->inner = webp;
    if (status != STATUS_OK) {
        free(webp);
        return status;
    }
    /* One key frame, the first: players come here to watch, not to search. */
    if (webp && WebPAnimEncoderOptionsInit(&options) && WebPConfigInit(&webp->config) &&
        WebPConfigLosslessPreset(&webp->config, EFFORT)) {
        webp->config.near_lossless = NEARLY;
        options.kmin = options.kmax = 0;
        webp->encoder = WebPAnimEncoderNew(w->width, w->height, &options);
    }
    if (webp && webp->encoder)
        return STATUS_OK;
    animation_webp.end(w, false, NULL, NULL);
    return why_set(why, STATUS_FAILED, "%s: no memory for the animation; make it smaller", w->path);
}

/* Asked by libwebp within a frame. */
static int go_on(int percent, const WebPPicture *picture)
{
    (void)percent;
    const struct animation_writer *w = picture->user_data;
    return !w->stopped(w->user);
}

static enum status blame(const struct animation_writer *w, const struct webp *webp, struct why *why)
{
    const char *said = webp->encoder ? WebPAnimEncoderGetError(webp->encoder) : "";
    return why_set(why, STATUS_FAILED, "%s: %s; make it smaller or shorter", w->path,
        said[0] ? said : "not enough memory");
}

static enum status webp_frame(struct animation_writer *w, const uint8_t *rgb, int i, struct why *why)
{
    struct webp *webp = w->inner;
    WebPPicture picture;
    if (!WebPPictureInit(&picture))
        return blame(w, webp, why);
    picture.use_argb = 1;
    picture.width = w->width;
    picture.height = w->height;
    picture.progress_hook = go_on;
    picture.user_data = w;
    bool added =
        WebPPictureImportRGB(&picture, rgb, 3 * w->width) &&
        WebPAnimEncoderAdd(webp->encoder, &picture, (int)animation_time(w, i, MILLISECONDS), &webp->config);
    WebPPictureFree(&picture);
    return added ? STATUS_OK : blame(w, webp, why);
}

static enum status assemble(struct animation_writer *w, struct webp *webp, struct why *why)
{
    WebPData data;
    WebPDataInit(&data);
    bool whole =
        WebPAnimEncoderAdd(webp->encoder, NULL, (int)animation_time(w, w->frames, MILLISECONDS), NULL) &&
        WebPAnimEncoderAssemble(webp->encoder, &data);
    bool written = whole && fwrite(data.bytes, 1, data.size, w->output.stream) == data.size;
    WebPDataClear(&data);
    return written ? STATUS_OK : whole ? animation_blame(w, why) : blame(w, webp, why);
}

static enum status webp_end(struct animation_writer *w, bool keep, long long *bytes, struct why *why)
{
    struct webp *webp = w->inner;
    enum status status = keep ? assemble(w, webp, why) : STATUS_OK;
    enum status ended =
        animation_close(w, keep && status == STATUS_OK, bytes, status == STATUS_OK ? why : NULL);
    if (webp)
        WebPAnimEncoderDelete(webp->encoder);
    free(webp);
    return status == STATUS_OK ? ended : status;
}

const struct animation_format animation_webp = { ".webp", 60, false, webp_begin, NULL, webp_frame, webp_end };
