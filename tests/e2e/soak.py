#!/usr/bin/env python3
"""soak.py [--minutes N] [--slow] BINARY: a four-hour lecture compressed. The real window under Xvfb is driven through X
events and the control map for N minutes (2/3 without it, which is the short form), three rounds at least and, from four
minutes on, 10^6 training steps: sliders dragged at 1,000 changes a second, losses, sizes, themes, comparisons, the
timeline, lessons, drawing, presentation, exports begun and cancelled. Watches the memory at the end of every round,
whether steps go on, and what is said on stderr; then quits, with an export under way too. Prints the memory over time and
closes with "N passed, N failed". Needs Xvfb, xdotool and libXtst, which xdotool brings; Python's standard library only.
--slow: more patience and no limit on memory, for programs slowed down by sanitizers, which keep what is freed.
"""
import ctypes
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from window import Window, picture  # noqa: E402

STEPS = 1_000_000
ROUNDS = 3                    # at least, to tell growth from warm-up
RATE = 1000                   # changes a second
GROWTH_MB = 2.0               # after warm-up, in the long form
GROWTH_SHORT_MB = 8.0         # in three quarters of a minute the heap has not yet found its shape
QUIT_S = 0.2                  # the contract, which is reported; a busy machine may be this many times slower:
QUIT_SLACK = 10
OPTIONS = ["--seed", "1", "--dataset", "blobs", "--hidden", "16", "--batch", "16", "--points", "300", "--pace", "max",
           "--timeline", "8"]


class Hand:
    """The X server's own idea of a mouse (XTest): fast enough for a thousand moves a second."""

    def __init__(self, display):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.test = ctypes.CDLL("libXtst.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(display.encode()))
        assert self.display, "no display"

    def move(self, x, y):
        self.test.XTestFakeMotionEvent(self.display, -1, int(x), int(y), ctypes.c_ulong(0))
        self.x11.XFlush(self.display)

    def button(self, down):
        self.test.XTestFakeButtonEvent(self.display, 1, int(down), ctypes.c_ulong(0))
        self.x11.XFlush(self.display)

    def drag(self, places, rate=RATE):
        """Down at the first place, through all of them at that rate, up at the last; how many a second it was."""
        began = time.monotonic()
        for i, (x, y) in enumerate(places):
            early = began + i / rate - time.monotonic()
            if early > 0:
                time.sleep(early)
            self.move(x, y)
            if i == 0:
                self.button(True)
        self.button(False)
        return len(places) / (time.monotonic() - began)

    def close(self):
        self.x11.XCloseDisplay(self.display)


class Soak(Window):
    """The window with a count of its steps, of the changes sent and of its memory."""

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.hand = Hand(self.display)
        self.steps = self.last = self.changes = 0
        self.rates, self.table = [], []
        self.began = time.monotonic()

    def place(self):
        self.x("windowmove", "--sync", self.id, 0, 0)

    def count(self):
        """Steps made since the last look; a smaller number is another training's."""
        now = self.state().get("present", 0)
        self.steps += now - self.last if now >= self.last else now
        self.last = now

    def rss(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(text.split("RssAnon:")[1].split()[0]) / 1024

    def storm(self, name, seconds):
        """A slider thrown about under the hand, every place another than the one before."""
        x, y, wide, high = self.controls()[name]["rect"]
        count = int(seconds * RATE)
        at = [(x + 2 + (i * 37) % int(wide - 4), y + high / 2) for i in range(count)]
        self.rates.append(self.hand.drag(at))
        self.changes += count
        self.count()

    def again(self, act, test, what):
        """What a hand does on a busy machine: does it once more where nothing came of it."""
        for left in (2, 1, 0):
            act()
            try:
                return self.wait(test, what, 5)
            except AssertionError:
                if not left or self.process.poll() is not None:
                    raise

    def choose(self, loss):
        if self.state()["loss"] == loss:
            return
        self.again(lambda: self.click(f"loss.{loss}"), lambda: self.state()["loss"] == loss, loss)

    def goes_on(self, what):
        """The worker is not stuck: steps after whatever was done."""
        self.wait(lambda: not self.state()["loading"], f"data after {what}", 20)
        step = self.state()["step"]

        def play():
            time.sleep(0.2 * self.slow)     # the map is written a little later
            if not self.state()["running"]:
                self.key("space")
        self.again(play, lambda: self.state()["step"] != step, f"steps after {what}")
        self.count()

    def close(self):
        self.hand.close()
        super().close()


def storms(w, seconds):
    """Sliders at a thousand changes a second, while it trains and while it stands."""
    w.choose("arcface")     # what was undone last may have been that
    for name in ("param.m", "param.s", "param.lr"):
        w.storm(name, seconds)
    w.key("space")
    w.storm("param.m", seconds / 2)
    w.key("space")
    w.goes_on("a storm")


def losses(w, seconds):
    """All losses of the list there and back, the last ones dragged."""
    w.move(900, 500)
    for key in ("Next", "Prior"):
        for _ in range(12):
            w.key(key)
            w.count()
    w.goes_on("loss switches")
    w.choose("cosface")
    w.storm("param.m", seconds / 2)
    w.choose("arcface")
    w.goes_on("ArcFace again")


def sizes(w, _):
    """Every size, light and dark, larger text, panels away and back."""
    for width, height in ((1280, 720), (1024, 640), (1900, 1180), (1600, 1000)):
        w.x("windowsize", "--sync", w.id, width, height)
        w.key("t")
        time.sleep(0.1)
    w.key("ctrl+plus", "ctrl+minus", "ctrl+0", "h", "h", "question", "Escape")
    w.place()
    w.wait(lambda: "param.m" in w.controls() and w.controls()["param.m"]["rect"][2] > 50, "the panel")
    w.goes_on("other sizes")


def compares(w, seconds):
    """Up to three beside each other, one dragged, all gone again."""
    for n in (2, 3):
        w.key("c")
        w.wait(lambda n=n: w.state()["compare"]["count"] == n, f"{n} trainings", 15)
    w.choose("softmax")
    w.again(lambda: w.click("compare.cell.1"), lambda: w.state()["compare"]["focus"] == 0, "focus")
    w.storm("param.m", seconds / 2)
    w.goes_on("a comparison")
    while w.state()["compare"]["count"] > 1:
        n = w.state()["compare"]["count"]
        w.click(f"compare.remove.{n}")
        w.wait(lambda n=n: w.state()["compare"]["count"] < n, "one less")
    w.click("tab.plane")
    w.wait(lambda: not w.state()["compare"]["open"], "the plane")
    w.goes_on("the comparison")


def scrubs(w, seconds):
    """The timeline under the hand, rolling, a branch, its replay."""
    x, y, wide, _ = w.controls()["timeline"]["rect"]
    at = [(x + wide * (0.2 + 0.6 * ((i * 7) % 500) / 500), y + 36) for i in range(int(seconds * RATE / 2))]
    w.hand.drag(at)
    w.wait(lambda: w.state()["history"], "the past", 15)
    w.key("shift+Left", "Right", "shift+space")
    time.sleep(0.2)
    w.key("End")
    w.wait(lambda: not w.state()["history"], "the present", 15)
    w.hand.drag(at[:3])
    w.wait(lambda: w.state()["history"], "the past", 15)
    w.key("v")
    w.wait(lambda: not w.state()["history"] and not w.state()["loading"], "a branch", 30)
    w.last = w.state()["present"]
    w.key("shift+v")
    time.sleep(0.2)
    w.goes_on("scrubbing")


def lessons(w, _):
    """A lesson begun, paged through, presented and left."""
    w.click("tab.lessons")
    w.click("lesson.1")
    w.wait(lambda: "lesson" in w.state(), "a lesson", 15)
    for key in ("Next", "Next", "space", "Next", "F5", "b", "b", "Prior", "Escape", "Escape"):
        w.key(key)
        time.sleep(0.15)
    for _ in range(3):
        if "lesson" in w.state():
            w.key("Escape")
            time.sleep(0.3)
    w.wait(lambda: "lesson" not in w.state() and "play" in w.controls(), "the window", 15)
    w.goes_on("a lesson")


def draws(w, _):
    """Points put, painted, taken back; then the data of before."""
    before = w.state()["dataset"]
    w.key("l")
    w.wait(lambda: w.state()["drawing"] and not w.state()["loading"], "drawing", 15)
    x, y, wide, high = w.wait(lambda: w.controls().get("view.input"), "plane of the inputs")["rect"]
    for i in range(4):
        w.key(str(i // 2))
        w.move(x + wide * (0.4 + 0.2 * (i % 2)), y + high * (0.4 + 0.2 * (i // 2)))
        w.x("click", 1)
    drawn = w.wait(lambda: w.state()["drawn"], "points")

    def stroke():
        w.click("draw.brush")
        w.hand.drag([(x + wide * (0.3 + 0.0004 * i), y + high * 0.3) for i in range(500)])
    w.again(stroke, lambda: w.state()["drawn"] > drawn + 2, "a stroke")
    w.key("ctrl+z")
    w.key("l")
    w.wait(lambda: not w.state()["drawing"], "the end of drawing")
    for _ in range(12):
        if w.state()["dataset"] == before and not w.state()["loading"]:
            break
        w.key("ctrl+z")
        time.sleep(0.75)
    w.wait(lambda: w.state()["dataset"] == before and not w.state()["loading"], "the data of before", 15)
    w.goes_on("drawing")


def benches(w, _):
    """Sphere and basics, and the plane again."""
    for tab, bench in (("sphere", "sphere"), ("basics", "basics"), ("plane", "plane")):
        w.click(f"tab.{tab}")
        w.wait(lambda b=bench: w.state()["bench"] == b and not w.state()["loading"], tab, 20)
        w.goes_on(tab)


def animation(w):
    """Begins a long one over the export dialog; the folder it would land in."""
    w.key("e")
    w.click("export.tab.picture")
    folder = w.map.parent / w.wait(lambda: w.controls().get("export.folder"), "the folder")["value"]
    w.click("export.tab.animation")
    w.wait(lambda: "animation.start" in w.controls(), "the tab of animations")
    w.click("animation.seconds")
    w.x("type", "--window", w.id, "100")
    w.key("Return")
    w.click("animation.start")
    w.wait(lambda: "animation.cancel" in w.controls(), "an export under way")
    return folder


def exports(w, _):
    """A picture, and an animation that is cancelled."""
    pathlib.Path(w.env["HOME"], "Pictures").mkdir(exist_ok=True)
    picture(w, pathlib.Path(w.env["HOME"], "Pictures"))
    animation(w)
    time.sleep(0.3)
    w.click("animation.cancel")
    w.wait(lambda: "animation.start" in w.controls(), "the end of the export", 15)
    w.click("export.close")
    w.wait(lambda: "export.close" not in w.controls(), "the window")
    w.goes_on("an export")


ACTS = [storms, losses, sizes, compares, scrubs, lessons, draws, benches, exports]


def begin(binary, folder, slow):
    w = Soak(binary, folder, slow, *OPTIONS)
    try:
        w.find()
        w.place()
        w.wait(lambda: w.state().get("step"), "a first step", 20)
    except BaseException:
        w.close()
        raise
    return w


def leftovers(folder, before):
    """Files that only a run which is under way may have."""
    return [str(path) for path in pathlib.Path(folder).rglob("*") if path.is_file() and path not in before and
            (path.suffix in (".gif", ".webp", ".mp4", ".webm", ".part") or ".part" in path.name)]


def quits(w, exporting):
    """Ctrl+Q: status 0, soon, nothing said and nothing left behind."""
    before = set(w.map.parent.rglob("*"))
    if exporting:
        animation(w)
        time.sleep(0.3)
    began = time.monotonic()
    w.x("key", "--window", w.id, "ctrl+q", check=False)
    w.process.wait(30 * w.slow)
    took = time.monotonic() - began
    print("quit after %.0f ms%s" % (1000 * took, ", an export under way" if exporting else ""))
    assert w.process.returncode == 0, w.process.returncode
    assert took < QUIT_S * QUIT_SLACK * w.slow, took
    w.log.seek(0)
    said = w.log.read()
    assert not said, said[-2000:]
    left = leftovers(w.map.parent, before)
    assert not left, left


def fill_undo(w):
    """A hundred experiments, which take their 2.3 MB as they come: before the first round, that it is no growth."""
    w.choose("arcface")
    for _ in range(6):
        w.key(*["bracketright", "bracketleft"] * 10)


def note(w):
    """A row of the table; taken where every round ends, so that rows can be compared."""
    w.count()
    s = w.state()
    row = (time.monotonic() - w.began, w.steps, w.changes, s["kept"], w.rss())
    w.table.append(row)
    print("%7.0f s %10d steps %9d changes %5d frames %8.2f MB" % row, flush=True)


def growth(w):
    """From the first rows after warm-up to the last ones. It takes half of them."""
    rows = [row[4] for row in w.table]
    rows = rows[len(rows) // 2:]
    few = max(1, len(rows) // 4)
    return statistics.median(rows[-few:]) - statistics.median(rows[:few])


def lecture(w, minutes, check):
    """Rounds of everything until the time is over and, in the long form, the steps are made."""
    long = minutes >= 4
    seconds = 2 if long else 0.4
    end = w.began + 60 * minutes
    if not check(fill_undo, w):
        return
    while time.monotonic() < end or len(w.table) < ROUNDS or (long and w.steps < STEPS):
        for act in ACTS:
            w.place()
            if not check(act, w, seconds):
                return
        w.key("r")
        w.last = 0
        w.goes_on("a reset")
        note(w)


def flat(w, limit):
    """Memory after warm-up grows by less than the limit."""
    grown = growth(w)
    print("growth after warm-up %.2f MB of %.0f" % (grown, limit))
    assert len(w.table) >= ROUNDS, "too few rounds to tell"
    assert grown < limit, grown


def main():
    words = sys.argv[1:]
    minutes = float(words[words.index("--minutes") + 1]) if "--minutes" in words else 2 / 3
    slow, binary = "--slow" in words, os.path.abspath(words[-1])
    passed = failed = 0

    def check(act, *words):
        nonlocal passed, failed
        try:
            act(*words)
            passed += 1
            return True
        except (AssertionError, KeyError, OSError, ValueError, subprocess.TimeoutExpired) as err:
            failed += 1
            print(f"{act.__name__} ({(act.__doc__ or '').strip()}): {err!r}")
            return False

    for exporting in (False, True):
        with tempfile.TemporaryDirectory(prefix="marginscope-") as folder:
            w = begin(binary, folder, slow)
            try:
                if exporting:
                    lecture(w, minutes, check)
                    print("fastest storm %.0f changes a second, %d in all; %d steps" % (max(w.rates), w.changes, w.steps))
                    if not slow:
                        check(flat, w, GROWTH_MB if minutes >= 4 else GROWTH_SHORT_MB)
                check(quits, w, exporting)
            finally:
                w.close()
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
