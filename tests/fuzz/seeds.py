#!/usr/bin/env python3
"""seeds.py FOLDER [PROGRAM] - first inputs of every fuzz target, made from what the project ships, and by PROGRAM
(marginscope) the sessions that hold whole checkpoints."""
import base64
import gzip
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import zlib

to = pathlib.Path(sys.argv[1])
top = pathlib.Path(__file__).resolve().parents[2]


def put(target, name, content):
    folder = to / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def npy(kind, shape, body, order=False):
    head = "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (kind, order, shape)
    head += " " * (63 - (len(head) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + body


for name in "iris", "wine":
    lines = (top / "assets/datasets" / (name + ".csv")).read_text().splitlines()
    put("csv", name, "\0" + "\n".join(lines[:3] + lines[-3:]) + "\n")
put("csv", "quoted", '\1"a, b",label\r\n1,"x ""y"""\r\n# no\r\n\r\n2,z\r\n')
put("csv", "sets", "\2x,label\n1,a|c\n2,b\n3,\n")
put("csv", "numbers", "\0" + "1e308,-0,3\n1e-320,2,4.5\n")

images = struct.pack(">IIII", 2051, 4, 2, 2) + bytes(range(16))
labels = struct.pack(">II", 2049, 4) + bytes([0, 1, 0, 1])
for name, body in ("plain", images), ("deflated", gzip.compress(images, mtime=0)):
    put("idx", name, struct.pack(">H", len(body)) + body + labels)

x = npy("<f4", "(3, 2)", struct.pack("<6f", *range(6)))
y = npy("<i8", "(3,)", struct.pack("<3q", 0, 1, 0))
w = npy(">f8", "(2, 2)", struct.pack(">4d", 1, 0, 0, 1), True)
for name, parts in ("two", (x, y)), ("three", (x, y, w)):
    put("npy", name, struct.pack(">HH", len(x), len(y)) + b"".join(parts))

for path in sorted((top / "tests/reference").glob("*.json"))[::4]:
    put("case", path.name, path.read_bytes())
for path in sorted((top / "assets/lessons").glob("*.json")):
    put("lesson", path.name, path.read_bytes())

formulas = set()
for path in sorted(top.glob("math/loss_*.c")):
    for text in re.findall(r'"((?:[^"\\]|\\.)*\\\\[a-z](?:[^"\\]|\\.)*)"', path.read_text()):
        formulas.add(text.replace("\\\\", "\\"))
for k, text in enumerate(sorted(formulas)):
    put("formula", str(k), text)

lines = ["--loss\ncosface\n--set\nm=0.2\n--at\n20:m=0.3\n--classes\n0,1,4\n--steps\n5",
         "--dataset=moons\n--batch=full\n--add\ncenter\n--set\ncenter.lambda=0.1\n--warmup\n1,2",
         "--out\na.svg\n--view\nsphere\n--size\n160x90mm\n--dpi\n300\n--vs\n--loss softmax\n--feature-dim\n3",
         "--set\nm=1,2,3,4\n--loss\nlsoftmax\n--summary\ngap\n--jobs\n2\n--out\nb.pdf"]
for k, line in enumerate(lines):
    put("options", str(k), bytes([k]) + line.encode())

put("checkpoint", "whole", b"\xff\xff\xff\xff")
put("checkpoint", "short", b"\x00\x00\x01\x00\x00\x00\x08\x01")


def session(experiment, **more):
    """A session of a few settings; a checkpoint that is none, as its sum is of other bytes."""
    crc = {"rows": 0, "dim": 2, "classes": 2, "crc32": "00000000"}
    return json.dumps({"marginscope": 1, "data": crc, "training": {"experiment": experiment, "journal": []}, **more})


small = {"dataset": "blobs", "hidden": "4", "points": "100"}
packed = base64.b64encode(zlib.compress(struct.pack("<12d", 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0))).decode()
put("session", "small", session(small))
put("session", "settings", session(dict(small, loss="arcface", classes="0,1,4", axes="3,7", **{"arcface.m": "0.4"})))
put("session", "window", session(small, window={"theme": "light", "view": "sphere", "zoom": 2, "pan": [1, 2],
                                                "typical": [3, -1, -1, -1]}, benches={"plane": small}))
put("session", "axes", session(small, axes=[{"dim": 4, "zlib": packed}]))
put("session", "beside", session(small, beside=[{"experiment": dict(small, lr="0.1"), "journal": []}]))
put("session", "state", json.dumps({"marginscope": 1, "data": {"rows": 0, "dim": 2, "classes": 2, "crc32": "00000000"},
                                    "training": {"experiment": small, "journal": [[3, "m", "0.1"]],
                                                 "checkpoint": {"step": 3, "bytes": 96, "zlib": packed}}}))


def saved(folder, *options):
    """What the program saves of a training that went some steps."""
    path = pathlib.Path(folder, "saved.json")
    subprocess.run([sys.argv[2], "train", "--dataset", "blobs", "--hidden", "4", "--points", "100", "--steps", "4",
                    "--save", str(path), *options], check=True, stdout=subprocess.DEVNULL)
    return path.read_text()


if len(sys.argv) > 2:
    with tempfile.TemporaryDirectory() as scratch:
        whole = saved(scratch, "--loss", "cosface", "--at", "2:m=0.2")
        other = saved(scratch, "--loss", "softmax")
        put("session", "trained", whole)
        put("session", "trained-other", saved(scratch, "--loss", "center", "--optimizer", "sgd", "--clip", "1"))
        put("session", "trained-pair", json.dumps({**json.loads(whole), "beside": [json.loads(other)["training"]]}))
