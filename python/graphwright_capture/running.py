"""Running the model itself, each time as if it were the first; what a run gave is kept, so that none is run twice."""

import collections
import contextlib
import dataclasses
import sys

from .places import is_users

CONTAINERS = (dict, list, set, collections.OrderedDict, collections.defaultdict, collections.deque)


class State:
    """What a model holds: the attributes of its modules, what is in their lists and dictionaries and in objects of the user's
    own, and the numbers of all tensors there but parameters."""

    def __init__(self, model):
        self.contents, self.numbers = [], []
        seen, waiting = set(), list(model.modules())
        while waiting:
            value = waiting.pop()
            if id(value) not in seen:
                seen.add(id(value))
                waiting.extend(self.kept(value))

    def kept(self, value):
        """Keeps a value; gives what it holds."""
        import torch

        if isinstance(value, torch.Tensor):
            if not isinstance(value, torch.nn.Parameter) and not torch.nn.parameter.is_lazy(value):
                self.numbers.append((value, value.detach().clone()))
        elif isinstance(value, torch.jit.ScriptModule):
            # It holds its attributes elsewhere, and has none that a call could add.
            return value.buffers()
        elif type(value) in CONTAINERS:
            self.contents.append((value, value.copy()))
            return value.values() if isinstance(value, dict) else value
        elif isinstance(value, tuple):
            return value
        elif isinstance(value, torch.nn.Module) or is_of_users(value):
            return [vars(value)]
        return ()

    def bring_back(self):
        for holder, before in self.contents:
            holder.clear()
            holder.extend(before) if isinstance(holder, (list, collections.deque)) else holder.update(before)
        for tensor, before in self.numbers:
            if tensor.shape == before.shape and not is_same(tensor, before):
                tensor.detach().copy_(before)


def is_same(one, other):
    import torch

    with contextlib.suppress(RuntimeError):
        return torch.equal(one, other)
    return False


def is_of_users(value):
    module = sys.modules.get(type(value).__module__)
    return hasattr(value, "__dict__") and not isinstance(value, type) and is_users(getattr(module, "__file__", None))


@contextlib.contextmanager
def state_kept(model):
    """What a call changes in the model is changed back. Each call, and each capture, is the first."""
    state = State(model)
    try:
        yield
    finally:
        state.bring_back()


class Run:
    """What one call of the model gave: the value itself, and copies of the tensors in it, since they may be the model's own;
    and the buffers that it wrote to, as they were before."""

    def __init__(self, value, buffers, model):
        self.value = value
        self.outputs = [(each.detach().clone(), is_number) for each, is_number in outputs_in(value)]
        after = dict(model.named_buffers())
        self.written = {
            name: before for name, before in buffers.items() if name not in after or not is_same(after[name], before)
        }


def run_once(model, inputs, seed, sizes, shuffled=False):
    import torch

    args, kwargs = inputs.make(model, seed, sizes, shuffled)
    torch.manual_seed(seed)
    with torch.no_grad():
        if any(torch.nn.parameter.is_lazy(each) for each in [*model.parameters(), *model.buffers()]):
            # Its modules find their sizes in their first call.
            model(*args, **kwargs)
            args, kwargs = inputs.make(model, seed, sizes, shuffled)
        buffers = {name: each.detach().clone() for name, each in model.named_buffers()}
        with state_kept(model):
            return Run(model(*args, **kwargs), buffers, model)


def outputs_in(tree):
    """The tensors of nested outputs, in the order in which a graph has them, and the plain numbers, as a tensor each: pairs with
    whether it was a number."""
    import torch

    if isinstance(tree, torch.Tensor):
        return [(tree, False)]
    if isinstance(tree, (bool, int, float)):
        return [(torch.tensor(tree, dtype=torch.float64 if isinstance(tree, float) else None), True)]
    return [found for each in parts_of(tree) or () for found in outputs_in(each)]


def tensors_in(tree):
    return [tensor for tensor, is_number in outputs_in(tree) if not is_number]


def parts_of(tree):
    """What a list, a dictionary or a dataclass holds; None for anything else."""
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return [getattr(tree, field.name) for field in dataclasses.fields(tree)]
    if isinstance(tree, dict):
        return list(tree.values())
    return tree if isinstance(tree, (list, tuple)) else None
