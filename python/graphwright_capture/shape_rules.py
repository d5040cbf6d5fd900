"""Rules of types and shapes of graphwright.ops.json, worked out over sizes that may be symbols."""

import ast
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
    return size_of(ast.parse(text.strip(), mode="eval").body, tensors, attributes)


def size_of(node, tensors, attributes):
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        if type(attributes.get(node.id)) is not int:
            raise ValueError(f"{node.id} is no int attribute of the call")
        return attributes[node.id]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        if tensors[node.value.id] is None:
            raise ValueError(f"{node.value.id} is None")
        # Python before 3.9 wraps what stands in brackets.
        axis = getattr(node.slice, "value", node.slice) if type(node.slice).__name__ == "Index" else node.slice
        return tensors[node.value.id].shape[size_of(axis, {}, {})]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -size_of(node.operand, tensors, attributes)
    if isinstance(node, ast.BinOp) and type(node.op) in SIZE_OPERATIONS:
        return SIZE_OPERATIONS[type(node.op)](
            size_of(node.left, tensors, attributes), size_of(node.right, tensors, attributes)
        )
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("min", "max")
        and len(node.args) == 2
    ):
        return extreme(node.func.id, *(size_of(each, tensors, attributes) for each in node.args))
    raise ValueError("it is no shape rule")


SIZE_OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}


def extreme(name, a, b):
    import torch

    if type(a) is int and type(b) is int:
        return min(a, b) if name == "min" else max(a, b)
    return torch.sym_min(a, b) if name == "min" else torch.sym_max(a, b)


def shape_rule_text(rule):
    return rule if isinstance(rule, str) else f"[{', '.join(map(str, rule))}]"
