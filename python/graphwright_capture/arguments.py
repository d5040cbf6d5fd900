"""What the named class or function is called with: what the user wrote, and what the program has for the rest."""

import ast
import contextlib
import dataclasses
import inspect
import re
import types
import typing

from .channel import Failure
from .places import definition_of
from .reasons import reason_of, running

# Names of parameters that stand for all the settings of a program.
SETTINGS = re.compile(
    r"^(args?|opts?|options?|cfg|conf|config|configs|configuration|hparams?|hp|params|settings|flags|namespace)$", re.I
)

SETTINGS_FUNCTION = re.compile(
    r"^(get|parse|read|load|make|build|default)_?(default_)?(cmd_?)?"
    r"(args?|arguments|opts?|options|cfg|config|hparams|parser|settings|flags)$"
)


def call_arguments(function, module, request, channel):
    """Arguments as the user wrote them, and for what is missing what the program itself offers."""
    written = dict(request["arguments"])
    listed = written.pop("*", None)
    annotations = annotations_of(function)
    positional = list(literal(listed, module, None)) if listed else []
    keywords = {name: literal(text, module, annotations.get(name)) for name, text in written.items()}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return positional, keywords
    missing = []
    for name, each in list(signature.parameters.items())[len(positional) :]:
        if name in keywords or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        if each.default is not each.empty:
            offered = device_here(name, each.default, channel)
        else:
            offered = settings_of(name, annotations.get(name), module, channel)
        if offered is not None:
            keywords[name] = offered
        elif each.default is each.empty:
            missing.append(name)
    if missing:
        frames = definition_of(function)
        raise Failure("arguments-missing", frames=frames, name=request["name"], missing=", ".join(missing))
    try:
        signature.bind(*positional, **keywords)
    except TypeError as error:
        raise Failure("arguments", reason_of(error), definition_of(function), name=request["name"]) from error
    return positional, keywords


def annotations_of(function):
    target = function.__init__ if isinstance(function, type) else function
    with contextlib.suppress(Exception):
        return typing.get_type_hints(target)
    return dict(getattr(target, "__annotations__", {}))


def literal(text, module, annotation):
    """A Python literal, else an expression over the names of the module, else the text itself."""
    if annotation is str and not re.match(r"""^\s*['"]""", text):
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        with contextlib.suppress(Exception):
            value = eval(text, dict(vars(module)))
            return text if isinstance(value, types.ModuleType) else value
        return text
    if isinstance(value, dict) and dataclasses.is_dataclass(annotation):
        return annotation(**value)
    return value


def device_here(name, default, channel):
    """A parameter for the device that asks for one that this machine lacks gets the CPU."""
    import torch

    if name in ("device", "dev") and re.match(r"cuda|gpu", str(default)) and not torch.cuda.is_available():
        channel.note("arguments-taken", f"{name} is cpu: this machine has no {default}")
        return "cpu" if isinstance(default, str) else torch.device("cpu")
    return None


def settings_of(name, annotation, module, channel):
    """What a program has for a parameter that stands for all its settings: a dataclass with defaults, an object of the
    module, a function that reads the command line."""
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        with contextlib.suppress(TypeError):
            value = annotation()
            channel.note("arguments-taken", f"{name} is {annotation.__name__}() with its defaults")
            return value
    if not SETTINGS.match(name):
        return None
    own = (name, name.upper(), "DEFAULT_" + name.upper(), "default_" + name)
    for wanted in (*own, "CONFIG", "config", "cfg", "CFG", "args", "opt", "DEFAULTS"):
        value = vars(module).get(wanted)
        if value is not None and not callable(value) and not isinstance(value, types.ModuleType):
            channel.note("arguments-taken", f"{name} is {wanted} of the program")
            return value
    for wanted, value in vars(module).items():
        if inspect.isfunction(value) and SETTINGS_FUNCTION.match(wanted):
            if any(each.default is each.empty for each in inspect.signature(value).parameters.values()):
                continue
            with running(channel, "build", name=wanted):
                value = value()
                value = value.parse_args() if hasattr(value, "parse_args") else value
            channel.note("arguments-taken", f"{name} is what {wanted}() gives")
            return value
    return None
