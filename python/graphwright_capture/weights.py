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

WEIGHT_KEYS = (
    "state_dict",
    "model_state_dict",
    "model_state",
    "model",
    "module",
    "net",
    "network",
    "ema_state_dict",
    "model_ema",
    "ema",
    "params_ema",
    "params",
    "weights",
    "generator",
    "encoder",
)


PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.", "encoder.")


def load_weights(model, request, channel):
    """Loads a state_dict, from wherever in the file it is. Keys that are missing or left over end the capture, unless they
    were accepted."""
    import torch

    file = request["weights"]
    channel.step(f"Loading {os.path.basename(file)}")
    stored = read_weights(file, channel)
    own = model.state_dict()
    path, prefix, weights = best_weights(stored, own, file)
    where = f", from its '{path}'" if path else ""
    where += f", without '{prefix}' before their names" if prefix else ""
    # Programs may rename older weights themselves while they are loaded.
    with contextlib.suppress(RuntimeError):
        model.load_state_dict(weights)
        channel.note("weights-loaded", f"{len(weights)} weights were loaded from {os.path.basename(file)}{where}")
        return {"loaded": len(weights), "missing": [], "leftOver": []}
    # A lazy module takes any shape.
    sized = {name: value for name, value in own.items() if not torch.nn.parameter.is_lazy(value)}
    misfits = [name for name in weights if name in sized and weights[name].shape != sized[name].shape]
    taken = {name: value for name, value in weights.items() if name in own and name not in misfits}
    # Older versions of BatchNorm did not count their batches, which nothing but training asks for.
    missing = [name for name in own if name not in weights and not name.endswith("num_batches_tracked")]
    left_over = [name for name in weights if name not in own]
    wrong = [
        f"{name} is {shape_text(weights[name])} in the file and {shape_text(own[name])} in the program"
        for name in misfits
    ]
    if not taken:
        raise Failure(
            "weights",
            "no name in the file is one of the program's",
            file=file,
            missing=listed(missing),
            leftOver=listed(left_over),
        )
    if (missing or left_over or wrong) and not request["acceptWeights"]:
        raise Failure(
            "weights",
            counted_misfit(missing, left_over, wrong),
            file=file,
            missing=listed(missing),
            leftOver=listed(left_over),
            wrong=listed(wrong),
        )
    with running(channel, "weights", file=file, missing="", leftOver=""):
        model.load_state_dict(taken, strict=False)
    if missing or wrong:
        channel.note(
            "weights-missing",
            f"{len(missing) + len(misfits)} weights stay as the program made them: {listed(missing + misfits)}",
        )
    if left_over:
        channel.note(
            "weights-left-over",
            f"{len(left_over)} weights of the file belong to nothing in the program: {listed(left_over)}",
        )
    channel.note("weights-loaded", f"{len(taken)} weights were loaded from {os.path.basename(file)}{where}")
    return {"loaded": len(taken), "missing": missing + misfits, "leftOver": left_over}


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
    "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool",
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
        flat = (
            torch.frombuffer(data, dtype=torch.uint8, offset=start, count=end - start).clone().view(kind)
            if end > start
            else torch.zeros(0, dtype=kind)
        )
        found[name] = flat.reshape(row["shape"])
    return found


def tensors_of(value):
    import torch

    # A whole module, where its file was trusted.
    if isinstance(value, torch.nn.Module):
        return value.state_dict()
    if not isinstance(value, dict):
        return {}
    return {name: each for name, each in value.items() if isinstance(name, str) and isinstance(each, torch.Tensor)}


def best_weights(stored, own, file):
    """Of the dicts of tensors in a file, and of prefixes of their names, those that fit the program best; the plainest
    where several fit alike."""
    places = [("", tensors_of(stored))]
    if isinstance(stored, dict):
        known = [key for key in WEIGHT_KEYS if key in stored] + [key for key in stored if key not in WEIGHT_KEYS]
        places += [(str(key), tensors_of(stored[key])) for key in known]
    places = [(path, weights) for path, weights in places if weights]
    if not places:
        raise Failure("weights-unreadable", f"it holds {a_kind(stored)} without tensors by name", file=file)
    tried = [(path, prefix, without(weights, prefix)) for path, weights in places for prefix in prefixes_of(weights)]
    return max(tried, key=lambda each: (sum(name in own for name in each[2]), -len(each[1])))


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


def without(weights, prefix):
    plain = {name[len(prefix) :] if name.startswith(prefix) else name: value for name, value in weights.items()}
    # Parts of a module that were compiled one by one.
    return {name.replace("._orig_mod.", "."): value for name, value in plain.items()}


def counted_misfit(missing, left_over, wrong):
    counts = [(missing, "missing"), (left_over, "left over"), (wrong, "of another shape")]
    return ", ".join(f"{len(names)} {what}" for names, what in counts if names)
