/* A command line: its words are the lines of the input, the first byte says of which command. */
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct options o;
    if (size == 0)
        return 0;
    static const unsigned where[] = { FOR_WINDOW, FOR_TRAIN, FOR_FIGURE, FOR_SWEEP };
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    const char *argv[WORDS + 1] = { "marginscope" };
    int argc = 1;
    for (char *word = text; word && argc < WORDS;) {
        char *end = strchr(word, '\n');
        if (end)
            *end++ = '\0';
        argv[argc++] = word;
        word = end;
    }
    struct why why = { "" };
    options_init(&o);
    fuzz_agree(options_parse(argc, argv, where[data[0] & 3], &o, &why), &why);
    free(text);
    return 0;
}
