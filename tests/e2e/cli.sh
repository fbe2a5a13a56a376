#!/bin/bash
# cli.sh BINARY - the command line from outside: what it writes, what it refuses, what it leaves behind.
# One line per failure, and at the end "N passed, N failed". Needs bash and python3 (standard library only).
# shellcheck disable=SC2046,SC2086,SC2015  # option lists are split on purpose; pass cannot fail
set -u
[ $# -eq 1 ] || { echo "usage: cli.sh BINARY" >&2; exit 2; }
binary=$(realpath "$1")
tests=$(realpath "$(dirname "$0")/..")
assets=$tests/../assets/datasets
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0 failed=0
short="--dataset blobs --hidden 16 --steps 40"

pass() { passed=$((passed + 1)); }
miss() { failed=$((failed + 1)); echo "FAILED: $*"; }

# check SENTENCE COMMAND...   passes when the command does
check() {
    local sentence=$1
    shift
    if "$@" >out.txt 2>err.txt; then pass; else miss "$sentence: $(head -c 300 err.txt | tr '\n' ' ')"; fi
}

run() { "$binary" "$@"; }

# refuses STATUS PART ARGS...   the status, one line "marginscope: WHERE: WHAT; WHAT TO DO" with PART in it, and
# nothing on stdout
refuses() {
    local want=$1 part=$2 got lines
    shift 2
    timeout 60 "$binary" "$@" >out.txt 2>err.txt </dev/null
    got=$?
    lines=$(wc -l <err.txt)
    if [ $got -ne "$want" ]; then miss "$*: exit status $got, want $want ($(head -c 200 err.txt))"
    elif [ "$lines" -ne 1 ]; then miss "$*: $lines lines of error, want 1"
    elif ! grep -Eq '^marginscope: [^:]+.*: .+; .+' err.txt; then miss "$*: not WHERE: WHAT; WHAT TO DO: $(cat err.txt)"
    elif ! grep -Fq -- "$part" err.txt; then miss "$*: does not name $part: $(cat err.txt)"
    elif [ -s out.txt ]; then miss "$*: something on stdout"
    else pass; fi
}

# ---------------------------------------------------------------- listings and help
for command in "" train eval figure sweep losses datasets; do
    check "$command --help" run $command --help
    grep -q . out.txt || miss "$command --help says nothing"
done
check "--version" run --version
check "losses" run losses
check "losses --json" run losses --json
cp out.txt losses.json
check "losses --json has ids, types, ranges that hold the default, choices, boundary" python3 - <<'P'
import json
rows = json.load(open("losses.json"))
ids = [r["id"] for r in rows]
assert len(set(ids)) == len(ids)
for name in """softmax weighted_softmax focal modified_softmax l2_softmax normface lsoftmax asoftmax fnorm_sphereface cosface arcface
combined_margin curricularface adacos magface adaface subcenter_arcface sphereface2 groupface contrastive
double_margin_contrastive triplet deepid2 circle supcon siamese logistic hinge exponential squared zero_one focal_binary l2 l1
huber multilabel center ring uniform regular""".split():
    assert name in ids, name
for r in rows:
    assert r["family"] and r["boundary"] and r["source"] and "\\" not in r["boundary"], r
    assert r["type"] in ("head", "pair", "score", "regression", "multilabel", "term"), r
    assert r["target"] is None or "\\" not in r["target"], r
    for p in r["params"]:
        assert p["help"], p
        if p["kind"] == "choice":
            assert p["default"] in p["choices"] and len(p["choices"]) > 1, p
        else:
            assert p["min"] <= p["default"] <= p["max"] and p["min"] < p["slider_max"] <= p["max"], p
by = {r["id"]: r for r in rows}
assert [i for i in ids if by[i]["type"] == "term"] == ["center", "ring", "uniform", "regular"]
assert [i for i in ids if not by[i]["trained"]] == ["zero_one"]
assert by["arcface"]["margin"] and not by["triplet"]["margin"] and by["triplet"]["type"] == "pair"
P
all=$(python3 -c 'import json; print(*[r["id"] for r in json.load(open("losses.json"))])')
trained=$(python3 -c 'import json; print(*[r["id"] for r in json.load(open("losses.json")) if r["trained"]])')
# what a loss needs to train on blobs
needs() {
    case $1 in hinge | logistic | exponential | squared | focal_binary) echo "--classes 0,1" ;; esac
}
check "datasets" run datasets
check "datasets --json" run datasets --json
cp out.txt datasets.json
check "datasets --json has mnist with 10,000 and 2,000 digits" python3 - <<'P'
import json
mnist = [r for r in json.load(open("datasets.json")) if r["id"] == "mnist"][0]
assert mnist["present"] and (mnist["train"], mnist["test"], mnist["classes"]) == (10000, 2000, 10), mnist
P

# ---------------------------------------------------------------- wrong lines: exit 2
refuses 2 "nothing varies" sweep
refuses 2 "no file named" sweep --set m=0,0.1
refuses 2 "marginscope sweep" train --set m=0,0.1
refuses 2 "no such parameter of arcface" sweep --set q=0,1 --out f.png
refuses 2 "allowed 0 to 1.2 for arcface" sweep --set m=0,7 --out f.png
refuses 2 "figure's ending" sweep --set m=0,1 --out f.txt
refuses 2 "two outputs" sweep --set m=0,1 --out f.svg --csv ./f.svg
refuses 2 "choose from" slides
refuses 2 "choose from" compare
refuses 2 "known: dataset" train --nosuch
refuses 2 "arcface" train --loss nosuch
refuses 2 "choose from s, m" train --set q=1
refuses 2 "allowed 0 to 1.2 for arcface" train --set m=7
refuses 2 "allowed" train --set m=nan
refuses 2 "NAME=VALUE" train --set m=
refuses 2 "allowed" train --lr -1
refuses 2 "operand" train mnist
refuses 2 "operand" losses x
refuses 2 "known" losses --loss arcface
refuses 2 "one case" eval
refuses 2 "one case" eval a b
refuses 2 "--out" figure
refuses 2 "no such option" --session f.json
refuses 2 "no such option" train --save f.json
refuses 2 "choose center, ring, uniform, regular" train --add arcface
refuses 2 "has no gradient; use it in the score view" train --loss zero_one
refuses 2 "nothing to train" train --loss triplet --model identity
refuses 2 "n^3" train --loss triplet --set mining=all --batch 4096
refuses 2 "--add regular" train --loss triplet --add regular
refuses 2 "choose all, hard, semihard" train --loss triplet --set mining=some
refuses 2 "0 to 1 for center" train --loss center --set center.lambda=2
refuses 2 "two classes" train --dataset blobs --loss hinge
refuses 2 "--model cnn" train --model cnn
refuses 2 "new training" train --at 10:seed=4
refuses 2 "earlier step" train $short --dump-batch 41:late.json

# ---------------------------------------------------------------- what cannot be done: exit 1
refuses 1 "nosuch-folder" train --dataset ./nosuch-folder
refuses 1 "nosuch.json" eval nosuch.json
refuses 1 "nosuch-folder" train --metrics nosuch-folder/m.csv
refuses 1 "nosuch-folder" sweep --set m=0,1 --csv s.csv --out nosuch-folder/s.png
[ -e s.csv ] && miss "a refused sweep left s.csv"
refuses 1 "nosuch-folder" train --dump-batch 1:nosuch-folder/b.json
refuses 1 "nosuch-folder" train --features f.csv --figure nosuch-folder/f.png
[ -e f.csv ] && miss "a refused run left f.csv"
if [ "$(id -u)" -ne 0 ]; then
    mkdir locked && chmod a-w locked
    refuses 1 "locked" train --metrics locked/m.csv
fi
if [ -d "$assets/mnist" ]; then
    plain() { # FOLDER: the shipped digits, inflated
        mkdir -p "$1"
        for f in "$assets"/mnist/*; do
            case $f in *.gz) gzip -dc "$f" >"$1/$(basename "$f" .gz)" ;; *idx*) cp "$f" "$1/" ;; esac
        done
    }
    plain digits
    check "a folder of IDX files trains" run train --dataset digits --steps 2
    plain short && truncate -s 100000 short/train-images*
    refuses 1 "train-images" train --dataset short --steps 2
    plain other && python3 - <<'P'
import glob, struct
path = glob.glob("other/train-labels*")[0]
data = open(path, "rb").read()
n = struct.unpack(">I", data[4:8])[0] - 1
open(path, "wb").write(data[:4] + struct.pack(">I", n) + data[8:8 + n])
P
    refuses 1 "train-labels" train --dataset other --steps 2
    plain magic && printf 'GIF89a' | dd of="$(ls magic/train-images*)" conv=notrunc status=none
    refuses 1 "train-images" train --dataset magic --steps 2
    plain gone && rm gone/train-labels*
    refuses 1 "train-labels" train --dataset gone --steps 2
else
    miss "no digits in $assets/mnist"
fi
for case in '{"loss":"nosuch","params":{},"features":[[1,2]],"labels":[0],"weights":[[1,0],[0,1]]}' \
    '{"loss":"normface","params":{"s":4},"features":[[1,2]],"labels":[2],"weights":[[1,0],[0,1]]}' \
    '{"loss":"normface","params":{"s":4},"features":[[1,2,3]],"labels":[0],"weights":[[1,0],[0,1]]}' \
    '{"loss":"normface","params":{"s":4},"features":[[1,NaN]],"labels":[0],"weights":[[1,0],[0,1]]}' \
    '{"loss":"normface","params":{"q":4},"features":[[1,2]],"labels":[0],"weights":[[1,0],[0,1]]}' \
    '{"loss":"hinge","params":{"lambda":0},"features":[[1,2]],"labels":[2],"weights":[[1,0]]}' \
    '{"loss":"center","params":{"lambda":1,"alpha":1},"features":[[1,2]],"labels":[0],"weights":[[1,0]]}' \
    '{"loss":"contrastive","params":{"m":1,"form":"none"},"features":[[1,2]],"labels":[0]}' \
    '{"loss":"multilabel","params":{},"features":[[1,2]],"labels":[0],"weights":[[1,0]]}' \
    '{"loss":"siamese","params":{"freeze":false},"features":[[1,2]],"labels":[0],"alpha":[1],"bias":[1]}' \
    '{"loss":"l2","params":{"lambda":0},"features":[[1,1e999]],"labels":[0],"weights":[[1,0]]}' \
    '{"loss":"normface"' '[]' ''; do
    printf '%s' "$case" >case.json
    refuses 1 ":" eval case.json
done
# no display at all
refuses_display() {
    timeout 20 env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER -u XDG_RUNTIME_DIR "$binary" >out.txt 2>err.txt </dev/null
    local got=$?
    if [ $got -eq 1 ] && [ "$(wc -l <err.txt)" -eq 1 ] && grep -q '^marginscope: display: .*; ' err.txt; then pass
    else miss "no display: exit status $got, said: $(head -c 300 err.txt)"; fi
}
refuses_display

# ---------------------------------------------------------------- eval on a case worked by hand
# normface, s = 1, x on the axis of its class, the other weight at a right angle: loss = log(1 + e^-1)
printf '{"loss":"normface","params":{"s":1},"features":[[2,0]],"labels":[0],"weights":[[3,0],[0,5]]}' >case.json
check "eval by hand" python3 - "$binary" <<'P'
import json, math, subprocess, sys
for command, text in (([sys.argv[1], "eval", "case.json"], None), ([sys.argv[1], "eval", "-"], open("case.json").read())):
    got = json.loads(subprocess.run(command, input=text, text=True, stdout=subprocess.PIPE, check=True).stdout)
    assert abs(got["loss"] - math.log1p(math.exp(-1))) < 1e-15, got
    p = 1 / (1 + math.e)                       # of the other class; dL/dx = p * u(W_2) / |x| along the circle
    assert abs(got["d_features"][0][1] - p / 2) < 1e-15 and abs(got["d_features"][0][0]) < 1e-15, got
P
cat >agree.py <<'P'
# agree.py BINARY CASE...: `eval` must give what the case expects, each number within the case's tolerance
import json, subprocess, sys
def agree(want, got, tolerance, where):
    if isinstance(want, list):
        assert len(want) == len(got), where
        for i, (a, b) in enumerate(zip(want, got)):
            agree(a, b, tolerance, "%s[%d]" % (where, i))
    else:
        assert abs(want - got) <= tolerance * (1 + abs(want)), "%s: want %.17g, got %.17g" % (where, want, got)
for path in sys.argv[2:]:
    case = json.load(open(path))
    want, tolerance = case.pop("expect"), case.pop("tolerance")
    assert {"loss"} <= set(want) and ("d_features" in want) == (case["loss"] != "zero_one"), path
    assert ("weights" in case) == ("d_weights" in want) or case["loss"] == "zero_one", path
    done = subprocess.run([sys.argv[1], "eval", "-"], input=json.dumps(case), text=True, stdout=subprocess.PIPE, check=True)
    got = json.loads(done.stdout)
    for key in want:
        agree(want[key], got[key], tolerance, "%s: %s" % (path.split("/")[-1], key))
P
for loss in $all; do
    case $loss in siamese | multilabel | groupface) continue ;; esac # by hand and finite differences instead
    check "reference cases of $loss" python3 agree.py "$binary" "$tests/reference/${loss}__"*.json
done
printf '{"loss":"l2","params":{"lambda":0},"features":[[100000000000000000000]],"labels":[0],"weights":[[1]]}' >case.json
check "eval takes whole numbers of any length" run eval case.json
printf '{"loss":"zero_one","params":{},"features":[[1],[-1]],"labels":[1,1],"weights":[[1]],"bias":[0]}' >case.json
check "eval of zero_one" run eval case.json
python3 -c 'import json; assert json.load(open("out.txt")) == {"loss": 0.5}' && pass || miss "zero_one: $(cat out.txt)"

# ---------------------------------------------------------------- train: summary and files
check "train" run train $short --metrics m.csv --features f.csv --weights w.csv
cp out.txt summary.json
[ -s err.txt ] && miss "train wrote on stderr without a terminal: $(head -c 200 err.txt)"
check "the summary has the keys of the contract, in order" python3 - <<'P'
import json
keys = """loss params dataset model seed steps epochs train_loss test_loss train_accuracy test_accuracy margin_accuracy
intra_angle_deg inter_angle_deg eer steps_per_s samples_per_s wall_s peak_rss_kb""".split()
s = json.load(open("summary.json"))
assert list(s)[:len(keys)] == keys, list(s)
assert (s["loss"], s["dataset"], s["model"], s["seed"], s["steps"]) == ("arcface", "blobs", "mlp", 1, 40), s
assert set(s["params"]) == {"s", "m"} and s["diverged"] is False
assert 0 <= s["train_accuracy"] <= 1 and 0 <= s["eer"] <= 1 and s["steps_per_s"] > 0 and s["peak_rss_kb"] > 0
assert "eer_open" not in s
P
check "metrics.csv, features.csv and weights.csv are as promised" python3 - <<'P'
import csv, json
s = json.load(open("summary.json"))
rows = list(csv.reader(open("m.csv")))
assert rows[0] == """step,epoch,train_loss,test_loss,train_accuracy,test_accuracy,margin_accuracy,intra_angle_deg,
inter_angle_deg,lr,param.s,param.m""".replace("\n", "").split(","), rows[0]
steps = [int(r[0]) for r in rows[1:]]
assert steps[0] == 0 and steps[-1] == 40 and steps == sorted(set(steps)), steps
last = dict(zip(rows[0], rows[-1]))
for key in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "margin_accuracy", "intra_angle_deg"):
    assert abs(float(last[key]) - s[key]) <= 1e-8 * (1 + abs(s[key])), key
rows = list(csv.reader(open("f.csv")))
assert rows[0] == ["split", "index", "label", "predicted", "f0", "f1"]
assert [r[0] for r in rows[1:]] == sorted((r[0] for r in rows[1:]), key=["train", "test"].index)
for part in ("train", "test"):
    mine = [r for r in rows[1:] if r[0] == part]
    right = sum(r[2] == r[3] for r in mine) / len(mine)
    assert abs(right - s[part + "_accuracy"]) < 1e-9, (part, right)
rows = list(csv.reader(open("w.csv")))
assert rows[0] == ["class", "w0", "w1", "bias"] and len(rows) == 11 and all(r[3] == "" for r in rows[1:]), rows[:2]
P
check "softmax" run train $short --loss softmax --metrics m.csv --weights w.csv --feature-dim 3
cp out.txt summary.json
check "no margin is null in the summary and empty in the CSV; a bias is written" python3 - <<'P'
import csv, json
assert json.load(open("summary.json"))["margin_accuracy"] is None
rows = list(csv.DictReader(open("m.csv")))
assert all(r["margin_accuracy"] == "" for r in rows)
rows = list(csv.reader(open("w.csv")))
assert rows[0] == ["class", "w0", "w1", "w2", "bias"] and any(float(r[4]) for r in rows[1:])
P
check "holdout" run train $short --holdout 8,9 --features f.csv
cp out.txt summary.json
check "held-out rows have no prediction, and there is an open EER" python3 - <<'P'
import csv, json
assert 0 <= json.load(open("summary.json"))["eer_open"] <= 1
rows = list(csv.DictReader(open("f.csv")))
held = [r for r in rows if r["split"] == "holdout"]
assert held and {r["label"] for r in held} == {"8", "9"} and all(r["predicted"] == "" for r in held)
assert all(r["predicted"] and r["label"] not in "89" for r in rows if r["split"] != "holdout")
P
check "a pair loss" run train $short --loss triplet --features f.csv --weights w.csv --metrics m.csv
cp out.txt summary.json
check "weights.csv has the class means, choices are text" python3 - <<'P'
import csv, json
s = json.load(open("summary.json"))
assert s["params"]["mining"] in ("all", "hard", "semihard") and s["params"]["normalize"] is False and s["added"] == {}
rows = [r for r in csv.DictReader(open("f.csv")) if r["split"] == "train"]
for mean in csv.DictReader(open("w.csv")):
    mine = [r for r in rows if r["label"] == mean["class"]]
    assert mean["bias"] == "" and mine
    for w, f in (("w0", "f0"), ("w1", "f1")):
        assert abs(float(mean[w]) - sum(float(r[f]) for r in mine) / len(mine)) < 1e-4, mean
assert all(r["margin_accuracy"] == "" and r["param.mining"] == s["params"]["mining"] for r in csv.DictReader(open("m.csv")))
P
check "a score" run train $short --classes 0,1 --loss hinge --features f.csv --weights w.csv
cp out.txt summary.json
check "the one row of a score decides as predicted says" python3 - <<'P'
import csv, json
(w,) = csv.DictReader(open("w.csv"))
assert w["class"] == "score"
rows = list(csv.DictReader(open("f.csv")))
for r in rows:
    z = float(w["w0"]) * float(r["f0"]) + float(w["w1"]) * float(r["f1"]) + float(w["bias"])
    assert abs(z) < 1e-4 or (r["predicted"] == "1") == (z > 0), (r, z)
right = [r["label"] == r["predicted"] for r in rows if r["split"] == "train"]
assert abs(sum(right) / len(right) - json.load(open("summary.json"))["train_accuracy"]) < 1e-9
P
check "a regression" run train $short --loss huber --features f.csv --weights w.csv --metrics m.csv
cp out.txt summary.json
check "a regression has no accuracy and predicts no class" python3 - <<'P'
import csv, json
s = json.load(open("summary.json"))
assert s["train_accuracy"] is None and s["test_accuracy"] is None and s["margin_accuracy"] is None and s["train_loss"] > 0
assert all(r["predicted"] == "" and float(r["label"]) >= 0 for r in csv.DictReader(open("f.csv")))
(w,) = csv.DictReader(open("w.csv"))
assert w["class"] == "fit" and float(w["bias"]) != 0
P
check "several labels" run train --dataset discs --loss multilabel --steps 300 --features f.csv --weights w.csv
cp out.txt summary.json
check "labels are written as a|c, and the accuracy is that of whole sets" python3 - <<'P'
import csv, json
rows = list(csv.DictReader(open("f.csv")))
assert any("|" in r["label"] for r in rows) and any("|" in r["predicted"] for r in rows)
right = [r["label"] == r["predicted"] for r in rows if r["split"] == "train"]
assert abs(sum(right) / len(right) - json.load(open("summary.json"))["train_accuracy"]) < 1e-9
P
check "sub-centres" run train $short --loss subcenter_arcface --weights w.csv
check "sub-centres are rows class.k" python3 - <<'P'
import csv
names = [r["class"] for r in csv.DictReader(open("w.csv"))]
assert names == ["%d.%d" % (c, k) for c in range(10) for k in range(3)], names
P
check "terms on a head" run train $short --loss cosface --add ring --add center --set center.lambda=0.5 --metrics m.csv
cp out.txt summary.json
check "terms have their own names in the summary and the columns" python3 - <<'P'
import csv, json
s = json.load(open("summary.json"))
assert list(s["added"]) == ["center", "ring"] and s["added"]["center"] == {"lambda": 0.5, "alpha": 0.5}, s["added"]
assert s["added"]["ring"]["radius"] != 3           # in force: it is learned
rows = list(csv.DictReader(open("m.csv")))
assert [k for k in rows[0] if k.startswith("param.")] == ["param.s", "param.m", "param.center.lambda", "param.center.alpha",
                                                          "param.ring.lambda", "param.ring.radius"], list(rows[0])
assert abs(float(rows[-1]["param.ring.radius"]) - s["added"]["ring"]["radius"]) < 1e-6
P
check "a term in the middle of a training" run train $short --at 20:add=ring --at 30:add=none --metrics m.csv --metrics-every 10
check "its columns are empty while it is not in use" python3 - <<'P'
import csv
rows = {int(r["step"]): r["param.ring.lambda"] for r in csv.DictReader(open("m.csv"))}
assert rows[0] == rows[10] == rows[30] == rows[40] == "" and float(rows[20]) == 0.1, rows
P
check "running values" run train $short --loss curricularface --metrics m.csv
check "metrics.csv has the running value in force" python3 - <<'P'
import csv
t = [float(r["param.t"]) for r in csv.DictReader(open("m.csv"))]
assert t[0] == 0 and t[-1] != 0, t
P
check "--loss center" run train $short --loss center --features a.csv --weights aw.csv
check "--loss softmax --add center" run train $short --loss softmax --add center --features b.csv --weights bw.csv
check "a term's id as the loss is softmax with it" cmp a.csv b.csv
check "and so are its weights" cmp aw.csv bw.csv
check "class weights as typed" run train $short --classes 0,1,2 --loss weighted_softmax --set class_weights=1:1:5 --features a.csv
grep -q '"class_weights": "1:1:5"' out.txt && pass || miss "class_weights are not in the summary: $(head -c 300 out.txt)"
check "class weights by frequency" run train --dataset imbalanced --steps 5 --loss weighted_softmax --set class_weights=inverse
refuses 2 "class_weights" train $short --loss weighted_softmax --set class_weights=1:1:5
check "without a bias" run train $short --loss softmax --bias off --weights w.csv
python3 -c 'import csv; assert all(r["bias"] == "" for r in csv.DictReader(open("w.csv")))' && pass || miss "--bias off has a bias"
check "--benchmark" run train $short --benchmark
check "divergence is told, not an error" run train $short --optimizer sgd --lr 1e6 --clip 0 --loss softmax
grep -q '"diverged": true' out.txt && { grep -q '^marginscope: step .*; ' err.txt || miss "divergence without its line"; }

# ---------------------------------------------------------------- the same bytes
digits="--dataset mnist --hidden 32 --steps 120 --seed 5"
check "same seed, first" run train $digits --features a.csv --metrics am.csv --weights aw.csv
check "same seed, second" run train $digits --features b.csv --metrics bm.csv --weights bw.csv
check "same seed, same features" cmp a.csv b.csv
check "same seed, same metrics" cmp am.csv bm.csv
check "same seed, same weights" cmp aw.csv bw.csv
check "another seed" run train $digits --seed 6 --features c.csv
cmp -s a.csv c.csv && miss "another seed gave the same features" || pass
check "one epoch" run train --dataset blobs --epochs 1 --metrics one.csv
check "two epochs" run train --dataset blobs --epochs 2 --metrics two.csv
check "a longer run begins with the same bytes" cmp -n "$(stat -c %s one.csv)" one.csv two.csv
[ "$(wc -l <two.csv)" -gt "$(wc -l <one.csv)" ] && pass || miss "two epochs have no more rows than one"
check "--set before --loss" run train $short --set m=0.1 --loss cosface --features a.csv
check "--loss before --set" run train $short --loss cosface --set m=0.1 --features b.csv
check "--set follows --loss wherever it stands" cmp a.csv b.csv
check "--at replays" run train $short --metrics-every 10 --metrics m.csv --at 20:lr=0.01 --at 30:loss=cosface --at 30:m=0.2
check "--at changes from its step on" python3 - <<'P'
import csv
rows = {int(r["step"]): r for r in csv.DictReader(open("m.csv"))}
assert [float(rows[k]["lr"]) for k in (0, 10, 20, 40)] == [0.001, 0.001, 0.01, 0.01]
assert float(rows[40]["param.m"]) == 0.2, rows[40]
P

check "--at to the value a parameter has" run train $short --metrics-every 1 --metrics m.csv --at 20:m=0.3
check "the hand wins even at the value it finds" python3 - <<'P'
import csv
m = [float(r["param.m"]) for r in csv.DictReader(open("m.csv"))]
assert m[19] == 0 and m[20] == 0.3 and m[40] == 0.3, m
P
check "free points of a part of the data" run train --dataset mnist --model free --steps 5 --features f.csv
check "features.csv has the 5,000 samples that have points" python3 - <<'P'
import csv
rows = list(csv.DictReader(open("f.csv")))
assert len(rows) == 5000 and all(r["predicted"] in "0123456789" and r["split"] == "train" for r in rows), len(rows)
P
refuses 2 "at least 2" train --dataset blobs --classes 3
refuses 2 "empty" train --dataset ''
refuses 2 "two outputs" train $short --metrics a.csv --features ./a.csv
check "a picture of three classes" run figure --dataset mnist --classes 3,5,8 --hidden 8 --steps 40 --view sphere \
    --out named.svg --size 800x600
check "it names them as the data do" python3 - <<'P'
import re
words = re.findall(r"<text[^>]*>([^<]*)", open("named.svg").read())
assert {"3", "5", "8"} <= set(words) and "0" not in words, words
P

# ---------------------------------------------------------------- dumped batches agree with eval
for loss in $trained; do
    check "train --loss $loss with dumps" run train --dataset blobs --hidden 16 --loss "$loss" $(needs "$loss") --steps 200 \
        --dump-batch "1:$loss-1.json" --dump-batch "200:$loss-200.json"
    check "eval of the batches of $loss" python3 agree.py "$binary" "$loss-1.json" "$loss-200.json"
    grep -q '"tolerance": *1e-0*9' "$loss-1.json" && pass || miss "$loss-1.json: tolerance is not 1e-9"
done
terms="--add center --add ring --add uniform"
for loss in arcface magface subcenter_arcface deepid2 circle siamese; do
    check "terms on $loss, with dumps" run train --dataset blobs --hidden 16 --loss "$loss" $terms --steps 100 \
        --dump-batch "1:t-$loss-1.json" --dump-batch "100:t-$loss-100.json"
    check "eval of the batches of $loss with terms" python3 agree.py "$binary" "t-$loss-1.json" "t-$loss-100.json"
done
check "a batch of several labels" run train --dataset discs --loss multilabel --steps 20 --dump-batch 20:discs.json
check "eval of the batch of several labels" python3 agree.py "$binary" discs.json

# ---------------------------------------------------------------- figures
size="--size 800x500"
check "figures of a training" run train $short $size --figure f.png --view feature --scale 2 --figure f.svg --view logit \
    --figure f.pdf --view dashboard --theme dark
check "figure" run figure $short --out one.svg $size
check "a size in mm" run figure --dataset blobs --steps 1 --out mm.png --size 254x127mm --dpi 200
check "png, svg and pdf are whole" python3 - <<'P'
import re, struct, xml.dom.minidom, zlib
def png(path):
    data = open(path, "rb").read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[-8:-4] == b"IEND"
    at, packed = 8, b""
    while at < len(data):
        n, kind = struct.unpack(">I4s", data[at:at + 8])
        assert zlib.crc32(data[at + 4:at + 8 + n]) == struct.unpack(">I", data[at + 8 + n:at + 12 + n])[0]
        packed += data[at + 8:at + 8 + n] if kind == b"IDAT" else b""
        at += 12 + n
    assert len(set(zlib.decompress(packed))) > 8, "an empty picture"
    return struct.unpack(">II", data[16:24])
assert png("f.png") == (1600, 1000), png("f.png")
assert png("mm.png") == (2000, 1000), png("mm.png")
for path in ("f.svg", "one.svg"):
    root = xml.dom.minidom.parse(path).documentElement
    assert root.tagName == "svg" and root.getElementsByTagName("text"), path
data = open("f.pdf", "rb").read()
assert data[:5] == b"%PDF-" and b"%%EOF" in data[-64:]
P
check "figures of what is measured only for them" run train --dataset moons --steps 60 $size --figure in.svg --view input \
    --figure roc.svg --view roc --figure lens.svg --view lens
check "the inputs have their map, the ROC its numbers, the lens its sample" python3 - <<'P'
import re
text = open("in.svg").read()
longest = max(len(re.findall(r"[-\d.]+[ ,][-\d.]+", d)) for d in re.findall(r' (?:d|points)="([^"]*)"', text))
assert longest > 100, longest                              # an outline of a class
assert "EER" in open("roc.svg").read()
assert "as trained" in open("lens.svg").read()
P
check "the same figure twice" run figure $short --out two.svg $size
check "figures are the same bytes" cmp one.svg two.svg
for view in feature sphere curves logit angles dashboard; do
    check "figure --view $view" run figure --dataset blobs --hidden 16 --steps 5 --view $view --out view.svg $size
    check "figure --view $view in 3-D" run figure --dataset blobs --hidden 16 --steps 5 --feature-dim 3 --view $view --out view.svg $size
done

# ---------------------------------------------------------------- comparisons
for format in svg png pdf; do
    check "a comparison, $format" run figure $short --loss softmax --view compare --vs "--loss arcface --set m=0.2" \
        --vs "--lr 0.01" --out compare.$format $size
done
grep -q "differs in: loss softmax vs arcface vs softmax" compare.svg && pass || miss "a comparison says in what it differs"
run figure $short --loss softmax --view compare --vs "--loss arcface --set m=0.2" --vs "--lr 0.01" --out again.svg $size
check "a comparison is the same bytes" cmp compare.svg again.svg
check "equal trainings" run figure $short --view compare --vs "--seed 1" --out equal.svg $size
check "two descents on one J" run figure --dataset two-blobs --model identity --loss logistic --epochs 5 --view field \
    --vs "--batch 1" --out descent.svg $size
check "both paths are drawn" grep -q "batch 1" descent.svg
grep -q "all settings are equal" equal.svg && pass || miss "equal trainings are not said to be"
refuses 2 "--view compare: " figure $short --view compare --out none.svg
refuses 2 "--vs: " figure $short --view compare --vs "--steps 3" --out none.svg
refuses 2 "--vs " figure $short --vs "--lr 0.1" --out none.svg
refuses 2 "--view compare: " train $short --view compare --figure none.svg
[ -e none.svg ] && miss "a refused comparison left its figure"

# ---------------------------------------------------------------- sweeps
sweep="sweep $short --loss cosface --set m=0,0.2 --set s=10,30,64"
check "sweep" run $sweep --jobs 1 --out a.svg --csv a.csv
cp out.txt sweep.json
[ -s err.txt ] && miss "sweep wrote on stderr without a terminal: $(head -c 200 err.txt)"
check "sweep on several threads" run $sweep --jobs 4 --out b.svg --csv b.csv
check "threads change no byte of the CSV" cmp a.csv b.csv
check "threads change no byte of the figure" cmp a.svg b.svg
check "one training of the sweep alone" run train $short --loss cosface --set m=0.2 --set s=64
cp out.txt alone.json
check "the CSV, the summaries and train tell the same" python3 - <<'P'
import csv, json
alone, summaries, rows = json.load(open("alone.json")), json.load(open("sweep.json")), list(csv.DictReader(open("a.csv")))
assert [(r["m"], r["s"]) for r in rows] == [(m, s) for s in ("10", "30", "64") for m in ("0", "0.2")], rows
assert len(summaries) == len(rows) == 6
for row, summary in zip(rows, summaries):
    assert summary["varied"] == {"m": row["m"], "s": row["s"]}
    assert summary["params"]["m"] == float(row["m"]) and summary["params"]["s"] == float(row["s"])
    for key in ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "margin_accuracy", "intra_angle_deg", "eer"):
        assert abs(summary[key] - float(row[key])) <= 1e-9 * (1 + abs(summary[key])), key
for key in alone:
    if key not in ("steps_per_s", "samples_per_s", "wall_s", "peak_rss_kb"):
        assert alone[key] == summaries[5][key], key
P
check "sweep of another option" run sweep $short --vary hidden=8,16:8 --vary batch=full,16 --rows both --scales own --out c.pdf --size 200x100mm
check "sweep of the gap" run sweep $short --set m=0,0.1,0.2 --summary gap --out c.png --theme dark --scale 1
check "sweep of numbers alone" run sweep $short --vary seed=1,2,3 --csv c.csv
check "svg, pdf, png and csv are what was asked for" python3 - <<'P'
import struct, xml.dom.minidom
texts = [t.firstChild.data for t in xml.dom.minidom.parse("a.svg").getElementsByTagName("text") if t.firstChild]
assert sum(t.startswith("m = ") for t in texts) >= 6 and "CosFace" in texts, texts
data = open("c.pdf", "rb").read()
assert data[:5] == b"%PDF-" and b"%%EOF" in data[-64:]
assert struct.unpack(">II", open("c.png", "rb").read()[16:24]) == (1100, 700)
assert open("c.csv").read().startswith("seed,train_loss,"), open("c.csv").read()
P
check "a sweep in which one training diverges" run sweep $short --loss softmax --optimizer sgd --clip 0 --vary lr=0.001,1e6 --csv d.csv
grep -q '^marginscope: lr = 1e6: .*; ' err.txt && pass || miss "divergence in a sweep without its line: $(cat err.txt)"
[ "$(sed 's/,.*,/ /' d.csv | tr '\n' ' ')" = "lr diverged 0.001 false 1e6 true " ] && pass || miss "divergence in the CSV: $(cat d.csv)"
mkdir halfway
"$binary" sweep --epochs 1000 --set m=0,0.1 --csv halfway/s.csv --out halfway/s.png >out.txt 2>err.txt &
child=$!
for _ in $(seq 100); do [ -n "$(ls -A halfway)" ] && break; sleep 0.1; done
kill -TERM $child
wait $child
got=$?
[ $got -eq 1 ] && [ -z "$(ls -A halfway)" ] && grep -q '^marginscope: SIGTERM: .*; ' err.txt && pass ||
    miss "interrupted sweep: exit status $got, left $(ls -A halfway), said $(cat err.txt)"

# ---------------------------------------------------------------- what the trainer says of its own accord
printf 'a,b,c,label\n1,7,2,x\n3,7,2,y\n4,7,2,x\n5,7,2,y\n' >flat.csv
check "a table with constant columns" run train --dataset flat.csv --loss contrastive --steps 9 --at 5:loss=softmax
mv out.txt notes.json
check "notes on what cannot be learned and what was made anew" python3 - notes.json <<'P'
import json, sys
notes = json.load(open(sys.argv[1]))["notes"]
assert [n["step"] for n in notes] == [0, 5], notes
assert "2 of 3 inputs" in notes[0]["text"] and notes[1]["text"] == "Class weights made from class means.", notes
P

# ---------------------------------------------------------------- lessons
lessons=$tests/../assets/lessons
check "check of every shipped lesson" run check "$lessons"/*.json
[ "$(grep -c 'steps, good$' out.txt)" -eq "$(ls "$lessons" | wc -l)" ] && pass || miss "check says: $(cat out.txt)"
check "--lesson --check" run --lesson "$lessons/05-l-softmax.json" --check
grep -q 'steps, good$' out.txt && pass || miss "--lesson --check says: $(cat out.txt)"
check "check --help" run check --help
echo '{"marginscope": 1, "title": "T", "steps": [{"title": "A", "text": "B", "set": {"m": 7}}]}' >bad.json
printf '{\n"marginscope": 1,\n"title" }' >broken.json
echo '{"marginscope": 1, "title": "T", "steps": [{"title": "A", "text": "B", "set": {"dataset": "mine.csv"}}]}' >own.json
printf 'x,y,label\n1,2,a\n2,1,b\n3,3,a\n1,1,b\n' >mine.csv
refuses 1 "bad.json: steps[0].set.m: allowed 0 to 1.2; " check bad.json
refuses 1 "broken.json:3: " check broken.json
refuses 1 "bad.json: steps[0].set.m: " --lesson bad.json --check
refuses 1 "bad.json: steps[0].set.m: " --lesson bad.json
refuses 1 "nothere.json: " check nothere.json
refuses 1 ": is a folder" check .
refuses 2 "check: no file" check
refuses 2 "--check: no lesson" --check
refuses 2 "--wrong: no such option of check" check --wrong
mkdir course && mv own.json mine.csv course
check "a lesson with its own data beside it" run check course/own.json
run check bad.json "$lessons/05-l-softmax.json" broken.json >out.txt 2>err.txt
[ $? -eq 1 ] && [ "$(wc -l <err.txt)" -eq 2 ] && [ "$(wc -l <out.txt)" -eq 1 ] && pass ||
    miss "check of three files, two of them wrong: $(cat out.txt err.txt)"

# ---------------------------------------------------------------- interrupted: nothing is left, exit 1
mkdir stopped
"$binary" train --epochs 1000 --metrics stopped/m.csv >out.txt 2>err.txt &
child=$!
for _ in $(seq 100); do [ -n "$(ls -A stopped)" ] && break; sleep 0.1; done
kill -TERM $child
wait $child
got=$?
[ $got -eq 1 ] && pass || miss "interrupted: exit status $got"
[ -z "$(ls -A stopped)" ] && pass || miss "interrupted: left $(ls -A stopped)"
if [ -e /dev/full ]; then
    run losses >/dev/full 2>err.txt
    [ $? -eq 1 ] && pass || miss "a full disk under stdout is not noticed"
    refuses 1 "/dev/full: " train $short --dump-batch 1:/dev/full
    refuses 1 "/dev/full: " sweep $short --set m=0,0.1 --csv /dev/full --out full.svg
    [ -e full.svg ] && miss "a sweep whose CSV failed left its figure"
    ln -s /dev/full full.png
    refuses 1 "full.png: " figure --dataset blobs --steps 1 --out full.png
fi
left=$(find . -name '*tmp*' -o -name '*.part*' -o -name '.marginscope*' | head)
[ -z "$left" ] && pass || miss "temporary files are left: $left"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
