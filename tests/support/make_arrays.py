#!/usr/bin/env python3
"""Writes the .npy arrays of tests/support/arrays and prints nothing; numpy is not needed.

The format is that of numpy.lib.format: magic, version, length of the header, a dictionary padded with blanks so that
the data begin at a multiple of 64. Each array holds row * 10 + column - 5 (or its truth for b1), so that a test knows
every element without another file.
"""
import os
import struct
import sys

FORMAT = {"f4": "f", "f8": "d", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
          "b1": "?"}


def array(descr, rows, columns, fortran=False, version=1):
    kind = descr[1:]
    order = ">" if descr[0] == ">" else "<"
    start = 5 if kind[0] in "ub" else 0
    value = [[row * 10 + column - 5 + start for column in range(columns)] for row in range(rows)]
    places = [(r, c) for c in range(columns) for r in range(rows)] if fortran else \
             [(r, c) for r in range(rows) for c in range(columns)]
    body = b"".join(struct.pack(order + FORMAT[kind], value[r][c]) for r, c in places)
    return header(descr, fortran, f"({rows}, {columns})", version) + body


def header(descr, fortran, shape, version):
    text = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    wide = 2 if version == 1 else 4
    length = -(-(8 + wide + len(text) + 1) // 64) * 64 - 8 - wide
    text = text.ljust(length - 1) + "\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if wide == 2 else "<I", length) + text.encode()


folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
for descr in ["<f4", ">f4", "<f8", ">f8", "|i1", "<i2", ">i2", "<i4", "<i8", ">i8", "|u1", "<u2", "<u4", "<u8", "|b1"]:
    for fortran in [False, True]:
        name = descr.replace("<", "l").replace(">", "b").replace("|", "n") + ("_fortran" if fortran else "")
        with open(f"{folder}/{name}.npy", "wb") as out:
            out.write(array(descr, 6, 3, fortran))
for version in [2, 3]:
    with open(f"{folder}/version{version}.npy", "wb") as out:
        out.write(array("<f4", 6, 3, False, version))
with open(f"{folder}/labels.npy", "wb") as out:
    out.write(header("<i8", False, "(6,)", 1) + struct.pack("<6q", 2, 0, 1, 2, 10, 0))
