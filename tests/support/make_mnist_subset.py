#!/usr/bin/env python3
"""Makes assets/datasets/mnist from the four files of the full MNIST.

    make_mnist_subset.py SOURCE_FOLDER [TARGET_FOLDER]

Keeps training images 0, 6, 12, ... (10,000 of 60,000) and test images 0, 5, 10, ... (2,000 of 10,000), in file
order, as IDX files compressed with gzip. The gzip header holds neither name nor time, so that the same input
gives the same bytes.
"""
import gzip
import io
import pathlib
import struct
import sys

PARTS = [("train", 6), ("t10k", 5)]
KINDS = [("images-idx3-ubyte", 3), ("labels-idx1-ubyte", 1)]


def subset(data, dimensions, stride):
    sizes = struct.unpack_from(f">{dimensions}I", data, 4)
    body = data[4 + 4 * dimensions:]
    row = 1
    for size in sizes[1:]:
        row *= size
    if data[:4] != bytes([0, 0, 8, dimensions]) or len(body) != sizes[0] * row:
        sys.exit("not a whole IDX file")
    kept = range(0, sizes[0], stride)
    header = data[:4] + struct.pack(f">{dimensions}I", len(kept), *sizes[1:])
    return header + b"".join(body[i * row:(i + 1) * row] for i in kept)


def compress(data):
    out = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=9, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    source = pathlib.Path(sys.argv[1])
    here = pathlib.Path(__file__).resolve().parent
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else here.parent.parent / "assets/datasets/mnist"
    target.mkdir(parents=True, exist_ok=True)
    for part, stride in PARTS:
        for kind, dimensions in KINDS:
            name = f"{part}-{kind}.gz"
            whole = gzip.decompress((source / name).read_bytes())
            (target / name).write_bytes(compress(subset(whole, dimensions, stride)))


if __name__ == "__main__":
    main()
