"""Functions, autograd Functions and module classes of the program: found by their names, and replaced wherever they are known."""

import contextlib
import inspect
import sys
import types

from .places import is_users


def found_in_program(python):
    """Where a dotted name stands in what the program has imported: the module or class that holds it, its name and its value."""
    names = python.split(".")
    for count in range(len(names) - 1, 0, -1):
        holder = sys.modules.get(".".join(names[:count]))
        if not isinstance(holder, types.ModuleType):
            continue
        for name in names[count:-1]:
            holder = vars(holder).get(name) if isinstance(holder, (type, types.ModuleType)) else None
        if holder is None or not hasattr(holder, names[-1]):
            continue
        if names[-1] in ("apply", "forward") and isinstance(holder, type) and is_autograd_function(holder):
            return None, "", holder
        return holder, names[-1], inspect.getattr_static(holder, names[-1])
    return None


def is_autograd_function(value):
    import torch

    return isinstance(value, type) and issubclass(value, torch.autograd.Function)


def signature_of(function):
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def replaced_code(function, hook):
    """Whoever has the function calls `hook(args, kwargs)` from now on; a function with the code that it had."""
    original = types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__ = function.__kwdefaults__
    original.__qualname__ = function.__qualname__
    # New code must name as many variables of functions around it.
    free = ", ".join(function.__code__.co_freevars)
    mention = f"        if False: {free}\n" if free else ""
    text = f"def around({free}):\n    def call(*args, _graphwright_hook, **kwargs):\n{mention}        return _graphwright_hook(args, kwargs)\n    return call\n"
    scope = {}
    exec(compile(text, __file__, "exec"), scope)
    made = scope["around"](*(None for _ in function.__code__.co_freevars))
    function.__signature__ = inspect.signature(function)
    function.__defaults__, function.__kwdefaults__ = None, {"_graphwright_hook": hook}
    function.__code__ = made.__code__
    return original


def rebind(is_it, replacement):
    """Puts something in the place of what modules, their classes, and lists and dictionaries of these hold."""
    for name, module in list(sys.modules.items()):
        if (
            not isinstance(module, types.ModuleType)
            or name.split(".")[0] == "torch"
            and not is_users(getattr(module, "__file__", None))
        ):
            continue
        rebind_in(module, is_it, replacement)
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name:
                rebind_in(value, is_it, staticmethod(replacement))


def rebind_in(holder, is_it, replacement):
    for name, value in list(vars(holder).items()):
        if is_it(value):
            with contextlib.suppress(AttributeError, TypeError):
                setattr(holder, name, replacement)
        elif type(value) in (dict, list):
            for key, each in list(value.items() if type(value) is dict else enumerate(value)):
                if is_it(each):
                    value[key] = replacement
