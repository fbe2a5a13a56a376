#!/usr/bin/env python3
"""matplotlib_peer.py: what a notebook pays for the same picture: 5,000 points of ten classes in the plane with their
regions, 16 x 10 inches, which are the 1600 x 1000 pixels of the window. Processor time in ms, the quickest of a few:
redrawn from nothing with filled contours; with the points moved over the field that stays (as ten lines, as one scatter);
as a notebook's inline picture; and saved as PNG at 300 dpi and as PDF. Beside it: build/view_cost (the plane's frame) and
build/export_cost. Needs Debian's python3-matplotlib.
"""
import io
import json
import sys
import time

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

POINTS, CLASSES, SIDE = 5000, 10, 300


def cost(draw, times=7):
    best = float("inf")
    for _ in range(times):
        began = time.process_time()
        draw()
        best = min(best, time.process_time() - began)
    return round(1e3 * best, 1)


def main():
    rng = np.random.default_rng(1)
    angle = 2 * np.pi * np.arange(CLASSES) / CLASSES
    weight = np.c_[np.cos(angle), np.sin(angle)]
    label = np.arange(POINTS) % CLASSES
    x = 9 * weight[label] + 1.4 * rng.normal(size=(POINTS, 2))
    axis = np.linspace(-14, 14, SIDE)
    grid = np.stack(np.meshgrid(axis, axis), -1)
    colors = plt.get_cmap("tab10")
    figure, axes = plt.subplots(figsize=(16, 10), dpi=100)
    result = {}

    def field():
        axes.clear()
        axes.contourf(grid[..., 0], grid[..., 1], (grid @ weight.T).argmax(-1), levels=np.arange(CLASSES + 1) - 0.5, cmap=colors,
                      alpha=0.3)

    def build():
        field()
        for j in range(CLASSES):
            axes.scatter(*x[label == j].T, s=8)

    def anew():
        build()
        figure.canvas.draw()

    def inline():    # as IPython does it, which cuts the empty border away
        build()
        figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")

    result["contourf_ms"], result["inline_ms"] = cost(anew), cost(inline)
    result["png_300_dpi_ms"] = cost(lambda: figure.savefig(io.BytesIO(), format="png", dpi=300), 3)
    result["pdf_ms"] = cost(lambda: figure.savefig(io.BytesIO(), format="pdf"), 3)

    field()
    lines = [axes.plot(*x[label == j].T, ".", ms=3)[0] for j in range(CLASSES)]

    def move_lines():
        for j, line in enumerate(lines):
            line.set_data(*(x[label == j] + 0.01 * rng.normal(size=2)).T)
        figure.canvas.draw()

    result["set_data_ms"] = cost(move_lines)
    field()
    scatter = axes.scatter(*x.T, c=colors(label), s=8)

    def move_scatter():
        scatter.set_offsets(x + 0.01 * rng.normal(size=2))
        figure.canvas.draw()

    result["set_offsets_ms"] = cost(move_scatter)
    json.dump(result, sys.stdout)
    print()


if __name__ == "__main__":
    main()
