"""A call's arguments as the inputs and attributes that an entry of graphwright.ops.json has."""

import dataclasses
import enum

from .inputs import leaves_of
from .trace_watch import depends_on_inputs
from .words import counted, dtype_name, short


@dataclasses.dataclass
class Argument:
    """One argument of a call, by the name of its parameter where it has one."""

    name: object
    value: object
    usual: bool = False


class Fitting:
    """Brings a call into the form of its entry, as src/core/custom/fit.ts does for calls in files. Nothing is lost in silence."""

    def __init__(self, entry, arguments, instance):
        self.entry = entry
        self.instance = instance
        self.names = [each["name"] for each in entry.inputs]
        self.types = {each["name"]: each["type"] for each in entry.attributes}
        self.slots = {}  # By the place of an input: its tensor, or None where the call gives that.
        self.attributes = {}
        rest = [each for each in arguments if not self.by_name(each)]
        left_over = self.of_instance()
        self.in_order(rest)
        # Of a module every parameter counts.
        for name, tensor in left_over if entry.kind == "module" else ():
            free = self.free()
            if free is None:
                entry.operators.note_left_out(entry, name)
            else:
                self.slots[free] = tensor

    def by_name(self, argument):
        tensors = tensors_of_argument(argument.value)
        if argument.name in self.names and (tensors is not None or argument.value is None):
            first = self.names.index(argument.name)
            for k, tensor in enumerate(tensors or [None], first):
                if k == len(self.names):
                    raise self.entry.misfit(
                        f"the call gives {counted(tensors, 'tensor')} from the input {argument.name} on, and the entry has {counted(self.names, 'input')}"
                    )
                self.slots[k] = tensor
            return True
        if argument.name in self.types and (tensors is None or is_traced_size(argument.value)):
            self.settle(argument.name, argument.value)
            return True
        return False

    def settle(self, name, value):
        made = as_attribute(self.types[name], value)
        if made is None and value is not None:
            raise self.entry.misfit(
                f"the call gives {short(value)} for the attribute {name}, which the entry says is {self.types[name]}"
            )
        self.attributes[name] = made

    def of_instance(self):
        """Takes what the instance holds under the names of inputs: parameters and buffers, joined by `_`, of another object its
        tensors. Gives what has other names."""
        import torch

        own = {}
        if isinstance(self.instance, torch.nn.Module):
            named = [*self.instance.named_parameters(), *self.instance.named_buffers()]
            own = {name.replace(".", "_"): tensor for name, tensor in named}
        held = getattr(self.instance, "__dict__", {})
        own.update({name: value for name, value in held.items() if isinstance(value, torch.Tensor)})
        for k, name in enumerate(self.names):
            if name in own:
                self.slots.setdefault(k, own[name])
        return [(name, tensor) for name, tensor in own.items() if name not in self.names]

    def in_order(self, arguments):
        """What has no name of the entry's: tensors go to the inputs that are left, values to the attributes that are left."""
        for argument in arguments:
            tensors = tensors_of_argument(argument.value)
            if tensors is not None and not is_traced_size(argument.value):
                for tensor in tensors:
                    free = self.free()
                    if free is None:
                        raise self.entry.misfit(
                            f"the call gives a tensor for {argument.name or 'an argument'}, and the entry has {counted(self.names, 'input')} ({', '.join(self.names)})"
                        )
                    self.slots[free] = tensor
            elif argument.value is not None and not argument.usual:
                free = [each for each in self.types if each not in self.attributes and not hasattr(self.instance, each)]
                if not free:
                    raise self.entry.misfit(
                        f"the call gives {short(argument.value)} for {argument.name or 'an argument'}, for which the entry has no attribute"
                    )
                self.settle(free[0], argument.value)

    def free(self):
        return next((k for k in range(len(self.names)) if k not in self.slots), None)

    def done(self):
        for k, each in enumerate(self.entry.inputs):
            if self.slots.get(k) is None and not each["optional"]:
                given = "None" if k in self.slots else "nothing"
                raise self.entry.misfit(f"the call gives {given} for the input {each['name']}")
        for each in self.entry.attributes:
            name = each["name"]
            if name not in self.attributes and hasattr(self.instance, name):
                self.settle(name, getattr(self.instance, name))
            if name not in self.attributes and "default" not in each:
                raise self.entry.misfit(
                    f"the call gives nothing for the attribute {name}, and the entry has no default for it"
                )
            if self.attributes.get(name) is None and "default" in each:
                self.attributes[name] = as_attribute(each["type"], each["default"])
        return [self.slots.get(k) for k in range(len(self.names))], self.attributes


def tensors_of_argument(value):
    """A tensor, or a list of tensors, as a list; None for anything else."""
    import torch

    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)) and any(isinstance(each, torch.Tensor) for each in value):
        return list(value) if all(each is None or isinstance(each, torch.Tensor) for each in value) else None
    return None


def is_traced_size(value):
    """Whether a value is a size, or sizes, that torch.jit.trace has as tensors. In the rehearsal they were numbers."""
    import torch

    if torch._C._get_tracing_state() is None:
        return False
    tensors = [each for each in leaves_of(value) if isinstance(each, torch.Tensor)]
    return bool(tensors) and all(
        each.dim() == 0 and not each.dtype.is_floating_point and not depends_on_inputs(each, False) for each in tensors
    )


def as_attribute(kind, value):
    """A value as an attribute of the declared type, where that keeps it exactly; else None."""
    import torch

    if isinstance(value, torch.Tensor) and is_traced_size(value):
        value = value.item()
    if isinstance(value, enum.Enum) and not isinstance(value, (int, str)):
        value = value.value
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if kind in ("floats", "ints", "strings"):
        if not isinstance(value, (list, tuple)):
            return None
        made = [as_attribute(kind[:-1], each) for each in value]
        return None if any(each is None for each in made) else made
    if kind == "float":
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if kind == "int":
        whole = isinstance(value, (int, torch.SymInt) if hasattr(torch, "SymInt") else int)
        return int(value) if isinstance(value, bool) else value if whole else None
    if kind == "bool":
        return value if isinstance(value, bool) else None
    if isinstance(value, torch.dtype):
        return dtype_name(value)
    return str(value) if isinstance(value, str) else None
