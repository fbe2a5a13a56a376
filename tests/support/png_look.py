#!/usr/bin/env python3
"""png_look.py FILE [X Y]: the size of a PNG as WxH, or a pixel of it as rrggbbaa. Standard library only."""
import struct
import sys
import zlib


def rows(path):
    data = open(path, "rb").read()
    w, h, depth, kind = struct.unpack(">IIBB", data[16:26])
    assert depth == 8 and kind in (2, 6), (depth, kind)
    n, at, packed = {2: 3, 6: 4}[kind], 8, b""
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if name == b"IDAT" else b""
        at += 12 + size
    raw, before = zlib.decompress(packed), bytearray(w * n)
    for line in range(h):
        start = line * (w * n + 1)
        f, row = raw[start], bytearray(raw[start + 1:start + 1 + w * n])
        for i in range(w * n):
            a, b, c = row[i - n] if i >= n else 0, before[i], before[i - n] if i >= n else 0
            near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[i] = (row[i] + [0, a, b, (a + b) // 2, near][f]) & 255
        yield n, row
        before = row


if __name__ != "__main__":
    pass
elif len(sys.argv) == 2:
    print("%dx%d" % struct.unpack(">II", open(sys.argv[1], "rb").read()[16:24]))
else:
    x, y = map(int, sys.argv[2:])
    for at, (n, row) in enumerate(rows(sys.argv[1])):
        if at == y:
            print(row[x * n:x * n + n].hex() + ("ff" if n == 3 else ""))
            break
