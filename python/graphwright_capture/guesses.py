"""What forward may take, from its documentation, its annotations and the layers."""

import inspect
import math
import re

from .arguments import annotations_of
from .inputs import inputs_by_spec, parameters_of_forward
from .reasons import HALF_WORDS
from .running import run_once
from .words import dtype_name

# What a letter or a word for a size in a docstring likely stands for; another is 1.
USUAL_SIZES = {
    **dict.fromkeys(("h", "w", "height", "width"), 224),
    **dict.fromkeys(("t", "l", "s", "seq", "seq_len", "length", "time"), 16),
}


def tried_guesses(model, seed):
    """The first guess with which the model runs, its inputs and that run; else the likeliest, and why it fails. A guess is a list
    of inputs, each with its name, its description and where that comes from."""
    first = None
    for guess in guesses_of(model):
        inputs = inputs_by_spec(model, [spec for _, spec, _ in guess])
        inputs.source = "guess"
        try:
            return guess, inputs, run_once(model, inputs, seed, {}), None
        except Exception as error:
            first = first or (guess, inputs, None, error)
            # Whether half precision runs is seen later.
            if HALF_WORDS.search(str(error)):
                return guess, inputs, None, error
    return first or ([], None, None, None)


def guesses_of(model):
    """All guesses, the likeliest first."""
    parameters, _ = parameters_of_forward(model)
    text = "\n".join(filter(None, [inspect.getdoc(model.forward), inspect.getdoc(type(model))]))
    hints = annotations_of(model.forward)
    plain = {int: 1, float: 1.0, bool: "false", str: ""}
    found = []
    for name, each in parameters.items():
        if each.default is not each.empty:
            continue
        if hints.get(name) in tuple(plain):
            found.append([(name, f"{name}={plain[hints[name]]}", "its type")])
            continue
        documented = shape_in_text(name, text)
        shapes, source = shapes_by_layers(model, name, first=not found)
        found.append(
            ([(name, f"{name}:{documented}", "its documentation")] if documented else [])
            + [(name, f"{name}:{shape}", source) for shape in shapes]
        )
    rounds = max(map(len, found), default=0)
    return [[each[min(k, len(each) - 1)] for each in found] for k in range(rounds)]


def shape_in_text(name, text):
    """`x: (B, 3, 224, 224)`, `x (Tensor[N, 3, H, W])`, `x: float32[1, 8]` in a docstring."""
    found = re.search(rf"\b{re.escape(name)}\b[^\n]*?[\(\[]\s*((?:\w+|\*)(?:\s*,\s*\w+)+)\s*,?\s*[\)\]]", text)
    sizes = [each.strip() for each in found.group(1).split(",")] if found else []
    if not any(each.isdigit() for each in sizes):
        return None
    line = found.group(0).lower()
    whole = re.search(r"int64|long|token|ids|index|indices", line)
    dtype = "int64" if whole else "bool" if "bool" in line else "float32"
    return f"{dtype}[{','.join(each if each.isdigit() else str(USUAL_SIZES.get(each.lower(), 1)) for each in sizes)}]"


def shapes_by_layers(model, name, first):
    """Shapes, and where they come from: the first layer that tells how many channels, features or entries there are."""
    import torch

    nn = torch.nn
    if re.search(r"mask", name):
        return ["bool[1,16]", "float32[1,16]"], "its name"
    if re.search(r"ids?$|tokens?$|index|indices|labels?$", name):
        return ["int64[1,16]"], "its name"
    settings = getattr(model, "default_cfg", None) or getattr(model, "pretrained_cfg", None)
    size = settings.get("input_size") if isinstance(settings, dict) else getattr(settings, "input_size", None)
    if isinstance(size, (tuple, list)) and first:
        return [f"float32[1,{','.join(map(str, size))}]"], "the settings of the model"
    dtype = next((dtype_name(each.dtype) for each in model.parameters() if each.dtype.is_floating_point), "float32")
    told = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.RNNBase, nn.LayerNorm)
    found = next((each for each in model.modules() if isinstance(each, told)), None)
    source = "nothing" if found is None else f"its first layer, {type(found).__name__}"
    if isinstance(found, nn.Embedding):
        return ["int64[1,16]", "int64[16]"], source
    if found is None:
        sizes = ["3,224,224", "16"]
    elif isinstance(found, nn.Conv3d):
        sizes = [f"{found.in_channels},16,{side},{side}" for side in (112, 32)]
    elif isinstance(found, nn.Conv2d):
        own = [getattr(model, each, None) for each in ("image_size", "img_size", "input_size")]
        sides = [each for each in own if isinstance(each, int)][:1] + [224, 32, 28, 64, 256, 299, 128, 16]
        sizes = [f"{found.in_channels},{side},{side}" for side in sides]
    elif isinstance(found, nn.Conv1d):
        sizes = [f"{found.in_channels},{length}" for length in (128, 16000, 32)]
    elif isinstance(found, nn.RNNBase):
        sizes = [f"16,{found.input_size}"]
    else:
        width = found.in_features if isinstance(found, nn.Linear) else found.normalized_shape[-1]
        root = math.isqrt(width)
        sizes = [f"{width}", f"16,{width}"] + ([f"1,{root},{root}"] if root * root == width else [])
    return [f"{dtype}[1,{each}]" for each in sizes], source
