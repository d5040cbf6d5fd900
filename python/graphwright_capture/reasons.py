"""What an exception means: its words in plain ones, and the kind of failure that it is."""

import contextlib
import re
import sys

from .channel import Failure
from .places import frames_of


def reason_of(error):
    """What Python said: the kind of exception and the first line of its words, without a full stop."""
    text = str(error)
    if isinstance(error, SyntaxError):
        text = error.msg
    if sizes_wanted(text):
        return sizes_wanted(text)
    said = next((line.strip() for line in text.splitlines() if line.strip()), "")
    name = type(error).__name__
    if said and name in UNTOLD:
        return in_plain_words(said)
    return in_plain_words(f"{name}: {said}" if said else name)


# What torch.export suggests for open sizes, and what that means.
SUGGESTIONS = (
    (r"(\w+) = (\d+)", r"\1 has to be \2"),
    (r"(\w+) = Dim\('\w+', (.*)\)", r"\1 has to be \2"),
    (r"(\w+) = (\d+)\*_\w+", r"\1 has to be a multiple of \2"),
    (r"(\w+) = ([A-Za-z]\w*)", r"\1 has to be the same as \2"),
)


def sizes_wanted(text):
    """For which open sizes torch.export says that it would take a program; empty where it says nothing."""
    _, _, suggested = text.partition("Suggested fixes:")
    found = [
        each.expand(words)
        for pattern, words in SUGGESTIONS
        for each in re.finditer(rf"^\s*{pattern}$", suggested, re.M)
    ]
    return ", ".join(found).replace(", max=", " and at most ").replace("min=", "at least ").replace("max=", "at most ")


# Kinds of exceptions whose name says nothing to a user.
UNTOLD = (
    "RuntimeError Exception UserError Unsupported GuardOnDataDependentSymNode InternalTorchDynamoError NotSupportedError "
    "UnpicklingError"
).split()

# PyTorch's words that only its developers know, in others.
PLAIN_WORDS = (
    (r"Could not guard on data-dependent expression.*", "a condition on the values of a tensor"),
    (r"Could not extract specialized integer from data-dependent.*", "a value of a tensor as a size or an index"),
    (r"Constraints violated \(([\w, ]+)\).*", r"it does not work for every \1"),
    (r"Data-dependent branching.*", "a condition on the values of a tensor"),
    (r"Could not export Python function call '(\w+)'.*", r"a call of the autograd Function \1"),
    (r"Tracer cannot infer type of .*", "it gives something else than tensors, and lists, tuples and dicts of them"),
    (r"Found (<class '[^']+'>) in output, which is not a known type.*", r"it gives an object of \1"),
    (r" This file can still be loaded.*", ""),
)


def in_plain_words(text):
    for pattern, words in PLAIN_WORDS:
        text = re.sub(pattern, words, text)
    return text.strip().rstrip(".:")[:600]


DEVICE_WORDS = re.compile(
    r"Torch not compiled with (?P<a>\w+)|No (?P<b>CUDA|XPU|HIP) GPUs|Found no (?P<c>NVIDIA|HIP) driver|"
    r"Attempting to deserialize object on a? ?(?P<d>CUDA|MPS) ?device|(?P<e>MPS|CUDA|XPU) (?:backend|driver) is|"
    r"PyTorch is not linked with support for (?P<f>\w+) devices|"
    r"Cannot access accelerator|Don't know how to construct|Could not run '[\w:]+' with arguments from the '(?P<g>CUDA|MPS|XPU)'"
)
HALF_WORDS = re.compile(r"not (implemented|supported) for '(Half|BFloat16)'")
MEMORY_WORDS = re.compile(
    r"can't allocate memory|not enough memory|bad_alloc|Cannot allocate memory|Unable to allocate", re.I
)


def failure_of(error, kind, channel, **details):
    """The failure that an exception of the user's program stands for; `kind` where it is of no kind of its own."""
    if isinstance(error, Failure):
        return error
    frames, reason = frames_of(error), reason_of(error)
    # A library that raises it for another reason names no module.
    if isinstance(error, ModuleNotFoundError) and error.name:
        return Failure("module-missing", reason, frames, module=error.name, python=sys.executable)
    if isinstance(error, SystemExit):
        code = "" if error.code is None else error.code
        # The reader of a command line says what it misses, and exits.
        said = channel.programs_own.last_words.strip().splitlines()
        words = f", saying: {said[-1].strip()[:300]}" if said and error.code not in (None, 0) else ""
        return Failure("exits", f"sys.exit({code}){words}", frames, doing=channel.doing)
    if isinstance(error, MemoryError) or MEMORY_WORDS.search(str(error)):
        megabytes = channel.request.get("memory", 0) // 1_000_000
        return Failure("memory", reason, frames, doing=channel.doing, megabytes=megabytes)
    device = DEVICE_WORDS.search(str(error))
    if device:
        named = next((name for name in device.groups() if name), "an accelerator")
        lower = named.islower() and " " not in named
        return Failure(
            "device", reason, frames, device={"NVIDIA": "CUDA"}.get(named, named.upper() if lower else named)
        )
    return Failure(kind, reason, frames, **details)


@contextlib.contextmanager
def running(channel, kind, **details):
    """Around code of the user's: whatever it throws ends the capture with the user's line."""
    try:
        yield
    except BaseException as error:
        raise failure_of(error, kind, channel, **details) from error


# Why a way fails, by PyTorch's words: the first row that fits.
REASONS = {
    "data-dependent": re.compile(r"data[- ]dependent|dynamic control flow|unbacked|Dynamic slicing with Tensor", re.I),
    "size-fixed": re.compile(r"Constraints violated|specialized|marked .* as dynamic but", re.I),
    "unsupported-call": re.compile(
        r"FakeTensor|fake tensor|meta tensor|data pointer|numpy\(\)|NumPy|Unsupported|not supported|skip|call_function|"
        r"C extension|builtin|mutat|autograd.Function|Expected to call|could not be|cannot be (traced|scripted)",
        re.I,
    ),
}


def is_because(error, kind):
    return REASONS[kind].search(f"{type(error).__name__}: {error}") is not None
