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


def parameters_of_function(cls):
    """What an autograd Function is called with. Since PyTorch 2.0 its forward may leave the context to setup_context."""
    import torch

    parameters = list(signature_of(cls.forward).parameters.values())
    general = getattr(torch.autograd.Function, "setup_context", None)
    return parameters if general is not None and cls.setup_context is not general else parameters[1:]


def signature_of(function):
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def replaced_code(function, hook):
    """Whoever has the function calls `hook(args, kwargs)` from now on; a function with the code that it had. Its code is
    exchanged, since the program may have the function itself anywhere: in closures, partials, defaults and tables."""
    code = function.__code__
    original = types.FunctionType(
        code, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    original.__kwdefaults__, original.__qualname__ = function.__kwdefaults__, function.__qualname__
    # New code must name as many variables of functions around it.
    names = ", ".join(code.co_freevars)
    text = f"""
def around({names}):
    def call(*args, _graphwright_hook, **kwargs):
        return _graphwright_hook(args, kwargs)
        {names}
    return call
"""
    scope = {}
    exec(compile(text, __file__, "exec"), scope)
    function.__signature__ = inspect.signature(function)
    function.__defaults__, function.__kwdefaults__ = None, {"_graphwright_hook": hook}
    function.__code__ = scope["around"](*code.co_freevars).__code__
    return original


def is_apply(value):
    """Whether a value is `Swish.apply`, for an autograd Function."""
    bound = isinstance(value, (types.MethodType, types.BuiltinMethodType))
    return bound and value.__name__ == "apply" and is_autograd_function(value.__self__)


def ask_for_apply_again(model):
    """A name such as `swish = Swish.apply` has the apply of before: from now on it is asked for with each call."""

    def asking(value):
        if not is_apply(value):
            return None
        cls = value.__self__
        return lambda *args: cls.apply(*args)

    rebind(asking)
    for module in model.modules():
        rebind_in(module, asking)


def rebind(replacement_of):
    """Puts something else in the place of what modules, their classes, and lists and dictionaries of these hold;
    `replacement_of` gives None for what stays."""
    for name, module in list(sys.modules.items()):
        if not isinstance(module, types.ModuleType):
            continue
        if name.split(".")[0] == "torch" and not is_users(getattr(module, "__file__", None)):
            continue
        rebind_in(module, replacement_of)
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == name:
                rebind_in(value, lambda each: as_static(replacement_of(each)))


def as_static(function):
    """In a class a function would be a method."""
    return None if function is None else staticmethod(function)


def rebind_in(holder, replacement_of):
    for name, value in list(vars(holder).items()):
        found = replacement_of(value)
        if found is not None:
            with contextlib.suppress(AttributeError, TypeError):
                setattr(holder, name, found)
        elif type(value) in (dict, list):
            for key, each in list(value.items() if type(value) is dict else enumerate(value)):
                found = replacement_of(each)
                if found is not None:
                    value[key] = getattr(found, "__func__", found)
