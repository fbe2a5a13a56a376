#!/usr/bin/env python3
"""window.py [--short] BINARY: drives the real window under Xvfb as a hand would (xdotool), reads what happened from
the control map, and closes with "N passed, N failed". Needs Xvfb, xdotool and xwininfo; Python's standard library only.
--short: fewer checks and more patience, for programs slowed down by sanitizers.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import zlib


def png_pixels(path):
    """(width, height, rows of RGB or RGBA bytes) of an 8-bit PNG, by the specification."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if name == b"IHDR":
            width, height, _, kind = struct.unpack(">IIBB", body[:10])
        elif name == b"IDAT":
            packed += body
        at += 12 + size
    return width, height, {2: 3, 6: 4}.get(kind, 0), zlib.decompress(packed)


class Window:
    """One running program with its display, control map and the means to touch it."""

    def __init__(self, binary, folder, slow, *options, size="1600x1000"):
        self.slow = 8 if slow else 1
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1200x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.display = ":" + pipe.readline().strip()
        self.map = pathlib.Path(folder, "map.json")
        self.env = dict(os.environ, DISPLAY=self.display, HOME=str(folder), XDG_CONFIG_HOME=str(folder),
                        SDL_VIDEODRIVER="x11")
        self.env.pop("XDG_PICTURES_DIR", None)
        self.log = open(pathlib.Path(folder, "stderr.txt"), "w+", encoding="utf-8")
        self.process = subprocess.Popen([binary, "--ui-map", str(self.map), *options], env=self.env, cwd=folder,
                                        stderr=self.log)
        self.id = None

    def find(self):
        """The X id of the program's window."""
        def look():
            out = self.x("search", "--onlyvisible", "--pid", str(self.process.pid), check=False)
            return out.split()[-1] if out.split() else None
        self.id = self.wait(look, "a window", 20)
        return self.id

    def x(self, *words, check=True):
        """xdotool."""
        run = subprocess.run(["xdotool", *map(str, words)], env=self.env, capture_output=True, text=True, timeout=30)
        if check and run.returncode:
            raise AssertionError(f"xdotool {words}: {run.stderr.strip()}")
        return run.stdout

    def wait(self, test, what, seconds=6):
        """Polls until test() is true; its value."""
        end = time.monotonic() + seconds * self.slow
        while time.monotonic() < end:
            value = test()
            if value:
                return value
            if self.process.poll() is not None:
                self.log.seek(0)
                raise AssertionError(f"the program ended ({self.process.returncode}) before {what}: "
                                     + self.log.read()[-2000:])
            time.sleep(0.03)
        raise AssertionError(f"no {what} within {seconds * self.slow} s; state {self.state()}")

    def controls(self):
        """{id: control} of the newest map; the file must always be whole."""
        return {row["id"]: row for row in json.loads(self.map.read_text(encoding="utf-8"))}

    def state(self):
        try:
            return self.controls()["state"]["value"]
        except (FileNotFoundError, KeyError):
            return {}

    def middle(self, name):
        x, y, w, h = self.wait(lambda: self.controls().get(name), f"control {name}")["rect"]
        return int(x + w / 2), int(y + h / 2)

    def move(self, x, y):
        self.x("mousemove", "--window", self.id, int(x), int(y))

    def click(self, name, button=1, times=1):
        self.move(*self.middle(name))
        time.sleep(0.08)
        self.x("click", "--repeat", times, "--delay", 60, button)

    def key(self, *names):
        self.x("key", "--window", self.id, *names)

    def close(self):
        for process in (self.process, self.server):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
        self.log.close()


def trains(w):
    """The window opens and a training moves without a touch."""
    first = w.wait(lambda: w.state().get("step"), "first step", 15)
    w.wait(lambda: w.state().get("step", 0) > first + 5, "moving training")
    state = w.state()
    assert state["loss"] == "arcface" and state["running"], state


def slider_drags(w):
    """Dragging the margin changes it while the steps go on."""
    before, x = w.state(), w.controls()["param.m"]["rect"]
    y = x[1] + x[3] / 2
    w.move(x[0] + x[2] * 0.3, y)
    w.x("mousedown", 1)
    for i in range(20):
        w.move(x[0] + x[2] * (0.3 + 0.02 * i), y)
        time.sleep(0.02)
    w.x("mouseup", 1)
    w.wait(lambda: w.state()["params"]["m"] != before["params"]["m"], "changed margin")
    w.wait(lambda: w.state()["step"] > before["step"], "training to go on")
    assert w.state()["epoch"] >= before["epoch"], "the drag restarted the training"
    def one_flag():
        texts = [flag["text"] for flag in w.state()["flags"] if flag["text"].startswith("m ")]
        assert len(texts) <= 1, texts
        return texts == ["m %.2f" % w.state()["params"]["m"]]
    w.wait(one_flag, "one flag for the whole drag")


def slider_keys_and_wheel(w):
    """0 is neutral, D the default, + one notch, the wheel one step; with Ctrl they are the text's."""
    w.move(900, 500)
    w.key("0")
    w.wait(lambda: w.state()["params"]["m"] == 0, "neutral margin")
    w.key("d")
    w.wait(lambda: abs(w.state()["params"]["m"] - 0.3) < 1e-9, "default margin")
    w.key("plus")
    w.wait(lambda: abs(w.state()["params"]["m"] - 0.31) < 1e-9, "margin one notch up")
    w.key("ctrl+plus", "ctrl+minus", "ctrl+0")
    time.sleep(0.4)
    assert abs(w.state()["params"]["m"] - 0.31) < 1e-9, "the keys of the text's size are not those of the margin"
    w.move(*w.middle("param.m"))
    time.sleep(0.1)
    w.x("click", 5)
    w.wait(lambda: w.state()["params"]["m"] < 0.31 - 1e-9, "margin after the wheel")


def pauses_and_steps(w):
    """Space stops, N makes exactly one step, R goes back to 0."""
    w.move(900, 500)
    w.key("space")
    w.wait(lambda: not w.state()["running"], "pause")
    time.sleep(0.4 * w.slow)
    step = w.state()["step"]
    time.sleep(0.3)
    assert w.state()["step"] == step, "it trains while paused"
    w.key("n")
    w.wait(lambda: w.state()["step"] == step + 1, "one step")
    w.key("r")
    w.wait(lambda: w.state()["step"] == 0, "reset")
    w.key("space")
    w.wait(lambda: w.state()["running"] and w.state()["step"] > 3, "play")


def goes_back_in_time(w):
    """The timeline is dragged, stepped with arrows and buttons, left with End, and a branch trains on from a step."""
    w.key("r")
    w.wait(lambda: w.state()["step"] < 30 and w.state()["running"], "a new beginning")
    w.wait(lambda: w.state()["present"] > 120, "a past")
    x, y, width, height = w.controls()["timeline"]["rect"]
    w.move(x + width * 0.5, y + 36)
    w.x("mousedown", 1)
    w.move(x + width * 0.3, y + 36)
    w.wait(lambda: w.state()["history"] and not w.state()["running"], "the past on show")
    end = w.state()["present"]
    w.wait(lambda: abs(w.state()["step"] / end - 0.3) < 0.06, "the step under the hand")
    w.move(x + width * 0.6, y + 36)
    w.wait(lambda: abs(w.state()["step"] / end - 0.6) < 0.06, "the next step under the hand")
    w.x("mouseup", 1)
    at = w.state()["step"]
    w.key("Left")
    one = w.wait(lambda: w.state()["step"] < at and w.state()["step"], "a frame back")
    w.key("shift+Left")
    ten = w.wait(lambda: w.state()["step"] < one and w.state()["step"], "ten frames back")
    assert one - ten >= 9, (one, ten)
    w.click("step")
    w.wait(lambda: w.state()["step"] > ten, "a frame on")
    w.click("back")
    w.wait(lambda: w.state()["step"] == ten, "a frame back by its button")
    w.key("Right")
    w.wait(lambda: ten < w.state()["step"] <= one, "a frame on by its key")
    w.key("End")
    w.wait(lambda: w.state()["step"] == end and not w.state()["history"], "the present")
    assert not w.state()["running"], "End must not play"
    before = w.state()["params"]["m"]
    w.key("plus")
    w.wait(lambda: w.state()["params"]["m"] > before, "another margin")
    w.key("n")
    w.wait(lambda: w.state()["step"] == end + 1, "a step with it")
    w.move(x + width * 0.4, y + 36)
    w.x("click", 1)
    w.wait(lambda: w.state()["history"], "the past again")
    at = w.state()["step"]
    w.key("shift+space")
    w.wait(lambda: w.state()["rolling"] and w.state()["step"] > at, "the past moving by itself")
    w.key("shift+space")
    w.wait(lambda: not w.state()["rolling"], "the past at rest")
    at = w.wait(lambda: w.state()["history"] and w.state()["step"], "the past on show")
    share = at / w.state()["present"] * w.state()["kept"]
    w.click("branch")
    w.wait(lambda: not w.state()["history"] and w.state()["running"] and w.state()["step"] > at, "a branch")
    assert w.state()["params"]["m"] == before, "the settings of the step come back with it"
    assert w.state()["kept"] > share / 2, (share, w.state())
    w.key("space")
    w.wait(lambda: not w.state()["running"], "pause")
    w.key("Left")
    w.wait(lambda: w.state()["history"], "the past of the branch")
    w.key("space")
    w.wait(lambda: w.state()["running"] and not w.state()["history"], "play from the past")


def replays_changes(w):
    """After a branch Shift+V makes the changes of the old future again and stops where it stopped, with its numbers."""
    w.key("r")
    w.wait(lambda: w.state()["step"] < 30, "a new beginning")
    if not w.state()["running"]:
        w.key("space")
    w.wait(lambda: w.state()["step"] > 40, "steps to go back over")
    w.move(900, 500)
    w.key("plus")
    flag = w.wait(lambda: w.state()["flags"], "a change in the journal")[-1]
    w.wait(lambda: w.state()["step"] > flag["step"] + 20, "steps with the change")
    w.key("space")
    w.wait(lambda: not w.state()["running"], "pause")
    time.sleep(0.5 * w.slow)
    old = w.state()
    x, _, width, _ = w.controls()["timeline"]["rect"]
    w.move(x + width * 0.3, w.middle("timeline")[1])
    w.x("click", 1)
    w.wait(lambda: w.state()["history"] and w.state()["step"] < flag["step"], "a step before the change")
    w.key("v")
    w.wait(lambda: not w.state()["history"], "a branch")
    w.key("shift+v")
    w.wait(lambda: not w.state()["running"] and w.state()["step"] == old["step"], "the end of the old future", 15)
    for key in ("params", "train_accuracy", "test_accuracy", "margin_accuracy", "flags"):
        w.wait(lambda: w.state()[key] == old[key], f"the old {key}")
    w.key("space")


def loss_switches(w):
    """Another loss keeps the training."""
    before = w.state()["step"]
    w.click("loss.cosface")
    w.wait(lambda: w.state()["loss"] == "cosface", "CosFace")
    w.wait(lambda: w.state()["step"] > before, "steps to go on")
    w.key("Prior")
    w.wait(lambda: w.state()["loss"] != "cosface", "previous loss by PageUp")
    w.click("loss.arcface")
    w.wait(lambda: w.state()["loss"] == "arcface", "ArcFace")


def finds_a_loss(w):
    """The list of all losses opens, filters while one types and gives the loss; its parameters follow."""
    w.click("loss.more")
    w.wait(lambda: "loss.filter" in w.controls(), "list of losses")
    w.x("type", "--window", w.id, "--delay", 30, "triplet")
    w.wait(lambda: w.controls()["loss.filter"]["value"] == "triplet", "typed filter")
    w.wait(lambda: "loss.cosface" not in w.controls(), "shorter list")
    w.key("Return")
    w.wait(lambda: w.state()["loss"] == "triplet" and "loss.filter" not in w.controls(), "Triplet")
    w.click("param.mining.hard")
    w.wait(lambda: w.controls()["param.mining"]["value"] == "hard", "hard mining")
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step, "steps with mined triplets")
    w.click("loss.arcface")
    w.wait(lambda: "Class weights made from class means." in w.state()["notice"], "what was made anew")
    w.wait(lambda: w.state()["loss"] == "arcface", "ArcFace again")


def adds_a_term(w):
    """A term is a switch; it has its own parameter while it is on."""
    w.move(*w.middle("param.s"))
    for _ in range(12):
        if "term.ring" in w.controls() and w.controls()["term.ring"]["rect"][3] > 20:
            break
        w.x("click", 5)
        time.sleep(0.15)
    w.click("term.ring")
    w.wait(lambda: w.state()["added"] == ["ring"], "ring on top")
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step and not w.state()["error"], "steps with the ring")
    w.click("term.ring")
    w.wait(lambda: w.state()["added"] == [], "no ring")
    w.x("click", "--repeat", 20, "--delay", 30, 4)   # the panel back to its top
    w.wait(lambda: "param.s" in w.controls(), "first parameter")


def basics(w):
    """Basics trains its example, a point can be dragged and put back, and Plane is as it was."""
    w.click("tab.basics")
    w.wait(lambda: w.state()["dataset"] == "two-blobs" and w.state()["loss"] == "hinge", "hinge on two blobs", 15)
    w.wait(lambda: w.state()["step"] > 30, "steps of the example")
    x, y, wide, high = w.controls()["view.feature"]["rect"]
    spots = [(x + wide * i / 40, y + high * j / 40) for i in range(12, 29, 2) for j in range(10, 31, 2)]
    def rest():
        """A spot where a point has shown itself under the resting pointer."""
        for at in spots:
            w.move(*at)
            time.sleep(0.2 * min(w.slow, 3))
            if w.state()["selected"] >= 0:
                return at
        return None
    w.key("space")
    at = w.wait(rest, "a point under the pointer", 40)
    w.move(*at)
    w.x("mousedown", 1)
    for i in range(1, 8):
        w.move(at[0] + 6 * i, at[1] - 4 * i)
        time.sleep(0.03)
    w.x("mouseup", 1)
    w.wait(lambda: w.state()["moved"] == 1, "moved point")
    w.key("space")
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step, "training with the moved point")
    w.click("loss.zero_one")
    w.wait(lambda: "no gradient" in w.state()["notice"], "sentence about 0/1")
    w.click("tab.plane")
    w.wait(lambda: w.state()["dataset"] == "mnist" and w.state()["loss"] == "arcface", "the plane as it was", 15)
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step, "steps on the plane")


def sphere(w):
    """The sphere trains 3-D features, turns under the hand and back, and the plane returns to two."""
    w.click("tab.sphere")
    w.wait(lambda: w.state()["bench"] == "sphere" and w.state()["view"] == "sphere", "sphere", 15)
    assert "3-D features" in w.state()["notice"], w.state()["notice"]
    w.wait(lambda: w.controls()["feature-dim"]["value"] == "3", "three numbers a feature")
    w.wait(lambda: "layer.cells" in w.controls(), "the ball", 15)
    x, y, wide, high = w.controls()["view.sphere"]["rect"]
    x, y = x + wide / 2, y + high / 2
    before = w.state()["orbit"]
    w.move(x, y)
    w.x("mousedown", 1)
    for i in range(1, 13):
        w.move(x + 10 * i, y + 4 * i)
        time.sleep(0.02)
    w.x("mouseup", 1)
    w.wait(lambda: abs(w.state()["orbit"][3]) < 0.99, "turned sphere")
    turned = w.state()["orbit"]
    assert before != turned and abs(sum(v * v for v in turned) - 1) < 1e-3, turned
    w.key("f")
    w.wait(lambda: w.state()["orbit"][3] > 0.9999, "sphere turned back")
    w.click("layer.cells")
    w.wait(lambda: w.controls()["layer.cells"]["value"] == "off", "no cells")
    w.click("layer.cells")
    w.click("tab.plane")
    w.wait(lambda: w.state()["bench"] == "plane" and w.controls()["feature-dim"]["value"] == "2", "plane", 15)
    w.wait(lambda: not w.state()["loading"] and w.state()["view"] == "feature", "two numbers a feature")


def screenshot(w):
    """S writes a PNG at twice the size that holds a picture."""
    folder = pathlib.Path(w.env["HOME"], "Pictures")
    folder.mkdir(exist_ok=True)
    w.move(900, 500)
    time.sleep(0.3 * w.slow)   # the picture is of what is shown, which may still be the loss before
    w.key("s")
    def found():
        names = list(folder.glob("arcface_m*_seed*_step*.png"))
        return names[0] if names else None
    path = w.wait(found, "picture in Pictures", 10)
    width, height, channels, raw = png_pixels(path)
    assert width >= 1600 and height >= 1000, (width, height)
    colours = {raw[i:i + channels] for i in range(1, len(raw) - 4, 4001)}
    assert len(colours) > 8, "the picture is empty"


def exports(w):
    """E opens the export dialog; what is chosen there is written while the window goes on; Esc closes it."""
    folder = pathlib.Path(w.env["HOME"], "Pictures")
    folder.mkdir(exist_ok=True)
    w.key("e")
    w.wait(lambda: "export.save" in w.controls(), "the export dialog")
    w.click("export.format")
    w.wait(lambda: "export.format.2" in w.controls(), "the list of formats")
    w.click("export.format.2")
    w.wait(lambda: w.controls()["export.format"]["value"].startswith("PDF"), "PDF as the format")
    w.click("export.folder")
    w.x("type", str(folder))
    w.key("Return")
    w.click("export.save")
    path = w.wait(lambda: next(folder.glob("*.pdf"), None), "a page in Pictures", 10)
    assert path.read_bytes()[:5] == b"%PDF-"
    w.wait(lambda: "Saved" in w.state()["notice"], "word of it")
    w.click("export.format")
    w.wait(lambda: "export.format.0" in w.controls(), "the list of formats")
    w.click("export.format.0")
    w.key("Escape")
    w.wait(lambda: "export.save" not in w.controls(), "the dialog away")


def inside_and_apart(w, width, height):
    """No control leaves the window; no two clickable rectangles overlap."""
    holders = ("view.", "timeline")    # and the coach's card, which holds its buttons
    rows = [row for row in w.controls().values()
            if "rect" in row and row["id"] != "coach" and not row["id"].startswith(holders)]
    for row in rows:
        x, y, rw, rh = row["rect"]
        assert x >= -1 and y >= -1 and x + rw <= width + 1 and y + rh <= height + 1, (row["id"], row["rect"])
    for i, a in enumerate(rows):
        for b in rows[i + 1:]:
            ax, ay, aw, ah = a["rect"]
            bx, by, bw, bh = b["rect"]
            apart = ax + aw <= bx + 1 or bx + bw <= ax + 1 or ay + ah <= by + 1 or by + bh <= ay + 1
            assert apart, f"{a['id']} {a['rect']} overlaps {b['id']} {b['rect']}"


def resizes(w):
    """The smallest window and a middle one keep their controls inside and apart."""
    for width, height in ((1280, 720), (1024, 640), (1600, 1000)):
        w.x("windowsize", "--sync", w.id, width, height)
        time.sleep(0.6 * w.slow)
        inside_and_apart(w, width, height)
        step = w.state()["step"]
        w.wait(lambda: w.state()["step"] > step, f"training at {width}x{height}")


def storm(w):
    """Hundreds of slider changes and loss switches in a row leave a living window."""
    x, y, wide, high = w.controls()["param.m"]["rect"]
    words = []
    for i in range(150):
        words += ["mousemove", "--window", w.id, int(x + wide * ((i * 37) % 100) / 100), int(y + high / 2)]
    w.move(x + 5, y + high / 2)
    w.x("mousedown", 1)
    w.x(*words)
    w.x("mouseup", 1)
    w.move(900, 500)
    for _ in range(6):
        w.key("Next")
    for _ in range(6):
        w.key("Prior")
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step, "training after the storm", 10)


def themes(w):
    """T changes the theme and back."""
    w.move(900, 500)
    value = w.controls()["theme"]["value"]
    w.key("t")
    w.wait(lambda: w.controls()["theme"]["value"] != value, "other theme")
    w.key("t")
    w.wait(lambda: w.controls()["theme"]["value"] == value, "theme back")


def diverges(w):
    """A rate far too high stops with a sentence and a Reset on screen; with a lower rate the training goes on."""
    w.key("r")
    w.click("param.lr.value")
    w.x("type", "--window", w.id, "1e6")
    w.key("Return")
    w.wait(lambda: w.state()["diverged"], "divergence", 10)
    w.wait(lambda: "diverged.reset" in w.controls(), "Reset button")
    w.click("param.lr.value")
    w.x("type", "--window", w.id, "0.001")
    w.key("Return")
    w.wait(lambda: not w.state()["diverged"], "cured training")
    w.click("param.lr.value")
    w.x("type", "--window", w.id, "1e9")
    w.key("Return")
    w.wait(lambda: "rate goes from" in w.state()["error"], "sentence about the rate")
    w.key("Escape")
    w.key("r")
    w.wait(lambda: not w.state()["diverged"] and w.state()["step"] > 3, "training after the reset")


def bad_folder(w):
    """A folder that is not there is said under its field and the old training goes on."""
    w.click("dataset")
    w.click("dataset.path")
    w.x("type", "--window", w.id, "/nowhere/at/all")
    w.key("Return")
    w.wait(lambda: "/nowhere/at/all" in w.state()["error"], "sentence about the folder")
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step and w.state()["dataset"] == "mnist", "old training")


def no_display(binary):
    """Without a display: one line and status 1, at once."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "SDL_VIDEODRIVER")}
    for display in (None, ":9999"):
        run = subprocess.run([binary], env=dict(env, DISPLAY=display) if display else env, capture_output=True,
                             text=True, timeout=30)
        lines = run.stderr.splitlines()
        assert run.returncode == 1 and len(lines) == 1, (display, run.returncode, run.stderr)
        assert lines[0].startswith("marginscope: display: ") and "marginscope train" in lines[0], lines


def quits(w):
    """Ctrl+Q ends the program with status 0; Escape does not."""
    w.key("Escape")
    time.sleep(0.3)
    assert w.process.poll() is None, "Escape quit"
    w.x("key", "--window", w.id, "ctrl+q", check=False)   # the window may be gone before the keys are up again
    w.process.wait(5 * w.slow)
    assert w.process.returncode == 0, w.process.returncode


def compares(w):
    """From launch to softmax and ArcFace side by side, margin sweeping, in four actions; nobody is ever ahead."""
    cells = lambda: w.state()["compare"]["cells"]
    w.wait(lambda: w.state()["running"] and w.state()["loss"] == "arcface", "a training of ArcFace", 15)
    w.key("c")                                                        # 1: a second one beside it, in focus
    w.wait(lambda: len(cells()) == 2, "two trainings")
    assert w.state()["compare"]["differs"] == "", w.state()["compare"]
    w.click("loss.softmax")                                           # 2: it becomes softmax
    w.wait(lambda: [cell["loss"] for cell in cells()] == ["arcface", "softmax"], "softmax beside ArcFace")
    w.click("compare.cell.1")                                         # 3: controls drive ArcFace
    w.wait(lambda: w.state()["compare"]["focus"] == 0, "focus")
    w.key("m")                                                        # 4: its margin moves
    w.wait(lambda: w.state()["sweeping"], "sweep")
    margin, step = w.state()["params"]["m"], cells()[0]["step"]
    for _ in range(20):
        time.sleep(0.05)
        now = cells()
        assert len({cell["step"] for cell in now}) == 1, now
    w.wait(lambda: w.state()["params"]["m"] != margin and cells()[0]["step"] > step, "sweeping margin")
    assert w.state()["compare"]["differs"].startswith("loss arcface vs softmax"), w.state()["compare"]
    w.key("m")
    w.click("compare.all")
    w.wait(lambda: w.state()["compare"]["all"], "one set of controls")
    w.click("compare.equal")
    w.wait(lambda: w.state()["compare"]["differs"] == "" and cells()[1]["loss"] == "arcface", "equal settings")
    w.key("r")
    w.wait(lambda: cells()[0]["step"] > 5 and cells()[0]["test_accuracy"] == cells()[1]["test_accuracy"],
           "equal numbers from equal settings")
    w.click("compare.remove.2")
    w.wait(lambda: w.state()["compare"]["count"] == 1, "one training")
    w.click("tab.plane")
    w.wait(lambda: not w.state()["compare"]["open"], "the plane again")


def lesson(w):
    """Lesson 1 from the list: Page Down alone to its last step, an answer by Space, Page Up, Esc to what there was."""
    before = w.state()

    def at(step):
        now = w.state().get("lesson", {})
        return now.get("step") == step and not now["behind"]
    w.click("tab.lessons")
    w.click("lesson.1")
    w.wait(lambda: at(1), "step 1 of the lesson", 15)
    steps = w.state()["lesson"]["steps"]
    assert w.state()["dataset"] == "two-blobs", w.state()
    w.key("Next")
    w.wait(lambda: at(2) and w.state()["lesson"]["waits"], "a question", 15)
    assert w.state()["step"] == 400, w.state()
    w.key("space")
    w.wait(lambda: w.state()["lesson"]["revealed"], "its answer")
    for step in range(3, steps + 1):
        if w.state()["lesson"]["waits"]:
            w.key("Next")
            w.wait(lambda: w.state()["lesson"]["revealed"], "an answer by Page Down")
        w.key("Next")
        w.wait(lambda step=step: at(step), f"step {step}", 15)
    w.key("Next")
    time.sleep(0.3)
    assert w.state()["lesson"]["step"] == steps, "there is no step after the last"
    w.key("Prior")
    w.wait(lambda: at(steps - 1) and w.state()["lesson"]["done"], "the step before", 15)
    w.wait(lambda: w.state()["loss"] == "softmax" and w.state()["step"] == 400, "its training")
    w.key("Escape")
    w.wait(lambda: "lesson" not in w.state(), "the window without the lesson")
    after = w.wait(lambda: w.state() if w.state()["dataset"] == before["dataset"] else None, "what was trained before")
    assert after["params"] == before["params"] and after["step"] >= before["step"], (before, after)


def presents(w):
    """F5 presents, in a lesson too; B blanks; Esc leaves one after the other, at the size it had, and never quits."""
    before = w.controls()["play"]["rect"]
    w.click("tab.lessons")
    w.click("lesson.2")
    w.wait(lambda: "lesson" in w.state(), "a lesson", 15)
    w.key("F5")
    w.wait(lambda: w.state()["presenting"] and "play" not in w.controls(), "the presentation")
    w.key("b")
    w.wait(lambda: w.state()["blank"], "a blank screen")
    w.key("period")
    w.wait(lambda: not w.state()["blank"], "the picture again")
    w.key("Escape")
    w.wait(lambda: not w.state()["presenting"] and "lesson" in w.state(), "the lesson")
    w.key("Escape")
    w.wait(lambda: "lesson" not in w.state() and "play" in w.controls(), "the window")
    place = w.controls()["play"]["rect"]
    w.key("F5")
    w.wait(lambda: w.state()["presenting"], "a presentation without a lesson")
    w.key("Escape")
    w.wait(lambda: not w.state()["presenting"] and "play" in w.controls(), "the window")
    assert w.controls()["play"]["rect"] == place == before, (before, place, w.controls()["play"])


def sweeps(w):
    """A slider's menu lets it go once, back and forth, faster, and stop; while training and while it stands."""
    def value():
        return w.state()["params"]["s"]
    w.click("param.s", button=3)
    w.click("sweep.both")
    first = value()
    w.wait(lambda: w.state()["sweeping"] == "s" and value() != first, "a moving scale")
    step = w.state()["step"]
    w.wait(lambda: w.state()["step"] > step, "training to go on")
    w.key("space")
    w.wait(lambda: not w.state()["running"], "a pause")
    first = value()
    w.wait(lambda: value() != first, "a scale that moves on its own")
    w.click("param.s", button=3)
    w.click("sweep.stop")
    w.wait(lambda: w.state()["sweeping"] == "", "a standing scale")
    w.click("param.s", times=2)
    w.key("space")
    w.wait(lambda: w.state()["running"], "training")


def export_folder(w):
    """Opens the export dialog; the folder it writes into."""
    w.key("e")
    w.click("export.tab.picture")
    value = w.wait(lambda: w.controls().get("export.folder"), "the folder")["value"]
    return w.map.parent / value


def animates(w):
    """The Animation tab makes a GIF of the training while that goes on; one that is cancelled leaves nothing."""
    def write(field, text):
        w.click(field)
        w.x("type", "--window", w.id, text)
        w.key("Return")
        w.wait(lambda: w.controls()[field]["value"] == text, f"{text} in {field}")
    folder = export_folder(w)
    before = {path.name for path in folder.iterdir()}
    w.click("export.tab.animation")
    w.click("animation.size.0")
    write("animation.seconds", "1")
    write("animation.name", "moving")
    step = w.state()["step"]
    w.click("animation.start")
    w.wait(lambda: (folder / "moving.gif").exists(), "a GIF", 30)
    assert (folder / "moving.gif").read_bytes()[:6] == b"GIF89a"
    w.wait(lambda: w.state()["step"] > step, "training to go on")
    write("animation.seconds", "100")
    w.click("animation.source.1")
    w.click("animation.start")
    w.wait(lambda: "animation.cancel" in w.controls(), "a progress bar")
    w.click("animation.cancel")
    w.wait(lambda: "animation.start" in w.controls(), "an end")
    w.click("animation.start")
    w.wait(lambda: "animation.cancel" in w.controls(), "a progress bar again")
    w.click("export.close")
    w.wait(lambda: "animation.start" not in w.controls(), "the window again")
    w.wait(lambda: "%" in (w.controls().get("animation.stop", {}).get("value") or ""), "its progress in the timeline")
    w.click("animation.stop")
    w.wait(lambda: "animation.stop" not in w.controls(), "an end")
    left = {path.name for path in folder.iterdir()} - before - {"moving.gif", "marginscope"}  # the choices
    assert not left, left


def data_out(w):
    """The Data tab writes an array and a table while the training goes on, also while an animation is made."""
    folder = export_folder(w)
    before = {path.name for path in folder.iterdir()}

    def save(table, ending, name):
        w.click(table)
        w.click(f"data.format.{ending}")
        w.click("data.name")
        w.x("type", "--window", w.id, name)
        w.key("Return")
        w.wait(lambda: w.controls()["data.name"]["value"] == name, f"{name} in the field")
        w.click("data.save")
        path = w.wait(lambda: next(folder.glob(f"{name}.{ending}"), None), f"{name}.{ending}", 20)
        w.wait(lambda: w.controls()["data.save"]["value"] == "saved", "word of it")
        return path.read_bytes()

    w.click("export.tab.data")
    step = w.state()["step"]
    array = save("data.features", "npy", "all features")
    assert array[:6] == b"\x93NUMPY" and b"'descr': '<f4'" in array[:128], array[:128]
    w.wait(lambda: w.state()["step"] > step, "training to go on")
    w.click("export.tab.animation")
    w.click("animation.source.0")
    w.click("animation.start")
    w.click("export.tab.data")
    table = save("data.points", "csv", "some points").decode().splitlines()
    columns = table[0].split(",")
    assert len(table) > 1000 and {"f0", "f1", "label", "predicted"} <= set(columns), columns
    assert all(line.count(",") == len(columns) - 1 for line in table)
    w.click("export.tab.animation")
    w.wait(lambda: {"animation.cancel", "animation.start"} & w.controls().keys(), "the tab of animations")
    if "animation.cancel" in w.controls():
        w.click("animation.cancel")
    w.wait(lambda: "animation.start" in w.controls(), "an end", 20)
    left = {path.name for path in folder.iterdir()} - before
    assert left - {"all features.npy", "some points.csv"} <= {"moving.gif"}, left
    w.click("export.close")
    w.wait(lambda: "animation.start" not in w.controls(), "the window again")


def draws(w):
    """Points are drawn while it trains, a stroke is undone as a whole, and L again ends."""
    w.key("ctrl+1")
    w.wait(lambda: w.state()["bench"] == "plane", "plane")
    w.key("l")
    w.wait(lambda: w.state()["drawing"] and not w.state()["loading"], "drawing", 15)
    x, y, wide, high = w.wait(lambda: w.controls().get("view.input"), "plane of the inputs")["rect"]
    start = w.state()["drawn"]

    def put(across, down):
        w.move(x + wide * across, y + high * down)
        time.sleep(0.05)
        w.x("click", 1)

    for i, (across, down) in enumerate([(0.4, 0.4), (0.4, 0.6), (0.6, 0.4), (0.6, 0.6)]):
        w.key(str(i // 2))
        put(across, down)
        w.wait(lambda n=start + i + 1: w.state()["drawn"] == n, "point")
    w.wait(lambda: w.state()["running"] and w.state()["step"] > 20, "training on drawn points", 15)
    step = w.state()["step"]
    w.click("draw.brush")
    w.click("draw.class.2")
    w.move(x + wide * 0.45, y + high * 0.3)
    w.x("mousedown", 1)
    for i in range(8):
        w.move(x + wide * (0.45 + 0.012 * i), y + high * 0.3)
        time.sleep(0.02)
    w.x("mouseup", 1)
    w.wait(lambda: w.state()["drawn"] > start + 8, "stroke")
    w.wait(lambda: w.state()["step"] > step, "training that goes on")
    w.key("ctrl+z")
    w.wait(lambda: w.state()["drawn"] == start + 4, "undone stroke")
    w.key("ctrl+shift+z")
    w.wait(lambda: w.state()["drawn"] > start + 8, "stroke again")
    w.key("l")
    w.wait(lambda: not w.state()["drawing"], "end of drawing")
    for _ in range(8):
        w.key("ctrl+z")
        time.sleep(0.75)
    w.wait(lambda: w.state()["dataset"] != "drawn" and not w.state()["loading"], "the data of before", 15)


def picture(w, folder):
    """What S saves: the pixels of the main view."""
    before = set(pathlib.Path(folder).glob("*.png"))
    w.key("s")
    new = w.wait(lambda: set(pathlib.Path(folder).glob("*.png")) - before, "a picture")
    return png_pixels(new.pop())


def sessions(binary, slow):
    """Saved by Ctrl+S, opened by --session: the same picture; SIGTERM and SIGKILL leave a whole autosave."""
    with tempfile.TemporaryDirectory(prefix="marginscope-") as folder:
        saved = pathlib.Path(folder, "monday.json")
        kept = pathlib.Path(folder, "state/marginscope")
        os.environ["XDG_STATE_HOME"] = str(pathlib.Path(folder, "state"))

        def start(*options):
            w = Window(binary, folder, slow, *options)
            w.find()
            w.wait(lambda: w.state().get("step") is not None, "a state", 15)
            return w

        def good(path):
            run = subprocess.run([binary, "check", str(path)], capture_output=True, text=True, check=False)
            assert run.returncode == 0 and "good" in run.stdout, run.stdout + run.stderr

        def paused(w):
            if w.state()["running"]:
                w.key("space")
            w.wait(lambda: not w.state()["running"], "a pause")
            time.sleep(0.5 * w.slow)
            w.move(5, 5)
            time.sleep(0.3 * w.slow)

        w = start("--seed", "1", "--dataset", "blobs")
        try:
            w.wait(lambda: w.state()["step"] > 5, "some steps")
            paused(w)
            before, step = picture(w, folder), w.state()["step"]
            w.key("ctrl+s")
            w.wait(lambda: "session.path" in w.controls(), "the dialog")
            w.key("ctrl+a")
            w.x("type", "--window", w.id, "--delay", 20, str(saved))
            w.key("Return")
            w.wait(saved.exists, "the session")
            w.process.terminate()
            assert w.process.wait(20 * w.slow) == 0
        finally:
            w.close()
        good(saved)
        good(kept / "autosave-1.json")

        w = start("--session", str(saved))
        try:
            w.wait(lambda: w.state().get("step") == step, "the step it was saved at", 15)
            paused(w)
            after = picture(w, folder)
            assert before == after, f"another picture: {before[:3]} and {after[:3]}"
            w.key("ctrl+o")
            w.wait(lambda: "session.recent.1" in w.controls(), "the session in the list")
            w.click("session.recent.1")
            w.wait(lambda: "session.path" not in w.controls(), "the dialog's end")
            w.wait(lambda: w.state().get("step") == step, "the step again")
            w.process.kill()
            w.process.wait()
        finally:
            w.close()

        # what stands in the session, and what the line says on top of it
        w = start("--session", str(saved), "--theme", "light", "--text-scale", "1.2", "--renderer", "cpu", "--set",
                  "m=0.4")
        try:
            w.wait(lambda: w.state().get("step") == step, "the step it was saved at", 15)
            w.wait(lambda: abs(w.state()["params"]["m"] - 0.4) < 1e-9, "the margin of the line")
            assert w.controls()["theme"]["value"] == "light", w.controls()["theme"]
            w.process.terminate()
            assert w.process.wait(20 * w.slow) == 0
        finally:
            w.close()
        w = start("--lesson", str(pathlib.Path(__file__).resolve().parents[2] / "assets/lessons/05-l-softmax.json"))
        try:
            w.wait(lambda: w.state().get("lesson", {}).get("step") == 1, "the first step of the lesson", 15)
            assert "session.offer" not in w.controls(), "the offer after a fall stands over a lesson"
            w.key("Escape")
            w.wait(lambda: "lesson" not in w.state() and "play" in w.controls(), "the window behind it")
            w.wait(lambda: "session.offer" in w.controls(), "the offer after the lesson")
            w.process.terminate()
            assert w.process.wait(20 * w.slow) == 0
        finally:
            w.close()

        # once kept, once thrown away
        for answer, there in ("session.restore", step), ("session.discard", None):
            w = start("--seed", "1", "--dataset", "blobs")
            try:
                w.wait(lambda: "session.offer" in w.controls(), "the offer after a fall")
                good(kept / "restore-1.json")
                w.click(answer)
                w.wait(lambda: not (kept / "restore-1.json").exists(), "the end of what was kept")
                if there is not None:
                    w.wait(lambda: w.state()["step"] == there and not w.state()["running"], "the step of the fall")
                    w.process.terminate() # whole, so that the next can fall over something
                    w.process.wait(20 * w.slow)
                    (kept / "running-1").write_bytes(b"r")
            finally:
                w.close()


def card(binary, slow):
    """--renderer gpu trains, takes another size and ends well, or says in one line that no card can be used."""
    with tempfile.TemporaryDirectory(prefix="marginscope-") as folder:
        before = dict(os.environ)
        os.environ["ASAN_OPTIONS"] = "detect_leaks=0"     # drivers leak, and are gone before one could name them
        w = Window(binary, folder, slow, "--renderer", "gpu", "--dataset", "blobs")
        os.environ.clear()
        os.environ.update(before)
        try:
            try:
                w.find()
                w.wait(lambda: w.state().get("step", 0) > 5, "steps", 15)
            except AssertionError:
                w.log.seek(0)
                said = w.log.read().splitlines()
                assert w.process.poll() == 1 and len(said) == 1 and "no graphics card can be used" in said[0], said
                return
            w.x("windowsize", "--sync", w.id, 1280, 720)
            w.wait(lambda: sum(w.controls()["timeline"]["rect"][1::2]) <= 721, "the smaller size")
            step = w.state()["step"]
            w.wait(lambda: w.state()["step"] > step and w.state()["frame_ms_p50"] > 0, "frames of that size")
            w.process.terminate()
            assert w.process.wait(20 * w.slow) == 0
        finally:
            w.close()


def main():
    short = "--short" in sys.argv
    binary = os.path.abspath(sys.argv[-1])
    checks = [trains, compares, slider_drags, slider_keys_and_wheel, pauses_and_steps, goes_back_in_time,
              replays_changes, loss_switches, screenshot, exports]
    checks += [lesson, presents, sweeps, animates, data_out, draws]
    checks += [finds_a_loss, adds_a_term, sphere, basics, resizes, storm, themes, bad_folder, diverges, quits]
    passed = failed = 0
    try:
        no_display(binary)
        passed += 1
    except (AssertionError, subprocess.TimeoutExpired) as err:
        failed += 1
        print(f"no_display ({no_display.__doc__}): {err!r}")
    for check in (sessions, card):
        try:
            check(binary, short)
            passed += 1
        except (AssertionError, KeyError, OSError, subprocess.SubprocessError) as err:
            failed += 1
            print(f"{check.__name__} ({check.__doc__}): {err!r}")
    with tempfile.TemporaryDirectory(prefix="marginscope-") as folder:
        w = Window(binary, folder, short, "--seed", "1")
        try:
            w.find()
            for check in checks:
                try:
                    check(w)
                    passed += 1
                except (AssertionError, KeyError, ValueError, subprocess.TimeoutExpired) as err:
                    failed += 1
                    print(f"{check.__name__} ({check.__doc__.strip()}): {err!r}")
                if check is storm:
                    state = w.state()
                    print("frame ms p50 %s p99 %s" % (state.get("frame_ms_p50"), state.get("frame_ms_p99")))
        except AssertionError as err:
            failed += 1
            print(err)
        finally:
            w.close()
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
