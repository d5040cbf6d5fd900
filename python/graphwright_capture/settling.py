"""Which inputs are taken, and which numbers stand for open sizes: those with which the program runs."""

import re

from .guesses import inputs_by_guess
from .inputs import TensorSpec, call_text, inputs_by_spec, inputs_offered, parameters_of_forward
from .reasons import HALF_WORDS, failure_of, reason_of
from .running import run_once

# How large a size is that the user leaves open: what many programs take, the smallest first. Not 0 or 1, which PyTorch
# takes for fixed, and another one for each name, so that they are not taken for the same.
OPEN_SIZES = (
    (2, 3, 4, 5, 6, 7),
    (16, 24, 32, 40, 48, 56),
    (64, 96, 128, 160, 192, 256),
    (224, 256, 288, 320, 352, 384),
)


COUNTS = re.compile(r"^(n|b|bs|batch\w*|num_?\w*)$", re.I)


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
    """What forward is called with, and the numbers of its open sizes; the model has run on it."""
    channel.step("Running the program on example inputs")
    if request["inputs"]:
        inputs = inputs_by_spec(model, request["inputs"])
    else:
        inputs = inputs_offered(module, channel)
        if inputs is None:
            inputs = inputs_by_guess(model, channel)
        text = " ".join(call_text(inputs, parameters_of_forward(model)[0]))
        guessed = inputs.source == "guess"
        channel.note(
            "inputs-taken",
            f"The inputs {text} " + ("are a guess, with which it runs" if guessed else f"are those of {inputs.source}"),
        )
    sizes, error = sizes_that_run(model, inputs, request)
    if error is None:
        return inputs, sizes
    if HALF_WORDS.search(str(error)) and holds_half(model, inputs):
        model.float()
        in_float = inputs.in_float()
        sizes, otherwise = sizes_that_run(model, in_float, request)
        if otherwise is None:
            reason = f"PyTorch does not run half precision here ({reason_of(error)})"
            channel.note("half-run-as-float", f"{reason}: the program is captured in float32")
            return in_float, sizes
    text = " ".join(call_text(inputs, parameters_of_forward(model)[0]))
    raise failure_of(error, "run", channel, inputs=text) from error


def sizes_that_run(model, inputs, request):
    """Numbers for the open sizes, or why the program fails with the likeliest of them."""
    first = None
    for sizes in size_choices(inputs.open_sizes()):
        try:
            run_once(model, inputs, request["seed"], sizes)
            return sizes, None
        except BaseException as error:
            first = first or error
            if not isinstance(error, Exception):
                break
    return None, first


def holds_half(model, inputs):
    import torch

    halves = (torch.float16, torch.bfloat16)
    specs = any(isinstance(each, TensorSpec) and each.dtype in ("float16", "bfloat16") for each in inputs.leaves())
    return specs or any(each.dtype in halves for each in [*model.parameters(), *model.buffers()])
