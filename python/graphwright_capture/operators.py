"""Custom operators: functions and module classes that graphwright.ops.json names, each a node of its own.

`attached` puts a call of an operator of torch.library in the place of each of them, after the program is imported and before
the model is built, and once more after it; `rehearsed` runs the model once, which checks every call against its entry by real
numbers, and learns sizes for which the entry has no rule. Any way of capturing then records one node a call.
"""

import contextlib
import functools
import inspect
import json
import sys
import types

from .channel import Failure
from .fitting import Argument, Fitting
from .inputs import leaves_of
from .places import frames_of_stack
from .reasons import reason_of
from .replacing import found_in_program, is_apply, is_autograd_function, parameters_of_function
from .replacing import rebind, replaced_code, signature_of
from .shape_rules import shape_by_rule, shape_rule_text, tensor_text
from .trees import Call, Result, Slot
from .words import a_kind, counted, dtype_name

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
    def while_recording(self, recording=True):
        """What a function calls is within its node: there the user's own code runs as it is, and nothing is recorded."""
        before, self.recording = self.recording, recording
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
                text = f"The program has imported no {each.python}, which the entry in {each.entry} stands for"
                self.channel.note("operator-not-found", text)


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
        self.last_result = Result(Slot(0) if len(self.outputs) == 1 else tuple(map(Slot, range(len(self.outputs)))))

    def misfit(self, reason):
        """A call that does not fit the entry, at the user's line."""
        frames = frames_of_stack(sys._getframe(1))
        failure = Failure("operator-mismatch", reason, frames, operator=self.python, entry=self.entry)
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
        elif is_autograd_function(value):
            self.signature, self.code = inspect.Signature(parameters_of_function(value)), value.forward.__code__
            self.original = value.apply
            caller = self.caller()
            value.apply = staticmethod(caller)
            rebind(lambda each: caller if is_apply(each) and each.__self__ is value else None)
        elif isinstance(plain, types.FunctionType):
            self.takes_self = isinstance(holder, type) and not isinstance(value, staticmethod)
            self.signature, self.code = signature_of(plain), plain.__code__
            self.original = replaced_code(plain, self.called)
        elif callable(plain) and not isinstance(value, type):
            self.signature, self.original = signature_of(plain), plain
            caller = self.caller()
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
        plain = isinstance(function, types.FunctionType) and not self.takes_self and self.signature
        if plain and list(self.signature.parameters) == names:
            from torch.jit import _builtins

            _builtins._register_builtin(function, self.operator)

    def caller(self):
        """A function of its own, since PyTorch asks functions for what methods do not have."""
        return lambda *args, **kwargs: self.called(args, kwargs)

    def replace_forward(self, cls):
        original = self.original = cls.forward
        self.kind, self.takes_self, self.signature = "module", True, signature_of(original)
        self.code = getattr(inspect.unwrap(original), "__code__", None)

        @functools.wraps(original)
        def forward(instance, *args, **kwargs):
            # A subclass is another class, whose forward may call this one.
            if type(instance) is not cls:
                return original(instance, *args, **kwargs)
            return self.called((instance, *args), kwargs)

        cls.forward = forward

    # A call, as the program makes it

    def called(self, args, kwargs):
        import torch

        instance = args[0] if self.takes_self and args else None
        has_tensors = any(isinstance(each, torch.Tensor) for each in leaves_of((args, kwargs)))
        if not self.operators.recording or not (has_tensors or self.kind == "module"):
            return self.original(*args, **kwargs)
        try:
            arguments = self.arguments_of(args, kwargs)
        except TypeError:
            # The call itself is wrong: Python says so.
            return self.original(*args, **kwargs)
        inputs, attributes = Fitting(self, arguments, instance).done()
        call = Call(self.original, args, kwargs, inputs, arguments)
        self.operators.calls.append(call)
        try:
            sent = (self.sent(each, attributes[each["name"]]) for each in self.attributes)
            given = self.call_operator(*inputs, *sent)
        finally:
            self.operators.calls.pop()
        result = call.result or self.results.get(call_key(inputs, attributes)) or self.last_result
        return result.filled(list(given) if isinstance(given, (tuple, list)) else [given])

    def arguments_of(self, args, kwargs):
        """The arguments by their parameters' names. Throws TypeError where they do not fit the function."""
        if self.signature is None:
            by_place = [Argument(None, value) for value in args[int(self.takes_self) :]]
            return by_place + [Argument(*pair) for pair in kwargs.items()]
        bound = self.signature.bind(*args, **kwargs).arguments
        arguments = []
        for name, parameter in list(self.signature.parameters.items())[int(self.takes_self) :]:
            if parameter.kind is parameter.VAR_KEYWORD:
                arguments += [Argument(*pair) for pair in bound.get(name, {}).items()]
            else:
                default = () if parameter.kind is parameter.VAR_POSITIONAL else parameter.default
                value = bound.get(name, default)
                arguments.append(Argument(name, value, usual=name not in bound or is_same(value, default)))
        return arguments

    # The operator itself

    def run(self, *given):
        """On real tensors: the user's own code, checked against the entry."""
        import torch

        inputs, attributes = self.divided(given)
        call = self.operators.calls[-1] if self.operators.calls else None
        before = [None if each is None else each.detach().clone() for each in inputs]
        with self.operators.while_recording(False):
            value = call.made(inputs, attributes) if call else self.original(**self.named(inputs, attributes))
        for entry, *pair in zip(self.inputs, before, inputs):
            if not has_same_numbers(*pair):
                raise self.misfit(f"it changes its input {entry['name']} in place, which a node cannot do")
        result = Result(value)
        if result.strange is not None:
            raise self.misfit(f"it gives {a_kind(result.strange)}, and the outputs of a node are tensors")
        if len(result.tensors) != len(self.outputs):
            said, wanted = counted(result.tensors, "tensor"), counted(self.outputs, "output")
            raise self.misfit(f"it gives {said}, and the entry has {wanted}")
        self.learn(inputs, attributes, [(dtype_name(each.dtype), tuple(each.shape)) for each in result.tensors])
        # What comes out of an operator is new: neither an input nor a view of one.
        outputs = [each.detach().clone(memory_format=torch.contiguous_format) for each in result.tensors]
        result.tensors = []
        self.results[call_key(inputs, attributes)] = self.last_result = result
        self.count += 1
        if call:
            call.result = result
        return one_or_many(outputs)

    def infer(self, *given):
        """Without numbers: the types and shapes of the outputs, by the entry's rules, else as a real call gave them."""
        import torch

        inputs, attributes = self.divided(given)
        known = self.types.get(call_key(inputs, attributes))
        outputs = []
        for k, rules in enumerate(self.outputs):
            dtype, shape = self.ruled(rules, inputs, attributes)
            missing = [name for name, found in (("dtype", dtype), ("shape", shape)) if found is None]
            if missing and known is None:
                raise self.misfit(
                    "a call has open sizes, or others than the program has in a run, so the entry must say the "
                    f"{' and '.join(missing)} of its output {rules['name']}"
                )
            dtype, shape = known[k][0] if dtype is None else dtype, known[k][1] if shape is None else shape
            outputs.append(torch.empty(shape, dtype=getattr(torch, dtype), device="meta"))
        return one_or_many(outputs)

    def divided(self, given):
        count = len(self.inputs)
        pairs = zip(self.attributes, given[count:])
        return list(given[:count]), {each["name"]: self.received(each, value) for each, value in pairs}

    def sent(self, attribute, value):
        return json.dumps(value) if attribute["type"] == "strings" and value is not None else value

    def received(self, attribute, value):
        return json.loads(value) if attribute["type"] == "strings" and value is not None else value

    def named(self, inputs, attributes):
        """For a call that did not come by way of the program, such as that of a script: arguments by the entry's names."""
        pairs = [*((each["name"], tensor) for each, tensor in zip(self.inputs, inputs)), *attributes.items()]
        return {name: value for name, value in pairs if value is not None}

    def ruled(self, rules, inputs, attributes):
        """The type and shape of an output by the entry's rules; None for what it has no rule for."""
        tensors = {each["name"]: tensor for each, tensor in zip(self.inputs, inputs)}
        dtype, shape = rules.get("dtype"), rules.get("shape")
        if dtype in tensors:
            dtype = None if tensors[dtype] is None else dtype_name(tensors[dtype].dtype)
        try:
            return dtype, None if shape is None else shape_by_rule(shape, tensors, attributes)
        except (LookupError, NameError, TypeError, ValueError, ZeroDivisionError) as error:
            text = f"the shape {shape_rule_text(shape)} of its output {rules['name']} cannot be worked out"
            raise self.misfit(f"{text}: {reason_of(error)}") from error

    def learn(self, inputs, attributes, found):
        for rules, (dtype, shape) in zip(self.outputs, found):
            ruled_dtype, ruled_shape = self.ruled(rules, inputs, attributes)
            wanted = tensor_text(ruled_dtype or dtype, shape if ruled_shape is None else ruled_shape)
            if wanted != tensor_text(dtype, shape):
                text = f"its rules make {rules['name']} {wanted}, but the program gives {tensor_text(dtype, shape)}"
                raise self.misfit(text)
        if self.types.setdefault(call_key(inputs, attributes), found) != found and self.learns:
            raise self.misfit("the sizes of its outputs depend on the numbers in its inputs")


def one_or_many(outputs):
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


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
    with operators.while_recording():
        if any(each.attached for each in operators.all):
            run()
        counts = [{"operator": each.operator, "calls": each.count} for each in operators.all]
        if any(each.count and each.learns for each in operators.all):
            run_otherwise()
    return counts
