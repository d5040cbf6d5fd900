"""What forward is called with: as the user describes it, or as the program offers it."""

import ast
import dataclasses
import inspect
import re

from .channel import Failure
from .places import definition_of
from .reasons import running
from .words import dtype_name, shape_text


@dataclasses.dataclass
class TensorSpec:
    """A tensor by its type and sizes; a size may be a name, which leaves it open."""

    dtype: str
    dims: tuple


@dataclasses.dataclass
class Given:
    """A tensor that the program itself offers."""

    tensor: object


class Inputs:
    """What forward is called with: a tree for each parameter, whose leaves are specs or plain values."""

    def __init__(self, positional, keywords, source):
        self.positional = positional
        self.keywords = keywords
        self.source = source

    def open_sizes(self):
        return sorted(
            {dim for each in self.leaves() if isinstance(each, TensorSpec) for dim in each.dims if isinstance(dim, str)}
        )

    def leaves(self):
        return [
            leaf
            for leaf in leaves_of((list(self.positional), dict(self.keywords)))
            if isinstance(leaf, (TensorSpec, Given))
        ]

    def in_float(self):
        """The same inputs, where they were of half precision, in single precision."""

        def leaf(each):
            if isinstance(each, TensorSpec) and each.dtype in ("float16", "bfloat16"):
                return TensorSpec("float32", each.dims)
            if isinstance(each, Given) and dtype_name(each.tensor.dtype) in ("float16", "bfloat16"):
                return Given(each.tensor.float())
            return each

        return Inputs(mapped(self.positional, leaf), mapped(self.keywords, leaf), self.source)

    def make(self, model, seed, sizes, shuffled=False):
        """The arguments for one call: random numbers of a seed, the same for the same seed."""
        import torch

        generator = torch.Generator().manual_seed(seed)
        index_range = index_range_of(model)

        def leaf(each):
            if isinstance(each, TensorSpec):
                return random_tensor(each, generator, sizes, index_range)
            if isinstance(each, Given):
                return shuffle(each.tensor, generator) if shuffled else each.tensor.clone()
            return each

        return mapped(list(self.positional), leaf), mapped(dict(self.keywords), leaf)


def leaves_of(tree):
    if isinstance(tree, dict):
        return [leaf for each in tree.values() for leaf in leaves_of(each)]
    if isinstance(tree, (list, tuple)):
        return [leaf for each in tree for leaf in leaves_of(each)]
    return [tree]


def mapped(tree, leaf):
    if isinstance(tree, dict):
        return {key: mapped(each, leaf) for key, each in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(mapped(each, leaf) for each in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(each, leaf) for each in tree)
    return leaf(tree)


def index_range_of(model):
    """Whole numbers look into tables, as far as is known: the smallest table says how far."""
    import torch

    tables = [
        each.num_embeddings for each in model.modules() if isinstance(each, (torch.nn.Embedding, torch.nn.EmbeddingBag))
    ]
    return max(min(tables, default=2), 1)


def random_tensor(spec, generator, sizes, index_range):
    import torch

    dtype = getattr(torch, spec.dtype)
    shape = [sizes[dim] if isinstance(dim, str) else dim for dim in spec.dims]
    if dtype.is_complex or dtype.is_floating_point:
        return torch.randn(shape, generator=generator, dtype=torch.complex64 if dtype.is_complex else torch.float32).to(
            dtype
        )
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
    for key, value in map(parse_input, specs):
        first, *rest = key.split(".")
        name = names[int(first)] if first.isdigit() and int(first) < len(names) else first
        if name not in parameters and not takes_more:
            raise Failure(
                "inputs-unknown",
                f"forward has no parameter {name}",
                definition_of(model.forward),
                parameters=", ".join(names),
            )
        place(given, [name, *rest], value)
    given = {name: listed_tree(value) for name, value in given.items()}
    missing = [name for name, each in parameters.items() if each.default is each.empty and name not in given]
    if missing:
        raise Failure(
            "inputs-unknown",
            f"nothing is said of {', '.join(missing)}",
            definition_of(model.forward),
            parameters=", ".join(names),
        )
    positions = sorted((key for key in given if key.isdigit()), key=int)
    extra = [given.pop(key) for key in positions]
    inputs = as_arguments(given, parameters)
    return Inputs([*inputs[0], *extra], inputs[1], "given")


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


def as_arguments(given, parameters):
    """By position as far as the parameters before are given, else by name."""
    positional, keywords, gap = [], {}, False
    for name, each in parameters.items():
        if name not in given:
            gap = True
        elif gap or each.kind is each.KEYWORD_ONLY:
            keywords[name] = given[name]
        else:
            positional.append(given[name])
    keywords.update({name: value for name, value in given.items() if name not in parameters})
    return positional, keywords


def inputs_offered(module, channel):
    """What the program's own `graphwright_inputs()` gives: a tensor, a list of arguments, or a dict by name."""
    import torch

    function = getattr(module, "graphwright_inputs", None)
    if not callable(function):
        return None
    with running(channel, "inputs-offered"):
        value = function()
    held = lambda tree: mapped(tree, lambda each: Given(each.detach()) if isinstance(each, torch.Tensor) else each)
    if isinstance(value, dict):
        return Inputs([], held(value), "graphwright_inputs()")
    return Inputs(held(list(value) if isinstance(value, (tuple, list)) else [value]), {}, "graphwright_inputs()")


def call_text(inputs, parameters=(), within="."):
    """What was taken for forward, in words of the command line; by the names of its parameters where they are given."""

    def one(name, tree):
        if isinstance(tree, TensorSpec):
            return [f"{name}:{tree.dtype}[{','.join(map(str, tree.dims))}]"]
        if isinstance(tree, Given):
            return [f"{name}:{dtype_name(tree.tensor.dtype)}{shape_text(tree.tensor)}"]
        if isinstance(tree, (list, tuple)):
            return [text for k, each in enumerate(tree) for text in one(f"{name}{within}{k}", each)]
        if isinstance(tree, dict):
            return [text for key, each in tree.items() for text in one(f"{name}{within}{key}", each)]
        return [f"{name}={tree}"]

    names = [*list(parameters)[: len(inputs.positional)], *range(len(parameters), len(inputs.positional))]
    pairs = [*zip(names, inputs.positional), *inputs.keywords.items()]
    return [text for name, tree in pairs for text in one(str(name), tree)]
