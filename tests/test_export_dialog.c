/* The export dialog under a scripted hand: reached and left by keys, its choices kept, its files written by a thread
 * while frames go on. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/export_dialog.h"
#include "tests/support/hand.h"

static char folder[256];

static void turns(int n)
{
    for (int i = 0; i < n; i++)
        window_wait(w, 1);
}

/* The one file with this ending, or "". */
static const char *file_ending(const char *ending)
{
    static char found[300];
    DIR *d = opendir(folder);
    found[0] = '\0';
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && dot != entry->d_name && strcmp(dot, ending) == 0)
            snprintf(found, sizeof found, "%s", entry->d_name);
    }
    closedir(d);
    return found;
}

static const char *wait_for(const char *ending)
{
    for (int i = 0; i < 20000 && !file_ending(ending)[0]; i++)
        window_wait(w, 1);
    return file_ending(ending);
}

static void wait_for_notice(const char *words)
{
    for (int i = 0; i < 20000 && !strstr(w->notice, words); i++)
        window_wait(w, 1);
    if (!strstr(w->notice, words))
        fail_msg("\"%s\" in place of \"%s\"", w->notice, words);
}

static void open_dialog(void)
{
    if (!export_open(w))
        key(SDLK_e, 0);
    assert_true(export_open(w));
    for (int i = 0; i < 20000 && !w->export->preview.drawn; i++)
        window_wait(w, 1);
    turns(3);
}

static void choose(const char *row, int i)
{
    char id[UI_ID];
    click(row);
    assert_int_equal(w->popup, POPUP_EXPORT);
    snprintf(id, sizeof id, "%s.%d", row, i);
    click(id);
    assert_int_equal(w->popup, POPUP_NONE);
}

/* The field is open, and holds what is to be replaced. */
static void write_into(const char *id, const char *text)
{
    click(id);
    type(text);
    key(SDLK_RETURN, 0);
}

static void e_opens_and_esc_closes(void **state)
{
    (void)state;
    open_dialog();
    assert_true(w->export->preview.drawn);
    click("export.what");
    assert_int_equal(w->popup, POPUP_EXPORT);
    key(SDLK_ESCAPE, 0);
    assert_int_equal(w->popup, POPUP_NONE);
    assert_true(export_open(w));
    key(SDLK_ESCAPE, 0);
    assert_false(export_open(w));
}

static void other_keys_wait(void **state)
{
    (void)state;
    open_dialog();
    long step = w->snap->step;
    double margin = w->experiment.param[w->experiment.loss][experiment_loss(&w->experiment)->margin];
    key(SDLK_n, 0);
    key(SDLK_SPACE, 0);
    type("]");
    turns(50);
    assert_int_equal(w->snap->step, step);
    assert_close(w->experiment.param[w->experiment.loss][experiment_loss(&w->experiment)->margin], margin, 0);
    assert_false(w->state.playing);
    key(SDLK_ESCAPE, 0);
}

/* In the smallest window with large letters too. */
static void every_control_has_its_place_and_tab_reaches_it(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        double text;
    } row[] = { { 1600, 1000, 1 }, { 1024, 640, 1 }, { 1024, 640, 1.4 } };
    for (int k = 0; k < 3; k++) {
        w->options.text_scale = row[k].text;
        SDL_SetWindowSize(w->sdl, row[k].width, row[k].height);
        turns(1);
        assert_true(window_resize(w));
        open_dialog();
        double rect[4];
        window_control(w, "export.save", rect); /* lists all */
        int count = 0, met = 0;
        static struct ui_item item[UI_ITEM_MAX];
        for (int i = 0; i < w->ui.item_count; i++)
            if (strncmp(w->ui.item[i].id, "export.", 7) == 0)
                item[count++] = w->ui.item[i];
        assert_true(count >= 15);
        for (int i = 0; i < count; i++) {
            struct rect a = item[i].rect;
            if (a.x < 0 || a.y < 0 || a.x + a.w > w->width || a.y + a.h > w->height)
                fail_msg("%s leaves the window of %d", item[i].id, row[k].width);
            for (int j = 0; j < i; j++) {
                struct rect b = item[j].rect;
                if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h)
                    fail_msg("%s over %s at %d x %g", item[i].id, item[j].id, row[k].width, row[k].text);
            }
        }
        for (int i = 0; i < count; i++) {
            key(SDLK_TAB, 0);
            for (int j = 0; j < count; j++)
                met += item[j].hash == w->ui.focus;
        }
        assert_int_equal(met, count);
        key(SDLK_ESCAPE, 0);
    }
    w->options.text_scale = 1;
    SDL_SetWindowSize(w->sdl, 1600, 1000);
    turns(1);
    assert_true(window_resize(w));
}

static void what_is_chosen_is_written(void **state)
{
    (void)state;
    open_dialog();
    choose("export.format", 1);
    choose("export.theme", 0);
    click("export.caption");
    choose("export.letters", 2);
    write_into("export.name", "chosen");
    write_into("export.size.own", "1600x1000");
    click("export.save");
    assert_string_equal(wait_for(".svg"), "chosen.svg");
    wait_for_notice("Saved");
    char path[600], text[400] = "";
    snprintf(path, sizeof path, "%s/chosen.svg", folder);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, "width=\"1600.00\" height=\"1000.00\""));
    double wide = 0; /* as laid out: in fewer px, each of which is larger */
    assert_int_equal(sscanf(strstr(text, "viewBox"), "viewBox=\"0 0 %lf", &wide), 1);
    assert_true(fabs(wide - 1600 / 1.5) < 1);
    key(SDLK_ESCAPE, 0);
}

static void a_wrong_size_is_told_and_not_taken(void **state)
{
    (void)state;
    open_dialog();
    char before[32];
    snprintf(before, sizeof before, "%s", w->export->choice.size);
    write_into("export.size.own", "12 by 13");
    assert_non_null(strstr(w->ui.error, "not a size"));
    assert_string_equal(w->export->choice.size, before);
    key(SDLK_ESCAPE, 0);
}

static void the_path_goes_to_the_clipboard(void **state)
{
    (void)state;
    open_dialog();
    choose("export.format", 2);
    write_into("export.name", "copied");
    click("export.copy");
    assert_string_equal(wait_for(".pdf"), "copied.pdf");
    wait_for_notice("clipboard");
    char *text = SDL_GetClipboardText(), path[600];
    snprintf(path, sizeof path, "%s/copied.pdf", folder);
    assert_string_equal(text, path);
    SDL_free(text);
    key(SDLK_ESCAPE, 0);
}

/* A program that keeps what it is fed, as the clipboard's would. */
static void put_program(const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\necho \"$@\" > '%s/words'\nexec /bin/cat > '%s/copied'\n", folder, folder);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

static void check_start(const char *name, const char *start, size_t n)
{
    char path[600], text[64] = "";
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text, file) >= n);
    fclose(file);
    assert_memory_equal(text, start, n);
}

static void the_picture_goes_to_the_program_of_the_clipboard(void **state)
{
    (void)state;
    static const char words[] = "-selection clipboard -t image/png -i";
    put_program("xclip");
    setenv("PATH", folder, 1);
    setenv("DISPLAY", ":none", 1);
    open_dialog();
    choose("export.format", 1);
    write_into("export.name", "again");
    click("export.copy");
    wait_for_notice("the picture is on the clipboard");
    unsetenv("DISPLAY");
    check_start("words", words, sizeof words - 1);
    check_start("copied", "\x89PNG", 4);
    assert_string_equal(file_ending(".png"), ""); /* the copy was not left behind */
    key(SDLK_ESCAPE, 0);
}

/* What cannot be written is said in one line, and what was there stays. */
static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    char before[sizeof w->export->choice.folder];
    open_dialog();
    snprintf(before, sizeof before, "%s", w->export->choice.folder);
    write_into("export.name", "elsewhere");
    write_into("export.folder", "/nosuch-folder");
    click("export.save");
    wait_for_notice("/nosuch-folder");
    assert_true(w->notice_bad);
    snprintf(w->export->choice.folder, sizeof w->export->choice.folder, "%s", before);
    w->export->name[0] = '\0';
    key(SDLK_ESCAPE, 0);
}

static void s_saves_at_once(void **state)
{
    (void)state;
    key(SDLK_s, 0);
    assert_non_null(strstr(wait_for(".png"), "_step"));
    wait_for_notice("Saved");
}

/* One after another, faster than they are written: none takes another's place. */
static void pictures_in_a_row_have_names_of_their_own(void **state)
{
    (void)state;
    int before = 0, after = 0;
    for (int round = 0; round < 2; round++) {
        DIR *d = opendir(folder);
        assert_non_null(d);
        for (struct dirent *entry; (entry = readdir(d));)
            *(round ? &after : &before) += strstr(entry->d_name, ".png") != NULL;
        closedir(d);
        for (int i = 0; round == 0 && i < 3; i++)
            key(SDLK_s, i == 1 ? KMOD_SHIFT : 0);
        for (int i = 0; i < 20000 && export_task_busy(w->export->task); i++)
            window_wait(w, 1);
    }
    assert_int_equal(after, before + 3);
}

/* What can be swept is what slides: the loss's own numbers and those of the terms that are on. */
static void a_sweep_has_its_range(void **state)
{
    (void)state;
    int center = 0;
    double r[4];
    while (strcmp(term_at(center)->id, "center") != 0)
        center++;
    w->experiment.added[center] = true;
    action_apply(w);
    await_rest();
    open_dialog();
    click("export.tab.animation");
    assert_false(window_control(w, "animation.from", r));
    int last = 0;
    for (char id[UI_ID] = "animation.source.1"; window_control(w, id, r); last++)
        snprintf(id, sizeof id, "animation.source.%d", last + 2);
    char id[UI_ID];
    snprintf(id, sizeof id, "animation.source.%d", last);
    click(id);
    window_control(w, id, r);
    assert_string_equal(ui_find(&w->ui, id)->label, "Sweep of center.lambda");
    write_into("animation.from", "-5");
    assert_string_equal(w->ui.error, "allowed 0 to 1");
    key(SDLK_ESCAPE, 0);
    write_into("animation.from", "x");
    assert_non_null(strstr(w->ui.error, "allowed "));
    key(SDLK_ESCAPE, 0);
    write_into("animation.to", "0.25");
    assert_string_equal(window_control_value(w, "animation.to"), "0.25");
    const char *trains = window_control_value(w, "animation.trains");
    assert_string_equal(trains, "off");
    click("animation.trains");
    assert_string_equal(window_control_value(w, "animation.trains"), "on");
    w->experiment.added[center] = false; /* then there is none to sweep in */
    action_apply(w);
    turns(2);
    assert_false(window_control(w, "animation.from", r));
    assert_true(window_control(w, "animation.format.3", r)); /* of ffmpeg */
    click("export.tab.picture");
    key(SDLK_ESCAPE, 0);
    await_rest();
}

/* As they were left when the dialog was closed. */
static void choices_come_back(void **state)
{
    (void)state;
    open_dialog();
    choose("export.format", 2);
    choose("export.theme", 2);
    click("export.curve");
    struct export_choice before = w->export->choice;
    key(SDLK_ESCAPE, 0);
    close_window(NULL);
    open_window(NULL);
    assert_string_equal(w->export->choice.format, "pdf");
    assert_string_equal(w->export->choice.theme, "print");
    assert_int_equal(w->export->choice.parts, before.parts);
    double r[4]; /* where programs are looked for there is no ffmpeg now */
    open_dialog();
    click("export.tab.animation");
    turns(2);
    assert_true(window_control(w, "animation.format.2", r));
    assert_false(window_control(w, "animation.format.3", r));
}

static int begin(void **state)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/dialogXXXXXX", base ? base : P_tmpdir);
    if (!mkdtemp(folder))
        return 1;
    setenv("HOME", folder, 1);
    setenv("XDG_PICTURES_DIR", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("TMPDIR", folder, 1);
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    return open_window(state);
}

static int end(void **state)
{
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    close_window(state);
    setenv("PATH", "/usr/bin:/bin", 1);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(e_opens_and_esc_closes),
        cmocka_unit_test(other_keys_wait),
        cmocka_unit_test(every_control_has_its_place_and_tab_reaches_it),
        cmocka_unit_test(what_is_chosen_is_written),
        cmocka_unit_test(a_wrong_size_is_told_and_not_taken),
        cmocka_unit_test(a_sweep_has_its_range),
        cmocka_unit_test(the_path_goes_to_the_clipboard),
        cmocka_unit_test(the_picture_goes_to_the_program_of_the_clipboard),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
        cmocka_unit_test(s_saves_at_once),
        cmocka_unit_test(pictures_in_a_row_have_names_of_their_own),
        cmocka_unit_test(choices_come_back),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
