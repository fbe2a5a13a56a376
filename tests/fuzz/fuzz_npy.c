/* Arrays of features, labels and weights: the input is cut where its first four bytes say. */
#include "math/dataset.h"
#include "tests/fuzz/fuzz.h"

static struct bytes take(const uint8_t **data, size_t *size, size_t want)
{
    size_t got = want > *size ? *size : want;
    struct bytes part = { got ? *data : NULL, got };
    *data += got;
    *size -= got;
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size_t first = (size_t)(data[0] << 8 | data[1]), second = (size_t)(data[2] << 8 | data[3]);
    data += 4;
    size -= 4;
    struct npy_source source = { .where = { "x.npy", "y.npy", "w.npy" } };
    source.features = take(&data, &size, first);
    source.labels = take(&data, &size, second);
    source.weights = take(&data, &size, size);
    for (enum loss_task task = TASK_CLASS; task <= TASK_REAL; task++) {
        struct dataset out = { .dim = 0 };
        struct why why = { "" };
        fuzz_agree(dataset_from_npy(&source, "a", task, NULL, &out, &why), &why);
        fuzz_dataset(&out);
        dataset_clear(&out);
    }
    return 0;
}
