#!/usr/bin/env python3
"""kill.py BINARY [SEED]: kills the program (SIGKILL, or SIGTERM and then SIGKILL) at random moments while it writes:
figures, animations, tables, sessions, the autosave of a window. Every time the target is the old file or the new one,
byte for byte or, where two runs differ, a whole one; and the next start clears away whatever was left beside it.
The moments come from the seed. Python's standard library only; closes with "N passed, N failed"."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TRIES = 14
LATE = 10        # of these, how many fall into the end of the work, where the file is written
SHORT = ["--dataset", "blobs", "--hidden", "16"]
passed = failed = 0


def tell(good, words):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED:", words)


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() or "mstmp" in path.name)


def litter(folder):
    return [name for name in names(folder) if "mstmp" in name]


def moments(dice, whole):
    """Seconds after the start, most of them in the last part of a run that takes `whole`."""
    return [whole * (dice.uniform(0.5, 1.02) if i < LATE else dice.uniform(0.02, 1)) for i in range(TRIES)]


def writes(binary, dice, words, target, old, new):
    """`old` and `new`: options of two runs that write two different things to the same name."""
    with tempfile.TemporaryDirectory(prefix="marginscope-") as name:
        folder = pathlib.Path(name)

        def start(options):
            return subprocess.Popen([binary, *words, *options, target[0], target[1]], cwd=folder,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def read():
            return {n: (folder / n).read_bytes() for n in names(folder) if "mstmp" not in n}

        began = time.monotonic()
        done = start(new).wait()
        whole, after = time.monotonic() - began, read()
        tell(done == 0 and after, f"{words}: exit {done}")
        done = start(old).wait()
        before = read()
        tell(done == 0 and before.keys() == after.keys() and before != after, f"{words}: two runs are not told apart")
        left = cut = 0
        for moment in moments(dice, whole):
            process = start(new)
            time.sleep(moment)
            process.kill()
            cut += process.wait() == -signal.SIGKILL
            now, left = read(), left + len(litter(folder))
            half = [n for n in now if now[n] not in (before.get(n), after.get(n))]
            tell(now.keys() == before.keys() and not half, f"{words}: killed after {moment:.3f} s: {half or now.keys()}")
        done = start(old).wait()
        tell(done == 0 and read() == before and not litter(folder), f"{words}: the next start left {litter(folder)}")
        tell(cut > 0, f"{words}: no run was killed before its end")
        print(f"{' '.join(words[:1])} {target[1]}: {whole:.2f} s, {cut} of {TRIES} killed, {left} left-overs met")


def windows(binary, dice):
    """SIGTERM has a window write its autosave; SIGKILL follows. Sometimes SIGKILL alone."""
    with tempfile.TemporaryDirectory(prefix="marginscope-") as name:
        folder = pathlib.Path(name)
        kept = folder / "state/marginscope"
        env = dict(os.environ, HOME=name, XDG_STATE_HOME=str(folder / "state"), XDG_CONFIG_HOME=name,
                   SDL_VIDEODRIVER="dummy", SDL_RENDER_DRIVER="software")

        def start():
            process = subprocess.Popen([binary, *SHORT, "--hidden", "300,300", "--seed", "1"], env=env, cwd=folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0.4, 0.8))
            return process

        def good(path):
            run = subprocess.run([binary, "check", str(path)], capture_output=True, text=True, check=False)
            return run.returncode == 0 and "good" in run.stdout

        def wholes():
            return [path for path in kept.glob("*.json")] if kept.exists() else []

        process = start()
        process.terminate()
        tell(process.wait(60) == 0 and good(kept / "autosave-1.json"), "a window that is asked to end: no autosave")
        newest = left = 0
        for i in range(TRIES):
            process = start()
            there = process.poll() is None
            if i % 4:
                process.terminate()
                time.sleep(dice.uniform(0, 0.5))
            process.kill()
            process.wait()
            left += len(litter(kept))
            tell(there and wholes() and all(good(path) for path in wholes()), f"try {i}: {names(kept)}")
            last = max(path.stat().st_mtime for path in wholes())
            tell(last >= newest, f"try {i}: the newest is gone")
            newest = last
        process = start()
        offered = (kept / "restore-1.json").exists() or (kept / "running-1").read_bytes() == b"r"
        tell(offered and max(path.stat().st_mtime for path in wholes()) == newest, "the next start offers another")
        tell(not litter(kept), f"the next start of a window leaves {litter(kept)}")
        process.terminate()
        process.wait(60)
        tell(not litter(folder), f"a window leaves {litter(folder)}")
        print(f"autosave: {TRIES} killed, {left} left-overs met")


def main():
    binary, seed = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    dice = random.Random(seed)
    train, short = ["train", *SHORT], [*SHORT, "--steps", "60"]
    large = ["--size", "1600x1000"]
    old, new = ["--seed", "1"], ["--seed", "2"]
    for ending in "png", "svg", "pdf":
        writes(binary, dice, ["figure", *short, *large], ["--out", f"figure.{ending}"], old, new)
    animation = ["animate", *short, "--size", "320x240", "--seconds", "1", "--fps", "10"]
    films = ["moving.mp4"] if shutil.which("ffmpeg") else []
    for name in "moving.gif", "moving.webp", "frame-%02d.png", *films:
        writes(binary, dice, animation, ["--out", name], old, new)
    writes(binary, dice, [*train, "--hidden", "300,300", "--steps", "20"], ["--save", "session.json"], old, new)
    writes(binary, dice, [*train, "--steps", "20"], ["--features", "features.npy"], old, new)
    windows(binary, dice)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
