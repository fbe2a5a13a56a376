#!/bin/bash
# cli.sh BINARY - the command line from outside: what it writes, what it refuses, what it leaves behind.
# One line per failure, and at the end "N passed, N failed". Needs bash, python3 (standard library only), and
# librsvg's and poppler's tools, which look at pictures.
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
check "options of the window with --help among them" run --theme light --help
grep -q "Options of the window" out.txt || miss "the window's own --help: $(head -c 100 out.txt)"
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
refuses 2 "choose from" slider
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
refuses 1 "cannot be read" --session nowhere.json
refuses 1 "cannot be read" train --session nowhere.json
refuses 2 "no such option" figure --save f.json --out f.png
refuses 2 "choose center, ring, uniform, regular" train --add arcface
refuses 2 "has no gradient; use it in the score view" train --loss zero_one
refuses 2 "nothing to train" train --loss triplet --model identity
refuses 2 "n^3" train --loss triplet --set mining=all --batch 4096
refuses 2 "--add regular" train --loss triplet --add regular
refuses 2 "choose all, hard, semihard" train --loss triplet --set mining=some
refuses 2 "0 to 1 for center" train --loss center --set center.lambda=2
refuses 2 "two classes" train --dataset blobs --loss hinge
refuses 2 "--model lstm" train --model lstm
refuses 2 "needs images" train --dataset blobs --model cnn
refuses 2 "new training" train --at 10:seed=4
refuses 2 "earlier step" train $short --dump-batch 41:late.json

long=$(printf '%02000d' 0)
many() { seq "$2" | sed "s/.*/--$1/"; }  # an option so often
refuses 2 "leave out x" --help x
refuses 2 "leave out x" --version x
refuses 2 "no such option of eval" eval --fast
refuses 2 "empty; give a value" train --metrics ""
refuses 2 "longer than 1023 bytes" train --metrics $long
refuses 2 "more than 64 of them" train $(many set=m=0.1 65)
refuses 2 "key or value too long" train --at 1:m=$long
refuses 2 "more than 256 changes" train $(many at=1:m=0.1 257)
refuses 2 "more than 32 of them" train $(many dump-batch=1:b.json 33)
refuses 2 "more than 16 figures" train $(many figure=f.png 17)
refuses 2 "allowed 1 to 1000000000" train --metrics-every 0
refuses 2 "allowed 10 to 2400" figure --dpi 5 --out f.png
refuses 2 "allowed 0 to 100000" animate --while-training -1 --out a.gif
refuses 2 "not a size of pixels" animate --size 84x63mm --out a.gif
refuses 2 "--over m=0..x" animate --over m=0..x --out a.gif
refuses 2 "modified_softmax has no parameters" train --loss modified_softmax --set q=1
refuses 2 "no cure; write cure=warmup" train --at 10:cure=nosuch
refuses 2 "a value is too long" sweep --set m=0,${long:0:300} --out f.png
refuses 2 "the name is too long" sweep --set ${long:0:300}=0,1 --out f.png
refuses 1 "fewer than two classes" train --dataset drawn --draw 0:0:0,0:1:1 --steps 5

# ---------------------------------------------------------------- what cannot be done: exit 1
refuses 1 "choose one of 0 to 99" figure $short --points 100 --select 100 --out late.png
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
# ---------------------------------------------------------------- figures, opened by other programs
pixel() { python3 "$tests/support/png_look.py" "$@"; }  # FILE X Y: as rrggbbaa
sized() { python3 "$tests/support/png_look.py" "$1"; }
same() { if [ "$2" = "$3" ]; then pass; else miss "$1: $2, want $3"; fi; }  # SENTENCE GOT WANT
least() { if [ "$2" -ge "$3" ]; then pass; else miss "$1: $2, want at least $3"; fi; }
changed="$short --loss arcface --warmup 0,0 --set m=0 --at 20:m=0.3"
for shape in 16:9=1600x900 4:3=1440x1080 1:1=1200x1200; do
    check "figure --size ${shape%=*}" run figure $short --size "${shape%=*}" --scale 1 --out shape.png
    same "--size ${shape%=*}" "$(sized shape.png)" "${shape#*=}"
done
for scale in 1 3 8; do
    check "figure --scale $scale" run figure $short --size 320x200 --scale $scale --out scale.png
    same "--scale $scale" "$(sized scale.png)" "$((320 * scale))x$((200 * scale))"
done
for ground in light=ffffffff dark=0d0f13ff print=ffffffff; do
    check "figure --theme ${ground%=*}" run figure $short $size --scale 1 --theme "${ground%=*}" --out ground.png
    same "the ground of ${ground%=*}" "$(pixel ground.png 2 2)" "${ground#*=}"
    check "figure --theme ${ground%=*}, svg" run figure $short $size --theme "${ground%=*}" --out ground_${ground%=*}.svg
done
cmp -s ground_light.svg ground_print.svg && miss "print is the light theme" || pass
check "figure --transparent" run figure $short $size --scale 1 --transparent --out clear.png
same "a transparent ground" "$(pixel clear.png 2 2 | cut -c7-8)" 00
check "figure --transparent as svg" run figure $short $size --transparent --out clear.svg
check "rsvg-convert opens it" rsvg-convert clear.svg -o clear_svg.png
same "a transparent drawing" "$(pixel clear_svg.png 2 2 | cut -c7-8)" 00
check "figure of everything" run figure $changed $size --curve --select 2 --out parts.svg
for words in ">ArcFace<" "class weight" "m 0 → 0.30 at 20" "seed 1" "Accuracy and loss" "° to its class"; do
    check "a figure says $words" grep -q -- "$words" parts.svg
done
for part in title=">ArcFace<" legend="class weight" caption="seed 1"; do
    check "figure --no-${part%%=*}" run figure $changed $size "--no-${part%%=*}" --out part.svg
    if grep -q -- "${part#*=}" part.svg; then miss "--no-${part%%=*} leaves ${part#*=}"; else pass; fi
done
check "figure without a selection" run figure $changed $size --out part.svg
if grep -Eq "° to its class|Accuracy and loss" part.svg; then miss "an inset or a point nobody asked for"; else pass; fi
many="--dataset mnist --hidden 16 --steps 20 --points 5000"
for format in svg pdf; do check "5,000 points, $format" run figure $many --out many.$format; done
least "bytes that an svg of 5,000 points leaves of 600 KB" $((600000 - $(stat -c %s many.svg))) 0
least "bytes that a pdf of 5,000 points leaves of 250 KB" $((250000 - $(stat -c %s many.pdf))) 0
for view in sphere field input dashboard; do
    for format in svg pdf; do check "$view of 5,000 points" run figure $many --view $view --out view.$format; done
    least "bytes that an svg of $view leaves of 600 KB" $((600000 - $(stat -c %s view.svg))) 0
    least "bytes that a pdf of $view leaves of 250 KB" $((250000 - $(stat -c %s view.pdf))) 0
done
least "points inside the plane are references" "$(grep -c '<use href' many.svg)" 4900  # the ring is at the 99th percentile
check "rsvg-convert draws it" rsvg-convert -w 800 many.svg -o many_svg.png
same "as wide as asked" "$(sized many_svg.png)" 800x500
check "pdftoppm draws it" pdftoppm -r 48 -png -singlefile many.pdf many_pdf
same "as wide as the page" "$(sized many_pdf.png)" 800x500
same "one page" "$(pdfinfo many.pdf | awk '/^Pages/ { print $2 }')" 1
check "a page of 160 x 90 mm" run figure $short --size 160x90mm --out page.pdf
same "its size" "$(pdfinfo page.pdf | awk '/^Page size/ { printf "%.0fx%.0f", $3 * 25.4 / 72, $5 * 25.4 / 72 }')" 160x90
check "text of a pdf can be taken out" sh -c "pdftotext many.pdf - | grep -q ArcFace"
same "fonts of a pdf that are not inside" "$(pdffonts many.pdf | awk 'NR > 2 && $(NF - 4) != "yes"' | wc -l)" 0
least "fonts of a pdf" "$(pdffonts many.pdf | awk 'NR > 2' | wc -l)" 2
check "figure --text outlines, pdf" run figure $short $size --text outlines --out shapes.pdf
same "fonts of a pdf of outlines" "$(pdffonts shapes.pdf | awk 'NR > 2' | wc -l)" 0
check "figure --text outlines, svg" run figure $short $size --text outlines --out shapes.svg
same "texts of an svg of outlines" "$(grep -c '<text' shapes.svg)" 0
check "figure --text font" run figure $short $size --text font --out letters.svg
least "texts with their length" "$(grep -c '<text.*textLength=' letters.svg)" 5
for file in shapes letters; do check "rsvg-convert draws $file" rsvg-convert $file.svg -o $file.png; done
check "figure --text embed" run figure $short $size --text embed --out inside.svg
check "fonts inside an svg hold its letters and little more" python3 - <<'P'
import base64, re, struct
fonts = re.findall(r"@font-face\{font-family:'([^']+)'[^}]*base64,([^)]+)\)", open("inside.svg").read())
assert len(fonts) >= 3, len(fonts)
for name, data in fonts:
    font = base64.b64decode(data)
    tables = {font[12 + 16 * i:16 + 16 * i] for i in range(struct.unpack(">H", font[4:6])[0])}
    assert {b"cmap", b"hmtx", b"head"} <= tables and len(font) < 60000, (name, len(font), tables)
P
# says FILE TEXT...   the picture has these words
says() {
    local file=$1
    shift
    for text in "$@"; do grep -Fq -- "$text" "$file" && pass || miss "$file does not say $text"; done
}
odd="--dataset iris --hidden 4 --steps 5 --optimizer sgd --text font"
check "figure of class weights" run figure $odd --loss weighted_softmax --set class_weights=1:2:5 --batch full \
    --weight-decay 0.01 --out odd.svg
says odd.svg "class_weights 1:2:5" "decay 0.01" "full batch"
check "figure of inverse weights" run figure $odd --loss weighted_softmax --set class_weights=inverse --out odd.svg
says odd.svg "class_weights inverse"
check "figure of a divergence" run figure $odd --lr 1e6 --out odd.svg
says odd.svg "diverged at step 2"
check "a divergence beside another" run figure $odd --lr 1e6 --view compare --vs --lr=1e-3 --out odd.svg
grep -q "training 1: diverged at step 2" err.txt || miss "who diverged: $(cat err.txt)"
says odd.svg "diverged at step 2" "learning rate 1000000 vs 0.001"
check "figure of a CNN" run figure --dataset optdigits --model cnn --filters 2,3 --steps 1 --text font --out odd.svg
says odd.svg "CNN 2-3-128-64-2"
check "figure of a regression" run figure --dataset outliers --loss huber --steps 5 --text font --out odd.svg
says odd.svg "train loss 0."
check "pairs with held-out classes" run figure $short --holdout 8,9 --view pairs --text font --out odd.svg
says odd.svg "pairs, seen classes" "pairs, never seen"
check "a sweep of losses by epochs" run sweep --dataset iris --hidden 4 --vary loss=softmax,arcface --epochs 1 --text font \
    --out odd.svg
says odd.svg "Losses compared" ">Softmax<" ">ArcFace<" "1 epoch, 1 step · accuracy"
check "a sweep of a regression" run sweep --dataset outliers --loss huber --set delta=1,2 --steps 3 --text font --out odd.svg
says odd.svg "train loss" "test loss"
printf 'x,y,label\n0,1,"a,b"\n1,0,"say ""x"""\n0.5,1,"a,b"\n1,0.5,"say ""x"""\n' >names.csv
check "labels with commas and quotes" run train --dataset names.csv --hidden 4 --steps 2 --loss weighted_softmax \
    --set class_weights=1:2 --features f.csv --metrics m.csv
check "they are quoted again, and weights stand in their cell" python3 - <<'P'
import csv
assert {r["label"] for r in csv.DictReader(open("f.csv"))} == {"a,b", 'say "x"'}
assert [r["param.class_weights"] for r in csv.DictReader(open("m.csv"))][-1] == "1:2"
P
check "an act of the coach by --at" run train $short --at 10:cure=warmup
check "progress on a terminal, gone at the end" python3 - "$binary" <<'P'
import os, pty, re, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "train", "--dataset", "blobs", "--steps", "3000"])
said = b""
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    said += part
assert os.waitpid(pid, 0)[1] == 0
bars = re.findall(rb"\r\[([#.]{30})\] +(\d+) %  [^\x1b]*", said)
shares = [int(share) for _, share in bars]
assert bars and shares == sorted(shares) and all(abs(bar.count(b"#") / 0.3 - int(share)) < 4 for bar, share in bars), bars
assert b"ETA 0:" in said and said.rfind(b"\r\x1b[K") > said.rfind(b" %  "), said[-300:]
P
refuses 2 "--text" figure $short --text letters --out none.svg
refuses 2 "--select" figure $short --select first --out none.svg
refuses 2 "--size" figure $short --size 16:11 --out none.svg

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

run sweep $short --vary hidden=8,16 --out shape.svg $size >out.txt
grep -q "blobs · MLP …-2 · " shape.svg && pass || miss "a sweep words its model in its own way"
# ---------------------------------------------------------------- what the README lists
run figure --help >figure.txt
run datasets --json >datasets.json
check "losses and views of the README are those there are" python3 - "$tests/../README.md" <<'P'
import json, re, sys
section = dict(re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", open(sys.argv[1], encoding="utf-8").read(), re.M))

def table(name, head):
    rows = re.search(r"^\| %s \|.*\n\|[- |]+\n((?:\|.*\n)+)" % head, section[name], re.M).group(1)
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows.splitlines()]

def plain(name):
    return re.sub("[^a-z0-9]", "", re.sub(r" loss$| of ", "", name.lower()))

views = {n.strip(" `") for row in table("Views", "view") for n in row[0].split(",")}
there = set(re.search(r"^Views: (.*)\.$", open("figure.txt").read(), re.M).group(1).split(", "))
assert views == there, views ^ there
sets = set(re.findall("`([a-z-]+)`", section["Data"])) | {"drawn"}
assert {d["id"] for d in json.load(open("datasets.json"))} <= sets, sets
rows = json.load(open("losses.json"))
measured = {row[0] for row in table("Losses", "loss")}
trained = {r["id"] for r in rows if r["type"] in ("head", "pair", "term")}
assert measured == trained, measured ^ trained
named = {plain(n) for row in table("Losses", "family") for n in re.split("[,;]", re.sub(r"\(.*?\)", "", row[1]))}
labels = {plain(r["label"]) for r in rows}
assert named == labels, named ^ labels
P

# ---------------------------------------------------------------- what a view has nothing to show of
for view in roc pairs angles confusion sphere logit; do
    run figure --dataset outliers --loss l2 --hidden 16 --steps 5 --view $view --out bare.svg $size >out.txt 2>err.txt
    grep -q "; choose a [a-z ]*loss" bare.svg && pass || miss "$view of a regression does not say what to choose"
done

# ---------------------------------------------------------------- shipped lessons
check "a shipped lesson is checked by number" run check 7
grep -q "CosFace and ArcFace" out.txt && pass || miss "check 7 looked at $(cat out.txt)"
check "and by name, beside a file" run check logistic-to-softmax "$tests/../assets/lessons/05-l-softmax.json"
refuses 1 "1 to 10 are shipped" check 11
refuses 1 "path is too long" check "$(printf './%02000d' 1)"

# ---------------------------------------------------------------- comparisons
for format in svg png pdf; do
    check "a comparison, $format" run figure $short --loss softmax --view compare --vs "--loss arcface --set m=0.2" \
        --vs "--lr 0.01" --out compare.$format $size
done
grep -q "differs in: loss softmax vs arcface vs softmax" compare.svg && pass || miss "a comparison says in what it differs"
run figure $short --loss softmax --view compare --vs "--loss arcface --set m=0.2" --vs "--lr 0.01" --out again.svg $size
check "a comparison is the same bytes" cmp compare.svg again.svg
check "equal trainings" run figure $short --view compare --vs "--seed 1" --out equal.svg $size
grep -q 'vs "--seed 1": the same training as number 1; ' err.txt && pass || miss "equal trainings are not told of"
check "a term is not merged into what it is compared with" run figure $short --loss ring --view compare \
    --vs "--loss softmax" --vs "--loss center" --out terms.svg --size 1600x900
[ -s err.txt ] && miss "three trainings are said to be the same: $(cat err.txt)"
check "each has its own terms" grep -q "added terms ring vs none vs center" terms.svg
check "and its own words" grep -q "features of one length" terms.svg
refuses 2 "--loss center: taken away" train $short --loss center --add none
refuses 2 "--vs: --loss ring: taken away" figure $short --view compare --vs "--loss ring --add none" --out none.svg
check "another --loss takes the place of a term" run train $short --loss center --loss softmax
grep -q '"added": {}' out.txt && pass || miss "a term stays under another loss: $(cat out.txt)"
check "two descents on one J" run figure --dataset two-blobs --model identity --loss logistic --epochs 5 --view field \
    --vs "--batch 1" --out descent.svg $size
check "both paths are drawn" grep -q "batch 1" descent.svg
grep -q "all settings are equal" equal.svg && pass || miss "equal trainings are not said to be"
refuses 2 "--view compare: " figure $short --view compare --out none.svg
refuses 2 "--vs: " figure $short --view compare --vs "--steps 3" --out none.svg
refuses 2 "--vs " figure $short --vs "--lr 0.1" --out none.svg
refuses 2 "--view compare: " train $short --view compare --figure none.svg
[ -e none.svg ] && miss "a refused comparison left its figure"

# ---------------------------------------------------------------- sessions
begin="--dataset optdigits --hidden 16 --at 5:m=0.1 --at 20:m=0.4"
later="--at 40:loss=cosface --at 50:m=0.2"
outputs() { echo "--features $1-f.csv --weights $1-w.csv --metrics $1-m.csv"; }
check "six epochs in one go" run train $begin $later --epochs 6 $(outputs whole)
check "three epochs, saved" run train $begin --epochs 3 --save s.json --features half-f.csv
check "three more, gone on from there" run train --session s.json $later --epochs 6 $(outputs rest)
for file in f w; do check "a session goes on to the same bytes, $file" cmp whole-$file.csv rest-$file.csv; done
check "its metrics are the end of those of one go" sh -c 'tail -n 3 whole-m.csv >a && tail -n 3 rest-m.csv >b && cmp a b'
[ $(wc -l <rest-m.csv) -eq 5 ] && pass || miss "metrics of a session begin where it stands: $(wc -l <rest-m.csv) lines, want 5"
check "saved again where it stands" run train --session s.json --epochs 3 --save t.json --features same-f.csv
check "a session saved again is the same bytes" cmp s.json t.json
check "and its features those of the first run" cmp half-f.csv same-f.csv
check "over itself" run train --session t.json --epochs 4 --save t.json
check "check of sessions" run check s.json t.json
grep -q "s.json: session of step 36, 1 training, good" out.txt && pass || miss "check says what a session is: $(cat out.txt)"
check "figure of a session" run figure --session s.json --out s.svg $size
grep -q "step 36" s.svg && pass || miss "a figure of a session is of its step"
check "an option beside a session changes it there" run train --session s.json --set m=0.2 --lr 0.01 --epochs 4 --save u.json
check "and is in the journal" python3 -c 'import json; j = json.load(open("u.json"))["training"]["journal"]
assert [36, "m", "0.2"] in j and [36, "lr", "0.01"] in j and [5, "m", "0.1"] in j, j'
check "sweep from a session" run sweep --session s.json --set m=0.1,0.4 --steps 50 --csv c.csv
check "a comparison from a session" run figure --session s.json --view compare --vs "--set m=0" --epochs 4 --out c.svg $size
refuses 2 "needs a new training" train --session s.json --hidden 8
refuses 2 "needs a new training" train --session s.json --dataset blobs
refuses 2 "stands at step 36" train --session s.json --at 20:m=0.3
refuses 2 "second session" train --session s.json --session t.json
refuses 2 "two outputs" train $short --save x.json --metrics x.json
mkdir -p moved/data && printf 'x,y,label\n1,2,a\n2,1,a\n3,3,a\n1,1,a\n2,2,a\n9,8,b\n8,8,b\n7,9,b\n8,7,b\n9,9,b\n' >moved/data/p.csv
check "a session of a table" run train --dataset moved/data/p.csv --hidden 4 --steps 5 --save moved/p.json
grep -q '"dataset": "data/p.csv"' moved/p.json && pass || miss "data below a session are named from there"
mv moved elsewhere
check "a folder moved as a whole" run train --session elsewhere/p.json --steps 9
sed -i 's/7,9,b/6,9,b/' elsewhere/data/p.csv
refuses 1 "the data have changed" train --session elsewhere/p.json --steps 9
refuses 1 "the data have changed" check elsewhere/p.json
sed -i 's/6,9,b/7,9,b/' elsewhere/data/p.csv
mv elsewhere/data/p.csv p-elsewhere.csv
check "the data of a session are told where they lie now" run train --session elsewhere/p.json --dataset p-elsewhere.csv --steps 9 --save q.json
grep -q '"dataset": "p-elsewhere.csv"' q.json && pass || miss "and are named so from then on"
echo 5,5,a >>p-elsewhere.csv
refuses 1 "the data have changed" train --session elsewhere/p.json --dataset p-elsewhere.csv --steps 9
refuses 1 "cannot be opened" train --session elsewhere/p.json --steps 9
# The shipped session is whole, and says what it lacks.
refuses 1 "l-softmax-mnist.json: its data cannot be opened" train --session "$assets/../sessions/l-softmax-mnist.json" --epochs 13
refuses 1 "the data have changed" train --session "$assets/../sessions/l-softmax-mnist.json" --dataset "$assets/mnist" --epochs 13
head -c 3000 s.json >cut.json
refuses 1 "cut.json:" check cut.json
refuses 1 "cut.json:" train --session cut.json
sed 's/"lr": "default"/"lr": "0.5"/' s.json >other.json
refuses 1 '"lr" is not what the checkpoint was saved with' train --session other.json
sed 's/"journal"/"jornal"/' s.json >word.json
refuses 1 "training.jornal: unknown key" check word.json
before=$(cksum <s.json)
if [ -w /dev/full ] && (ulimit -f 8; trap '' XFSZ; "$binary" train --session s.json --epochs 4 --save s.json >out.txt 2>err.txt); then
    miss "a disk that is full was not told"
elif [ "$(wc -l <err.txt)" -ne 1 ] || ! grep -q "s.json" err.txt; then miss "a full disk: $(cat err.txt)"
elif [ "$(cksum <s.json)" != "$before" ]; then miss "a full disk has changed the old session"
elif ls s.json.*tmp >/dev/null 2>&1; then miss "a full disk left a temporary file"
else pass; fi
mkdir -p locked && cp s.json locked && chmod a-w locked locked/s.json
if [ "$(id -u)" -ne 0 ]; then refuses 1 "write-protected" train $short --save locked/s.json; fi
chmod u+w locked locked/s.json

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
check "--lesson by its number" run --lesson 7 --check
grep -q '07-cosface.*steps, good$' out.txt && pass || miss "--lesson 7 --check says: $(cat out.txt)"
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

# ---------------------------------------------------------------- moving pictures
moving="animate --dataset blobs --loss arcface --steps 40 --seconds 1 --fps 10 --size 320x200"
check "animate --help" run animate --help
check "animate as GIF" run $moving --out a.gif
mv out.txt moving.json
check "the summary tells frames, size and bytes" python3 - moving.json <<'P'
import json, os, struct, sys
told = json.load(open(sys.argv[1]))
assert [told[k] for k in ("frames", "width", "height", "fps", "seconds", "steps")] == [10, 320, 200, 10, 1, 40], told
data = open("a.gif", "rb").read()
assert told["bytes"] == len(data) and data[:6] == b"GIF89a" and struct.unpack("<HH", data[6:10]) == (320, 200)
assert data.count(b"\x21\xf9\x04") >= 10 and b"NETSCAPE2.0" in data
P
check "animate again" run $moving --out b.gif
cmp -s a.gif b.gif && pass || miss "the same line gave another GIF"
check "animate another seed" run $moving --seed 2 --out b.gif
cmp -s a.gif b.gif && miss "another seed gave the same GIF" || pass
check "animate a sweep" run $moving --over m=0..0.5 --theme dark --out m.gif
cmp -s a.gif m.gif && miss "a sweep is the history" || pass
check "animate a sweep in a training" run $moving --over m=0..0.5 --while-training 2 --out n.gif
grep -q '"steps": 40' out.txt && pass || miss "the sweep moved the training it began from: $(cat out.txt)"
cmp -s m.gif n.gif && miss "--while-training does nothing" || pass
check "animate as WebP" run $moving --view curves --out a.webp
check "animate as PNG files" run $moving --no-caption --out frame-%03d.png
[ "$(ls frame-*.png | wc -l)" -eq 10 ] && [ -e frame-001.png ] && pass || miss "PNG frames: $(ls frame-*)"
still="$moving --fps 2"
check "animate two frames" run $still --out plain-%d.png
check "animate --scale" run $still --scale 2 --out large-%d.png
same "--scale of an animation" "$(sized large-1.png)" 640x400
for ground in light=ffffffff dark=0d0f13ff print=ffffffff; do
    check "animate --theme ${ground%=*}" run $still --theme "${ground%=*}" --out ground-%d.png
    same "the ground of an animation, ${ground%=*}" "$(pixel ground-2.png 2 2)" "${ground#*=}"
done
for part in --no-title --no-legend --no-caption --curve "--view logit"; do
    check "animate $part" run $still $part --out part-%d.png
    cmp -s plain-2.png part-2.png && miss "$part changes nothing in an animation" || pass
done
same "frames of 1 s at 2 a second" "$(ls part-*.png | wc -l)" 2
if command -v webpinfo >/dev/null; then
    [ "$(webpinfo a.webp | grep -c 'Chunk ANMF')" -eq 10 ] && pass || miss "webpinfo counts other frames in a.webp"
fi
if command -v ffprobe >/dev/null; then
    check "animate as MP4" run $moving --out a.mp4
    check "animate as WebM" run $moving --out a.webm
    for film in a.gif a.mp4 a.webm; do
        got=$(ffprobe -v error -count_frames -select_streams v -of csv=p=0 \
            -show_entries stream=width,height,nb_read_frames "$film" | tr -d '\r')
        [ "$got" = 320,200,10 ] && pass || miss "ffprobe says of $film: $got"
    done
    refuses 2 "odd.mp4: 321 x 200 pixels; " $moving --size 321x200 --out odd.mp4
    mkdir fake && printf '#!/bin/sh\nhead -c 9 >/dev/null; echo "no such codec" >&2; exit 1\n' >fake/ffmpeg && chmod +x fake/ffmpeg
    cp a.gif old.mp4
    PATH=$PWD/fake:$PATH refuses 1 "old.mp4: ffmpeg: no such codec; " $moving --out old.mp4
    printf '#!/bin/sh\ncat >/dev/null; echo "x: No space left on device" >&2; echo "x: trailer" >&2\n' >fake/ffmpeg
    PATH=$PWD/fake:$PATH LC_ALL=C refuses 1 "ffmpeg: No space left on device; free some space" $moving --out old.mp4
    cmp -s a.gif old.mp4 && pass || miss "an ffmpeg that failed has touched the old file"
fi
refuses 2 "animate: no file named" animate --steps 1
refuses 2 "a.bmp: the ending names no moving picture" $moving --out a.bmp
refuses 2 "a.png: one name for many frames" $moving --out a.png
refuses 2 "--over m=0..9: 9: allowed 0 to 1.2" $moving --over m=0..9 --out x.gif
refuses 2 "--over m: neither history nor KEY=FROM..TO" $moving --over m --out x.gif
refuses 2 "--over hidden=3..4: " $moving --over hidden=3..4 --out x.gif
refuses 2 "--while-training 3: nothing is swept" $moving --while-training 3 --out x.gif
refuses 2 "--fps 61: " $moving --fps 61 --out x.gif
refuses 2 "x.gif: 3999 s at 50 frames a second" animate --seconds 3999 --fps 50 --out x.gif
refuses 2 "x.gif: 9000 x 200 " $moving --size 9000x200 --out x.gif
refuses 1 "nowhere/x.gif: " $moving --out nowhere/x.gif
[ -e x.gif ] && miss "a refused animation left a file" || pass

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
# ---------------------------------------------------------------- what is seldom asked for
check "a training to go on from" run train $short --save going.json
for loss in l2 huber; do
    refuses 2 "reads labels in another way than the training of going.json" train --session going.json --loss $loss
done
refuses 1 "cannot write into the folder /nonexistent" \
    figure $short --view compare --vs "--loss softmax" --out /nonexistent/x.png
check "a sweep over what has no symbol" run sweep $short --vary batch=16,32 --summary gap --out batch.svg
grep -q ">batch<" batch.svg && pass || miss "batch.svg does not name what varies"
check "a sweep over models" run sweep $short --vary model=mlp,identity --out models.svg
grep -q "MLP" models.svg && miss "models.svg names one model for both" || pass
mkdir frame-0001.png
refuses 1 "frame-0001.png: is a folder" animate $short --out frame-%04d.png
[ ! -e frame-0000.png ] && pass || miss "animate wrote beside a folder in its way"
rmdir frame-0001.png
refuses 1 "dump-batch 250:late.json: the training stopped at step" \
    train $short --steps 300 --lr 1e6 --dump-batch 250:late.json
[ ! -e late.json ] && pass || miss "a batch of a step that was never made was written"
plane="--dataset moons --hidden 8 --steps 20"
check "a film of the input view" run animate $plane --batch 16 --over m=0..0.2 --seconds 0.2 --view input --out input.gif
check "the input view of a sweep" run sweep $plane --vary batch=16,32 --view input --out input.svg
check "its feature view" run sweep $plane --vary batch=16,32 --view feature --out feature.svg
cmp -s input.svg feature.svg && miss "the input view of a sweep is the feature view" || pass
awk 'BEGIN { print "x,y,label"; for (i = 0; i < 40; i++) print i ".5," i * 7 % 11 ".25," i % 2 }' >'quo"ted.csv'
check "a sweep over a name with quotes" \
    run sweep --steps 20 --hidden 8 --batch 16 --vary 'dataset=quo"ted.csv,moons' --summary gap --csv quoted-out.csv --out quoted.svg
check "the name comes back from the table" python3 - <<'P'
import csv
assert [row["dataset"] for row in csv.DictReader(open("quoted-out.csv"))] == ['quo"ted.csv', "moons"]
P
lesson() {  # FILE KEY VALUE   one step of weighted softmax with that
    echo "{\"marginscope\": 1, \"title\": \"T\", \"steps\": [{\"title\": \"a\", \"text\": \"b\", \"views\": [\"feature\"],
        \"set\": {\"dataset\": \"blobs\", \"loss\": \"weighted_softmax\"}, \"$2\": $3}]}" >"$1"
}
lesson seldom.json control '"param.class_weights"'
refuses 1 'no slider "param.class_weights" with these settings; choose from lr' check seldom.json
lesson seldom.json hide '["param.batch", "param.lr"]'
check "a lesson that hides batch and rate" run check seldom.json
lesson seldom.json hide '["param.bath"]'
refuses 1 'bath' check seldom.json

left=$(find . -name '*tmp*' -o -name '*.part*' -o -name '.marginscope*' | head)
[ -z "$left" ] && pass || miss "temporary files are left: $left"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
