#!/usr/bin/env python3
"""png_differ.py A B MEAN SHARE: whether two PNGs of one size are the same picture: their bytes differ by at most MEAN on
average, and at most SHARE of the pixels by 64 and more. Says what it found. Standard library only."""
import sys

from png_look import rows

mean, share = float(sys.argv[3]), float(sys.argv[4])
total = far = count = 0
a, b = list(rows(sys.argv[1])), list(rows(sys.argv[2]))
size = [(len(r), len(r[0][1]) // r[0][0]) for r in (a, b)]
if size[0] != size[1]:
    sys.exit(f"sizes differ: {size}")
for (n, left), (k, right) in zip(a, b):
    apart = [[abs(p - q) for p, q in zip(left[i::n], right[i::k])] for i in range(3)]
    total += sum(map(sum, apart))
    far += sum(max(pixel) >= 64 for pixel in zip(*apart))
    count += len(apart[0])
print(f"mean {total / count / 3:.2f}, {far / count:.4f} of the pixels far apart")
sys.exit(total / count / 3 > mean or far / count > share)
