#!/bin/bash
# out.sh BINARY - decks, tables and sweeps opened by programs not written here: poppler, numpy, pandas.
# One line per failure, and at the end "N passed, N failed". What is not installed is left out, and named.
# shellcheck disable=SC2086,SC2015  # option lists are split on purpose; pass cannot fail
set -u
[ $# -eq 1 ] || { echo "usage: out.sh BINARY" >&2; exit 2; }
binary=$(realpath "$1")
tests=$(realpath "$(dirname "$0")/..")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
passed=0 failed=0
short="--dataset blobs --hidden 16 --steps 40"

pass() { passed=$((passed + 1)); }
miss() { failed=$((failed + 1)); echo "FAILED: $*"; }
run() { timeout 300 "$binary" "$@"; }
# check SENTENCE COMMAND...   passes when the command does
check() {
    local sentence=$1
    shift
    if "$@" >out.txt 2>err.txt; then pass; else miss "$sentence: $(head -c 300 err.txt | tr '\n' ' ')"; fi
}
# same SENTENCE GOT WANTED
same() { [ "$2" = "$3" ] && pass || miss "$1: got \"$2\", want \"$3\""; }
# has SENTENCE FILE TEXT      (has_not: the contrary)
has() { grep -Fq -- "$3" "$2" && pass || miss "$1: no \"$3\" in $2"; }
has_not() { grep -Fq -- "$3" "$2" && miss "$1: \"$3\" in $2" || pass; }
pixel() { python3 "$tests/support/png_look.py" "$@"; }  # FILE X Y: as rrggbbaa
sized() { python3 "$tests/support/png_look.py" "$1"; }
# below SENTENCE FILE BYTES
below() { [ -s "$2" ] && [ "$(stat -c %s "$2")" -lt "$3" ] && pass || miss "$1: $(stat -c %s "$2") bytes, want less than $3"; }
# refuses STATUS PART ARGS...  one line of error with PART in it, and no file left
refuses() {
    local want=$1 part=$2 got
    shift 2
    run "$@" >out.txt 2>err.txt
    got=$?
    [ $got -eq "$want" ] && [ "$(wc -l <err.txt)" -eq 1 ] && grep -Fq -- "$part" err.txt && grep -q '; ' err.txt && pass ||
        miss "$*: exit $got, said $(head -c 300 err.txt)"
    ls | grep -q '^refused' && miss "$*: left a file" && rm -f refused*
}

# ---------------------------------------------------------------- figures of every view
# What each view says on its page; the page is looked at in every theme, as a drawing and as a PDF.
declare -A says=([feature]="Feature plane" [sphere]="On the unit circle" [curves]="Accuracy and loss"
    [logit]="Target logit" [angles]="Angles to the class weights" [pairs]="Pairs of test samples"
    [roc]="Verification ROC" [confusion]="Confusion" [stage]="Two classes" [input]="Inputs"
    [lens]="A sample under the lens" [dashboard]="Feature plane" [score]="Loss against margin" [field]="Loss field"
    [ball]="Feature sphere" [compare]="differs in")
declare -A ground=([light]=ffffff [dark]=0d0f13 [print]=ffffff)
digits="--dataset mnist --hidden 16 --steps 60 --points 5000"
several="feature sphere curves logit angles pairs roc confusion stage input lens dashboard"
others="--vs --loss=cosface --vs --loss=softmax"
for theme in light dark print; do
    for format in svg pdf; do
        figures=
        for view in $several; do figures+=" --figure $theme-$view.$format --view $view"; done
        check "every view, $theme, $format" run train $digits --theme $theme $figures
        check "views of scores, $theme, $format" run train --dataset moons --model identity --loss logistic --steps 60 \
            --theme $theme --figure $theme-score.$format --view score --figure $theme-field.$format --view field
        check "a ball, $theme, $format" run figure $digits --feature-dim 3 --view sphere --theme $theme --out $theme-ball.$format
        check "a comparison, $theme, $format" run figure $digits --points 1600 --view compare $others --theme $theme \
            --out $theme-compare.$format
    done
    for view in "${!says[@]}"; do
        file=$theme-$view
        below "$file.svg of 5,000 points" $file.svg 600000
        below "$file.pdf of 5,000 points" $file.pdf 250000
        has "$file.svg" $file.svg "${says[$view]}"
        has "the ground of $file.svg" <(head -c 3000 $file.svg | tr A-F a-f) "#${ground[$theme]}"
        command -v pdftotext >/dev/null || continue
        has "$file.pdf" <(pdftotext $file.pdf -) "${says[$view]}"
        same "pages of $file.pdf" "$(pdfinfo $file.pdf | sed -n 's/^Pages: *//p')" 1
    done
done
if command -v rsvg-convert >/dev/null && command -v pdftocairo >/dev/null; then
    for view in "${!says[@]}"; do
        rsvg-convert -w 320 dark-$view.svg -o small.png
        same "$view as others draw the svg" "$(sized small.png) $(pixel small.png 1 1)" "320x200 ${ground[dark]}ff"
        pdftocairo -png -singlefile -scale-to-x 320 -scale-to-y 200 dark-$view.pdf small
        same "$view as others draw the pdf" "$(sized small.png) $(pixel small.png 1 1)" "320x200 ${ground[dark]}ff"
    done
    # the same picture three times: mean difference of a byte, and the share of pixels that differ by a quarter and more
    for theme in light dark; do
        for ending in png svg pdf; do
            check "$theme $ending" run figure $short --size 640x400 --scale 1 --theme $theme --points 2000 --out same.$ending
        done
        rsvg-convert same.svg -o drawn_svg.png
        pdftocairo -png -singlefile -r 96 same.pdf drawn_pdf
        for ending in svg pdf; do
            check "a $theme $ending looks like the png" python3 "$tests/support/png_differ.py" same.png drawn_$ending.png 2.5 0.02
        done
    done
    check "a pdf without a ground" run figure $short --transparent --out clear.pdf
    pdftocairo -png -transp -singlefile -scale-to 320 clear.pdf clear
    same "nothing behind it" "$(pixel clear.png 2 2 | cut -c7-8)" 00
fi

# ---------------------------------------------------------------- options of a figure
words() { grep -o '<text[^>]* font-size="[0-9.]*"' "$1" | sed 's/.*font-size="//; s/"//' | sort -n | tail -1; }
check "letters as they are" run figure $short --size 16:9 --out plain.svg
check "letters half as large again" run figure $short --size 16:9 --text-scale 1.5 --out large.svg
python3 - plain.svg large.svg <<'P' && pass || miss "--text-scale does not make words larger on a page of the same size"
import re, sys
def page(path):
    text = open(path).read()
    head = re.search(r"<svg[^>]*>", text).group()
    box = [float(v) for v in re.search(r'viewBox="([^"]*)"', head).group(1).split()] if "viewBox" in head else None
    width = float(re.search(r'\bwidth="([\d.]+)', head).group(1))
    length = max(float(v) for v in re.findall(r'textLength="([\d.]+)"', text))
    letters = float(re.search(r'font-size="([\d.]+)"[^>]*>ArcFace<', text).group(1))
    return width, letters * width / (box[2] if box else width)
(w, small), (v, large) = page(sys.argv[1]), page(sys.argv[2])
assert w == v and 1.4 < large / small < 1.6, (w, v, small, large)
P
check "the same as pixels" run figure $short --size 16:9 --scale 1 --text-scale 1.5 --out large.png
same "--text-scale leaves the size" "$(sized large.png)" 1600x900
refuses 2 "allowed 0.8 to 2" figure $short --text-scale 3 --out refused.svg
check "dots an inch" run figure $short --size 320x200 --scale 2 --dpi 150 --out dots.png
python3 - <<'P' && pass || miss "--dpi is not in the file"
import struct
body = open("dots.png", "rb").read()
at = body.index(b"pHYs")
assert abs(struct.unpack(">I", body[at + 4:at + 8])[0] - 150 / 0.0254) < 2
P
check "test points" run figure $short --split test --out split.svg
has "test points" split.svg "480 test points"
check "fewer points" run figure $short --points 100 --out points.svg
has "fewer points" points.svg "100 of 1"
check "trainings as ghosts of the curves" run figure $short --view curves --vs "--loss softmax" --out ghosts.svg
has "a ghost has its name" ghosts.svg "Softmax"

# ---------------------------------------------------------------- captions
chain="--warmup 0,0 --set m=0 --at 10:m=0.3 --at 12:s=20 --at 14:lr=0.01 --at 20:loss=cosface --at 24:m=0.2 --at 26:batch=32
    --at 28:optimizer=sgd --at 30:add=center --at 32:center.lambda=0.02 --at 36:clip=5"
check "many changes" run figure $short $chain --size 16:9 --out chain.svg
tr -d '\n' <chain.svg | sed 's/<[^>]*>/ /g; s/  */ /g' >chain.txt
for change in "m 0 → 0.30 at 10" "s 30 → 20 at 12" "η 0.001 → 0.01 at 14" "ArcFace → CosFace at 20" "m 0.15 → 0.20 at 24" \
    "batch 128 → 32 at 26" "optimizer adam → sgd at 28" "add center at 30" "center λ 0.1 → 0.02 at 32" "clip 2 → 5 at 36"; do
    has "a caption of many changes" chain.txt "$change"
done
check "a drag of the margin" run figure $short --warmup 0,0 --set m=0 --at 10:m=0.1 --at 11:m=0.2 --at 12:m=0.3 --out drag.svg
has "a drag is one change" drag.svg "m 0 → 0.30 at 12"
has_not "a drag is one change" drag.svg "0.20"
moves=
for step in $(seq 10 10 490); do moves+=" --at $step:m=0.$((step / 10 % 9 + 1)) --at $((step + 5)):s=$((step / 10 + 10))"; done
check "changes without end" run figure $short --steps 500 $moves --size 16:9 --out endless.svg
tr -d '\n' <endless.svg | sed 's/<[^>]*>/ /g; s/  */ /g' >endless.txt
has "the last of them is there" endless.txt "s 58 → 59 at 495"
has "those before are counted" endless.txt "changed: 74 earlier, m"
check "three beside one another" run figure $short --view compare --vs "--loss cosface" --vs "--loss softmax" --size 16:9 --out three.svg
has "what they have in common" three.svg "seed 1 · step 40"
has_not "what they have not" three.svg "blobs · MLP 16-2 · ArcFace"

# ---------------------------------------------------------------- slides
cat >lesson.json <<'J'
{"marginscope": 1, "title": "A small lesson", "author": "Nobody Special", "steps": [
 {"title": "First view", "text": "The angle $\\theta$ and **bold words** here.", "views": ["feature", "curves"],
  "set": {"dataset": "blobs", "hidden": "16", "loss": "arcface", "m": 0.2}, "run_steps": 30},
 {"title": "Second view", "text": "More of the same.", "ask": {"question": "What comes next?", "answer": "The third step."},
  "run_steps": 30},
 {"title": "Two at once", "text": "Side by side.", "from": "start", "compare": [{"m": 0}], "views": ["feature"], "run_steps": 20},
 {"title": "A sweep", "text": "Moves.", "from": "start", "views": ["logit", "feature"], "point": 3,
  "sweep": {"param": "m", "from": 0, "to": 0.5, "seconds": 1}},
 {"title": "Last view", "text": "The end.", "run_steps": 10}]}
J
check "a deck" run slides lesson.json --out deck.pdf
[ -s err.txt ] && miss "slides wrote on stderr without a terminal: $(head -c 200 err.txt)"
check "the same deck" run slides --out again.pdf lesson.json
cmp -s deck.pdf again.pdf && pass || miss "the same lesson gave two different files"
check "pages of it" run slides lesson.json --pages 2-3,5 --out pages.pdf
check "a handout" run slides lesson.json --handout --out handout.pdf
check "a title page" run slides lesson.json --title-page --out title.pdf
check "questions alone" run slides lesson.json --answers off --pages 2 --out asks.pdf
check "a dark deck" run slides lesson.json --theme dark --pages 1 --out dark.pdf
check "a deck for paper" run slides lesson.json --theme print --pages 1 --out print.pdf
refuses 2 "no lesson" slides --out refused.pdf
refuses 2 "no file to write" slides lesson.json
refuses 2 "end the name in .pdf" slides lesson.json --out refused.svg
refuses 2 "write for example 2-4,7" slides lesson.json --pages x --out refused.pdf
refuses 2 "allowed 1 to 5" slides lesson.json --pages 4-6 --out refused.pdf
refuses 2 "choose from dark, light, print" slides lesson.json --theme pink --out refused.pdf
refuses 2 "choose from on, off" slides lesson.json --answers maybe --out refused.pdf
refuses 1 "1 to 10 are shipped" slides 11 --out refused.pdf
refuses 1 "nosuch-folder" slides lesson.json --out nosuch-folder/refused.pdf
if [ -e /dev/full ]; then
    ln -s /dev/full full.pdf
    refuses 1 "full.pdf: " slides lesson.json --pages 1 --out full.pdf
fi

if command -v pdfinfo >/dev/null && command -v pdftotext >/dev/null && command -v pdffonts >/dev/null; then
    value() { pdfinfo "$1" | sed -n "s/^$2: *//p"; }
    same "pages of the deck" "$(value deck.pdf Pages)" 5
    same "size of a page" "$(value deck.pdf 'Page size')" "960 x 540 pts"
    same "title" "$(value deck.pdf Title)" "A small lesson"
    same "author" "$(value deck.pdf Author)" "Nobody Special"
    same "chosen pages" "$(value pages.pdf Pages)" 3
    same "pages of the handout" "$(value handout.pdf Pages)" 2
    value handout.pdf 'Page size' | grep -q A4 && pass || miss "a handout is not A4: $(value handout.pdf 'Page size')"
    same "title page and steps" "$(value title.pdf Pages)" 6
    for i in 1 2 3 4 5; do
        pdftotext -f $i -l $i deck.pdf page$i.txt
        has "page $i" page$i.txt "$i of 5"
    done
    has "title of a step" page1.txt "First view"
    has "caption" page1.txt "bold words"
    has "Greek of a formula" page1.txt "θ"
    has "numbers of a step" page1.txt "step 30"
    has "the margin's number" page1.txt "margin met"
    has "a step goes on where the one before ended" page2.txt "step 60"
    has "question" page2.txt "What comes next?"
    has "answer" page2.txt "The third step."
    has "a cell of a comparison" page3.txt "m 0.3,"
    has "the other cell" page3.txt "m 0,"
    has "chosen pages keep their numbers" <(pdftotext -f 1 -l 1 pages.pdf -) "2 of 5"
    has "title page" <(pdftotext -f 1 -l 1 title.pdf -) "Nobody Special"
    pdftotext handout.pdf handout.txt
    has_not "nothing of a handout is cut" handout.txt "…"
    has "all numbers of a handout's step" handout.txt "margin met"
    grep -Eq "loss [0-9.]+, [0-9.]+ +margin met [0-9.]+, [0-9.]+" handout.txt && pass ||
        miss "the numbers of a comparison on a handout: $(grep loss handout.txt | tr '\n' '|')"
    pdftotext title.pdf title.txt
    has_not "nothing of a deck is cut" title.txt "…"
    has "handout's rows" <(pdftotext -f 1 -l 1 handout.pdf -) "Two at once"
    has "handout's second page" <(pdftotext -f 2 -l 2 handout.pdf -) "Last view"
    pdftotext asks.pdf asks.txt
    has "a question alone" asks.txt "What comes next?"
    has_not "an answer that was turned off" asks.txt "The third step."
    pdffonts deck.pdf | tail -n +3 | awk '{ if ($(NF - 4) != "yes") bad = 1; n++ } END { exit bad || n == 0 }' && pass ||
        miss "a font is not inside the deck"
    command -v pdfimages >/dev/null && same "nothing is an image" "$(pdfimages -list deck.pdf | tail -n +3 | wc -l)" 0
    command -v pdftohtml >/dev/null && has "bookmarks" <(pdftohtml -xml -i -stdout deck.pdf) "3  Two at once"
    corner() {
        pdftoppm -r 10 -f 1 -l 1 "$1" |
            python3 -c 'import sys; b = sys.stdin.buffer.read(); w, h = map(int, b.split()[1:3]); print(*b[-w * h * 3:][:3])'
    }
    if command -v pdftoppm >/dev/null; then
        dark=$(corner dark.pdf | awk '{ print ($1 < 60) }')
        light=$(corner deck.pdf | awk '{ print ($1 > 200) }')
        same "a dark page is dark, a light one light" "$dark$light" 11
        same "paper is white" "$(corner print.pdf)" "255 255 255"
    fi
else
    echo "poppler-utils is not here: decks were not opened"
fi
check "a shipped lesson by number" run slides 1 --pages 1-2 --out shipped.pdf
check "the same by name" run slides logistic-to-softmax --pages 1-2 --out named.pdf
cmp -s shipped.pdf named.pdf && pass || miss "a lesson by number and by name differ"

# ---------------------------------------------------------------- tables
iris="--dataset iris --epochs 12 --seed 3"
check "every table as arrays" run train $iris --features f.npy --labels y.npy --weights w.npy --metrics m.npy \
    --history h.npz --moments 5 --data d.csv --points-csv p.csv
cp out.txt whole.json
check "every table as text" run train $iris --features f.csv --labels y.csv --weights w.csv --metrics m.csv --history h.csv
check "features with all that belongs to them" run train $iris --features f.npz --weights w.npz
check "points beside a figure" run figure $iris --out g.svg --points-csv gp.csv --data gd.csv
cmp -s p.csv gp.csv && cmp -s d.csv gd.csv && pass || miss "train and figure wrote different tables"
check "what was written is a data set" run train --dataset d.csv --epochs 12 --seed 3
python3 - <<'P' && pass || miss "a training on the written inputs is another one"
import json
a, b = json.load(open("whole.json")), json.load(open("out.txt"))
keys = ["train_loss", "test_loss", "train_accuracy", "test_accuracy", "eer"]
assert [a[k] for k in keys] == [b[k] for k in keys], (a, b)
P
check "images as a table" run train --classes 0,1 --hidden 8 --steps 3 --data images.csv
same "a row an image" "$(wc -l <images.csv)" 2485
check "which is a data set of as many numbers" run train --dataset images.csv --hidden 8 --steps 3
same "columns of it" "$(head -n 1 images.csv | tr ',' '\n' | wc -l)" 786
check "features come back" run train --features-npy f.npy --labels-npy y.npy --weights-npy w.npy --steps 0
refuses 2 "labels are not written as this; end the name in .csv or .npy" train $short --labels refused.npz
refuses 2 "end the name in .csv or .npz" train $short --history refused.npy
refuses 2 "end the name in .csv" train $short --data refused.npy
refuses 2 "allowed 2 to 10000" train $short --history refused.npz --moments 1
refuses 2 "two outputs" train $short --history refused.csv --data ./refused.csv
printf 'x,split,label\n1,train,a\n2,neither,b\n' >split.csv
refuses 1 "split.csv:3: the split is \"neither\"; write train or test" train --dataset split.csv --steps 0

python=
for candidate in python3 /usr/bin/python3; do
    [ -z "$python" ] && $candidate -c 'import numpy, pandas' 2>/dev/null && python=$candidate
done
if [ -n "$python" ]; then
    $python - <<'P' && pass || miss "numpy and pandas read something else"
import csv, json
import numpy as np, pandas as pd
f, y, w, m, h, z, wz = (np.load(n) for n in ["f.npy", "y.npy", "w.npy", "m.npy", "h.npz", "f.npz", "w.npz"])
text, whole = pd.read_csv("f.csv"), json.load(open("whole.json"))
assert f.shape == (150, 2) and f.dtype == np.float32 and y.shape == (150,), (f.shape, y.shape)
assert np.allclose(f, text[["f0", "f1"]], rtol=1e-6)
assert (z["features"] == f).all() and (z["labels"] == y).all() and (z["index"] == text["index"]).all()
assert (np.array(["train", "test", "holdout"])[z["split"]] == text["split"]).all()
names = np.unique(text["label"])
assert (names[y] == text["label"]).all() and (names[z["predicted"]] == text["predicted"]).all()
assert np.allclose(w, pd.read_csv("w.csv")[["w0", "w1"]]) and (wz["weights"] == w).all()
metrics, frame = pd.read_csv("m.csv"), pd.DataFrame(m)
assert list(frame.columns) == list(metrics.columns), list(frame.columns)
assert np.allclose(frame.fillna(-1), metrics.fillna(-1)) and frame["step"].iloc[-1] == whole["steps"]
k = len(h["steps"])
assert 5 <= k <= 6 and h["steps"][0] == 0 and h["steps"][-1] == whole["steps"] and (np.diff(h["steps"]) > 0).all()
assert h["features"].shape == (k, 120, 2) and h["predicted"].shape == (k, 120) and h["weights"].shape == (k, 3, 2)
train = text[text["split"] == "train"][["f0", "f1"]].to_numpy()
assert np.allclose(h["features"][-1][np.argsort(h["rows"])], train, rtol=1e-5)
assert np.allclose(h["weights"][-1], w) and h["test"].sum() == 0
assert np.allclose((h["predicted"][-1] == h["labels"]).mean(), h["train_accuracy"][-1])
curve, points, data = pd.read_csv("h.csv"), pd.read_csv("p.csv"), pd.read_csv("d.csv")
assert curve["step"].is_monotonic_increasing and abs(curve["train_accuracy"].iloc[-1] - whole["train_accuracy"]) < 1e-6
assert len(points) == 120 and np.allclose(points["norm"], np.hypot(points["f0"], points["f1"]), rtol=1e-5)
assert points["own_angle_deg"].between(0, 180).all() and data.shape == (150, 6)
assert np.allclose(data[data["split"] == "train"][["x0", "x1", "x2", "x3"]].mean(), 0, atol=1e-5)
P
    # features of eight numbers: what is shown are the axes asked for, what is computed does not depend on them
    $python - <<'P'
import numpy as np
r = np.random.default_rng(0)
w = r.standard_normal((4, 8)); y = np.arange(200) % 4
np.save("X.npy", (w[y] + 0.4 * r.standard_normal((200, 8))).astype("f4")); np.save("Y.npy", y); np.save("W.npy", w)
P
    own="--features-npy X.npy --labels-npy Y.npy --weights-npy W.npy --steps 0"
    check "own features, principal axes" run figure $own --view sphere --out pca.svg
    check "own features, chosen axes" run figure $own --view sphere --axes 3,7 --out axes.svg
    check "three axes" run figure $own --view sphere --axes 3,7,1 --out three.svg
    has "principal axes say so" pca.svg "a projection from 8-D"
    has "chosen axes say so" axes.svg "axes 3,7 of 8"
    has "three of them too" three.svg "axes 3,7,1 of 8"
    run train $own --axes 3,7 >chosen.json; run train $own >principal.json
    python3 - <<'P' && pass || miss "the axes that are shown change a number"
import json
a, b = json.load(open("chosen.json")), json.load(open("principal.json"))
assert a["eer"] is not None and all(a[k] == b[k] for k in ["eer", "test_accuracy", "intra_angle_deg", "train_loss"])
P
    refuses 2 "0 to 7" figure $own --axes 3,8 --out refused.svg
    for wrong in 3 3,3 3,x -1,2 3,7,1,2 3,; do
        refuses 2 "allowed pca" figure $own --axes=$wrong --out refused.svg
    done
else
    echo "numpy and pandas are not here: arrays were not opened"
fi

# ---------------------------------------------------------------- comparisons, saved and moving
for at in 0 30; do
    check "one of two" run train --dataset blobs --hidden 16 --loss cosface --steps $at --save left$at.json
    check "the other" run train --dataset blobs --hidden 16 --loss softmax --steps $at --save right$at.json
    python3 - $at <<'P' && pass || miss "two sessions are not made one"
import json, sys
left, right = (json.load(open(f"{side}{sys.argv[1]}.json")) for side in ["left", "right"])
left["beside"] = [right["training"]]
json.dump(left, open(f"both{sys.argv[1]}.json", "w"))
P
    check "a session of two" run check both$at.json
    check "a figure of both" run figure --session both$at.json --view compare --out both$at.svg
    check "the same again" run figure --session both$at.json --view compare --out again$at.svg
    cmp -s both$at.svg again$at.svg && pass || miss "a session of two gives two figures"
done
has "the first" both30.svg ">CosFace<"
has "the second" both30.svg ">Softmax<"
check "a session of two goes on" run figure --session both0.json --steps 30 --view compare --out gone-on.svg
check "as if never saved" run figure --dataset blobs --hidden 16 --loss cosface --vs "--loss softmax" --steps 30 --view compare \
    --out direct.svg
cmp -s gone-on.svg direct.svg && pass || miss "a saved comparison goes on to another figure"
check "one of the two" run figure --session both30.json --out first.svg
has_not "one of the two" first.svg ">Softmax<"
check "a moving comparison" run animate --session both30.json --view compare --steps 60 --seconds 1 --fps 6 --out pair-%d.png
same "its frames" "$(ls pair-*.png | wc -l)" 6
cmp -s pair-1.png pair-6.png && miss "a comparison does not move" || pass
check "the same as a film" run animate --dataset blobs --hidden 16 --loss cosface --vs "--loss softmax" --vs "--loss arcface" \
    --view compare --steps 60 --seconds 1 --fps 6 --theme dark --out trio.gif
grep -q '"frames": 6' out.txt && pass || miss "frames of three: $(head -c 200 out.txt)"
if command -v ffprobe >/dev/null; then
    same "frames ffprobe counts" "$(ffprobe -v error -count_frames -show_entries stream=nb_read_frames -of csv=p=0 trio.gif)" 6
fi
check "others as thin lines" run animate $short --loss cosface --vs "--loss softmax" --view curves --seconds 1 --fps 5 --out lines.webp
refuses 2 "nothing to compare with" animate $short --view compare --out refused.gif
refuses 2 "sweeps one training" animate $short --view compare --vs "--loss softmax" --over m=0..0.3 --out refused.gif
refuses 2 "this view shows one training" animate $short --vs "--loss softmax" --out refused.gif

# ---------------------------------------------------------------- sweeps
sweep="sweep $short --loss cosface --set m=0,0.2"
check "a sweep" run $sweep --out a.svg --csv a.csv
has "its values" a.svg "m = 0.2"
has "shared scales" a.svg "one scale: every ring is at norm"
same "a row a training" "$(tail -n +2 a.csv | wc -l)" 2
check "both rows" run $sweep --rows both --out both.svg
count() { grep -o "$1" "$2" | wc -l; }
same "planes of one row and of two" "$(($(count 'test [0-9.]*%<' both.svg) == 2 && $(count 'train [0-9.]*%<' both.svg) == 2))" 1
check "own scales" run $sweep --scales own --out own.svg
has_not "own scales" own.svg "one scale"
has "own scales are written" own.svg "ring at norm"
check "the gap" run $sweep --summary gap --out gap.svg
has "the gap's words" gap.svg "gap between test and train error"
has_not "the gap has no planes" gap.svg "decision boundary"
check "another view" run $sweep --view logit --out view.svg
has "another view" view.svg "Target logit"
check "curves on one scale" run $sweep --view curves --out curves.svg
has "curves on one scale" curves.svg "one scale"
check "curves on their own" run $sweep --view curves --scales own --out ownc.svg
has_not "curves on their own" ownc.svg "one scale"
cmp -s curves.svg ownc.svg && miss "curves do not share their scale" || pass
check "a dark sweep" run $sweep --theme dark --out dark.svg
cmp -s a.svg dark.svg && miss "--theme changes nothing in a sweep" || pass
has "dark ground" dark.svg 'fill="#0d0f13"'
check "outlines" run $sweep --text outlines --out shapes.svg
has_not "outlines" shapes.svg "<text"
check "one training at a time" run $sweep --jobs 1 --out one.svg
cmp -s a.svg one.svg && pass || miss "--jobs changes a sweep's figure"
check "sizes" run $sweep --size 900x500 --scale 1 --out a.png
python3 - <<'P' && pass || miss "a sweep's picture has another size"
import struct
assert struct.unpack(">II", open("a.png", "rb").read()[16:24]) == (900, 500)
P
check "dpi" run $sweep --size 90x60mm --dpi 200 --out dpi.png
python3 - <<'P' && pass || miss "a sweep's picture does not follow --dpi"
import struct
size, body = None, open("dpi.png", "rb").read()
w, h = struct.unpack(">II", body[16:24])
assert abs(w - 90 / 25.4 * 200) <= 2 and abs(h - 60 / 25.4 * 200) <= 2, (w, h)
at = body.index(b"pHYs")
assert abs(struct.unpack(">I", body[at + 4:at + 8])[0] - 200 / 0.0254) < 2
P
check "a sweep for paper" run $sweep --theme print --size 200x100mm --out paper.pdf
command -v pdfinfo >/dev/null && same "its page" "$(pdfinfo paper.pdf |
    awk '/^Pages/ { n = $2 } /^Page size/ { printf "%d, %.0fx%.0f", n, $3 * 25.4 / 72, $5 * 25.4 / 72 }')" "1, 200x100"
command -v pdftotext >/dev/null && has "its words" <(pdftotext paper.pdf -) "m = 0.2"
check "a sweep with its letters inside" run $sweep --text embed --out embed.svg
has "letters inside" embed.svg "base64,"
check "a sweep with changes" run $sweep --at 20:lr=0.01 --out changed.svg
has "changes of a sweep" changed.svg "changed: "
check "a grid" run $sweep --set s=10,30 --out grid.svg
same "cells of a grid" "$(grep -o 's = [0-9]*, m = [0-9.]*<\|m = [0-9.]*, s = [0-9]*<' grid.svg | sort -u | wc -l)" 4
check "no background" run $sweep --transparent --scale 1 --out clear.png
same "no background" "$(pixel clear.png 2 2 | cut -c7-8)" 00
check "L-Softmax, one command" run sweep $short --loss lsoftmax --set m=1,2,3,4 --rows both --out lsoftmax.svg
has "L-Softmax" lsoftmax.svg "m = 4"
check "center loss, one command" run sweep $short --loss center --set center.lambda=0.001,0.01,0.1,1 --rows both --scales own \
    --out center.svg
has "center loss" center.svg "0.001"
check "another option" run sweep $short --vary batch=16,64 --csv vary.csv
same "its column" "$(head -n 1 vary.csv | cut -d, -f1)" batch

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
