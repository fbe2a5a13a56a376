#!/usr/bin/env python3
"""reference_check.py BINARY FOLDER: runs `BINARY eval` on every case of FOLDER and compares with its "expect".

A number passes when |got - want| <= tolerance * (1 + |want|). The case is handed over on standard input without
"expect" and "tolerance", so that an evaluator cannot peek. Closes with "N passed, N failed".
"""
import json
import math
import pathlib
import subprocess
import sys


def flat(value, path=""):
    """Yields (path, number) for every number in nested lists and objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from flat(inner, f"{path}[{i}]")
    else:
        yield path, value


def trouble(binary, path):
    """What is wrong with one case, or None."""
    case = json.loads(path.read_text(encoding="utf-8"))
    want, tolerance = case.pop("expect"), case.pop("tolerance", 1e-5)
    run = subprocess.run([binary, "eval", "-"], input=json.dumps(case), capture_output=True, text=True, timeout=30)
    if run.returncode != 0:
        return f"exit status {run.returncode}: {run.stderr.strip()}"
    got = dict(flat(json.loads(run.stdout)))
    for where, number in flat(want):
        if where not in got:
            return f"{where} is missing"
        if not (math.isfinite(got[where]) and abs(got[where] - number) <= tolerance * (1 + abs(number))):
            return f"{where} is {got[where]!r}, want {number!r}"
    return None


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    passed = failed = 0
    for path in sorted(folder.glob("*.json")):
        problem = trouble(binary, path)
        if problem:
            failed += 1
            print(f"{path.name}: {problem}")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
