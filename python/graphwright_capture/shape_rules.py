"""Rules of types and shapes of graphwright.ops.json, worked out over sizes that may be symbols."""

import re


def tensor_text(dtype, shape):
    return f"{dtype}[{', '.join(map(str, shape))}]"


def shape_by_rule(rule, tensors, attributes):
    if not isinstance(rule, str):
        return [size_by_rule(str(size), tensors, attributes) for size in rule]
    names = re.match(r"^\s*broadcast\s*\(([^()]*)\)\s*$", rule)
    given = [tensors[name.strip()] for name in (names.group(1) if names else rule).split(",")]
    if any(each is None for each in given):
        raise ValueError("an input that it names is None")
    common = list(given[0].shape)
    for each in given[1:]:
        common = broadcast_sizes(common, list(each.shape))
    return common


def broadcast_sizes(a, b):
    """Without asking whether an open size is 1, which would fix it."""
    rank = max(len(a), len(b))
    a, b = [1] * (rank - len(a)) + a, [1] * (rank - len(b)) + b
    return [y if type(x) is int and x == 1 else x if type(y) is int and y == 1 else met(x, y) for x, y in zip(a, b)]


def met(x, y):
    """A number other than 1 decides."""
    if type(x) is int and type(y) is int and x != y:
        raise ValueError(f"the sizes {x} and {y} do not fit")
    if type(x) is int:
        return x
    if type(y) is int or x == y:
        return y
    raise ValueError("it is open whether two sizes are the same")


def size_by_rule(text, tensors, attributes):
    """Rules are written as Python writes sums; src/core/custom/shape-rule.ts has made sure that they are nothing else."""
    scope = {name: None if tensor is None else tensor.shape for name, tensor in tensors.items()}
    scope.update({name: value for name, value in attributes.items() if type(value) is int})
    scope.update(min=lambda a, b: extreme("min", a, b), max=lambda a, b: extreme("max", a, b))
    return eval(text.strip(), {"__builtins__": {}}, scope)


def extreme(name, a, b):
    import torch

    if type(a) is int and type(b) is int:
        return min(a, b) if name == "min" else max(a, b)
    return torch.sym_min(a, b) if name == "min" else torch.sym_max(a, b)


def shape_rule_text(rule):
    return rule if isinstance(rule, str) else f"[{', '.join(map(str, rule))}]"
