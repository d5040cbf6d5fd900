"""Runs programs as their own authors would, and writes what they give: a capture is compared with it.

usage: eager.py CASES.json WEIGHTS OUT

Shares no code with what captures. CASES.json is the list of cases.ts; WEIGHTS has the files of weights.py. OUT gets a folder
for each case by its number: `index.json` with two sets of inputs and outputs, and their bytes. The second set has other sizes
where sizes are open. A case that cannot be run is written as `error.txt`.
"""
import ast
import copy
import dataclasses
import importlib
import inspect
import json
import os
import re
import sys
import traceback

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "programs")
# The seed that captures draw random weights from.
SEED = 1
OPEN_SIZES = ({"batch": 2, "height": 24, "width": 36}, {"batch": 3, "height": 40, "width": 32})
OTHER_SIZE = (5, 9)


def imported(program):
    """The module of a program and the name in it; the path is what it would be if the file were run, or its package."""
    place, name = program.rsplit(":", 1)
    if not place.endswith(".py"):
        return importlib.import_module(place), name
    file = os.path.join(PROGRAMS, *place.split("/"))
    folder, parts = os.path.dirname(file), [os.path.basename(file)[:-3]]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        parts.insert(0, os.path.basename(folder))
        folder = os.path.dirname(folder)
    sys.path.insert(0, folder)
    return importlib.import_module(".".join(parts)), name


def built(case, weights):
    torch.manual_seed(SEED)
    module, name = imported(case["program"])
    torch.manual_seed(SEED)
    found = module
    for part in name.split("."):
        found = getattr(found, part)
    if not isinstance(found, torch.nn.Module):
        keywords = {key: literal(value) for key, value in case.get("arguments", {}).items()}
        # What a program has for all its settings.
        if hasattr(module, "cfg") and "cfg" in inspect.signature(found).parameters:
            keywords.setdefault("cfg", module.cfg)
        found = found(*keywords.pop("*", ()), **keywords)
    if "weights" in case:
        expected = torch.load(os.path.join(weights, "expected.pth"))
        # Of both, the moving average is what one wants to use.
        found.load_state_dict({k: v + 1 for k, v in expected.items()} if case["weights"] in ("average.pth", "average-beside.pth") else expected)
    return module, found.eval()


def literal(text):
    """What is no literal is a text that lacks its quotes."""
    try:
        return ast.literal_eval(text)
    except ValueError:
        return text


def value_of(text, number, generator):
    """`x:float32[batch,3]` or `flag=true`: the name, and a value for a set of inputs."""
    tensor = re.match(r"([\w.]+):(\w+)\[([^\]]*)\]$", text)
    if not tensor:
        name, value = text.split("=", 1)
        return name, literal(value.capitalize() if value in ("true", "false", "none") else value)
    name, dtype, sizes = tensor.groups()
    shape = [int(size) if size.isdigit() else OPEN_SIZES[number].get(size, OTHER_SIZE[number]) for size in sizes.split(",")]
    kind = getattr(torch, dtype)
    if kind.is_floating_point:
        return name, torch.randn(shape, generator=generator).to(kind)
    return name, torch.randint(0, 50, shape, generator=generator).to(kind)


def call_of(case, module, model, number):
    """Arguments by position and by name, and the tensors among them in their order."""
    generator = torch.Generator().manual_seed(100 + number)
    if "inputs" not in case:
        given = module.graphwright_inputs()
        changed = mapped(given, lambda tensor: torch.randn(tensor.shape, generator=generator))
        return changed, {}, tensors_in(changed)
    pairs = [value_of(text, number, generator) for text in case["inputs"]]
    tensors = [value for _, value in pairs if isinstance(value, torch.Tensor)]
    pairs = list(with_dicts(pairs).items())
    # By position as far as people would.
    parameters = inspect.signature(model.forward).parameters.values()
    plain = sum(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)
    takes_any = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    count = len(pairs) if takes_any else plain
    return [value for _, value in pairs[:count]], dict(pairs[count:]), tensors


def with_dicts(pairs):
    """`features.image` is a part of a dictionary."""
    found = {}
    for name, value in pairs:
        name, _, part = name.partition(".")
        if part:
            found.setdefault(name, {})[part] = value
        else:
            found[name] = value
    return found


def mapped(tree, change):
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(each, change) for each in tree)
    return change(tree)


def tensors_in(tree):
    """Tensors in their order; a number counts as one."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    if isinstance(tree, (bool, int, float)):
        return [torch.tensor(tree, dtype=torch.float64 if isinstance(tree, float) else None)]
    if dataclasses.is_dataclass(tree):
        tree = [getattr(tree, field.name) for field in dataclasses.fields(tree)]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [tensor for each in tree for tensor in tensors_in(each)] if isinstance(tree, (list, tuple)) else []


def store(folder, name, tensor):
    tensor = tensor.detach().cpu().contiguous()
    with open(os.path.join(folder, name), "wb") as opened:
        opened.write(tensor.numpy().tobytes())
    return {"file": name, "dtype": str(tensor.dtype)[6:], "shape": list(tensor.shape)}


def run(case, weights, folder):
    module, model = built(case, weights)
    # Each set meets the model as it was built.
    lazy = any(isinstance(each, torch.nn.parameter.UninitializedTensorMixin) for each in model.state_dict().values())
    state = None if lazy else copy.deepcopy(model.state_dict())
    sets = []
    for number in range(2):
        # State that is in no state_dict is new in a model that is.
        if number and not lazy:
            module, model = built(case, weights)
        args, kwargs, given = call_of(case, module, model, number)
        inputs = [store(folder, f"{number}-input-{k}", tensor) for k, tensor in enumerate(given)]
        with torch.no_grad():
            made = tensors_in(model(*args, **kwargs))
        outputs = [store(folder, f"{number}-output-{k}", tensor) for k, tensor in enumerate(made)]
        sets.append({"inputs": inputs, "outputs": outputs, "state": changes(state, model, folder, number)})
        if state is not None:
            model.load_state_dict(state)
    # It is waited for.
    index = os.path.join(folder, "index.json")
    with open(index + ".part", "w") as opened:
        json.dump({"sets": sets}, opened)
    os.replace(index + ".part", index)


def changes(before, model, folder, number):
    """What a call wrote to buffers: a conversion takes what they held and gives what they hold then."""
    found = []
    for name, after in model.state_dict().items() if before else ():
        # Packed weights of quantised modules are no tensors.
        if isinstance(after, torch.Tensor) and not torch.equal(before[name], after):
            kept = [store(folder, f"{number}-{name}-{when}", tensor) for when, tensor in (("before", before[name]), ("after", after))]
            found.append({"name": name, "before": kept[0], "after": kept[1]})
    return found


def main():
    cases, weights, out = sys.argv[1:]
    # What the programs print is of no interest.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with open(cases) as opened:
        listed = json.load(opened)
    if hasattr(torch, "compile"):
        # The same numbers by PyTorch's own switch, without a compiler that takes a minute.
        importlib.import_module("torch._dynamo").config.disable = True
    paths, modules = list(sys.path), set(sys.modules)
    for number, case in enumerate(listed):
        folder = os.path.join(out, str(number))
        os.makedirs(folder, exist_ok=True)
        sys.path[:] = paths
        sys.argv = [case["program"], *case.get("argv", [])]
        for name in [name for name, each in sys.modules.items() if name not in modules and is_ours(each)]:
            del sys.modules[name]
        try:
            run(case, weights, folder)
        except BaseException:
            with open(os.path.join(folder, "error.txt"), "w") as opened:
                opened.write(traceback.format_exc())
    # Some programs leave threads behind.
    os._exit(0)


def is_ours(module):
    return (getattr(module, "__file__", None) or "").startswith(PROGRAMS)


if __name__ == "__main__":
    main()
