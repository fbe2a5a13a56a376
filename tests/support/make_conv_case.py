#!/usr/bin/env python3
"""make_conv_case.py FOLDER: writes convolution_*.json, small networks of convolutions as PyTorch computes them; needs python3-torch.

A case holds the settings by their option names, `rows` of the pictures, `input` (n, pixels), `value`: all parameters
in the order of math/network.h (a layer's weights, biases, slopes; filters as (kernel, kernel, channels, filters), dense
weights as (in, out) with pictures as (rows, columns, channels), the feature layer's as (features, in)), `pull`: the
derivatives by the features, `feature`, and `grad` in the order of `value`. In double precision.
"""
import json
import sys

import torch

CASES = {
    "valid": {"filters": "4,5", "kernel": 3, "padding": "valid", "hidden": [7], "dim": 2, "rows": 12, "columns": 11},
    "same": {"filters": "3+4,5", "kernel": 5, "padding": "same", "hidden": [6], "dim": 3, "rows": 9, "columns": 8},
    "even": {"filters": "6", "kernel": 4, "padding": "same", "hidden": [], "dim": 2, "rows": 7, "columns": 6},
}
SAMPLES = 4


def layers(case):
    """Modules in order, each with how its weights are turned to our order."""
    out, channels, size = [], 1, [case["rows"], case["columns"]]
    pad = (case["kernel"] - 1) // 2 if case["padding"] == "same" else 0
    for block in case["filters"].split(","):
        for count in map(int, block.split("+")):
            conv = torch.nn.Conv2d(channels, count, case["kernel"], padding=pad)
            out += [(conv, lambda w: w.permute(2, 3, 1, 0)), (torch.nn.PReLU(count), None)]
            channels = count
            size = [s + 2 * pad - case["kernel"] + 1 for s in size]
        out.append((torch.nn.MaxPool2d(2), None))
        size = [s // 2 for s in size]
    out.append((torch.nn.Flatten(), None))
    width, first = channels * size[0] * size[1], True

    def by_place(w):            # columns of a dense layer behind pictures: (channels, rows, columns) to ours
        return w.reshape(-1, channels, *size).permute(0, 2, 3, 1).reshape(w.shape[0], -1)

    for wide in [*case["hidden"], case["dim"]]:
        last = len(out) > 0 and wide == case["dim"] and wide not in case["hidden"]
        turn = by_place if first else (lambda w: w)
        layer = torch.nn.Linear(width, wide, bias=not last)
        out.append((layer, turn if last else (lambda w, t=turn: t(w).t())))
        if not last:
            out.append((torch.nn.PReLU(wide), None))
        width, first = wide, False
    return out


def numbers(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]


def write(folder, name, case):
    torch.manual_seed(7)
    own = [(m.double(), turn) for m, turn in layers(case)]
    for module, _ in own:
        if isinstance(module, torch.nn.PReLU):      # slopes of their own, all above 0: pooling may stand on either side
            torch.nn.init.uniform_(module.weight, 0.05, 0.6)
    for p in (p for m, _ in own for p in m.parameters()):
        p.data = p.data.float().double()            # what our floats can hold
    x = torch.randn(SAMPLES, 1, case["rows"], case["columns"]).double()
    pull = torch.randn(SAMPLES, case["dim"]).double()
    feature = torch.nn.Sequential(*(m for m, _ in own))(x)
    feature.backward(pull)
    value, grad = [], []
    for module, turn in own:
        for key, p in module.named_parameters():
            change = turn if key == "weight" and turn else (lambda w: w)
            value += numbers(change(p))
            grad += numbers(change(p.grad))
    text = {"note": f"PyTorch {torch.__version__}, double precision", "filters": case["filters"], "kernel": str(case["kernel"]),
            "padding": case["padding"], "hidden": ",".join(map(str, case["hidden"])) or "none", "feature-dim": str(case["dim"]),
            "rows": case["rows"], "input": numbers(x), "pull": numbers(pull), "feature": numbers(feature),
            "value": value, "grad": grad}
    with open(f"{folder}/convolution_{name}.json", "w", encoding="utf-8") as file:
        json.dump(text, file)
        file.write("\n")


for name, case in CASES.items():
    write(sys.argv[1], name, case)
