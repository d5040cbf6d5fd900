"""What forward may take, from its documentation, its annotations and the layers."""

import inspect
import math
import re

from .arguments import annotations_of
from .channel import Failure
from .inputs import Inputs, inputs_by_spec, parameters_of_forward
from .places import definition_of
from .reasons import HALF_WORDS, failure_of
from .running import run_once
from .words import dtype_name


def guess_inputs(model):
    """What forward takes by name, each with the likeliest first, from its documentation, its annotations and the layers."""
    parameters, _ = parameters_of_forward(model)
    text = "\n".join(filter(None, [inspect.getdoc(model.forward), inspect.getdoc(type(model))]))
    hints = annotations_of(model.forward)
    guesses = {}
    for name, each in parameters.items():
        if each.default is not each.empty:
            continue
        hint = hints.get(name)
        if hint in (int, float, bool, str):
            guesses[name] = [(f"{name}={ {int: 1, float: 1.0, bool: 'false', str: ''}[hint] }", "its type")]
            continue
        documented = shape_in_text(name, text)
        layers = shapes_by_layers(model, name, first=not guesses)
        guesses[name] = ([(f"{name}:{documented}", "its documentation")] if documented else []) + [
            (f"{name}:{shape}", source) for shape, source in layers
        ]
    return guesses


def shape_in_text(name, text):
    """`x: (B, 3, 224, 224)`, `x (Tensor[N, 3, H, W])`, `x: float32[1, 8]` in a docstring."""
    found = re.search(rf"\b{re.escape(name)}\b[^\n]*?[\(\[]\s*((?:\w+|\*)(?:\s*,\s*\w+)+)\s*,?\s*[\)\]]", text)
    if not found:
        return None
    sizes = [each.strip() for each in found.group(1).split(",")]
    if not any(each.isdigit() for each in sizes):
        return None
    line = found.group(0).lower()
    dtype = (
        "int64" if re.search(r"int64|long|token|ids|index|indices", line) else "bool" if "bool" in line else "float32"
    )
    wide = {
        "h": 224,
        "w": 224,
        "height": 224,
        "width": 224,
        "t": 16,
        "l": 16,
        "s": 16,
        "seq": 16,
        "seq_len": 16,
        "length": 16,
        "time": 16,
    }
    return f"{dtype}[{','.join(each if each.isdigit() else str(wide.get(each.lower(), 1)) for each in sizes)}]"


def shapes_by_layers(model, name, first):
    """From the first layer that tells how many channels, features or entries there are."""
    import torch

    nn = torch.nn
    if re.search(r"mask", name):
        return [("bool[1,16]", "its name"), ("float32[1,16]", "its name")]
    if re.search(r"ids?$|tokens?$|index|indices|labels?$", name):
        return [("int64[1,16]", "its name")]
    settings = getattr(model, "default_cfg", None) or getattr(model, "pretrained_cfg", None)
    size = settings.get("input_size") if isinstance(settings, dict) else getattr(settings, "input_size", None)
    if isinstance(size, (tuple, list)) and first:
        return [(f"float32[1,{','.join(map(str, size))}]", "the settings of the model")]
    dtype = next((dtype_name(each.dtype) for each in model.parameters() if each.dtype.is_floating_point), "float32")
    found = next(
        (
            each
            for each in model.modules()
            if isinstance(each, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.RNNBase, nn.LayerNorm))
        ),
        None,
    )
    source = f"its first layer, {type(found).__name__}" if found is not None else "nothing"
    if isinstance(found, nn.Embedding):
        return [("int64[1,16]", source), ("int64[16]", source)]
    if isinstance(found, nn.Conv3d):
        return [(f"{dtype}[1,{found.in_channels},16,{side},{side}]", source) for side in (112, 32)]
    if isinstance(found, nn.Conv2d):
        own = next(
            (getattr(model, each) for each in ("image_size", "img_size", "input_size") if hasattr(model, each)), None
        )
        sides = [own] if isinstance(own, int) else []
        return [
            (f"{dtype}[1,{found.in_channels},{side},{side}]", source)
            for side in [*sides, 224, 32, 28, 64, 256, 299, 128, 16]
        ]
    if isinstance(found, nn.Conv1d):
        return [(f"{dtype}[1,{found.in_channels},{length}]", source) for length in (128, 16000, 32)]
    if isinstance(found, nn.RNNBase):
        return [(f"{dtype}[1,16,{found.input_size}]", source)]
    if isinstance(found, (nn.Linear, nn.LayerNorm)):
        width = found.in_features if isinstance(found, nn.Linear) else found.normalized_shape[-1]
        root = math.isqrt(width)
        return [(f"{dtype}[1,{width}]", source), (f"{dtype}[1,16,{width}]", source)] + (
            [(f"{dtype}[1,1,{root},{root}]", source)] if root * root == width else []
        )
    return [(f"{dtype}[1,3,224,224]", source), (f"{dtype}[1,16]", source)]


def inputs_by_guess(model, channel):
    """The first guess with which the model runs."""
    guesses = guess_inputs(model)
    if not guesses:
        parameters, takes_more = parameters_of_forward(model)
        if takes_more or parameters:
            raise Failure(
                "inputs-unknown", "forward does not say what it takes", definition_of(model.forward), parameters=""
            )
        return Inputs([], {}, "given")
    rounds = max(len(each) for each in guesses.values())
    first = None
    for k in range(rounds):
        specs = [each[min(k, len(each) - 1)][0] for each in guesses.values()]
        inputs = inputs_by_spec(model, specs)
        inputs.source = "guess"
        try:
            run_once(model, inputs, 0, {})
            return inputs
        except Exception as error:
            # Whether half precision runs is seen later.
            if HALF_WORDS.search(str(error)):
                return inputs
            first = first or (specs, failure_of(error, "run", channel))
    specs, failure = first
    if failure.kind != "run":
        raise failure
    reason = f"no guess fits (with {' '.join(specs)} it says: {failure.reason})"
    raise Failure("inputs-unknown", reason, failure.frames, parameters=", ".join(guesses))
