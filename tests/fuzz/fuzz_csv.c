/* A table from anywhere, read for every kind of label; what comes out is a data set in good order. */
#include <stdlib.h>

#include "math/dataset.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct bytes csv = { data + 1, size - 1 };
    for (enum loss_task task = TASK_CLASS; task <= TASK_REAL; task++) {
        struct dataset out = { .dim = 0 };
        struct why why = { "" };
        fuzz_agree(dataset_from_csv(csv, "a.csv", "a", task, NULL, &out, &why), &why);
        fuzz_dataset(&out);
        /* the first byte chooses classes to keep and to hold out */
        static const char *const list[] = { "", "0", "1,2", "setosa", "a,b", "0,0", ",", "9" };
        if (out.train)
            dataset_choose(&out, list[data[0] & 7], list[data[0] >> 3 & 7], &why);
        fuzz_dataset(&out);
        dataset_clear(&out);
    }
    return 0;
}
