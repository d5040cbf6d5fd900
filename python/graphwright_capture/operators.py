"""Custom operators: functions and module classes that graphwright.ops.json names, each a node of its own.

`attached` puts a call of an operator of torch.library in the place of each of them, after the program is imported and before
the model is built, and once more after it; `rehearsed` runs the model once, which checks every call against its entry by real
numbers, and learns sizes for which the entry has no rule. Any way of capturing then records one node a call.
"""

import contextlib
import dataclasses
import functools
import inspect
import json
import sys
import types

from .channel import Failure
from .fitting import Fitting
from .inputs import leaves_of, mapped
from .places import frames_of_stack
from .reasons import reason_of
from .replacing import found_in_program, is_apply, rebind, replaced_code, signature_of
from .shape_rules import shape_by_rule, shape_rule_text, tensor_text
from .words import a_kind, counted, dtype_name


class Slot:
    """In a tree of arguments or results: the tensor, or the attribute, that stands there."""

    def __init__(self, key):
        self.key = key


@dataclasses.dataclass
class Argument:
    """One argument of a call, by the name of its parameter where it has one."""

    name: object
    value: object
    usual: bool


# A trace takes no lists of texts: such an attribute is JSON on its way (src/core/capture/operators/custom.ts reads it).
SCHEMA_TYPES = {
    "float": "float?",
    "int": "int?",
    "bool": "bool?",
    "string": "str?",
    "floats": "float[]?",
    "ints": "int[]?",
    "strings": "str?",
}


# Operators live as long as the library that defines them.
LIBRARIES = {}


class LiveOperators:
    """The operators of a capture."""

    def __init__(self, described, channel):
        self.channel = channel
        self.recording = False
        self.calls = []  # The calls that are on their way, the innermost last.
        self.all = [LiveOperator(each, self) for each in described]
        self.noted = set()

    @contextlib.contextmanager
    def while_recording(self):
        before, self.recording = self.recording, True
        try:
            yield
        finally:
            self.recording = before

    @contextlib.contextmanager
    def while_running(self, call):
        """What a function calls is within its node: the user's own code runs as it is."""
        before, self.recording = self.recording, False
        try:
            yield
        finally:
            self.recording = before

    def note_left_out(self, entry, name):
        if (entry, name) not in self.noted:
            self.noted.add((entry, name))
            self.channel.note("parameter-left-out", name, operator=entry.python, entry=entry.entry, attribute=name)

    def note_not_found(self):
        """A name that is misspelt looks as if there were no entry."""
        for each in self.all:
            if not each.attached:
                self.channel.note(
                    "operator-not-found",
                    f"The program has imported no {each.python}, which the entry in {each.entry} stands for",
                )

    def counts(self):
        return [{"operator": each.operator, "calls": each.count} for each in self.all]


class LiveOperator:
    """An entry, the operator of torch.library that stands for its calls, and what was learnt from real calls."""

    def __init__(self, described, operators):
        self.operators = operators
        self.kind = described["kind"]
        self.python = described["python"]
        self.operator = described["operator"]
        self.entry = described["entry"]
        self.inputs = described["inputs"]
        self.attributes = described["attributes"]
        self.outputs = described["outputs"]
        self.learns = any("shape" not in rules or "dtype" not in rules for rules in self.outputs)
        self.attached = False
        self.original = None
        self.code = None
        self.signature = None
        self.takes_self = False
        self.count = 0
        self.types = {}  # By what a call is given: the types and shapes of its outputs.
        self.results = {}  # Likewise: the tree in which the program has its outputs.
        self.last_result = None

    def misfit(self, reason):
        """A call that does not fit the entry, at the user's line."""
        failure = Failure(
            "operator-mismatch", reason, frames_of_stack(sys._getframe(1)), operator=self.python, entry=self.entry
        )
        failure.called = self.code
        return failure

    # Putting it in place

    def define(self):
        import torch

        namespace, name = self.operator.split("::")
        arguments = [f"Tensor{'?' if each['optional'] else ''} {each['name']}" for each in self.inputs]
        arguments += [f"{SCHEMA_TYPES[each['type']]} {each['name']}" for each in self.attributes]
        results = ", ".join(["Tensor"] * len(self.outputs))
        # PyTorch 1.13 has no libraries in parts.
        library = LIBRARIES.get(namespace) or LIBRARIES.setdefault(namespace, torch.library.Library(namespace, "DEF"))
        library.define(f"{name}({', '.join(arguments)}) -> {f'({results})' if len(self.outputs) > 1 else results}")
        library.impl(name, self.run, "CompositeExplicitAutograd")
        library.impl(name, self.infer, "Meta")
        self.call_operator = getattr(getattr(torch.ops, namespace), name)

    def attach(self):
        """Replaces the function or the forward of the class; nothing where the program has not imported its module yet."""
        import torch

        found = found_in_program(self.python)
        if self.attached or found is None:
            return
        holder, name, value = found
        plain = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if isinstance(value, type) and issubclass(value, torch.nn.Module):
            self.replace_forward(value)
        elif isinstance(value, type) and issubclass(value, torch.autograd.Function):
            self.replace_apply(value)
        elif isinstance(plain, types.FunctionType):
            self.takes_self = isinstance(holder, type) and not isinstance(value, staticmethod)
            self.signature, self.code = signature_of(plain), plain.__code__
            self.original = replaced_code(plain, lambda args, kwargs: self.called(self.original, args, kwargs))
        elif callable(plain) and not isinstance(value, type):
            self.signature = signature_of(plain)
            self.original = plain
            caller = self.caller_of(plain)
            rebind(lambda each: caller if each is plain else None)
            # PyTorch's own modules are left as they are, but for the function that is asked for.
            if isinstance(holder, types.ModuleType):
                setattr(holder, name, caller)
        else:
            raise self.misfit(f"it is {a_kind(value)}, and no function, module class or autograd Function")
        self.define()
        self.attached = True
        self.offer_to_scripts(plain)

    def offer_to_scripts(self, function):
        """torch.jit.script takes the operator for the function, too, where its arguments stand in the order of the entry."""
        names = [each["name"] for each in [*self.inputs, *self.attributes]]
        if (
            isinstance(function, types.FunctionType)
            and not self.takes_self
            and self.signature
            and list(self.signature.parameters) == names
        ):
            from torch.jit import _builtins

            _builtins._register_builtin(function, self.operator)

    def caller_of(self, original):
        def caller(*args, **kwargs):
            return self.called(original, args, kwargs)

        return caller

    def replace_forward(self, cls):
        original = self.original = cls.forward
        self.kind, self.takes_self, self.signature = "module", True, signature_of(original)
        self.code = getattr(inspect.unwrap(original), "__code__", None)

        @functools.wraps(original)
        def forward(instance, *args, **kwargs):
            # A subclass is another class, whose forward may call this one.
            if type(instance) is not cls:
                return original(instance, *args, **kwargs)
            return self.called(original, (instance, *args), kwargs)

        cls.forward = forward

    def replace_apply(self, cls):
        import torch

        original = self.original = cls.apply
        parameters = list(signature_of(cls.forward).parameters.values())
        # Since PyTorch 2.0 forward may leave the context to setup_context.
        general = getattr(torch.autograd.Function, "setup_context", None)
        own_context = general is not None and cls.setup_context is not general
        self.signature = inspect.Signature(parameters if own_context else parameters[1:])
        self.code = cls.forward.__code__
        caller = self.caller_of(original)
        cls.apply = staticmethod(caller)
        rebind(lambda each: caller if is_apply(each) and each.__self__ is cls else None)

    # A call, as the program makes it

    def called(self, original, args, kwargs):
        import torch

        instance = args[0] if self.takes_self and args else None
        tensors = [each for each in leaves_of((args, kwargs)) if isinstance(each, torch.Tensor)]
        if not self.operators.recording or not (tensors or self.kind == "module"):
            return original(*args, **kwargs)
        try:
            arguments = self.arguments_of(args, kwargs)
        except TypeError:
            # The call itself is wrong: Python says so.
            return original(*args, **kwargs)
        inputs, attributes = Fitting(self, arguments, instance).done()
        places = {id(tensor): k for k, tensor in reversed(list(enumerate(inputs))) if tensor is not None}
        values = {
            id(each.value): each.name
            for each in arguments
            if isinstance(each.value, torch.Tensor) and id(each.value) not in places
        }

        def template(leaf):
            if not isinstance(leaf, torch.Tensor):
                return leaf
            # While a trace is made sizes are tensors, too.
            return (
                Slot(places[id(leaf)])
                if id(leaf) in places
                else Slot(values[id(leaf)]) if id(leaf) in values else leaf.item()
            )

        call = Call(original, mapped(list(args), template), mapped(dict(kwargs), template))
        self.operators.calls.append(call)
        try:
            given = self.call_operator(
                *inputs, *(self.sent(each, attributes[each["name"]]) for each in self.attributes)
            )
        finally:
            self.operators.calls.pop()
        outputs = list(given) if isinstance(given, (tuple, list)) else [given]
        result = (
            call.result
            or self.results.get(call_key(inputs, attributes))
            or self.last_result
            or Result(self.plain_result())
        )
        return result.filled(outputs)

    def plain_result(self):
        return Slot(0) if len(self.outputs) == 1 else tuple(Slot(k) for k in range(len(self.outputs)))

    def arguments_of(self, args, kwargs):
        """The arguments by their parameters' names. Throws TypeError where they do not fit the function."""
        if self.signature is None:
            return [Argument(None, value, False) for value in args[int(self.takes_self) :]] + [
                Argument(*pair, False) for pair in kwargs.items()
            ]
        bound = self.signature.bind(*args, **kwargs)
        arguments = []
        for k, (name, parameter) in enumerate(self.signature.parameters.items()):
            if k == 0 and self.takes_self:
                continue
            value = bound.arguments.get(name, parameter.default)
            usual = name not in bound.arguments or is_same(value, parameter.default)
            if parameter.kind is parameter.VAR_KEYWORD:
                arguments += [Argument(key, each, False) for key, each in bound.arguments.get(name, {}).items()]
            elif parameter.kind is parameter.VAR_POSITIONAL:
                arguments.append(Argument(name, bound.arguments.get(name, ()), name not in bound.arguments))
            else:
                arguments.append(Argument(name, value, usual))
        return arguments

    # The operator itself

    def run(self, *given):
        """On real tensors: the user's own code, checked against the entry."""
        inputs, attributes = self.divided(given)
        call = self.operators.calls[-1] if self.operators.calls else None
        before = [None if each is None else each.detach().clone() for each in inputs]
        with self.operators.while_running(call):
            value = call.made(inputs, attributes) if call else self.original(**self.named(inputs, attributes))
        changed = next(
            (each["name"] for each, *pair in zip(self.inputs, before, inputs) if not has_same_numbers(*pair)), None
        )
        if changed is not None:
            raise self.misfit(f"it changes its input {changed} in place, which a node cannot do")
        result = Result(value)
        if result.strange is not None:
            raise self.misfit(f"it gives {a_kind(result.strange)}, and the outputs of a node are tensors")
        found = [(dtype_name(each.dtype), tuple(each.shape)) for each in result.tensors]
        if len(found) != len(self.outputs):
            raise self.misfit(
                f"it gives {counted(found, 'tensor')}, and the entry has {counted(self.outputs, 'output')}"
            )
        self.learn(inputs, attributes, found)
        result_tree = Result(result.tree)
        self.results[call_key(inputs, attributes)] = self.last_result = result_tree
        self.count += 1
        if call:
            call.result = result_tree
        # What comes out of an operator is new: neither an input nor a view of one.
        import torch

        outputs = [each.detach().clone(memory_format=torch.contiguous_format) for each in result.tensors]
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def infer(self, *given):
        """Without numbers: the types and shapes of the outputs, by the entry's rules, else as a real call gave them."""
        import torch

        inputs, attributes = self.divided(given)
        known = self.types.get(call_key(inputs, attributes))
        outputs = []
        for k, rules in enumerate(self.outputs):
            dtype, shape = self.ruled(rules, inputs, attributes)
            if (dtype is None or shape is None) and known is None:
                missing = " and ".join([*(["dtype"] if dtype is None else []), *(["shape"] if shape is None else [])])
                raise self.misfit(
                    f"a call has open sizes, or others than the program has in a run, so the entry must say the {missing} of its output {rules['name']}"
                )
            dtype = known[k][0] if dtype is None else dtype
            outputs.append(
                torch.empty(known[k][1] if shape is None else shape, dtype=getattr(torch, dtype), device="meta")
            )
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def divided(self, given):
        count = len(self.inputs)
        return list(given[:count]), {
            each["name"]: self.received(each, value) for each, value in zip(self.attributes, given[count:])
        }

    def sent(self, attribute, value):
        return json.dumps(value) if attribute["type"] == "strings" and value is not None else value

    def received(self, attribute, value):
        return json.loads(value) if attribute["type"] == "strings" and value is not None else value

    def named(self, inputs, attributes):
        """For a call that did not come by way of the program, such as that of a script: arguments by the entry's names."""
        pairs = [*((each["name"], tensor) for each, tensor in zip(self.inputs, inputs)), *attributes.items()]
        return {name: value for name, value in pairs if value is not None}

    def ruled(self, rules, inputs, attributes):
        tensors = {each["name"]: tensor for each, tensor in zip(self.inputs, inputs)}
        dtype = rules.get("dtype")
        if dtype in tensors:
            dtype = None if tensors[dtype] is None else dtype_name(tensors[dtype].dtype)
        shape = rules.get("shape")
        try:
            return dtype, None if shape is None else shape_by_rule(shape, tensors, attributes)
        except (LookupError, TypeError, ValueError, ZeroDivisionError) as error:
            raise self.misfit(
                f"the shape {shape_rule_text(shape)} of its output {rules['name']} cannot be worked out: {reason_of(error)}"
            ) from error

    def learn(self, inputs, attributes, found):
        for rules, (dtype, shape) in zip(self.outputs, found):
            expected = self.ruled(rules, inputs, attributes)
            if expected[0] not in (None, dtype) or (expected[1] is not None and tuple(expected[1]) != shape):
                text = tensor_text(expected[0] or dtype, shape if expected[1] is None else expected[1])
                raise self.misfit(
                    f"its rules make {rules['name']} {text}, but the program gives {tensor_text(dtype, shape)}"
                )
        before = self.types.setdefault(call_key(inputs, attributes), found)
        if before != found and self.learns:
            raise self.misfit("the sizes of its outputs depend on the numbers in its inputs")


@dataclasses.dataclass
class Call:
    """A call on its way through the operator: the program's own function and arguments, with slots for tensors."""

    original: object
    args: list
    kwargs: dict
    result: object = None

    def made(self, inputs, attributes):
        fill = lambda leaf: (
            leaf
            if not isinstance(leaf, Slot)
            else attributes[leaf.key] if isinstance(leaf.key, str) else inputs[leaf.key]
        )
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


def call_key(inputs, attributes):
    """What a call is given, but for the numbers in its tensors; None where a size is open."""
    shapes = [None if each is None else (dtype_name(each.dtype), tuple(each.shape)) for each in inputs]
    if any(type(size) is not int for each in shapes if each is not None for size in each[1]):
        return None
    return repr((shapes, sorted(attributes.items())))


def has_same_numbers(before, after):
    """Also where numpy wrote, of which PyTorch knows nothing."""
    if before is None:
        return True
    return before.shape == after.shape and bool(((before == after) | ((before != before) & (after != after))).all())


def is_same(value, default):
    try:
        return value is default or (type(value) is type(default) and bool(value == default))
    except Exception:
        return False


def attached(operators):
    for each in operators.all:
        each.attach()


def rehearsed(operators, run, run_otherwise):
    """Runs the model once with its operators, on real numbers; once more with others where sizes are learnt, which must be the
    same for both. Gives how often each was called in one run."""
    if any(each.attached for each in operators.all):
        with operators.while_recording():
            run()
    counts = operators.counts()
    if any(each.count and each.learns for each in operators.all):
        with operators.while_recording():
            run_otherwise()
    return counts
