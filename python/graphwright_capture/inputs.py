"""What forward is called with: as the user describes it, or as the program offers it."""

import ast
import dataclasses
import inspect
import re

from .channel import Failure
from .places import definition_of
from .reasons import running
from .words import dtype_name


@dataclasses.dataclass
class TensorSpec:
    """A tensor by its type and sizes, of which those that are names stay open; and itself where the program offers it."""

    dtype: str
    dims: tuple
    tensor: object = None

    def __str__(self):
        return f"{self.dtype}[{','.join(map(str, self.dims))}]"


class Inputs:
    """What forward is called with: a tree for each parameter, whose leaves are specs or plain values."""

    def __init__(self, positional, keywords, source):
        self.positional = positional
        self.keywords = keywords
        self.source = source

    def leaves(self):
        return [leaf for leaf in leaves_of((self.positional, self.keywords)) if isinstance(leaf, TensorSpec)]

    def open_sizes(self):
        return sorted({dim for each in self.leaves() for dim in each.dims if isinstance(dim, str)})

    def mapped(self, change):
        """Positional and named arguments with something else for each tensor."""
        leaf = lambda each: change(each) if isinstance(each, TensorSpec) else each
        return mapped(list(self.positional), leaf), mapped(dict(self.keywords), leaf)

    def in_float(self, halves):
        """The same inputs, where they were of half precision, in single precision."""

        def single(each):
            if each.dtype not in halves:
                return each
            return TensorSpec("float32", each.dims, None if each.tensor is None else each.tensor.float())

        return Inputs(*self.mapped(single), self.source)

    def make(self, model, seed, sizes, shuffled=False):
        """The arguments for one call: random numbers of a seed, the same for the same seed."""
        import torch

        generator = torch.Generator().manual_seed(seed)
        # Whole numbers look into tables, as far as is known: the smallest table says how far.
        tables = (torch.nn.Embedding, torch.nn.EmbeddingBag)
        entries = [each.num_embeddings for each in model.modules() if isinstance(each, tables)]
        index_range = max(min(entries, default=2), 1)

        def tensor(each):
            if each.tensor is None:
                return random_tensor(each, generator, sizes, index_range)
            return shuffle(each.tensor, generator) if shuffled else each.tensor.clone()

        return self.mapped(tensor)


def leaves_of(tree):
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for each in tree for leaf in leaves_of(each)] if isinstance(tree, (list, tuple)) else [tree]


def mapped(tree, leaf):
    if isinstance(tree, dict):
        return {key: mapped(each, leaf) for key, each in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(mapped(each, leaf) for each in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(each, leaf) for each in tree)
    return leaf(tree)


def named_leaves(name, tree, within):
    """The leaves of a tree, each with its place in it: `states.0`."""
    if isinstance(tree, (dict, list, tuple)):
        for key, each in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from named_leaves(f"{name}{within}{key}", each, within)
    else:
        yield name, tree


def random_tensor(spec, generator, sizes, index_range):
    import torch

    dtype = getattr(torch, spec.dtype)
    shape = [sizes[dim] if isinstance(dim, str) else dim for dim in spec.dims]
    if dtype.is_complex or dtype.is_floating_point:
        drawn = torch.complex64 if dtype.is_complex else torch.float32
        return torch.randn(shape, generator=generator, dtype=drawn).to(dtype)
    return torch.randint(0, 2 if dtype == torch.bool else min(index_range, 127), shape, generator=generator).to(dtype)


def shuffle(tensor, generator):
    """The same numbers in another order: they stay what the program can take."""
    import torch

    if tensor.numel() < 2:
        return tensor.clone()
    order = torch.randperm(tensor.numel(), generator=generator)
    return tensor.detach().reshape(-1)[order].reshape(tensor.shape).clone()


SPEC = re.compile(r"^\s*([^:\[\]=]+?)\s*:\s*(\w+)\s*\[([^\]]*)\]\s*$")
VALUE = re.compile(r"^\s*([^:\[\]=]+?)\s*=(.*)$", re.S)


def parse_input(text):
    """`x:float32[batch,3,h,w]` or `flag=true`: a key, and what it stands for."""
    import torch

    found = SPEC.match(text)
    if found:
        key, dtype, dims = found.groups()
        if not isinstance(getattr(torch, dtype, None), torch.dtype):
            raise Failure("inputs-unknown", f"{text}: PyTorch has no type {dtype}", name=key)
        sizes = [each.strip() for each in dims.split(",")] if dims.strip() else []
        return key, TensorSpec(dtype, tuple(int(each) if each.isdigit() else each for each in sizes))
    found = VALUE.match(text)
    if not found:
        raise Failure("inputs-unknown", f"{text} describes no input", name=text)
    key, value = found.group(1), found.group(2).strip()
    plain = {"true": True, "false": False, "none": None}
    if value.lower() in plain:
        return key, plain[value.lower()]
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return key, value


def parameters_of_forward(model):
    """The parameters of forward by name, without `*args` and `**kwargs`; and whether it takes more than those."""
    try:
        found = inspect.signature(model.forward).parameters
    except (TypeError, ValueError):
        return {}, True
    named = {name: each for name, each in found.items() if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    return named, len(named) < len(found)


def inputs_by_spec(model, specs):
    """Inputs as the user describes them: by the names of forward's parameters or their positions; `states.0` is within one."""
    parameters, takes_more = parameters_of_forward(model)
    names, given = list(parameters), {}

    def unknown(reason):
        return Failure("inputs-unknown", reason, definition_of(model.forward), parameters=", ".join(names))

    for key, value in map(parse_input, specs):
        first, *rest = key.split(".")
        name = names[int(first)] if first.isdigit() and int(first) < len(names) else first
        if name not in parameters and not takes_more:
            raise unknown(f"forward has no parameter {name}")
        place(given, [name, *rest], value)
    given = {name: listed_tree(value) for name, value in given.items()}
    missing = [name for name, each in parameters.items() if each.default is each.empty and name not in given]
    if missing:
        raise unknown(f"nothing is said of {', '.join(missing)}")
    extra = [given.pop(key) for key in sorted((key for key in given if key.isdigit()), key=int)]
    # By position as far as the parameters before are given, else by name.
    positional = []
    for name, each in parameters.items():
        if name not in given or each.kind is each.KEYWORD_ONLY:
            break
        positional.append(given.pop(name))
    return Inputs([*positional, *extra], given, "given")


def place(tree, path, value):
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = value


def listed_tree(tree):
    """Parts that are numbered are a list."""
    if not isinstance(tree, dict):
        return tree
    parts = {key: listed_tree(value) for key, value in tree.items()}
    return [parts[key] for key in sorted(parts, key=int)] if all(key.isdigit() for key in parts) else parts


def inputs_offered(module, channel):
    """What the program's own `graphwright_inputs()` gives: a tensor, a list of arguments, or a dict by name."""
    import torch

    function = getattr(module, "graphwright_inputs", None)
    if not callable(function):
        return None
    with running(channel, "inputs-offered"):
        value = function()

    def held(each):
        if not isinstance(each, torch.Tensor):
            return each
        return TensorSpec(dtype_name(each.dtype), tuple(each.shape), each.detach())

    if isinstance(value, dict):
        return Inputs([], mapped(value, held), "graphwright_inputs()")
    positional = list(value) if isinstance(value, (tuple, list)) else [value]
    return Inputs(mapped(positional, held), {}, "graphwright_inputs()")


def call_text(inputs, parameters=(), within="."):
    """What was taken for forward, in words of the command line; by the names of its parameters where they are given."""
    names = [*list(parameters)[: len(inputs.positional)], *range(len(parameters), len(inputs.positional))]
    pairs = [*zip(names, inputs.positional), *inputs.keywords.items()]
    leaves = [found for name, tree in pairs for found in named_leaves(str(name), tree, within)]
    return [f"{name}:{leaf}" if isinstance(leaf, TensorSpec) else f"{name}={leaf}" for name, leaf in leaves]
