#include "app/explain.h"

#include <stdio.h>
#include <string.h>

#include "math/loss.h"
#include "render/number.h"
#include "render/view.h"

const struct explain_row *explain_find(
    const struct explain_row *row, int n, const char *id, const char **rest)
{
    const struct explain_row *best = NULL;
    size_t longest = 0;
    for (int i = 0; i < n; i++) {
        size_t length = strlen(row[i].id);
        char last = row[i].id[length - 1];
        size_t common = last == '*' ? length - 1 : length;
        bool begins = (last == '*' || last == '.') && strncmp(row[i].id, id, common) == 0;
        if (!begins && strcmp(row[i].id, id) != 0)
            continue;
        size_t worth = begins ? common : length + 1; /* the id itself before any beginning of it */
        if (best && worth <= longest)
            continue;
        best = &row[i];
        longest = worth;
        *rest = begins ? id + common : "";
    }
    return best;
}

void explain_say(struct explanation *out, const char *what, const char *text, const char *note)
{
    snprintf(out->what, sizeof out->what, "%s", what ? what : "");
    snprintf(out->text, sizeof out->text, "%s", text ? text : "");
    snprintf(out->note, sizeof out->note, "%s", note ? note : "");
}

/* --- what the rows of math know ------------------------------------------------------------------------ */

static void sentence(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    if (out[0] >= 'a' && out[0] <= 'z' && !(out[1] == ' ' && out[0] != 'a'))
        out[0] = (char)(out[0] - 'a' + 'A');
    size_t n = strlen(out);
    if (n > 0 && n + 1 < size && out[n - 1] != '.')
        memcpy(out + n, ".", 2);
}

static void range(const struct param *row, char *out, size_t size)
{
    char low[24], high[24], initial[24];
    switch (row->kind) {
    case PARAM_BOOL:
        snprintf(out, size, "on or off, default %s", row->initial != 0 ? "on" : "off");
        break;
    case PARAM_CHOICE:
        snprintf(out, size, "default %s", row->choice[(int)row->initial]);
        break;
    case PARAM_LIST:
        snprintf(out, size, "ones, inverse, or numbers as 1:1:5");
        break;
    default:
        snprintf(out, size, "%s to %s%s%s, default %s", number_short(row->min, low, sizeof low),
            number_short(row->max, high, sizeof high), row->unit && row->unit[0] ? " " : "",
            row->unit ? row->unit : "", number_short(row->initial, initial, sizeof initial));
    }
}

void explain_param(const struct loss *loss, const struct param *row, struct explanation *out)
{
    char limits[128];
    sentence(row->label, out->what, sizeof out->what);
    size_t n = strlen(out->what);
    if (n > 0 && out->what[n - 1] == '.')
        out->what[n - 1] = '\0';
    sentence(row->help ? row->help : row->label, out->text, sizeof out->text);
    range(row, limits, sizeof limits);
    snprintf(out->note, sizeof out->note, "%s \u00b7 %s: %.100s", limits, loss->label,
        loss->source ? loss->source : "");
}

static const struct param *param_of(const struct loss *loss, const char *id, size_t length)
{
    for (int i = 0; i < loss_param_count(loss); i++)
        if (strlen(loss->param[i].id) == length && strncmp(loss->param[i].id, id, length) == 0)
            return &loss->param[i];
    return NULL;
}

/* "m", "m.value", "mode.hard", "ring.lambda.value" */
static bool param(const struct experiment *e, const char *rest, struct explanation *out)
{
    size_t first = strcspn(rest, ".");
    const struct loss *loss = experiment_loss(e);
    const struct param *row = param_of(loss, rest, first);
    for (int i = 0; i < term_count() && !row && rest[first]; i++)
        if (strlen(term_at(i)->id) == first && strncmp(term_at(i)->id, rest, first) == 0) {
            loss = term_at(i);
            row = param_of(loss, rest + first + 1, strcspn(rest + first + 1, "."));
        }
    if (row)
        explain_param(loss, row, out);
    return row != NULL;
}

static bool loss(const struct experiment *e, const char *rest, struct explanation *out)
{
    (void)e;
    const struct loss *l = loss_find(rest);
    if (!l)
        return false;
    explain_say(out, l->label, "", l->source);
    sentence(l->subtitle ? l->subtitle : l->label, out->text, sizeof out->text);
    return true;
}

static bool chosen_loss(const struct experiment *e, const char *rest, struct explanation *out)
{
    (void)rest;
    return loss(e, experiment_loss(e)->id, out);
}

static bool dataset(const struct experiment *e, const char *rest, struct explanation *out)
{
    (void)e;
    const struct dataset_row *row = dataset_find(rest);
    if (!row)
        return false;
    explain_say(out, row->label, "", "changing it starts the training anew");
    sentence(row->help, out->text, sizeof out->text);
    return true;
}

/* --- what is in no other table ------------------------------------------------------------------------- */

/* clang-format off */
static const struct explain_row views[] = {
    { "feature",   "Plane", "Every point is a sample's feature, every shaft a class weight; tints show which class a direction is given to.", "arrows move it, Ctrl + arrows pick points" },
    { "sphere",    "Sphere", "Directions of the features on a ball: what is left when lengths do not count.", "arrows turn it, Shift + Up, Down zoom" },
    { "curves",    "Curves", "Loss and accuracy over the steps; amber flags are changes made by hand.", "Left, Right move the cross-hair" },
    { "logit",     "Logit of the own class", "What the loss makes of the angle to the own class; below the plain cosine lies the margin.", "" },
    { "angles",    "Angles", "How far samples are from their own class weight and from the nearest other one.", "" },
    { "pairs",     "Pair angles", "Angles between two samples of one class and of two classes; where they overlap, verification errs.", "" },
    { "roc",       "Verification", "Pairs accepted as the same against pairs wrongly accepted, as the threshold moves.", "Left, Right move the threshold, Home: equal errors" },
    { "score",     "Loss of a score", "Loss by the score z with its rivals; the bars show where the samples are.", "" },
    { "field",     "Loss over the plane", "What a sample of the chosen class would cost at each place; arrows point downhill.", "" },
    { "confusion", "Confusion", "Rows are true classes, columns what was predicted; the diagonal is right.", "" },
    { "stage",     "Two classes", "Two weights by hand: where their boundary runs and what the margin takes of it.", "arrows: angle and length, Shift: the other weight" },
    { "input",     "Inputs", "The samples themselves, the unsure and the wrong ones first, or the data's own plane.", "Left, Right choose one" },
    { "lens",      "Lens", "One sample's loss with numbers: angles, logits, probabilities, gradient.", "Alt + arrows move the probe" },
    { "compare",   "Compare", "Several trainings on the same data, at the same step.", "" },
    { "dashboard", "Dashboard", "The whole arrangement as exports show it.", "" },
    { "drawer",    "Plots", "The plots that stand beside the view in a larger window.", "I opens and closes it" },
};
/* clang-format on */

static bool view(const struct experiment *e, const char *rest, struct explanation *out)
{
    (void)e;
    const char *after;
    const struct explain_row *row = explain_find(views, (int)(sizeof views / sizeof views[0]), rest, &after);
    if (row)
        explain_say(out, row->what, row->text, row->note);
    return row != NULL;
}

static bool title(const struct experiment *e, const char *rest, struct explanation *out)
{
    if (!view(e, rest, out))
        return false;
    snprintf(out->note, sizeof out->note, "click or Down: another view; twice or Enter: larger");
    return true;
}

/* Ids whose text another table has; what follows the '.' says which row. */
static const struct {
    const char *id;
    bool (*fill)(const struct experiment *e, const char *rest, struct explanation *out);
} elsewhere[] = { { "param.", param }, { "loss.", loss }, { "term.", loss }, { "dataset.", dataset },
    { "view.", view }, { "show.", view }, { "title.", title }, { "header.title", chosen_loss } };

/* clang-format off */
static const struct explain_row controls[] = {
    /* top bar */
    { "tab.plane",    "Plane", "Features of two numbers, drawn as they are: the place to see angles, norms and margins.", "Ctrl+1" },
    { "tab.sphere",   "Sphere", "Features of three numbers, seen as directions on a ball.", "Ctrl+2" },
    { "tab.compare",  "Compare", "Two to four trainings side by side: same data, same first weights, same step.", "Ctrl+3; C adds one" },
    { "tab.basics",   "Basics", "One score or one line: hinge, logistic, squared, Huber and others on points you can move.", "Ctrl+4" },
    { "tab.lessons",  "Lessons", "Ten lessons to click through with a presenter, each with its own trainings.", "Ctrl+5" },
    { "fullscreen",   "Full screen", "The whole screen for the window.", "F11" },
    { "help",         "Keys and gestures", "Every key and everything the mouse can do.", "?" },
    { "theme",        "Theme", "Dark for screens, light for projectors and print.", "T" },
    { "export",       "Save a picture", "The main view as it stands, twice as fine, with its caption.", "S; Shift+S: the whole arrangement" },
    { "drawer",       "Plots", "Shows the side plots over the view in a small window.", "I" },
    { "help.close",   "Close", "Back to the window.", "Esc" },
    { "help.*",       "Help", "More of the keys and gestures.", "Page Up, Page Down" },
    /* control panel */
    { "dataset",      "Data set", "What is learned from: a row of the list, a folder of IDX files or a CSV file.", "changing it starts the training anew" },
    { "dataset.path", "Folder or CSV file", "Type a folder of IDX files or a CSV file whose last column is the label.", "Enter reads it" },
    { "model",        "Model", "What turns inputs into features: a network, free points, or nothing at all.", "changing it starts the training anew" },
    { "model.mlp",    "MLP", "A network of ReLU layers makes the features; all of it learns.", "" },
    { "model.cnn",    "CNN", "Convolutions and poolings, then dense layers: a small LeNet. For images.", "several times slower than the MLP, and better at test" },
    { "model.free",   "Free points", "There is no network: each sample's feature is moved by its own gradient.", "" },
    { "model.identity", "Inputs as they are", "The inputs are the features; only the class weights learn.", "" },
    { "model.*",      "Model", "What turns inputs into features.", "" },
    { "hidden",       "Hidden layers", "Sizes of the layers between input and feature, as 128,64.", "changing it starts the training anew" },
    { "filters",      "Filters", "Filters of each convolution, as 16,32; every comma halves the picture, 16+16 does not.", "changing it starts the training anew" },
    { "kernel",       "Kernel", "How many places a filter sees across and down.", "changing it starts the training anew" },
    { "feature-dim",  "Features", "How many numbers a feature has: 2 is drawn as a plane, 3 as a ball.", "changing it starts the training anew" },
    { "seed",         "Seed", "Decides data, first weights and order of the samples: the same seed gives the same run.", "a whole number" },
    { "seed.dice",    "New seed", "Starts over with the next seed.", "Shift+R" },
    { "loss.more",    "All losses", "Every loss by family, with a search.", "A" },
    { "loss.filter",  "Search", "Type a part of a name, a family or a year.", "Esc empties it" },
    { "param.lr*",    "Rate", "How large a step of the optimiser is. Too large diverges, too small crawls.", "default 0.001 for Adam" },
    { "param.batch*", "Batch", "How many samples a step looks at.", "1 to 2048, or all of them" },
    { "batch.full",   "Full batch", "Every step looks at all training samples: no noise from the choice.", "" },
    { "bias",         "Bias", "A number added to each class's logit; it lets a class win everywhere at small norms.", "left out by normalised heads" },
    { "warmup",       "Warm-up", "First steps without scale and margin, then the margin grows to its value.", "helps hard margins to start" },
    { "anneal",       "Anneal \u03bb", "Mixes the plain logit in at first and less and less later, as the paper does.", "Liu et al., CVPR 2017" },
    { "split",        "Points shown", "Training points, test points, or both.", "Y" },
    /* main view */
    { "layer.regions",  "Regions", "Tints: to which class a direction is given at test time.", "" },
    { "layer.margins",  "Margins", "Hatched: where the test is right already and training still pushes.", "" },
    { "layer.weights",  "Weights", "Shafts and heads: the class weights W, in the colour of their class.", "" },
    { "layer.rose",     "Rose", "Outside the ring: how many features point in each direction.", "" },
    { "layer.shapes",   "Shapes", "Each class has a shape besides its colour.", "G" },
    { "layer.legend",   "Legend", "What the signs in the picture mean.", "" },
    { "layer.stats",    "Numbers", "Accuracies and angles in the corner.", "" },
    { "layer.*",        "Layer", "Shows or hides a part of the picture.", "" },
    { "coach",          "Coach", "The training shows a known trouble; the buttons try the cures that worked on a stored example.", "" },
    { "coach.dismiss",  "Dismiss", "Sends this finding away; the training goes on as it is.", "" },
    { "coach.*",        "Cure", "Tries this: it has been tested on a stored example of the same trouble.", "" },
    { "diverged.reset", "Reset", "Back to step 0 with the same settings.", "R" },
    { "sweep.once",     "Sweep once", "The slider moves from end to end by itself while the training goes on.", "" },
    { "sweep.both",     "Back and forth", "The slider moves to and fro until it is stopped.", "M for the margin" },
    { "sweep.slower",   "Slower", "More seconds from end to end.", "" },
    { "sweep.faster",   "Faster", "Fewer seconds from end to end.", "" },
    { "sweep.stop",     "Stop", "The slider stays where it is.", "Esc" },
    { "coach.back",     "Back to a step before", "Pauses where all was still well; change something, then go on.", "" },
    /* points by hand */
    { "draw.class.*",   "Class of new points", "Points that come are of this class; a new one gets a weight of its own at once.", "0 to 9" },
    { "draw.add",       "Points", "A click puts a point of the chosen class, a drag moves one; on empty ground it leaves a line of them.", "X: the next tool" },
    { "draw.brush",     "Brush", "A drag sprays points of the chosen class about the pointer; Enter about the cross.", "Ctrl+Z takes the whole stroke back" },
    { "draw.erase",     "Eraser", "A drag takes the points under the pointer away; the training goes on without them.", "Delete: the one under the pointer or the cross" },
    { "draw.cross",     "Drawing by keys", "Arrows move the cross, with Shift far, with Ctrl to the next point, with Alt the point under it. Enter puts a point.", "0 to 9: class; X: tool; Delete" },
    { "draw*",          "Draw points", "Your own data: classes and tools for putting points into the plane.", "L; Ctrl+Z takes the last back" },
    /* files */
    { "session*",       "Session", "The whole window with its trainings in one file, to go on later to the same numbers.", "Ctrl+S, Ctrl+O" },
    { "session.path",   "File", "Where the session is written or read.", "Enter does it" },
    { "session.offer",  "Session", "The last run ended without saying goodbye; its state was kept.", "" },
    { "session.restore", "Restore", "Goes on from what was kept when the last run fell.", "" },
    { "session.discard", "Discard", "Forgets what was kept.", "" },
    { "session.recent.*", "Recent session", "Opens this file in place of what is on screen.", "" },
    { "export.*",       "Export", "What the picture, animation or table will hold; the preview shows it.", "E opens and closes it" },
    { "export.close",   "Close", "Back to the window without writing anything.", "Esc" },
    { "animation.*",    "Animation", "How the film is made: from where to where, how long, in which format.", "" },
    { "animation.start", "Start", "Makes the film in the background; the window stays free.", "" },
    { "animation.cancel", "Stop", "Ends it; nothing is left over.", "" },
    /* time */
    { "reset",        "Back to step 0", "The same training from its first weights.", "R; Shift+R: another seed" },
    { "back",         "Back in time", "One kept step back; nothing is lost.", "Left" },
    { "play",         "Play or pause", "Lets the training go on at the pace, or stops it.", "Space" },
    { "step",         "One step", "One step of the optimiser; in the past, one kept step on.", "N" },
    { "pace",         "Pace", "Steps a second, from 1 to as many as the machine can.", "< and >" },
    { "timeline",     "Timeline", "Every step so far. Drag it to look back; V trains on from there.", "Left, Right; End: the present" },
    { "live",         "Present", "Back to where the training stands.", "End" },
    { "timeline.*",   "Timeline", "Every step so far.", "" },
    { "replay",       "Replay changes", "What was changed after the branch in the old future, at the same steps again.", "Shift+V" },
    { "branch",       "Train on from here", "A new future from the step shown; the old one stays as a ghost.", "V" },
    { "roll",         "Play the past", "Lets the timeline run by itself.", "Shift+Space" },
    /* compare */
    { "compare.add",     "Add a copy", "One more training with the same settings, at the same step.", "C" },
    { "compare.equal",   "Make equal", "Gives all trainings the settings of the one in focus.", "" },
    { "compare.all",     "Controls drive", "Whether the panel changes only the training in focus or all of them.", "" },
    { "compare.remove.", "Take away", "Removes this training from the comparison.", "" },
    { "compare.loss.",   "Loss of this training", "Opens the list of losses for it.", "" },
    { "compare.cell.",   "Training", "Click or Enter: the panel's controls are for this one.", "" },
    { "compare.*",       "Compare", "Several trainings on the same data, at the same step.", "" },
    /* lessons */
    { "lesson.back",  "Step before", "The lesson's last step again, with its training.", "Page Up" },
    { "lesson.next",  "Next step", "On in the lesson; it trains as far as the step needs.", "Page Down" },
    { "lesson.step",  "Progress", "Which step of the lesson this is.", "" },
    { "lesson.cell.", "Training", "One of the trainings the step compares.", "" },
    { "lesson.*",     "Lesson", "Opens it. What is training now waits until you leave.", "Enter; Esc leaves" },
    { "step.",        "Step", "This step of the lesson; its training is made on the way.", "" },
    { "reveal",       "Predict first", "The answer appears when you have made your guess.", "Space" },
};
/* clang-format on */

bool explain_control(const struct experiment *e, const char *id, struct explanation *out)
{
    const char *rest;
    struct explanation draft = { "", "", "" };
    for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++) {
        size_t n = strlen(elsewhere[i].id);
        if (strncmp(elsewhere[i].id, id, n) == 0 && elsewhere[i].fill(e, id + n, &draft)) {
            *out = draft;
            return true;
        }
    }
    const struct explain_row *row =
        explain_find(controls, (int)(sizeof controls / sizeof controls[0]), id, &rest);
    if (row)
        explain_say(out, row->what, row->text, row->note);
    return row != NULL;
}
