/* A checkpoint that something happened to: refused, or the training goes on from it. The input is a list of wounds on
 * a whole one: its new length (4 bytes; over the old one: as it was), then places (3 bytes) and values (1 byte). */
#include <stdlib.h>
#include <string.h>

#include "math/trainer.h"
#include "tests/fuzz/fuzz.h"

static struct trainer *trainer;
static uint8_t *whole;
static size_t whole_size;

static void make_training(void)
{
    static struct dataset data;
    struct experiment e;
    struct why why = { "" };
    experiment_init(&e);
    experiment_set(&e, "dataset", "moons", &why);
    experiment_set(&e, "hidden", "4", &why);
    experiment_set(&e, "add", "center,ring", &why);
    if (dataset_find("moons")->make(1, &data, &why) != STATUS_OK ||
        trainer_create(&e, &data, &trainer, &why) != STATUS_OK)
        abort();
    for (int i = 0; i < 20; i++)
        trainer_step(trainer);
    e.param[e.loss][0] = 20;
    trainer_retune(trainer, &e, &why);
    if (trainer_save(trainer, &whole, &whole_size, &why) != STATUS_OK)
        abort();
}

static size_t number(const uint8_t *data, int bytes)
{
    size_t n = 0;
    for (int i = 0; i < bytes; i++)
        n = n << 8 | data[i];
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!trainer)
        make_training();
    if (size < 4)
        return 0;
    size_t length = number(data, 4);
    length = length > whole_size ? whole_size : length;
    uint8_t *hurt = malloc(length + 1);
    memcpy(hurt, whole, length);
    for (size_t i = 4; i + 4 <= size && length; i += 4)
        hurt[number(data + i, 3) % length] = data[i + 3];
    struct why why = { "" };
    enum status status = trainer_load(trainer, hurt, length, &why);
    fuzz_agree(status, &why);
    free(hurt);
    for (int i = 0; status == STATUS_OK && i < 3; i++)
        trainer_step(trainer);
    return 0;
}
