/* Symbols of formulas and marks of pictures, explained. */
#include <stdio.h>
#include <string.h>

#include "app/explain.h"
#include "math/loss.h"
#include "render/number.h"

enum { PLAIN = 32 };

/* clang-format off */
static const struct { const char *name, *text; } greek[] = {
    { "lambda", "\u03bb" }, { "alpha", "\u03b1" }, { "beta", "\u03b2" }, { "gamma", "\u03b3" }, { "delta", "\u03b4" },
    { "eta", "\u03b7" }, { "mu", "\u03bc" }, { "sigma", "\u03c3" }, { "tau", "\u03c4" }, { "psi", "\u03c8" },
    { "theta", "\u03b8" }, { "kappa", "\u03ba" }, { "rho", "\u03c1" },
};

/* "sym@loss" means it only there. Parameters of the loss are not here: their rows explain them. */
static const struct explain_row symbols[] = {
    { "\u03b8",      "\u03b8, an angle", "Between a feature x and a class weight W, on whatever sphere they lie.", "0\u00b0 to 180\u00b0" },
    { "\u03b8_y",    "\u03b8_y, angle to the own class", "Between the feature and the weight of its true class y; training makes it small.", "0\u00b0 to 180\u00b0; margins are set against it" },
    { "\u03b8_j",    "\u03b8_j, angle to class j", "Between the feature and the weight of another class; it wins when this is the smallest.", "0\u00b0 to 180\u00b0" },
    { "\u03b8_jk",   "\u03b8_jk, angle to centre k of class j", "A class has several centres; the nearest one counts.", "Deng et al., ECCV 2020" },
    { "\u03b8_med",  "\u03b8_med, median angle", "Median angle to the own class in this batch: the scale follows it.", "Zhang et al., CVPR 2019" },
    { "\u03b8_*",    "\u03b8, angle to that class", "Between the shown sample's feature and the weight of the class in the index.", "0\u00b0 to 180\u00b0, live" },
    { "cos",         "cos, cosine", "Of an angle: 1 for the same direction, 0 for a right one, \u22121 for opposite ones.", "" },
    { "log",         "log", "The natural logarithm: a loss counts in nats.", "" },
    { "max",         "max", "The larger: max(0, a) is a where it is positive, else nothing to learn.", "" },
    { "max_*",       "max", "The largest over what is written below.", "" },
    { "min",         "min", "The smaller of the two.", "" },
    { "e",           "e", "The exponential makes every logit positive; shares of their sum are probabilities.", "2.718" },
    { "\u2211",      "\u2211, sum", "Over samples i, or over classes j: the bottom of the fraction is all logits together.", "" },
    { "\u2211_j",    "\u2211_j, sum over classes", "All classes, the own one too: the own share of it is the probability.", "" },
    { "\u2211_*",    "\u2211, sum", "Over what is written beside the sign.", "" },
    { "\u2016",      "\u2016 \u2016, length", "The norm of a vector: how long it is, whatever its direction.", "" },
    { "|",           "| |, size", "A number without its sign.", "" },
    { "L",           "L, the loss", "Mean over the samples of the batch, in nats; training makes it small.", "0 upward" },
    { "L_0",         "L\u2080, the loss below", "The classification loss this term is added to.", "" },
    { "L_*",         "A loss of its own", "The loss named in the index, added to the rest.", "" },
    { "N",           "N, samples", "How many samples a step looks at: the batch.", "" },
    { "N@adacos",    "N, samples", "How many samples are in the batch.", "" },
    { "B",           "B, the others' sum", "Mean over the batch of the other classes' e^{s cos \u03b8}.", "Zhang et al., CVPR 2019" },
    { "C",           "C, classes", "How many classes the batch has.", "" },
    { "P",           "P, pairs", "How many pairs are counted.", "" },
    { "T",           "T, triplets", "How many triplets (anchor, positive, negative) are counted.", "" },
    { "D",           "D, distance", "Between the two features of a pair.", "0 upward" },
    { "R",           "R, radius", "The length all features are drawn to; it is learned too.", "Zheng et al., CVPR 2018" },
    { "W",           "W, class weights", "A vector for each class; a feature is compared with all of them.", "" },
    { "W_y",         "W_y, the own weight", "The weight vector of the sample's true class.", "" },
    { "W_j",         "W_j, weight of class j", "The weight vector of one of the classes.", "" },
    { "W_i",         "W_i, weight of class i", "The weight vector of one of the classes.", "" },
    { "W_*",         "W, a class weight", "The weight vector of the class in the index: its length favours the class at every angle.", "" },
    { "w",           "w, weight", "What the input is multiplied with; it stands across the boundary.", "" },
    { "b",           "b, bias", "A number added to the score: it moves the boundary away from the origin.", "" },
    { "b_*",         "b, bias of a class", "Added to this class's logit whatever the feature is.", "" },
    { "b@siamese",   "b, bias", "Where two features are exactly as likely the same as not.", "" },
    { "x",           "x, the feature", "What the network makes of a sample; a point of the plane.", "" },
    { "x_*",         "x, a feature", "What the network makes of the sample in the index.", "" },
    { "x@hinge",     "x, the input", "The sample's numbers.", "" },
    { "y",           "y, the true class", "The sample's label.", "" },
    { "y@huber",     "y, the target", "The number to be met.", "" },
    { "y@l1",        "y, the target", "The number to be met.", "" },
    { "y@l2",        "y, the target", "The number to be met.", "" },
    { "y@squared",   "y, the target", "The number to be met.", "" },
    { "z",           "z, the score", "w x + b: its sign is the decision, its size the confidence.", "" },
    { "z_*",         "z, a logit", "What the class in the index gets for this sample; the largest wins.", "live" },
    { "p",           "p, probability", "Of the true class, by the model.", "0 to 1" },
    { "p_y",         "p_y, probability", "Of the true class, by the model.", "0 to 1" },
    { "p_*",         "p, a probability", "Of what is in the index.", "0 to 1" },
    { "p@circle",    "p, positives", "Samples of the same class.", "Sun et al., CVPR 2020" },
    { "p@supcon",    "p, positives", "Pairs of the same class.", "Khosla et al., NeurIPS 2020" },
    { "p@triplet",   "p, positive", "A sample of the anchor's class.", "Schroff et al., CVPR 2015" },
    { "a@triplet",   "a, anchor", "The sample from which both distances are taken.", "Schroff et al., CVPR 2015" },
    { "n",           "n, negative", "A sample of another class.", "" },
    { "a",           "a, length", "The feature's length, on which the margin depends.", "Meng et al., CVPR 2021" },
    { "a_k",         "a_k, stretch", "How much coordinate k counts; learned.", "" },
    { "g",           "g", "A function of the cosine that makes room between high and low similarities.", "" },
    { "g@magface",   "g, norm regulariser", "Rewards long features, so that a good sample is long.", "Meng et al., CVPR 2021" },
    { "g@groupface", "g, group", "One of the hidden groups of the samples.", "Kim et al., CVPR 2020" },
    { "A_*",         "A_g", "What the features of group g are mapped with.", "Kim et al., CVPR 2020" },
    { "f",           "f, the bent cosine", "What the loss makes of cos \u03b8 for the own class.", "" },
    { "f_*",         "f, the bent cosine", "What the loss makes of cos \u03b8 for the class in the index.", "live" },
    { "d_*",         "d, distance", "From the feature to the mean of the class in the index: the nearest wins.", "live" },
    { "d",           "different", "Pairs of two classes.", "" },
    { "h",           "h, concentration", "How strongly the margin answers to the feature's length.", "Kim et al., CVPR 2022" },
    { "i",           "i, sample", "Runs over the samples of the batch.", "" },
    { "j",           "j, class", "Runs over the classes.", "" },
    { "k",           "k", "Runs over centres, coordinates or pairs.", "" },
    { "k_*",         "k, class centre", "Where the features of a class lie on average; it follows them.", "Wen et al., ECCV 2016" },
    { "c_*",         "c, class mean", "Mean feature of the class: the test rule takes the nearest.", "" },
    { "m",           "m, margin", "How much better than the others the own class must be before training is content.", "amber everywhere" },
    { "m_*",         "m, a margin", "How much better the own class must be before training is content.", "amber everywhere" },
    { "q",           "q", "What decides same or different: far from 0 is sure.", "" },
    { "r",           "r, radius", "The scale of the logits.", "" },
    { "s",           "s, scale", "Radius of the sphere the features are put on: small is soft, large is hard.", "" },
    { "s_*",         "s, similarity", "Cosine of two features: of the same class p, of different ones n.", "\u22121 to 1" },
    { "s@contrastive", "same", "Pairs of one class.", "" },
    { "t",           "t, the sign", "+1 for one class, \u22121 for the other.", "" },
    { "t_*",         "t, the sign", "+1 where the sample has the label, else \u22121.", "" },
    { "t@curricularface", "t, progress", "Mean cosine so far: hard samples count more as it grows.", "Huang et al., CVPR 2020" },
    { "v_*",         "v, class weight", "How much samples of the class count: more where they are few.", "" },
    { "]_*",         "[ ]\u208a, hinge", "The inside where it is positive, else nothing.", "" },
    { "\u03b1",      "\u03b1", "The radius all features are put on.", "" },
    { "\u03b1_*",    "\u03b1, pace", "A pair far from its goal is pulled harder.", "Sun et al., CVPR 2020" },
    { "\u03b3",      "\u03b3", "How sharply the loss looks at hard samples.", "" },
    { "\u03b4",      "\u03b4", "Where the loss turns from a square into a line.", "" },
    { "\u03bb",      "\u03bb", "How much this part counts beside the rest.", "" },
    { "\u03bc",      "\u03bc, mean length", "Of the features so far.", "Kim et al., CVPR 2022" },
    { "\u03c0",      "\u03c0", "Half a turn: 180\u00b0.", "3.14159" },
    { "\u03c1_*",    "\u03c1, Huber's function", "A square near 0, a line beyond \u03b4: outliers pull no harder.", "Huber, 1964" },
    { "\u03c3",      "\u03c3", "Spread: how far values lie from their mean.", "" },
    { "\u03c4",      "\u03c4, temperature", "Small makes the nearest pairs decide, large all of them.", "" },
    { "\u03c8",      "\u03c8", "What the loss makes of the angle to the own class: below cos \u03b8 by the margin.", "" },
    { "\u03c8_*",    "\u03c8, bent cosine", "cos m\u03b8, continued downward in pieces so that it never rises again.", "Liu et al., CVPR 2017" },
};

static const struct explain_row marks[] = {
    { "header.value",   "Live number", "Of the symbol above it, for the shown sample: the pinned one, or a typical one near its margin.", "click a point to choose another" },
    { "header.verdict", "Verdict", "Which class wins and whether the training rule is met, and by how much.", "the sample is right when the test rule is met" },
    { "header.title",   "Loss", "What is being trained with; terms added on top stand behind a plus.", "" },

    { "plane.region",   "Region", "Everything in this tint is given to this class at test time.", "by the test rule, without margin" },
    { "plane.margin",   "Margin zone", "Right at test time already, but training still pushes: the class is not ahead by the margin.", "hatched, as everything of the margin" },
    { "plane.edge",     "Edge of the safe region", "Up to here the class is ahead by the whole margin.", "by the train rule" },
    { "plane.boundary", "Decision boundary", "Two classes are equally good here; the margin zone lies on both sides.", "dashed; by the test rule" },
    { "plane.point",    "Sample", "Feature of one sample; its colour and shape are its true class.", "rest on it for its angles, click pins it" },
    { "plane.weight",   "Class weight", "Direction W of this class; the length of the shaft is its norm where that counts.", "" },
    { "plane.chip",     "Class", "Number of the class at its weight's direction.", "rest: only this class; click keeps it" },
    { "plane.rose",     "Rose", "How many features point this way, stacked by class.", "240 directions" },
    { "plane.ring",     "Ring", "One norm: all features on it are equally long. Its number is at the edge.", "a 1-2-5 step above the 99th percentile" },
    { "plane.norm",     "Norm ring", "All features on it are equally long.", "" },
    { "plane.origin",   "Origin", "The zero feature: no direction, every class equally good without bias.", "" },
    { "plane.center",   "Class centre", "Mean of the class's features as the loss keeps it.", "" },
    { "plane.selected", "Shown sample", "The pinned or hovered one; its numbers are in the header and in the plots.", "Esc unpins" },
    { "plane.gap",      "Margin as an angle", "Between the boundary and the edge of the safe region on the shown sample's side.", "" },
    { "plane.legend",   "Legend", "What the signs in this picture mean.", "" },
    { "plane.stats",    "Numbers of this step", "Accuracies by the test rule; with margin: by the train rule.", "" },
    { "plane.probe",    "Probe", "A point put here by hand: where it would go, and what it would cost.", "Alt + click, Alt + arrows; Esc ends it" },
    { "plane.line",     "Boundary and margin lines", "Score 0, and scores \u22121 and +1: the hinge is content beyond its own line.", "" },

    { "sphere.cell",    "Cell", "All directions on the ball that are given to this class.", "polygons of arcs, exact" },
    { "sphere.margin",  "Margin zone", "Directions that are right at test time, where training still pushes.", "hatched" },
    { "sphere.boundary","Decision boundary", "Great circle on which two classes are equally good.", "by the test rule" },
    { "sphere.edge",    "Edge of the safe cell", "Up to here the class is ahead by the whole margin.", "by the train rule" },
    { "sphere.weight",  "Class weight", "Direction W of the class, as a spike out of the ball; faint when behind.", "double-click turns it to you" },
    { "sphere.point",   "Sample", "Direction of one sample's feature.", "rest on it for its angles, click pins it" },
    { "sphere.ball",    "Ball", "All directions of three numbers; lines are parallels and meridians.", "drag or arrows turn it" },
    { "sphere.fan",     "Unit circle", "The shown sample's angles to its own and to the rival weight, and the margin between.", "" },
    { "sphere.values",  "Angles of the shown sample", "To its own weight, to the nearest other one, and what the margin leaves.", "" },

    { "curves.train",   "Training accuracy", "Share of the training samples whose class wins at test time.", "0 to 100 %" },
    { "curves.test",    "Test accuracy", "Share of the test samples that are right: never trained on.", "0 to 100 %" },
    { "curves.margin",  "Accuracy with margin", "Share that is right even when the own class must be ahead by the margin.", "by the train rule" },
    { "curves.loss",    "Loss", "Of the batches, smoothed over the last ones; logarithmic axis.", "nats" },
    { "curves.raw",     "Loss of each batch", "Unsmoothed: it jumps because every batch is another sample.", "nats" },
    { "curves.test-loss", "Test loss", "The same loss on samples that were never trained on.", "nats" },
    { "curves.event",   "Change by hand", "A setting was changed at this step; the training went on.", "the timeline has the same flags" },
    { "curves.ghost",   "Another training", "An earlier future, or one of the comparison, on the same axes.", "" },
    { "curves.cross",   "Cross-hair", "The step under the pointer; the numbers at the side are of it.", "" },

    { "logit.own",      "Own class", "What the loss makes of the angle to the own class: lower than the cosine by the margin.", "this is what is trained" },
    { "logit.cosine",   "Plain cosine", "What every other class gets, and the own one at test time.", "" },
    { "logit.gap",      "Margin", "How much lower the own class is held than it deserves.", "amber, as everything of the margin" },
    { "logit.ghost.",   "Another loss", "The same curve of another member of the family, with the settings it has in the panel.", "" },
    { "logit.rival",    "The rival", "The nearest other class of the shown sample: its cosine is the height to beat.", "" },
    { "logit.selected", "Shown sample", "Its angle, its bent and its plain cosine.", "" },
    { "logit.mean",     "Mean angle", "Of all shown samples to their own class.", "" },
    { "logit.bars",     "Histogram", "How many samples have this angle to their own class.", "" },

    { "angles.own",     "To the own class", "Angles between features and the weight of their true class.", "small is good" },
    { "angles.rival",   "To the nearest other class", "Angles between features and the closest wrong weight.", "large is good" },
    { "angles.bracket", "Margin", "From the own class's bars to the rival's there must be at least this much.", "" },
    { "angles.threshold", "Threshold", "Pairs closer than this are accepted as the same person or thing.", "drag it along the ROC" },
    { "pairs.same",     "Same class", "Angles between two samples of one class.", "small is good" },
    { "pairs.different","Different classes", "Angles between two samples of two classes.", "what lies left of the threshold is accepted wrongly" },

    { "roc.seen",       "ROC, seen classes", "Same pairs accepted against different pairs accepted, for every threshold.", "up and left is good" },
    { "roc.open",       "ROC, unseen classes", "The same for classes that were held out of the training.", "open-set verification" },
    { "roc.eer",        "Equal errors", "As many same pairs are refused as different ones accepted.", "EER, in percent" },
    { "roc.threshold",  "Threshold in use", "Where on the curve the threshold stands.", "drag it, or arrows when the view has the focus" },
    { "roc.chance",     "Chance", "What guessing would give.", "" },
    { "roc.table",      "Operating points", "EER, and same pairs accepted when 10, 1 and 0.1 % of the different ones are.", "TAR at FAR" },
    { "roc.gallery",    "Search in a gallery", "Share of probes whose nearest neighbour among so many identities is right.", "rank 1" },

    { "score.curve",    "Loss of the score", "What a sample costs at this score; its slope is how hard it is pushed.", "" },
    { "score.other",    "Rival losses", "Other losses of the same score, to compare.", "" },
    { "score.bars",     "Scores of the samples", "How many samples have this score, by class.", "" },
    { "score.margin",   "Margin", "Scores below it cost something though their sign may be right.", "" },
    { "score.selected", "Shown sample", "Its score and what it costs.", "" },

    { "score.slope",    "Pull", "How hard a sample with this score is pushed: the slope of the loss.", "" },
    { "score.point",    "Samples", "Where the samples stand on the curve.", "click one in the plane to choose it" },

    { "data.point",     "Sample", "Where its two numbers put it; colour and shape are its class.", "drag it; double-click puts it back" },
    { "data.slack",     "Slack", "How far a sample is from its own margin line: what the hinge counts.", "" },
    { "data.support",   "Support vector", "On or within its margin line: only these pull the boundary.", "" },
    { "data.w",         "w", "Direction of the weight: the score grows along it.", "" },
    { "data.width",     "Width of the margin", "2/\u2016w\u2016: the smaller the weight, the wider.", "amber, as everything of the margin" },
    { "data.residual",  "Residual", "From the sample up or down to the line: what the loss is of.", "" },
    { "data.fit",       "Fitted line", "y = w x + b as trained so far.", "" },
    { "data.pull",      "Pull", "How hard the chosen sample pulls the line, as a share of all.", "" },

    { "landscape.contour", "Equal J", "Weights on this line have the same mean loss, decay included.", "" },
    { "landscape.minimum", "Minimum", "The best weights there are for these data and this loss.", "" },
    { "landscape.path", "Way of the training", "From the first weights to where they stand now.", "" },
    { "landscape.here", "Now", "The weights of the step shown, and downhill from there.", "" },

    { "field.contour",  "Equal loss", "On this line a sample of the chosen class costs the same.", "" },
    { "field.arrow",    "Downhill", "Where the gradient would move a feature from here.", "longer is stronger" },
    { "field.point",    "Sample", "A feature of the chosen class on its own landscape.", "" },
    { "field.ground",   "Landscape", "Loss of a sample of the chosen class at each place: darker costs more.", "" },

    { "confusion.cell", "Cell", "How many samples of the row's class were given to the column's.", "the diagonal is right" },
    { "confusion.recall", "Recall", "Share of the row's class that is right.", "0 to 100 %" },
    { "confusion.name", "Class", "Number of the class, in its colour.", "" },

    { "stage.weight",   "Weight", "Drag its tip, or use the arrows: length and angle are yours.", "Up, Down: W\u2082; Shift: W\u2081; Left, Right: the angle" },
    { "stage.band",     "What the loss gives", "For each direction, the class that wins and the part the margin takes.", "one ring for each loss" },
    { "stage.angle",    "Angle between the weights", "Everything the margin has is inside it.", "" },
    { "stage.table",    "Where the boundaries run", "Boundary and margin of each loss for these two weights, in degrees.", "" },

    { "input.dot",      "Sample", "One sample of the data.", "click pins it everywhere" },
    { "input.image",    "Sample", "What the network was shown; below it the true and the predicted class.", "click pins it everywhere" },
    { "input.boundary", "Boundary in the inputs", "Where the network's decision changes, as seen from the data.", "" },

    { "lens.row",       "A class", "Angle, logit as trained, probability, and how hard it pulls.", "" },
    { "lens.total",     "Loss of this sample", "The sum of the lines above; the same number 'eval' prints.", "nats" },
    { "lens.gradient",  "Gradient", "Where the feature is moved next.", "" },

    { "compare.cell",   "Training", "One of the trainings, at the same step as the others.", "click: the controls are for it" },
};
/* clang-format on */

/* "\lambda" as it is drawn; "m_1" stays. */
static void plain(const char *symbol, char out[PLAIN])
{
    snprintf(out, PLAIN, "%s", symbol);
    for (size_t i = 0; symbol[0] == '\\' && i < sizeof greek / sizeof greek[0]; i++)
        if (strcmp(symbol + 1, greek[i].name) == 0)
            snprintf(out, PLAIN, "%s", greek[i].text);
}

static const struct param *param_of(const struct loss *loss, const char *symbol)
{
    char text[PLAIN];
    for (int i = 0; i < loss_param_count(loss); i++) {
        plain(loss->param[i].symbol ? loss->param[i].symbol : "", text);
        if (text[0] && strcmp(text, symbol) == 0)
            return &loss->param[i];
    }
    return NULL;
}

static bool symbol_explained(const struct experiment *e, const char *symbol, struct explanation *out)
{
    const struct loss *loss = experiment_loss(e);
    const struct param *row = param_of(loss, symbol);
    char there[64], title[96];
    const char *rest;
    if (row) {
        struct explanation draft;
        explain_param(loss, row, &draft);
        snprintf(title, sizeof title, "%s, %s", symbol, row->label);
        explain_say(out, title, draft.text, draft.note);
        return true;
    }
    snprintf(there, sizeof there, "%s@%s", symbol, loss->id);
    int n = (int)(sizeof symbols / sizeof symbols[0]);
    const struct explain_row *found = explain_find(symbols, n, there, &rest);
    if (!found || !strchr(found->id, '@')) /* the index of "theta_*" has no loss */
        found = explain_find(symbols, n, symbol, &rest);
    if (found)
        explain_say(out, found->what, found->text, found->note);
    return found != NULL;
}

/* "CosFace, m = 0.35" */
static void name_loss(const struct experiment *e, const char *id, struct explanation *out)
{
    const struct loss *loss = loss_find(id);
    char symbol[PLAIN], number[32];
    if (!loss)
        return;
    snprintf(out->what, sizeof out->what, "%s", loss->label);
    snprintf(out->note, sizeof out->note, "%s", loss->source ? loss->source : "");
    if (loss->margin < 0)
        return;
    const struct param *row = &loss->param[loss->margin];
    plain(row->symbol ? row->symbol : row->id, symbol);
    snprintf(out->what, sizeof out->what, "%s, %s = %s", loss->label, symbol,
        number_short(e->param[loss_index(loss)][loss->margin], number, sizeof number));
}

bool explain_mark(const struct experiment *e, const char *mark, struct explanation *out)
{
    const char *rest;
    if (mark[0] == '=')
        return symbol_explained(e, mark + 1, out);
    const struct explain_row *row = explain_find(marks, (int)(sizeof marks / sizeof marks[0]), mark, &rest);
    if (row)
        explain_say(out, row->what, row->text, row->note);
    if (row && strcmp(row->id, "logit.ghost.") == 0)
        name_loss(e, rest, out);
    return row != NULL;
}
