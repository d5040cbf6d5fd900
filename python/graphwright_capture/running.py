"""Running the model itself, each time as if it were the first; what a run gave is kept, so that none is run twice."""

import collections
import contextlib
import dataclasses
import sys

from .places import is_users

CONTAINERS = (dict, list, set, collections.OrderedDict, collections.defaultdict, collections.deque)


class State:
    """What a model holds: the attributes of its modules, what is in their lists and dictionaries and in objects of the user's
    own, and all tensors there, each with where its numbers lie and, but for parameters that are too large, a copy of them."""

    def __init__(self, model):
        self.contents, self.tensors = [], []
        self.named = named_tensors(model)
        parameters = sum(each.numel() * each.element_size() for each in model.parameters() if not is_lazy(each))
        self.copies_parameters = parameters <= MOST_COPIED.get("bytes", parameters)
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
            if not is_lazy(value):
                self.tensors.append(KeptTensor(value, self.copies_parameters))
        elif isinstance(value, torch.jit.ScriptModule):
            # It holds its attributes elsewhere, and has none that a call could add.
            return [*value.parameters(), *value.buffers()]
        elif type(value) in CONTAINERS:
            self.contents.append((value, value.copy()))
            return value.values() if isinstance(value, dict) else value
        elif isinstance(value, tuple):
            return value
        elif isinstance(value, torch.nn.Module) or is_of_users(value):
            return [vars(value)]
        return ()

    def written(self, model):
        """The parameters and buffers that now hold something else than before, as they were."""
        now = named_tensors(model)
        kept = {id(each.tensor): each for each in self.tensors}
        found = {}
        for name, tensor in self.named.items():
            before = kept.get(id(tensor))
            if before is not None and (now.get(name) is not tensor or before.is_changed()):
                found[name] = before.before()
        return found

    def bring_back(self):
        for holder, before in self.contents:
            holder.clear()
            holder.extend(before) if isinstance(holder, (list, collections.deque)) else holder.update(before)
        for each in self.tensors:
            each.bring_back()

    def lost(self):
        """Names of parameters that a call has changed and that are too large to have been copied."""
        lost = {id(each.tensor) for each in self.tensors if each.copy is None and each.is_written()}
        return [name for name, tensor in self.named.items() if id(tensor) in lost]


# How many bytes of parameters are copied, so that what a run changes in them can be changed back: a part of the memory that
# the process may use. Without a limit all are.
MOST_COPIED = {}


def copy_at_most(allowed):
    """Says how many bytes the process may use."""
    MOST_COPIED["bytes"] = allowed // 4


class KeptTensor:
    """A tensor, the place of its numbers, and a copy of them."""

    def __init__(self, tensor, copies_parameters):
        import torch

        self.tensor, self.place, self.version = tensor, tensor.detach(), version_of(tensor)
        copied = copies_parameters or not isinstance(tensor, torch.nn.Parameter)
        self.copy = self.place.clone() if copied else None

    def is_moved(self):
        return self.tensor.shape != self.place.shape or pointer_of(self.tensor) != pointer_of(self.place)

    def is_written(self):
        """Whether the numbers that it had are others now."""
        # Where there is no copy, PyTorch counts what it knows of being written.
        return version_of(self.place) != self.version if self.copy is None else not is_same(self.place, self.copy)

    def is_changed(self):
        return self.is_moved() or self.is_written()

    def before(self):
        return self.place if self.copy is None else self.copy

    def bring_back(self):
        if self.is_moved():
            self.tensor.data = self.place
        if self.copy is not None and self.is_written():
            self.place.copy_(self.copy)


def pointer_of(tensor):
    # Sparse tensors, and those of some other packages, are in no one place.
    with contextlib.suppress(RuntimeError, NotImplementedError):
        return tensor.data_ptr()
    return None


def version_of(tensor):
    # Tensors of inference mode count nothing.
    with contextlib.suppress(RuntimeError):
        return tensor._version
    return None


def is_lazy(tensor):
    import torch

    return torch.nn.parameter.is_lazy(tensor)


def named_tensors(model):
    return dict([*model.named_parameters(), *model.named_buffers()])


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
        yield state
    finally:
        state.bring_back()


class Run:
    """What one call of the model gave: the value itself, and copies of the tensors in it, since they may be the model's own;
    the parameters and buffers that it wrote to, as they were before; and those of them that it was too much to change back."""

    def __init__(self, value, state, model):
        self.value = value
        self.outputs = [(each.detach().clone(), is_number) for each, is_number in outputs_in(value)]
        self.written = state.written(model)
        self.lost = state.lost()


def run_once(model, inputs, seed, sizes, shuffled=False):
    import torch

    args, kwargs = inputs.make(model, seed, sizes, shuffled)
    torch.manual_seed(seed)
    with torch.no_grad():
        if any(is_lazy(each) for each in [*model.parameters(), *model.buffers()]):
            # Its modules find their sizes in their first call.
            model(*args, **kwargs)
            args, kwargs = inputs.make(model, seed, sizes, shuffled)
        with state_kept(model) as state:
            return Run(model(*args, **kwargs), state, model)


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
