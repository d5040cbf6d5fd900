"""Calls and results as trees with slots: where in its arguments and results a function has its tensors."""

from .inputs import mapped


class Slot:
    """In a tree of arguments or results: the tensor, or the attribute, that stands there."""

    def __init__(self, key):
        self.key = key


class Call:
    """A call on its way through an operator: the program's own function and arguments, with slots for tensors."""

    def __init__(self, original, args, kwargs, inputs, arguments):
        import torch

        self.original = original
        self.result = None
        # Where a tensor is two inputs, or an input too, the first input counts.
        keys = {id(each.value): each.name for each in arguments if isinstance(each.value, torch.Tensor)}
        keys.update({id(tensor): k for k, tensor in reversed(list(enumerate(inputs))) if tensor is not None})

        def slot(leaf):
            if not isinstance(leaf, torch.Tensor):
                return leaf
            # While a trace is made sizes are tensors, too.
            return Slot(keys[id(leaf)]) if id(leaf) in keys else leaf.item()

        self.args, self.kwargs = mapped(list(args), slot), mapped(dict(kwargs), slot)

    def made(self, inputs, attributes):
        def fill(leaf):
            if not isinstance(leaf, Slot):
                return leaf
            return attributes[leaf.key] if isinstance(leaf.key, str) else inputs[leaf.key]

        return self.original(*mapped(self.args, fill), **mapped(self.kwargs, fill))


class Result:
    """The tree in which a function gives its tensors: a tensor, or tuples, lists and dictionaries of such and of None."""

    def __init__(self, value):
        import torch

        self.tensors, self.strange = [], None

        def leaf(each):
            if isinstance(each, torch.Tensor):
                self.tensors.append(each)
                return Slot(len(self.tensors) - 1)
            if each is not None and not isinstance(each, Slot):
                self.strange = each
            return each

        self.tree = mapped(value, leaf)

    def filled(self, tensors):
        return mapped(self.tree, lambda leaf: tensors[leaf.key] if isinstance(leaf, Slot) else leaf)
