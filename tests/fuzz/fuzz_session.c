/* A session: read, printed and read again to the same text; then its training begins from its checkpoint, or is
 * refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/session.h"
#include "render/text.h"
#include "tests/fuzz/fuzz.h"

static char *print(const struct session *s)
{
    char *text = NULL;
    size_t size = 0;
    struct why why = { "" };
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    enum status status = session_print(s, to, &why);
    fclose(to);
    fuzz_agree(status, &why);
    if (status == STATUS_OK)
        return text;
    free(text);
    return NULL;
}

/* What is written says the same when it is read. */
static void again(const struct session *s)
{
    struct why why = { "" };
    struct session *second = NULL;
    char *text = print(s), *other = NULL;
    if (!text)
        return;
    enum status status = session_parse(text, s->path, &second, &why);
    fuzz_agree(status, &why);
    if (status == STATUS_OK)
        other = print(second);
    if (status == STATUS_OK && (!other || strcmp(text, other) != 0))
        abort();
    session_destroy(second);
    free(other);
    free(text);
}

/* Only what is made here, and small: no file is read for a fuzzed name. */
static bool is_small(const struct experiment *e)
{
    return strcmp(e->dataset, "blobs") == 0 && !e->features_npy[0] && e->points <= 1000 &&
           e->feature_dim <= 8 && e->model == MODEL_MLP && e->hidden[0] <= 16 && e->hidden_count <= 1;
}

static void go_on(const struct session *s)
{
    struct why why = { "" };
    struct dataset data;
    enum status status = session_open_data(s, NULL, &data, &why);
    fuzz_agree(status, &why);
    if (status != STATUS_OK)
        return;
    for (int i = 0; i < s->count; i++) {
        struct trainer *t = NULL;
        if (!is_small(&s->training[i].experiment))
            continue;
        why = (struct why){ "" };
        status = session_restore(s, i, &data, &t, &why);
        fuzz_agree(status, &why);
        if (status == STATUS_OK)
            trainer_step(t);
        trainer_destroy(t);
    }
    dataset_clear(&data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    struct why why = { "" };
    struct session *s = NULL, *words;
    if (!started)
        text_start(&why);
    started = true;
    why = (struct why){ "" };
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    enum status status = session_parse(text, "session.json", &s, &why);
    fuzz_agree(status, &why);
    free(text);
    if (status != STATUS_OK)
        return 0;
    again(s);
    words = session_words(s);
    session_destroy(words);
    if (is_small(&s->training[0].experiment))
        go_on(s);
    session_destroy(s);
    return 0;
}
