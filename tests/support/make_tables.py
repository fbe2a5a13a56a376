#!/usr/bin/env python3
"""Makes assets/datasets/{iris,wine,breast-cancer}.csv from the copies in scikit-learn.

Usage: make_tables.py SKLEARN_DATA_FOLDER OUT_FOLDER
(the folder sklearn/datasets/data of the Debian package python3-sklearn). Each source begins with a line "rows, columns,
class names"; a sample is a line of numbers and the place of its class. Numbers are copied as they are written.
"""
import sys

MEASURES = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
            "symmetry", "fractal dimension"]

TABLES = {
    "iris": ("iris.csv", ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]),
    "wine": ("wine_data.csv", ["alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols",
                               "flavanoids", "nonflavanoid phenols", "proanthocyanins", "color intensity", "hue",
                               "OD280/OD315 of diluted wines", "proline"]),
    "breast-cancer": ("breast_cancer.csv", ["mean " + m for m in MEASURES] + [m + " error" for m in MEASURES]
                      + ["worst " + m for m in MEASURES]),
}


def convert(source, columns, target):
    lines = open(source, encoding="ascii").read().split()
    rows, count, *names = lines[0].split(",")
    assert int(rows) == len(lines) - 1 and int(count) == len(columns)
    with open(target, "w", encoding="ascii", newline="\n") as out:
        print(",".join(columns + ["class"]), file=out)
        for line in lines[1:]:
            *numbers, label = line.split(",")
            assert len(numbers) == len(columns)
            print(",".join(numbers + [names[int(label)]]), file=out)


for name, (source, columns) in TABLES.items():
    convert(f"{sys.argv[1]}/{source}", columns, f"{sys.argv[2]}/{name}.csv")
