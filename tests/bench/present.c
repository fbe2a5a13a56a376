/* present - what an empty frame costs here: a 1600 x 1000 window cleared and presented by SDL's software renderer, as
 * cheaply as it goes (no detour over OpenGL). The unit of the goals for frames. Run: build/present [--json FILE] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <SDL.h>

enum { WIDTH = 1600, HEIGHT = 1000, WARM = 30, FRAMES = 300 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double now_ms(void)
{
    return 1e3 * (double)SDL_GetPerformanceCounter() / (double)SDL_GetPerformanceFrequency();
}

static void measure(SDL_Renderer *renderer, double ms[FRAMES])
{
    SDL_Event event;
    for (int i = -WARM; i < FRAMES; i++) {
        while (SDL_PollEvent(&event))
            ;
        double began = now_ms();
        SDL_SetRenderDrawColor(renderer, (Uint8)(i & 255), 20, 24, 255);
        SDL_RenderClear(renderer);
        SDL_RenderPresent(renderer);
        if (i >= 0)
            ms[i] = now_ms() - began;
        SDL_Delay(4);
    }
    qsort(ms, FRAMES, sizeof *ms, compare);
}

int main(int argc, char **argv)
{
    double ms[FRAMES];
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_Window *window = NULL;
    SDL_Renderer *renderer = NULL;
    if (SDL_Init(SDL_INIT_VIDEO) != 0 || !(window = SDL_CreateWindow("present", 0, 0, WIDTH, HEIGHT, 0)) ||
        !(renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE))) {
        fprintf(stderr, "present: %s; a display is needed\n", SDL_GetError());
        return 1;
    }
    measure(renderer, ms);
    SDL_DestroyRenderer(renderer);
    SDL_DestroyWindow(window);
    SDL_Quit();
    printf("clear and present: median %.2f ms, p99 %.2f ms\n", ms[FRAMES / 2], ms[FRAMES * 99 / 100]);
    FILE *json = argc > 2 && strcmp(argv[1], "--json") == 0 ? fopen(argv[2], "w") : NULL;
    if (json) {
        fprintf(json, "{\"median_ms\": %.3f, \"p99_ms\": %.3f}\n", ms[FRAMES / 2], ms[FRAMES * 99 / 100]);
        fclose(json);
    }
    return 0;
}
