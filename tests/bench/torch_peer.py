#!/usr/bin/env python3
"""torch_peer.py [--steps N] [--rounds N] [--json FILE]: the steps of tests/bench/speed.c in PyTorch, one thread.

The same networks, batch, head and optimiser, written to be fast: the data lie in one tensor, a batch is an index into it, and
nothing is read back while it trains. Needs python3-torch; random pictures of the same sizes stand in for the digits, which
costs a dense product the same. Processor time, medians of the rounds.
"""
import argparse
import json
import os
import statistics
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"    # before the first import of either
try:
    import torch
except ImportError:
    print("torch_peer: PyTorch is not installed; install python3-torch", file=sys.stderr)
    sys.exit(3)

SIZES = {
    "784-128-64-2 arcface": (784, (128, 64), "arcface"),
    "784-128-64-2 softmax": (784, (128, 64), "softmax"),
    "64-64-32-2 arcface": (64, (64, 32), "arcface"),
    "64-64-32-2 softmax": (64, (64, 32), "softmax"),
    "cnn 16,32 kernel 5": (28, (128,), "softmax", 0),
    "cnn 16,32 kernel 3": (28, (128,), "softmax", 1),
    "cnn kernel 5, pooled first": (28, (128,), "softmax", 0, True),
    "cnn kernel 3, pooled first": (28, (128,), "softmax", 1, True),
}
# Of convolution, PReLU, pooling, as it is usually written. "pooled first" has the pooling before the PReLU as speed.c does,
# which is the same while no slope is below 0 and spares three quarters of the activation.
FILTERS = (16, 32)
BATCH, CLASSES, SAMPLES, SCALE, MARGIN = 128, 10, 10000, 30.0, 0.3


class Training:
    def __init__(self, width, hidden, head, pad=None, pool_first=False):
        torch.manual_seed(1)
        layers, shape = [], (width,)
        if pad is not None:         # pictures
            shape, channels = (1, width, width), 1
            for filters in FILTERS:
                kernel = 3 if pad else 5
                after = [torch.nn.PReLU(filters), torch.nn.MaxPool2d(2)]
                layers += [torch.nn.Conv2d(channels, filters, kernel, padding=pad), *(after[::-1] if pool_first else after)]
                channels, width = filters, (width + 2 * pad - kernel + 1) // 2
            layers.append(torch.nn.Flatten())
            width *= width * channels
        for wide in hidden:
            layers += [torch.nn.Linear(width, wide), torch.nn.PReLU(wide)]
            width = wide
        layers.append(torch.nn.Linear(width, 2, bias=False))
        self.net = torch.nn.Sequential(*layers)
        self.weight = torch.nn.Parameter(0.1 * torch.randn(CLASSES, 2))
        self.bias = torch.nn.Parameter(torch.zeros(CLASSES))
        self.head = head
        parameters = [*self.net.parameters(), self.weight] + ([self.bias] if head == "softmax" else [])
        self.parameters = parameters
        self.optimiser = torch.optim.SGD(parameters, lr=0.02, momentum=0.9, foreach=True) \
            if "foreach" in torch.optim.SGD.__init__.__code__.co_varnames else torch.optim.SGD(parameters, lr=0.02, momentum=0.9)
        self.input = torch.rand(SAMPLES, *shape)
        self.label = torch.randint(0, CLASSES, (SAMPLES,))
        self.order, self.at = torch.randperm(SAMPLES), 0

    def loss(self, x, y):
        if self.head == "softmax":
            return torch.nn.functional.cross_entropy(torch.addmm(self.bias, x, self.weight.t()), y)
        cosine = torch.nn.functional.normalize(x) @ torch.nn.functional.normalize(self.weight).t()
        own = cosine.gather(1, y[:, None])
        bent = torch.cos(torch.acos(own.clamp(-1 + 1e-7, 1 - 1e-7)) + MARGIN)
        return torch.nn.functional.cross_entropy(SCALE * cosine.scatter(1, y[:, None], bent), y)

    def step(self):
        if self.at + BATCH > SAMPLES:
            self.order, self.at = torch.randperm(SAMPLES), 0
        pick = self.order[self.at:self.at + BATCH]
        self.at += BATCH
        self.optimiser.zero_grad(set_to_none=True)
        self.loss(self.net(self.input[pick]), self.label[pick]).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--steps", type=int, default=150)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json")
    options.add_argument("--only", default="", help="names that hold this")
    options = options.parse_args()
    torch.set_num_threads(1)
    trainings = {name: Training(*size) for name, size in SIZES.items() if options.only in name}
    took = {name: [] for name in trainings}
    for training in trainings.values():
        for _ in range(20):
            training.step()
    for _ in range(options.rounds):
        for name, training in trainings.items():
            start = time.thread_time()
            steps = options.steps if "cnn" not in name else max(1, options.steps // 15)
            for _ in range(steps):
                training.step()
            took[name].append(1e6 * (time.thread_time() - start) / steps)
    rows = []
    for name, us in took.items():
        middle = statistics.median(us)
        rows.append({"name": name, "steps_per_s": round(1e6 / middle, 1), "step_us": round(middle, 1),
                     "low_us": round(min(us), 1), "high_us": round(max(us), 1)})
        print(f"{name:24s} {1e6 / middle:9.0f} steps/s  {middle:8.1f} us [{min(us):.1f}..{max(us):.1f}]")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump({"torch": torch.__version__, "rows": rows}, out, indent=1)


if __name__ == "__main__":
    main()
