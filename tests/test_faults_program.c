/* Every command of the program while a call of memory or of a file fails, each in its turn: an exit of 0 and the very
 * bytes of an undisturbed run, or an exit of 1, one line that says why, and the old files. Never a crash, never half a
 * file, nothing left beside. fault.h says which calls. */
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "app/cli.h"
#include "tests/support/fault.h"
#include "tests/support/folder.h"

enum { WORDS = 40, OUTPUTS = 10, NAME = 64, SAID = 4096, PRINTED = 1 << 17 };

/* "@NAME" is a file in the test's folder; those of `out` are written, and are there before as "the old one". */
struct line {
    const char *name;
    const char *words; /* parted by spaces */
    const char *out;
    int stride; /* memory: every so many calls */
    bool near; /* without memory it may look a little different: a hatch of other pixels */
};
enum {
    SLOWER = 11,
    FEWER = 5,
    FEW = 260,
    MANY = 500
}; /* under a sanitizer, and of those that go on failing where there are more than a few: one in so many */

#define SHORT " --dataset iris --hidden 4 --batch 16 --steps 20 "
/* clang-format off */
static const struct line lines[] = {
    { "a training and its tables", "train " SHORT " --add center,ring --at 10:batch=32 --metrics @m.csv --features @f.csv"
        " --weights @w.csv --labels @y.csv --data @d.csv --points-csv @p.csv --history @h.csv --dump-batch 3:@b.json",
        "m.csv f.csv w.csv y.csv d.csv p.csv h.csv b.json", 1, false },
    { "arrays", "train " SHORT " --metrics @m.npy --features @f.npz --weights @w.npy --labels @y.npy --history @h.npz"
        " --moments 4", "m.npy f.npz w.npy y.npy h.npz", 1, false },
    { "a session", "train " SHORT " --at 10:m=0.1 --save @s.json", "s.json", 1, false },
    { "a session that goes on", "train --session @given.json --steps 30 --save @s.json", "s.json", 1, false },
    { "a check of a session", "check @given.json", "", 1, false },
    { "a lesson", "check @lesson.json", "", 1, false },
    { "a gradient", "eval " TESTS_FOLDER "/reference/arcface__d2_c10.json", "", 1, false },
    { "a png", "figure " SHORT " --size 320x200 --out @f.png", "f.png", 2, true },
    { "an svg", "figure " SHORT " --size 320x200 --out @f.svg", "f.svg", 1, false },
    { "a pdf", "figure " SHORT " --size 320x200 --out @f.pdf", "f.pdf", 1, false },
    { "images", "figure --dataset optdigits --hidden 4 --steps 5 --points 200 --view input --size 320x200 --out @f.svg",
        "f.svg", 5, false },
    { "an animation", "animate " SHORT " --size 200x160 --seconds 0.4 --fps 5 --out @a.gif", "a.gif", 2, true },
    { "a webp", "animate " SHORT " --size 200x160 --seconds 0.4 --fps 5 --out @a.webp", "a.webp", 2, true },
    { "frames", "animate " SHORT " --size 200x160 --seconds 0.4 --fps 5 --out @a%d.png", "a1.png a2.png", 2, true },
    { "a sweep", "sweep " SHORT " --set m=0,0.2 --jobs 1 --size 320x200 --out @s.svg --csv @s.csv", "s.svg s.csv", 2, false },
    { "slides", "slides @lesson.json --out @l.pdf", "l.pdf", 1, false },
    { "a csv file", "train --dataset @d.csv.gz --steps 2", "", 1, false },
    { "losses", "losses --json", "", 1, false },
};
/* clang-format on */
enum { LINES = sizeof lines / sizeof *lines };

struct bytes_of_file {
    char name[NAME];
    char *at; /* NULL: it is not there */
    long size;
};

static struct bytes_of_file new_bytes[OUTPUTS];
static int outputs, others; /* of the line; files that are there anyhow */
static char said[SAID], printed[PRINTED], expected[PRINTED];
static FILE *errors, *prints; /* behind stderr and stdout */

static struct bytes_of_file read_back(const char *name)
{
    struct bytes_of_file b = { .at = NULL };
    snprintf(b.name, sizeof b.name, "%s", name);
    FILE *file = fopen(in_folder(name), "rb");
    if (!file)
        return b;
    fseek(file, 0, SEEK_END);
    b.size = ftell(file);
    rewind(file);
    b.at = malloc((size_t)b.size + 1);
    assert_int_equal(fread(b.at, 1, (size_t)b.size, file), b.size);
    fclose(file);
    return b;
}

static const char old[] = "the old one\n";

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- one run ---- */

static int split(char *words, const char **argv)
{
    static char path[WORDS][600];
    int n = 0;
    argv[n++] = "marginscope";
    for (char *word = strtok(words, " "); word && n < WORDS; word = strtok(NULL, " ")) {
        char *at = strchr(word, '@');
        if (at)
            snprintf(path[n], sizeof path[n], "%.*s%s", (int)(at - word), word, in_folder(at + 1));
        argv[n] = at ? path[n] : word;
        n++;
    }
    return n;
}

static int divert(int number, FILE *to)
{
    int before = dup(number), file = fileno(to);
    assert_int_equal(ftruncate(file, 0), 0);
    lseek(file, 0, SEEK_SET);
    dup2(file, number);
    return before;
}

static void restore(int number, int before, FILE *from, char *text, size_t size)
{
    dup2(before, number);
    close(before);
    ssize_t n = pread(fileno(from), text, size - 1, 0);
    text[n > 0 ? n : 0] = '\0';
}

/* Lines that tell of time and memory: no two runs have the same. */
static void drop_clock(char *text)
{
    static const char *const clock[] = { "_per_s\"", "\"wall_s\"", "\"peak_rss_kb\"" };
    char *to = text;
    for (char *line = text, *next; *line; line = next) {
        size_t length = strcspn(line, "\n");
        next = line + length + (line[length] == '\n');
        bool drops = false;
        for (size_t i = 0; i < sizeof clock / sizeof *clock; i++)
            drops = drops || memmem(line, length, clock[i], strlen(clock[i]));
        if (!drops) {
            memmove(to, line, (size_t)(next - line));
            to += next - line;
        }
    }
    *to = '\0';
}

/* The exit status; what it wrote is in `said` and `printed`. */
static int run(const struct line *line)
{
    char words[1000];
    const char *argv[WORDS];
    snprintf(words, sizeof words, "%s", line->words);
    int argc = split(words, argv);
    enum fault_kind kind = fault.kind;
    fault.kind = FAULT_NONE;
    fflush(stdout);
    int before[2] = { divert(1, prints), divert(2, errors) };
    fault.kind = kind;
    int status = cli_main(argc, argv);
    fault.kind = FAULT_NONE;
    fflush(stdout);
    restore(1, before[0], prints, printed, sizeof printed);
    restore(2, before[1], errors, said, sizeof said);
    drop_clock(printed);
    return status;
}

/* One line for a person: where, what, what to do. */
static bool is_a_sentence(const char *text)
{
    const char *end = strchr(text, '\n');
    return end && !end[1] && strncmp(text, "marginscope: ", 13) == 0 && strchr(text + 13, ':') &&
           strstr(text, "; ");
}

static bool ends_well(const struct bytes_of_file *b)
{
    static const unsigned char png[] = { 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82 };
    const unsigned char *at = (const unsigned char *)b->at;
    if (memcmp(at, "RIFF", 4) == 0)
        return (long)(at[4] | at[5] << 8 | at[6] << 16) == b->size - 8;
    if (memcmp(at, "GIF", 3) == 0)
        return at[b->size - 1] == ';';
    return memcmp(at + b->size - sizeof png, png, sizeof png) == 0;
}

/* As large, and whole; libwebp packs less well without memory. */
static bool looks_alike(const struct bytes_of_file *a, const struct bytes_of_file *b)
{
    enum { HEAD = 24 }; /* with the sides of the picture, in all three formats */
    return a->size > HEAD && a->size < 2 * b->size && b->size < 2 * a->size && memcmp(a->at, b->at, 4) == 0 &&
           ends_well(a);
}

static void check_outputs(const struct line *line, int status, const char *words)
{
    for (int i = 0; i < outputs; i++) {
        struct bytes_of_file now = read_back(new_bytes[i].name);
        bool same =
            now.at && now.size == new_bytes[i].size && memcmp(now.at, new_bytes[i].at, (size_t)now.size) == 0;
        same = same || (line->near && now.at && looks_alike(&now, &new_bytes[i]));
        bool kept = now.at && now.size == sizeof old - 1 && memcmp(now.at, old, sizeof old - 1) == 0;
        if (status == 0 ? !same : !same && !kept)
            fail_msg("%s: exit %d, \"%s\": %s (%ld bytes) is %s", words, status, said, now.name, now.size,
                !now.at ? "gone"
                : kept  ? "the old one"
                : same  ? "the new one"
                        : "neither the old nor the new one");
        free(now.at);
    }
    if (files_in_folder() != others + outputs)
        fail_msg("%s: exit %d: something is left over", words, status);
}

static void put_old(void)
{
    for (int i = 0; i < outputs; i++)
        write_file(new_bytes[i].name, old);
}

/* ---- every fault of a line ---- */

static void begin_line(const struct line *line)
{
    char names[200];
    snprintf(names, sizeof names, "%s", line->out);
    outputs = 0;
    for (char *name = strtok(names, " "); name; name = strtok(NULL, " "))
        snprintf(new_bytes[outputs++].name, NAME, "%s", name);
    fault_none();
    int status = run(line);
    if (status != 0)
        fail_msg("%s: exit %d without a fault: %s", line->name, status, said);
    strcpy(expected, printed);
    for (int i = 0; i < outputs; i++) {
        new_bytes[i] = read_back(new_bytes[i].name);
        assert_non_null(new_bytes[i].at);
    }
}

static const char *const given[] = { "given.json", "lesson.json", "d.csv.gz" };
enum { GIVEN = sizeof given / sizeof *given };

static bool is_given(const char *name)
{
    bool found = false;
    for (int i = 0; i < GIVEN; i++)
        found = found || strcmp(name, given[i]) == 0;
    return found;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind;
    return where->level == 0 || is_given(path + where->base) ? 0 : remove(path);
}

/* Whatever has gone wrong before: the next line begins in the same folder. */
static int end_line(void **state)
{
    (void)state;
    fault_none();
    for (int i = 0; i < outputs; i++) {
        free(new_bytes[i].at);
        new_bytes[i].at = NULL;
    }
    outputs = 0;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static long total, first = 1; /* runs with a fault; where to begin, for whoever looks for one */
static long calls; /* of the last run that no fault met */
static bool whole; /* $FAULT_WHOLE: every single one */

static long each_fault(const struct line *line, enum fault_kind kind, bool on, int code, long stride)
{
    long told = 0, n = first;
    for (;; n += whole ? 1 : stride * (1 + n / MANY)) {
        char words[200];
        snprintf(words, sizeof words, "%s, %s %s %ld", line->name,
            kind == FAULT_MEMORY ? "allocation" : "file call", on ? "from" : "at", n);
        put_old();
        fault_set(kind, n, on, code);
        int status = run(line);
        long failed = fault.failed;
        if (getenv("FAULT_SHOW"))
            print_message("%s: exit %d: %s", words, status, said[0] ? said : "\n");
        if (status != 0 && (status != 1 || !is_a_sentence(said)))
            fail_msg("%s: exit %d and \"%s\"", words, status, said);
        if (status == 0 && said[0])
            fail_msg("%s: exit 0 and \"%s\"", words, said);
        if (status == 0 && !line->near && strcmp(printed, expected) != 0)
            fail_msg("%s: exit 0, and what it prints is another:\n%s", words, printed);
        check_outputs(line, status, words);
        told += status != 0;
        total += failed > 0;
        if (!failed)
            break; /* beyond the last one */
    }
    calls = n - 1;
    if (getenv("FAULT_COUNT"))
        print_message("%s: %d%s: %ld calls, %ld told\n", line->name, kind, on ? " on" : "", n - 1, told);
    return told;
}

static void survives(void **state)
{
    const struct line *line = *state;
    long slower = SANITIZED ? SLOWER : 1;
    begin_line(line);
    each_fault(line, FAULT_MEMORY, false, 0, line->stride * slower);
    each_fault(line, FAULT_MEMORY, true, 0, (calls > FEW ? FEWER : 1) * line->stride * slower);
    each_fault(line, FAULT_FILES, false, EIO, 1);
    each_fault(line, FAULT_FILES, true, ENOSPC, 1);
}

static int begin(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s/faults-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
    errors = tmpfile();
    prints = tmpfile();
    if (!mkdtemp(folder) || !errors || !prints)
        return 1;
    static const struct line saving = { "", "train " SHORT " --save @given.json", "", 1, false };
    write_file("lesson.json",
        "{\"marginscope\": 1, \"title\": \"Two steps\", \"steps\": [{\"title\": \"One\", \"text\":"
        " \"$\\\\theta$ is **small**\", \"set\": {\"dataset\": \"iris\", \"hidden\": \"4\", \"loss\": "
        "\"arcface\"}, \"run_steps\":"
        " 10}, {\"title\": \"Two\", \"text\": \"More\", \"set\": {\"m\": 0.1}, \"run_steps\": 5}]}");
    gzFile gz = gzopen(in_folder("d.csv.gz"), "wb");
    for (int i = 0; i < 4000; i++)
        gzprintf(gz, "%d,%d,%s\n", i % 7, i * i % 11, i % 2 ? "a" : "b");
    gzclose(gz);
    int status = run(&saving);
    if (status)
        print_error("%s", said);
    others = files_in_folder();
    return status;
}

static int end(void **state)
{
    (void)state;
    print_message("%ld runs with a fault\n", total);
    for (int i = 0; i < GIVEN; i++)
        unlink(in_folder(given[i]));
    fclose(errors);
    fclose(prints);
    return rmdir(folder);
}

/* [NAME [FIRST]]: this line alone, from this fault on. */
int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    first = argc > 2 ? atol(argv[2]) : 1;
    whole = getenv("FAULT_WHOLE");
    struct CMUnitTest tests[LINES];
    for (int i = 0; i < LINES; i++)
        tests[i] =
            (struct CMUnitTest){ lines[i].name, survives, NULL, end_line, (void *)(uintptr_t)&lines[i] };
    return cmocka_run_group_tests(tests, begin, end);
}
