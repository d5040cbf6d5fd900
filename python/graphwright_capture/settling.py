"""Which inputs are taken, and which numbers stand for open sizes: those with which the program runs."""

import re

from .channel import Failure
from .guesses import tried_guesses
from .inputs import call_text, inputs_by_spec, inputs_offered, parameters_of_forward
from .places import definition_of
from .reasons import HALF_WORDS, failure_of, reason_of
from .running import run_once
from .words import dtype_name

# How large a size is that the user leaves open: what many programs take, the smallest first. Not 0 or 1, which PyTorch
# takes for fixed, and another one for each name, so that they are not taken for the same.
OPEN_SIZES = (
    (2, 3, 4, 5, 6, 7),
    (16, 24, 32, 40, 48, 56),
    (64, 96, 128, 160, 192, 256),
    (224, 256, 288, 320, 352, 384),
)
COUNTS = re.compile(r"^(n|b|bs|batch\w*|num_?\w*)$", re.I)
HALVES = ("float16", "bfloat16")


def size_choices(names):
    """Ways of giving open sizes numbers, the likeliest first."""
    choices = []
    for row in OPEN_SIZES:
        chosen = {}
        for name in names:
            source = OPEN_SIZES[0] if COUNTS.match(name) else row
            chosen[name] = next(size for size in (*source, *range(400, 10_000, 32)) if size not in chosen.values())
        if chosen not in choices:
            choices.append(chosen)
    return choices


def settle_inputs(module, model, request, channel):
    """What forward is called with, the numbers of its open sizes, and the run with them."""
    channel.step("Running the program on example inputs")
    sizes, run = {}, None
    if request["inputs"]:
        inputs = inputs_by_spec(model, request["inputs"])
    else:
        inputs = inputs_offered(module, channel)
        if inputs is None:
            inputs, run = inputs_by_guess(model, request, channel)
        text = " ".join(call_text(inputs, parameters_of_forward(model)[0]))
        guessed = inputs.source == "guess"
        channel.note(
            "inputs-taken",
            f"The inputs {text} " + ("are a guess, with which it runs" if guessed else f"are those of {inputs.source}"),
        )
    if run is None:
        sizes, run, error = sizes_that_run(model, inputs, request)
    if run is None and HALF_WORDS.search(str(error)) and holds_half(model, inputs):
        model.float()
        in_float = inputs.in_float(HALVES)
        sizes, run, _ = sizes_that_run(model, in_float, request)
        if run is not None:
            reason = f"PyTorch does not run half precision here ({reason_of(error)})"
            channel.note("half-run-as-float", f"{reason}: the program is captured in float32")
            return in_float, sizes, run
    if run is None:
        text = " ".join(call_text(inputs, parameters_of_forward(model)[0]))
        raise failure_of(error, "run", channel, inputs=text) from error
    return inputs, sizes, run


def inputs_by_guess(model, request, channel):
    """The first guess with which the model runs, and that run."""
    guess, inputs, run, error = tried_guesses(model, request["seed"])
    if inputs is None:
        if any(parameters_of_forward(model)):
            raise Failure(
                "inputs-unknown", "forward does not say what it takes", definition_of(model.forward), parameters=""
            )
        return inputs_by_spec(model, []), None
    if error is None or HALF_WORDS.search(str(error)):
        return inputs, run
    failure = failure_of(error, "run", channel)
    if failure.kind != "run":
        raise failure
    reason = f"no guess fits (with {' '.join(spec for _, spec, _ in guess)} it says: {failure.reason})"
    raise Failure("inputs-unknown", reason, failure.frames, parameters=", ".join(name for name, _, _ in guess))


def sizes_that_run(model, inputs, request):
    """Numbers for the open sizes and the run with them; or why the program fails with the likeliest of them."""
    first = None
    for sizes in size_choices(inputs.open_sizes()):
        try:
            return sizes, run_once(model, inputs, request["seed"], sizes), None
        except BaseException as error:
            first = first or error
            if not isinstance(error, Exception):
                break
    return None, None, first


def holds_half(model, inputs):
    held = [*model.parameters(), *model.buffers()]
    return any(
        dtype in HALVES
        for dtype in [each.dtype for each in inputs.leaves()] + [dtype_name(each.dtype) for each in held]
    )
