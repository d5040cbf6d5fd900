"""Weights: a state_dict, wherever in a file it is, loaded into the program."""

import argparse
import contextlib
import inspect
import json
import os
import re

from .channel import Failure
from .plain_pickles import plain_pickles
from .reasons import failure_of, running
from .words import a_kind, listed, shape_text

# Where checkpoints keep them; of two kinds a moving average is what one wants to use.
AVERAGE_KEYS = "ema_state_dict state_dict_ema model_ema ema_model ema params_ema".split()
WEIGHT_KEYS = [
    *AVERAGE_KEYS,
    *"state_dict model_state_dict model_state model module net network params weights generator encoder".split(),
]
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.", "encoder.")
# What nothing but training asks for: of BatchNorm, whose older versions did not count, and of torch.optim.swa_utils.
COUNTERS = re.compile(r"(^|\.)num_batches_tracked$|^n_averaged$")


def load_weights(model, request, channel):
    """Loads a state_dict, from wherever in the file it is. Names that are missing or left over end the capture, unless they
    were accepted."""
    import torch

    file = request["weights"]
    channel.step(f"Loading {os.path.basename(file)}")
    own = model.state_dict()
    weights, where = best_weights(read_weights(file, channel), own, file)
    taken, missing, misfits, left_over = weights, [], [], []
    try:
        # Programs may rename older weights themselves while they are loaded.
        model.load_state_dict(weights)
    except RuntimeError:
        # A lazy module takes any shape.
        sized = {name: value for name, value in own.items() if not torch.nn.parameter.is_lazy(value)}
        misfits = [name for name in weights if name in sized and weights[name].shape != sized[name].shape]
        taken = {name: value for name, value in weights.items() if name in own and name not in misfits}
        missing = [name for name in own if name not in weights and not COUNTERS.search(name)]
        left_over = [name for name in weights if name not in own and not COUNTERS.search(name)]
        wrong = [
            f"{name} is {shape_text(weights[name])} in the file and {shape_text(own[name])} in the program"
            for name in misfits
        ]
        counts = ((missing, "missing"), (left_over, "left over"), (misfits, "of another shape"))
        reason = ", ".join(f"{len(names)} {what}" for names, what in counts if names)
        lists = {"missing": listed(missing), "leftOver": listed(left_over), "wrong": listed(wrong)}
        if not taken:
            raise Failure("weights", "no name in the file is one of the program's", file=file, **lists) from None
        if reason and not request["acceptWeights"]:
            raise Failure("weights", reason, file=file, **lists) from None
        with running(channel, "weights", file=file, missing="", leftOver=""):
            model.load_state_dict(taken, strict=False)
    kept = missing + misfits
    if kept:
        channel.note("weights-missing", f"{len(kept)} weights stay as the program made them: {listed(kept)}")
    if left_over:
        text = f"{len(left_over)} weights of the file belong to nothing in the program: {listed(left_over)}"
        channel.note("weights-left-over", text)
    channel.note("weights-loaded", f"{len(taken)} weights were loaded from {os.path.basename(file)}{where}")
    return {"loaded": len(taken), "missing": kept, "leftOver": left_over}


def read_weights(file, channel):
    import torch

    if file.endswith(".safetensors"):
        with running(channel, "weights-unreadable", file=file):
            return read_safetensors(file)
    options = {"map_location": "cpu"}
    if "weights_only" in inspect.signature(torch.load).parameters:
        options["weights_only"] = not channel.request["trustWeights"]
    # Settings that training scripts keep beside their weights.
    if hasattr(torch.serialization, "add_safe_globals"):
        torch.serialization.add_safe_globals([argparse.Namespace])
    plain = options.get("weights_only") and not hasattr(torch, "export")
    try:
        with plain_pickles() if plain else contextlib.nullcontext():
            return torch.load(file, **options)
    except Exception as error:
        named = re.search(r"(?:GLOBAL|Unsupported class) ([\w.]+)", str(error))
        if named:
            reason = f"it holds objects of {named.group(1)}, which PyTorch loads only by running what the file says"
            raise Failure("weights-unreadable", reason, file=file) from error
        failure = failure_of(error, "weights-unreadable", channel, file=file)
        if not isinstance(error, OSError):
            failure.reason = f"it is not what torch.save writes ({failure.reason})"
        raise failure from error


SAFE_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
}  # fmt: skip


def read_safetensors(file):
    """The format is a length in 8 bytes, a table in JSON, and bytes: https://huggingface.co/docs/safetensors."""
    import torch

    with open(file, "rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if length > 100_000_000:
            raise ValueError("its table is too long")
        table = json.loads(opened.read(length))
        data = bytearray(opened.read())
    table.pop("__metadata__", None)
    found = {}
    for name, row in table.items():
        start, end = row["data_offsets"]
        kind = getattr(torch, SAFE_TYPES[row["dtype"]])
        found[name] = torch.zeros(row["shape"], dtype=kind)
        if end > start:
            flat = torch.frombuffer(data, dtype=torch.uint8, offset=start, count=end - start).clone()
            found[name] = flat.view(kind).reshape(row["shape"])
    return found


def dicts_of(stored, path="", depth=3):
    """The dicts of tensors in a file by where they are, the likeliest first."""
    import torch

    # A whole module, where its file was trusted.
    stored = stored.state_dict() if isinstance(stored, torch.nn.Module) else stored
    if not isinstance(stored, dict) or depth == 0:
        return
    weights = {name: each for name, each in stored.items() if isinstance(name, str) and isinstance(each, torch.Tensor)}
    if weights:
        yield path, weights
    for key in sorted(stored, key=lambda key: WEIGHT_KEYS.index(key) if key in WEIGHT_KEYS else len(WEIGHT_KEYS)):
        yield from dicts_of(stored[key], f"{path}.{key}" if path else str(key), depth - 1)


def best_weights(stored, own, file):
    """Of the dicts of tensors in a file, and of prefixes of their names, those that fit the program best; the plainest
    where several fit alike. And words that say which they are."""
    places = list(dicts_of(stored))
    if not places:
        raise Failure("weights-unreadable", f"it holds {a_kind(stored)} without tensors by name", file=file)
    tried = [
        (path, prefix, without(weights, prefix, own)) for path, weights in places for prefix in prefixes_of(weights)
    ]
    fitting = lambda each: sum(name in own for name in each[2])
    best = max(tried, key=lambda each: (fitting(each), -len(each[1])))
    path, prefix, weights = best
    where = f", from its '{path}'" if path else ""
    if path.split(".")[0] in AVERAGE_KEYS:
        others = [
            each[0] for each in tried if each[0].split(".")[0] not in AVERAGE_KEYS and fitting(each) == fitting(best)
        ]
        where += ", a moving average" + (f" beside those in its '{others[0]}'" if others and others[0] else "")
    return weights, where + (f", without '{prefix}' before their names" if prefix else "")


def prefixes_of(weights):
    """None, and what stands before all names, or before many: wrappers put it there, several one around the other."""
    found, prefix = [""], ""
    for _ in range(3):
        added = next((each for each in PREFIXES if any(name.startswith(prefix + each) for name in weights)), None)
        if added is None:
            break
        prefix += added
        found.append(prefix)
    return found + [each for each in PREFIXES if each not in found and any(name.startswith(each) for name in weights)]


def without(weights, prefix, own):
    plain = {name[len(prefix) :] if name.startswith(prefix) else name: value for name, value in weights.items()}
    # Parts of a module that were compiled one by one.
    plain = {name.replace("._orig_mod.", "."): value for name, value in plain.items()}
    return {name: value for name, value in plain.items() if name in own or not COUNTERS.search(name)}
