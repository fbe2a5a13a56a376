/* Text that is typed into a field narrower than it: the caret is always in sight, and whole characters are shown. */
#include <stdio.h>
#include <string.h>

#include <SDL_keycode.h>

#include "app/ui/ui.h"
#include "tests/support/fonts.h"

enum { WIDE = 160 };

static struct ui ui;
static const struct theme *theme;

static void send(struct ui_input input, char *shown, size_t size)
{
    const struct ui_field field = { .id = "path",
        .label = "Path",
        .value = "",
        .rect = { 10, 10, WIDE, 34 },
        .size = 14,
        .weight = WEIGHT_REGULAR,
        .color = theme->text1,
        .align = ALIGN_LEFT,
        .boxed = true };
    ui.canvas = NULL;
    ui_begin(&ui, &input);
    ui_field(&ui, &field);
    ui_end(&ui);
    ui.canvas = canvas_record(400, 100);
    ui_field(&ui, &field);
    const char *at = strstr(canvas_record_text(ui.canvas), "text "), *words = at ? strstr(at, ") ") : NULL;
    snprintf(shown, size, "%.*s", words ? (int)strcspn(words + 2, "\n") : 0, words ? words + 2 : "");
    canvas_destroy(ui.canvas);
    ui.canvas = NULL;
}

static void key(int sym, char *shown, size_t size)
{
    send((struct ui_input){ .kind = UI_KEY, .key = sym }, shown, size);
}

static double width(const char *text)
{
    const struct font font = { 14, WEIGHT_REGULAR, false };
    return text_width(text, &font);
}

static void the_caret_stays_in_sight(void **state)
{
    (void)state;
    static const char path[] = "/home/jörg/Überlegungen/ein langer Ordner/der nächste/Schluß.json";
    char shown[400];
    ui_edit_start(&ui, "path", path);
    key(SDLK_END, shown, sizeof shown);
    assert_true(width(shown) <= WIDE);
    assert_non_null(strstr(shown, "Schluß.json"));
    assert_null(strstr(shown, "/home"));
    for (int at = (int)strlen(path); at > 0; at = ui.edit.caret) {
        key(SDLK_LEFT, shown, sizeof shown);
        assert_true(ui.edit.caret < at);
        const char *found = strstr(path, shown); /* a piece of it, which the caret is in */
        assert_true(found && found <= path + ui.edit.caret && found + strlen(shown) >= path + ui.edit.caret);
        assert_true(width(shown) <= WIDE && width(shown) > WIDE / 2);
    }
    assert_memory_equal(shown, "/home", 5);
    for (int i = 0; i < 40; i++)
        key(SDLK_RIGHT, shown, sizeof shown);
    assert_non_null(strstr(path, shown));
    key(SDLK_END, shown, sizeof shown);
    while (ui.edit.text[0])
        key(SDLK_BACKSPACE, shown, sizeof shown);
    assert_int_equal(ui.edit.first, 0);
}

int main(void)
{
    theme = theme_find("dark");
    ui.theme = theme;
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_caret_stays_in_sight) };
    return cmocka_run_group_tests(tests, fonts, no_fonts);
}
