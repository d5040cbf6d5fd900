"""Functions and module classes around a place that could not be captured, which custom operators could stand for."""

import contextlib
import dis
import inspect
import math
import os
import sys
import types

from .channel import Failure
from .fitting import as_attribute, tensors_of_argument
from .places import frame
from .reference import other_sizes
from .replacing import found_in_program, is_autograd_function, parameters_of_function, signature_of
from .trees import Result
from .words import dtype_name

MOST_CALLS = 12


def operator_candidates(frames, job):
    """The functions and modules on the user's frames of a failure, the deepest first, as real runs call them: one with other
    numbers for sizes that are to stay open, where there are such."""
    watcher = CallWatcher(frames, job.model, job.operators)
    if watcher.runs(job, job.sizes):
        any(watcher.runs(job, sizes) for sizes in other_sizes(job.sizes))
    by_name = {}
    for _, calls in sorted(watcher.found.items()):
        by_name.setdefault(calls[0]["python"], merged(calls))
    return [candidate for candidate in by_name.values() if candidate]


@contextlib.contextmanager
def entries_offered(job):
    """Where a call does not fit its entry, that call is what the entry should say."""
    try:
        yield
    except Failure as failure:
        called = getattr(failure, "called", None)
        if called is not None:
            place = frame(called.co_filename, called.co_firstlineno, called.co_name)
            failure.candidates = operator_candidates([place], job)
        raise


class CallWatcher:
    """A profiler that keeps the calls of each function whose line is asked for."""

    def __init__(self, frames, model, operators):
        self.frames = frames
        self.model = model
        self.operators = operators
        self.codes = {}
        self.pending = {}
        self.found = {}

    def runs(self, job, sizes):
        """Runs the model, watched. What was seen until it fails is told, too."""
        sys.setprofile(self)
        try:
            job.run(sizes=sizes)
        except Exception:
            return False
        finally:
            sys.setprofile(None)
        return True

    def __call__(self, frame, event, value):
        if event == "call":
            k = self.index_of(frame.f_code)
            if k is not None:
                self.pending[id(frame)] = (k, seen_call(frame, self.model, self.operators))
        elif event == "return" and id(frame) in self.pending:
            k, call = self.pending.pop(id(frame))
            told = call and told_call(call, value)
            calls = self.found.setdefault(k, []) if told else []
            if told and told not in calls and len(calls) < MOST_CALLS:
                calls.append(told)

    def index_of(self, code):
        if code not in self.codes:
            self.codes[code] = next((k for k, each in enumerate(self.frames) if is_line_of(each, code)), None)
        return self.codes[code]


def is_line_of(frame, code):
    # TorchScript's words name no functions.
    if frame["function"] not in ("", code.co_name) or os.path.abspath(code.co_filename) != frame["file"]:
        return False
    lines = [line for _, line in dis.findlinestarts(code) if line is not None]
    return code.co_firstlineno <= frame["line"] <= max(lines, default=code.co_firstlineno)


def seen_call(frame, model, operators):
    """What a call that begins is given, and the dotted name of what is called; None where an entry cannot name it."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount
    given = [(name, frame.f_locals[name]) for name in code.co_varnames[:count]]
    if code.co_flags & inspect.CO_VARARGS:
        given.append((code.co_varnames[count], frame.f_locals[code.co_varnames[count]]))
    holder, python, function = replaced_definition(code, operators) or definition_in(frame.f_globals, code)
    if python is None or (given and given[0][1] is model and code.co_name == "forward"):
        return None
    import torch

    if is_autograd_function(holder) and code.co_name == "forward":
        names = [each.name for each in parameters_of_function(holder)]
        given = [each for each in given if each[0] in names]
        return "function", python.rpartition(".")[0], None, given, function
    receiver = isinstance(holder, type) and not isinstance(vars(holder).get(code.co_name), staticmethod) and bool(given)
    instance = given.pop(0)[1] if receiver else None
    if isinstance(instance, torch.nn.Module) and code.co_name == "forward":
        cls = type(instance)
        return "module", f"{cls.__module__}.{cls.__qualname__}", instance, given, function
    return "function", python, instance, given, function


def replaced_definition(code, operators):
    """Of a function that has its entry already, which has another code now."""
    for each in operators.all:
        is_function = isinstance(each.original, types.FunctionType) and each.kind == "function"
        if each.attached and each.code is code and is_function:
            holder, _, _ = found_in_program(each.python)
            return holder, each.python, each.original
    return None


def definition_in(scope, code):
    """The class, the dotted name and the function that has a code; a function within another has no such name."""
    module = scope.get("__name__")

    def within(holder, names, prefix, seen):
        for name, value in list(names.items()):
            plain = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            unwrapped = getattr(plain, "__wrapped__", plain)
            if isinstance(plain, types.FunctionType) and code in (plain.__code__, getattr(unwrapped, "__code__", None)):
                return holder, prefix + name, plain
            if isinstance(value, type) and value.__module__ == module and value not in seen:
                found = within(value, vars(value), f"{prefix}{name}.", seen | {value})
                if found:
                    return found
        return None

    return within(None, scope, f"{module}.", frozenset()) or (None, None, None)


def merged(calls):
    """One candidate of all calls: with each input and attribute that some call has. None where no entry can say them all."""
    first = calls[0]
    inputs, attributes = {}, {}
    for call in calls:
        for each in call["inputs"]:
            inputs.setdefault(each["name"], dict(each))
        for each in call["attributes"]:
            before = attributes.setdefault(each["name"], dict(each))
            before["type"] = wider_type(before["type"], each["type"])
    for each in inputs.values():
        told = [one for call in calls for one in call["inputs"] if one["name"] == each["name"]]
        each["optional"] = len(told) < len(calls) or any(one["optional"] for one in told)
    same_count = all(len(call["outputs"]) == len(first["outputs"]) for call in calls)
    if not same_count or any(each["type"] is None for each in attributes.values()):
        return None
    order = first["order"]
    place = lambda each: order.index(each["name"]) if each["name"] in order else len(order)
    ordered = {"inputs": sorted(inputs.values(), key=place), "attributes": sorted(attributes.values(), key=place)}
    calls = [{key: call[key] for key in ("inputs", "attributes", "outputs")} for call in calls]
    return {**{key: first[key] for key in ("kind", "python", "outputs")}, **ordered, "calls": calls}


def wider_type(one, other):
    if one == other:
        return one
    return {"float,int": "float", "floats,ints": "floats"}.get(",".join(sorted((str(one), str(other)))))


def told_call(call, value):
    """A call as an entry could say it; None where a node cannot stand for it."""
    kind, python, instance, given, function = call
    result = Result(value)
    if result.strange is not None or not result.tensors:
        return None
    signature = signature_of(function)
    inputs, attributes, order = [], [], []
    for name, each in given:
        count = len(each) if isinstance(each, (list, tuple)) else 1
        order += [name, *(f"{name}_{k}" for k in range(1, count))]
        parameter = signature.parameters.get(name) if signature else None
        optional = parameter is not None and parameter.default is None
        tensors = tensors_of_argument(each)
        if tensors is not None:
            for k, tensor in enumerate(tensors):
                inputs.append(told_input(name if k == 0 else f"{name}_{k}", tensor, optional or tensor is None))
        elif each is not None and each != ():
            attribute = told_attribute(name, each)
            if attribute is None:
                return None
            attributes.append(attribute)
    if instance is not None:
        own_inputs, own_attributes = used_of_instance(instance, function, kind)
        taken = {each["name"] for each in inputs + attributes}
        inputs += [each for each in own_inputs if each["name"] not in taken]
        attributes += [each for each in own_attributes if each["name"] not in taken]
    if not inputs:
        return None
    outputs = [{"dtype": dtype_name(each.dtype), "shape": list(each.shape)} for each in result.tensors]
    told = {"kind": kind, "python": python, "order": order}
    return {**told, "inputs": inputs, "attributes": attributes, "outputs": outputs}


def used_of_instance(instance, function, kind):
    """Of a module all parameters and buffers, of another object the tensors that the function names; and the plain values that it names."""
    import torch

    code = getattr(inspect.unwrap(function), "__code__", None)
    mentioned = set(code.co_names) if code else set()
    values = getattr(instance, "__dict__", {})
    tensors = {}
    if isinstance(instance, torch.nn.Module):
        named = [*instance.named_parameters(), *instance.named_buffers()]
        tensors = {name.replace(".", "_"): each for name, each in named if kind == "module" or name in mentioned}
    tensors.update(
        {name: each for name, each in values.items() if isinstance(each, torch.Tensor) and name in mentioned}
    )
    plain = [told_attribute(name, each) for name, each in values.items() if name in mentioned and name != "training"]
    return [told_input(name, each, False) for name, each in tensors.items()], [each for each in plain if each]


def told_input(name, tensor, optional):
    shape, dtype = ([], "float32") if tensor is None else (list(tensor.shape), dtype_name(tensor.dtype))
    return {"name": name, "optional": optional, "dtype": dtype, "shape": shape}


def told_attribute(name, value):
    for kind in ("bool", "int", "float", "string", "ints", "floats", "strings"):
        made = as_attribute(kind, value)
        if made is not None:
            finite = not isinstance(made, float) or math.isfinite(made)
            return {"name": name, "type": kind, "value": made if finite else None}
    return None
