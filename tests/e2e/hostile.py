#!/usr/bin/env python3
"""hostile.py BINARY: what a stranger may send a lecturer, or a slip of the hand may type: numbers that are none, sizes
that overflow, names that give a terminal orders, paths that lead elsewhere. Whatever it is, the program ends by itself
with 0, 1 or 2, says one line where it refuses, prints nothing that a terminal obeys, and touches no file that was not
named. Python's standard library only; closes with "N passed, N failed"."""
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree

SHORT = ["--hidden", "4", "--steps", "3"]
NONE = ["nan", "inf", "-inf", "1e308", "-1e308", "1e-310", "1e400", "0", "-1", "99999999999999999999", "", "0x7fffffff"]
passed = failed = 0
binary = os.path.abspath(sys.argv[1])


def tell(good, words):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAILED:", words.encode("unicode_escape").decode()[:600])


def tame(output):
    """UTF-8 on lines of their own, without a character that gives orders or turns the direction."""
    try:
        text = output.decode()
    except UnicodeDecodeError:
        return False
    return all(c == "\n" or unicodedata.category(c) not in ("Cc", "Zl", "Zp") and c not in "\u200e\u200f\u202a\u202b"
               "\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for c in text)


def run(words, want=(0, 1, 2), part=None, stdin=b""):
    words = [w if isinstance(w, bytes) else os.fsencode(w) for w in words]
    shown = " ".join(os.fsdecode(w) for w in words)
    try:
        done = subprocess.run([os.fsencode(binary), *words], input=stdin, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        tell(False, f"{shown}: does not end")
        return None
    said = done.stderr.decode(errors="replace")
    tell(done.returncode in want, f"{shown}: exit {done.returncode}, said {said}")
    tell(tame(done.stdout) and tame(done.stderr), f"{shown}: gives a terminal orders: {done.stdout!r} {done.stderr!r}")
    lines = said.splitlines()
    good = done.returncode == 0 or len(lines) == 1 and lines[0].startswith("marginscope: ") and "; " in lines[0]
    tell(good, f"{shown}: exit {done.returncode}, said {said}")
    if part:
        tell(part in said, f"{shown}: no \"{part}\" in {said}")
    return done


def numbers():
    """In options, files of numbers and cases."""
    for key in ("lr", "momentum", "weight-decay", "batch", "hidden", "steps", "epochs", "seed", "feature-dim", "clip"):
        for value in NONE:
            run(["train", "--dataset", "iris", *SHORT, f"--{key}={value}", "--steps", "2" if key != "steps" else "0"])
    for loss in ("arcface", "cosface", "lsoftmax", "center", "triplet", "focal"):
        for value in NONE:
            run(["train", "--dataset", "iris", *SHORT, "--loss", loss, "--set", f"m={value}"])
            run(["train", "--dataset", "iris", *SHORT, "--loss", loss, "--set", f"s={value}"])
    for key in ("size", "scale", "dpi", "text-scale"):
        for value in (*NONE, "nanxnan", "0x0", "1e9x1e9", "16:nan", "infxinfmm"):
            run(["figure", "--dataset", "iris", *SHORT, f"--{key}={value}", "--out", "n.svg"])
    for key in ("fps", "seconds"):
        for value in NONE:
            run(["animate", "--dataset", "iris", *SHORT, "--size", "160x160", f"--{key}={value}", "--out", "n%d.png"],
                (1, 2)) if value not in ("1e-310", "0x7fffffff") else None
    wild = run(["train", "--dataset", "iris", "--hidden", "8", "--steps", "200", "--lr", "1e6", "--optimizer", "sgd"])
    tell(b"diverged" in wild.stdout, "a learning rate of a million says nothing of divergence")


TABLES = {
    "nan": "x,y,label\nnan,1,a\n2,3,b\n", "inf": "x,y,label\ninf,1,a\n2,-inf,b\n", "huge": "1e308,1e308,a\n-1e308,1,b\n",
    "tiny": "1e-310,4e-324,a\n-1e-310,0,b\n", "over": "1e400,1,a\n2,3,b\n", "empty": "", "blank": "\n\n\n",
    "head": "x,y,label\n", "one": "x,y,label\n1,2,a\n", "class": "".join(f"{i},{i % 3},a\n" for i in range(40)),
    "same": "1,1,a\n" * 20 + "1,1,b\n" * 20, "thousand": "".join(f"{i % 37},{i % 31},c{i % 1000}\n" for i in range(4000)),
    "ragged": "1,2,a\n1,b\n", "nul": "1,2,a\0b\n", "quote": "1,2,\"a\n", "comma": "," * 70000 + "\n",
    "long": "1,2," + "a" * 100000 + "\n", "escape": "x,y,label\n1,2,\x1b[31mred\n2,1,\x9b31m\n",
    "turn": "x,y,label\n1,2,\u202eabc\n2,1,b\n" * 3, "formula": "x,y,label\n1,2,=1+1\n2,1,@SUM(A1)\n" * 9,
    "mark": "x,y,label\n1,2,<script>alert('&')</script>\n2,1,a]]>&amp;\"\n" * 9, "format": "x,y,label\n1,2,%s%n\n2,1,%d\n" * 9,
}


def tables():
    for name, text in TABLES.items():
        path = pathlib.Path(f"{name}.csv")
        path.write_text(text, encoding="utf-8")
        done = run(["figure", "--dataset", path.name, *SHORT, "--size", "320x240", "--out", f"{name}.svg", "--view",
                    "confusion"])
        if done and done.returncode == 0:
            root = xml.etree.ElementTree.parse(f"{name}.svg").getroot()
            bad = [e.tag for e in root.iter() if e.tag.rpartition("}")[2] in ("script", "foreignObject", "a", "iframe")]
            tell(not bad, f"{name}.svg holds {bad}")
        run(["figure", "--dataset", path.name, *SHORT, "--out", f"{name}.pdf"])
        run(["train", "--dataset", path.name, *SHORT, "--loss", "arcface", "--features", "out.csv", "--batch", "1"])
    for text in TABLES.values():
        packed = gzip.compress(text.encode())
        pathlib.Path("packed.csv.gz").write_bytes(packed[:len(packed) // 2])
        run(["train", "--dataset", "packed.csv.gz", *SHORT], (1, 2))


def array(shape, kind="<f4", body=b"", version=1, length=None):
    head = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    size = len(head) if length is None else length
    return b"\x93NUMPY" + bytes((version, 0)) + struct.pack("<H" if version == 1 else "<I", size) + head + body


def arrays():
    floats = struct.pack("<6f", float("nan"), float("inf"), 1e38, 1e-45, -1, 0)
    pathlib.Path("y.npy").write_bytes(array("(3,)", "<i4", struct.pack("<3i", 0, 1, 2)))
    pathlib.Path("small.npy").write_bytes(array("(3, 2)", body=struct.pack("<6f", *range(6))))
    cases = {"none": array("(3, 2)", body=floats), "zero": array("(0, 2)"), "flat": array("(3, 0)"),
             "wide": array("(4611686018427387904, 4)"), "both": array("(4294967296, 4294967296)"),
             "less": array("(-3, 2)", body=floats), "short": array("(3, 2)", body=floats[:-1]), "pickle": array(
                 "(3, 2)", "|O", b"cos\nsystem\n(S'touch pwned'\ntR."), "head": array("(3, 2)", length=65535),
             "later": array("(3, 2)", body=floats, version=2, length=4294967295), "deep": array("(" * 5000 + "3"),
             "digits": array("(" + "9" * 400 + ", 2)"), "one": array("(1, 2)", body=floats[:8]), "magic": b"\x93NUMPY"}
    for name, body in cases.items():
        pathlib.Path(f"{name}.npy").write_bytes(body)
        run(["train", "--features-npy", f"{name}.npy", "--labels-npy", "y.npy", "--steps", "0"])
        run(["train", "--features-npy", "small.npy", "--labels-npy", f"{name}.npy", "--steps", "0"])
        run(["train", "--features-npy", "small.npy", "--labels-npy", "y.npy", "--weights-npy", f"{name}.npy", "--steps", "0"])
    tell(not os.path.exists("pwned"), "a pickled array was run")


def images():
    """IDX: what the head claims, and what is there."""
    heads = {"huge": (2051, 0xffffffff, 0xffffffff, 0xffffffff), "wrap": (2051, 65536, 65536, 65536), "none": (2051, 0, 28, 28),
             "flat": (2051, 3, 0, 28), "magic": (7, 3, 2, 2), "short": (2051, 1000, 28, 28), "right": (2051, 3, 2, 2)}
    for name, head in heads.items():
        folder = pathlib.Path(f"idx-{name}")
        folder.mkdir()
        for part in "train", "t10k":
            (folder / f"{part}-images-idx3-ubyte").write_bytes(struct.pack(">4I", *head) + bytes(range(12)))
            (folder / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">2I", 2049, head[1]) + bytes((0, 1, 255)))
        run(["train", "--dataset", folder.name, *SHORT])
    (folder / "train-images-idx3-ubyte").unlink()
    os.mkfifo(folder / "train-images-idx3-ubyte")
    run(["train", "--dataset", folder.name, *SHORT], (1,))


def replaced(value, path, new):
    """A copy of a JSON value in which what stands at `path` is `new`."""
    if not path:
        return new
    copy = list(value) if isinstance(value, list) else dict(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for i in range(min(len(value), 2)):
            yield from places(value[i], (*path, i))


ODD = ["nan", "1e308", "", "\u009b31m\u202e", "%s%n", None, -1, 1e308, 2 ** 62, [], {}]


def documents():
    """Every value of a session, a lesson and a case is another."""
    run(["train", "--dataset", "iris", *SHORT, "--at", "1:m=0.1", "--save", "s.json"], (0,))
    session = json.loads(pathlib.Path("s.json").read_text(encoding="utf-8"))
    lesson = {"marginscope": 1, "title": "T", "author": "A", "notes": "N", "steps": [
        {"title": "One", "text": "$m$", "set": {"dataset": "iris", "hidden": "4", "loss": "arcface", "m": 0.1}, "views":
         ["feature"], "focus": "feature", "run_steps": 3, "pace": 60, "ask": {"question": "Q?", "answer": "A."}}]}
    case = {"loss": "arcface", "params": {"s": 30, "m": 0.3}, "features": [[1, 2], [3, 4]], "labels": [0, 1],
            "weights": [[1, 0], [0, 1]]}
    for name, whole, words in (("session", session, ["check"]), ("lesson", lesson, ["check"]), ("case", case, ["eval"])):
        for path in list(places(whole)):
            for new in ODD[len(path) % 2::2] if name == "session" else ODD:
                pathlib.Path("odd.json").write_text(json.dumps(replaced(whole, path, new)), encoding="utf-8")
                run([*words, "odd.json"])
    for name, text in (("deep", "[" * 100000), ("nul", '{"title": "\\u0000"}'), ("bytes", '{"title": "\udcff"}'), ("none", ""),
                       ("twice", '{"marginscope": 1, "marginscope": 1}'), ("number", '{"marginscope": 1e999}')):
        pathlib.Path("odd.json").write_bytes(text.encode(errors="surrogateescape"))
        run(["check", "odd.json"], (1,))
        run(["eval", "odd.json"], (1, 2))
        run(["eval", "-"], (1, 2), stdin=text.encode(errors="surrogateescape"))


def leads_elsewhere():
    """Paths in a session and a lesson."""
    os.mkdir("sent")
    pathlib.Path("secret.csv").write_text("1,2,SECRET\n3,4,b\n" * 4, encoding="utf-8")
    pathlib.Path("sent/near.csv").write_text("1,2,a\n3,4,b\n" * 4, encoding="utf-8")
    os.mkfifo("sent/pipe.csv")
    os.symlink("/dev/zero", "sent/zero.csv")
    os.symlink("../secret.csv", "sent/link.csv")
    os.symlink("..", "sent/up")
    os.mkdir("sent/folder")
    os.symlink("../../secret.csv", "sent/folder/train-labels-idx1-ubyte")
    os.symlink("near.csv", "sent/twin.csv")
    session = json.loads(pathlib.Path("s.json").read_text(encoding="utf-8"))
    near = run(["train", "--dataset", "sent/near.csv", *SHORT, "--save", "sent/good.json"], (0,))
    run(["check", "sent/good.json"], (0,))
    for path in ("../secret.csv", "x/../../secret.csv", "/dev/zero", "/dev/stdin", "zero.csv", "pipe.csv", "..", "/dev/zero.csv",
                 "link.csv", "up/secret.csv", "./folder",
                 "/proc/self/environ", "\x1b[2J.csv", "-.csv"):
        for key in "dataset", "features-npy":
            odd = replaced(session, ("training", "experiment", "dataset"), path)
            if key != "dataset":
                odd["training"]["experiment"] |= {"dataset": "", "features-npy": path, "labels-npy": path}
            pathlib.Path("sent/odd.json").write_text(json.dumps(odd), encoding="utf-8")
            done = run(["check", "sent/odd.json"], (1, 2))
            tell(b"SECRET" not in done.stdout + done.stderr, f"{path}: its content is told")
        lesson = {"marginscope": 1, "title": "T", "steps": [{"title": "One", "text": "t", "set": {"dataset": path}}]}
        pathlib.Path("sent/odd.json").write_text(json.dumps(lesson), encoding="utf-8")
        done = run(["check", "sent/odd.json"], (1, 2))
        tell(b"SECRET" not in done.stdout + done.stderr, f"{path}: its content is told")
        tell(path not in ("link.csv", "up/secret.csv", "./folder") or b"a link leads out" in done.stderr, f"{path}: {done.stderr}")
    lesson["steps"][0]["set"]["dataset"] = "twin.csv"
    pathlib.Path("sent/odd.json").write_text(json.dumps(lesson), encoding="utf-8")
    run(["check", "sent/odd.json"], (0,)) # a link that stays in the folder is none of these
    tell(near is not None, "a session beside its data")


NAMES = [b"\x1b]0;owned\x07", b"line\nbreak", b"%s%n%x", b"-y", b"\xff\xfe", "\u009b31m".encode(), "\u202egnp".encode(), b"a b;touch pwned",
         b"$(touch pwned)", b"|touch pwned", b"'\"`touch pwned`", b"a" * 240]


def names():
    """Of files: read, written, refused, handed to ffmpeg."""
    table = b"1,2,a\n3,4,b\n" * 8
    short = [os.fsencode(w) for w in SHORT]
    for name in NAMES:
        pathlib.Path(os.fsdecode(name + b".csv")).write_bytes(table)
        done = run([b"figure", b"--dataset=" + name + b".csv", *short, b"--size=320x240", b"--out=" + name + b".svg"], (0,))
        if done and done.returncode == 0:
            tell(xml.etree.ElementTree.parse(os.fsdecode(name + b".svg")) is not None, f"{name!r}.svg is no XML")
        run([b"figure", b"--dataset=" + name + b".csv", *short, b"--size=320x240", b"--out=" + name + b".pdf"], (0,))
        run([b"train", b"--dataset=" + name + b".csv", *short, b"--save=" + name + b".json"])
        run([b"check", b"./" + name + b".json"])
        run([b"train", b"--dataset=" + name + b".gone", *short], (1, 2))
        run([b"check", name + b".gone"], (1, 2))
        run([name], (2,))
        run([b"train", b"--" + name], (2,))
        run([b"animate", b"--dataset=iris", *short, b"--size=160x160", b"--seconds=0.2", b"--fps=10", b"--out=" + name + b".gif"], (0,))
        run([b"animate", b"--dataset=iris", *short, b"--size=160x160", b"--seconds=0.2", b"--fps=10", b"--out=" + name + b".mp4"], (0, 1))
        run([b"figure", b"--dataset=iris", *short, b"--out=gone/" + name + b".svg"], (1,))
    tell(not os.path.exists("pwned"), "a name was run")
    tell(not any("mstmp" in n for n in os.listdir(".")), "something is left over")


def links():
    """A link in the place of an output: what it leads to stays as it is."""
    for ending, words in (("svg", ["figure", "--out"]), ("pdf", ["figure", "--out"]), ("json", ["train", "--save"]), ("csv", ["train", "--features"]),
                          ("gif", ["animate", "--size", "160x160", "--seconds", "0.2", "--fps", "10", "--out"])):
        pathlib.Path("precious").write_text("precious", encoding="utf-8")
        link = pathlib.Path(f"link.{ending}")
        link.symlink_to("precious")
        run([words[0], "--dataset", "iris", *SHORT, *words[1:], link.name], (0,))
        tell(pathlib.Path("precious").read_text(encoding="utf-8") == "precious", f"{link}: what it leads to was written over")
        tell(not link.is_symlink() and link.stat().st_size > 20, f"{link}: is not the new file")
    os.symlink("/", "root.svg")
    run(["figure", "--dataset", "iris", *SHORT, "--out", "root.svg"], (1,), "is a folder")


def main():
    with tempfile.TemporaryDirectory(prefix="marginscope-") as folder:
        os.chdir(folder)
        for part in numbers, tables, arrays, images, documents, leads_elsewhere, names, links:
            before = passed + failed
            if len(sys.argv) < 3 or part.__name__ in sys.argv[2:]:
                part()
                print(f"{part.__name__}: {passed + failed - before} checks")
        os.chdir("/")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
