/* Images and labels, the first possibly deflated: the input is cut where its first two bytes say. */
#include <stdlib.h>

#include "app/dataset_open.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1 << 22 };

static void read_pair(const uint8_t *images, size_t image_size, const uint8_t *labels, size_t label_size)
{
    struct idx_source source = {
        .train_images = { images, image_size },
        .train_labels = { labels, label_size },
        .where = { "images", "labels", "test images", "test labels" },
    };
    struct dataset out = { .dim = 0 };
    struct why why = { "" };
    fuzz_agree(dataset_from_idx(&source, "a", &out, &why), &why);
    fuzz_dataset(&out);
    dataset_clear(&out);
    why = (struct why){ "" };
    source.test_images = source.train_images;
    source.test_labels = source.train_labels;
    fuzz_agree(dataset_from_idx(&source, "a", &out, &why), &why);
    fuzz_dataset(&out);
    dataset_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t cut = (size_t)(data[0] << 8 | data[1]);
    data += 2;
    size -= 2;
    cut = cut > size ? size : cut;

    struct fuzz_file file = fuzz_file_open(data, cut);
    uint8_t *images = NULL;
    size_t image_size = 0;
    struct why why = { "" };
    enum status status = file_read(file.path, LIMIT, &images, &image_size, &why);
    fuzz_agree(status, &why);
    if (status == STATUS_OK)
        read_pair(images, image_size, data + cut, size - cut);
    free(images);
    fuzz_file_close(&file);
    return 0;
}
