#!/usr/bin/env python3
"""frames.py BINARY [OPTIONS]: frame times of the real window under Xvfb, and what the window costs the worker.

Trains mnist with 5,000 points on screen at 1600x1000; prints the frame time's median and 99th percentile while it
trains at 60 steps a second, at pace max, and with the margin being dragged, and the worker's speed at pace max
as a share of `train --benchmark` on the same machine in the same minute. Beside it what an empty frame costs on the
same display (present, which is built beside BINARY): the goals count in such frames.
"""
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

SPEC = importlib.util.spec_from_file_location(
    "window", pathlib.Path(__file__).resolve().parent.parent / "e2e" / "window.py")
window = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(window)


def empty_frame(w, binary):
    """Median of clear + present in ms, with the program at rest."""
    w.key("space")
    w.wait(lambda: not w.state()["running"], "a pause")
    done = subprocess.run([pathlib.Path(binary).parent / "present", "--json", w.map.parent / "present.json"], env=w.env,
                          capture_output=True, text=True, check=True)
    print(done.stdout.strip())
    w.key("space")
    w.wait(lambda: w.state()["running"], "play")
    return json.loads((w.map.parent / "present.json").read_text())["median_ms"]


def report(label, state, empty):
    p50, p99 = state["frame_ms_p50"], state["frame_ms_p99"]
    print(f"{label:28s} frame p50 {p50:.1f} ms ({p50 / empty:.1f} empty ones)  p99 {p99:.1f} ms ({p99 / empty:.1f})  "
          f"fps {state['fps']:.0f}  step {state['step']}")


def drag(w, seconds):
    x, y, wide, high = w.controls()["param.m"]["rect"]
    w.move(x + 2, y + high / 2)
    w.x("mousedown", 1)
    end, i = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        i += 1
        w.move(x + wide * (0.1 + 0.008 * (i % 100)), y + high / 2)
        time.sleep(0.01)
    w.x("mouseup", 1)


def main():
    binary = os.path.abspath(sys.argv[1])
    head = subprocess.run([binary, "train", "--steps", "1500", "--benchmark", *sys.argv[2:]], capture_output=True, text=True,
                          check=True)
    headless = json.loads(head.stdout)["steps_per_s"]
    with tempfile.TemporaryDirectory() as folder:
        w = window.Window(binary, folder, False, *sys.argv[2:])
        try:
            start = time.monotonic()
            w.find()
            w.wait(lambda: w.state().get("step"), "first step", 15)
            print(f"window trains after           {time.monotonic() - start:.2f} s (with polling)")
            empty = empty_frame(w, binary)
            time.sleep(9)
            report("pace 60", w.state(), empty)
            drag(w, 9)
            report("pace 60, margin dragged", w.state(), empty)
            while w.controls()["pace"]["value"] != "max":
                w.click("pace")
                time.sleep(0.2)
            w.move(900, 500)
            time.sleep(9)  # the times are those of the last 512 frames: none of the drag is left
            a, t = w.state()["step"], time.monotonic()
            time.sleep(6)
            b, u = w.state()["step"], time.monotonic()
            report("pace max", w.state(), empty)
            drag(w, 9)
            report("pace max, margin dragged", w.state(), empty)
            speed = (b - a) / (u - t)
            print(f"worker at max {speed:.0f} steps/s, headless {headless:.0f}: {100 * speed / headless:.0f} %")
        finally:
            w.close()


if __name__ == "__main__":
    main()
