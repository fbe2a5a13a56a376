/* Formula text: what is accepted is measured, and takes up room that is a number. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/formula.h"
#include "render/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    struct why why = { "" };
    if (!started)
        text_start(&why);
    started = true;
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    why = (struct why){ "" };
    enum status status = formula_check(text, &why);
    fuzz_agree(status, &why);
    struct formula_size room = formula_measure(text, 20);
    if (status == STATUS_OK && !(isfinite(room.width) && isfinite(room.ascent) && isfinite(room.descent)))
        abort();
    free(text);
    return 0;
}
