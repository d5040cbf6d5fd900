"""Sees each number of a tensor that becomes Python's own while a trace is made."""

import contextlib
import re
import sys

from .places import frames_of_stack

# What gives no number of a tensor's own: sizes, and new tensors of them.
SHAPE_NODES = re.compile(
    r"^(aten::(size|sym_size|dim|ndim|numel|len|stride|is_floating_point|is_complex|_shape_as_tensor|new_\w+|"
    r"(zeros|ones|empty|full|rand|randn|randint)_like)|prim::(shape|dtype|device|layout|is_cuda))$"
)


CONVERSIONS = {
    "__bool__": "a condition", "__int__": "an int", "__float__": "a float", "__index__": "an index", "__complex__": "a complex",
    "item": "a number", "tolist": "a list", "numpy": "an array of numpy", "__array__": "an array of numpy",
}  # fmt: skip


@contextlib.contextmanager
def watched_trace(sizes_open):
    """Sees each number of a tensor that becomes Python's own while a trace is made, and whether it depends on the inputs:
    a trace has it as a constant. What comes of sizes alone is right for the sizes that were given; a condition on sizes
    that are open is not."""
    import torch

    taken, inside = [], []

    def watcher(name, original):
        def watched(self, *args, **kwargs):
            # One conversion may use another: the outermost is the user's.
            if not inside and torch._C._get_tracing_state() is not None:
                inside.append(name)
                try:
                    if depends_on_inputs(self, sizes_open and name == "__bool__"):
                        frames = frames_of_stack(sys._getframe(1))
                        taken.append((f"a tensor became {CONVERSIONS[name]}", frames))
                    return original(self, *args, **kwargs)
                finally:
                    inside.pop()
            return original(self, *args, **kwargs)

        return watched

    originals = {name: getattr(torch.Tensor, name) for name in CONVERSIONS if hasattr(torch.Tensor, name)}
    own = {name for name in originals if name in vars(torch.Tensor)}
    try:
        for name, original in originals.items():
            setattr(torch.Tensor, name, watcher(name, original))
        yield taken
    finally:
        for name, original in originals.items():
            if name in own:
                setattr(torch.Tensor, name, original)
            else:
                delattr(torch.Tensor, name)


def depends_on_inputs(tensor, on_sizes_too):
    import torch

    try:
        todo = [torch._C._get_value_trace(tensor)]
    except RuntimeError:
        return False
    seen = set()
    while todo:
        value = todo.pop()
        name = value.debugName()
        if name in seen:
            continue
        seen.add(name)
        node = value.node()
        if node.kind() == "prim::Param":
            if str(value.type()) in ("Tensor", "Tensor?") or "Tensor" == value.type().kind()[:6]:
                return True
            continue
        if SHAPE_NODES.match(node.kind()) and not on_sizes_too:
            continue
        todo.extend(node.inputs())
    return False
