/* A case for eval: whatever is accepted is evaluated, and the answer is written as JSON that reads back. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/eval.h"
#include "tests/fuzz/fuzz.h"

static void answer(const struct eval *eval)
{
    char *text = NULL;
    size_t size = 0;
    struct why why = { "" };
    FILE *to = open_memstream(&text, &size);
    enum status status = eval_print(to, eval, &why);
    fclose(to);
    fuzz_agree(status, &why);
    json_t *again = json_loadb(text, size, 0, NULL);
    if (status == STATUS_OK && !again)
        abort();
    json_decref(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    if (!root)
        return 0;
    struct eval eval = { .n = 0 };
    struct why why = { "" };
    enum status status = eval_case(root, &eval, &why);
    fuzz_agree(status, &why);
    if (status == STATUS_OK)
        answer(&eval);
    eval_clear(&eval);
    json_decref(root);
    return 0;
}
