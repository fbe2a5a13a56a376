/* A lesson by a teacher: read, and the settings of all its steps made. */
#include "app/lesson.h"
#include "render/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    struct why why = { "" };
    if (!started)
        text_start(&why);
    started = true;
    struct lesson lesson = { .count = 0 };
    why = (struct why){ "" };
    enum status status = lesson_parse((const char *)data, size, "lesson.json", &lesson, &why);
    fuzz_agree(status, &why);
    for (int i = 0; status == STATUS_OK && i < lesson.count; i++) {
        struct experiment e;
        lesson_experiment(&lesson, i, &e);
        fuzz_agree(experiment_check(&e, &why), &why);
    }
    lesson_clear(&lesson);
    return 0;
}
