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
    wanted = sizes_wanted(text)
    if wanted:
        return wanted
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = lines[0] if lines else ""
    name = type(error).__name__
    if said and name in UNTOLD:
        return in_plain_words(said)
    return in_plain_words(f"{name}: {said}" if said else name)


def sizes_wanted(text):
    """For which open sizes torch.export says that it would take a program, from its suggestions; empty where it says nothing."""
    _, _, suggestions = text.partition("Suggested fixes:")
    told = []
    for name, number in re.findall(r"^\s*(\w+) = (\d+)$", suggestions, re.M):
        told.append(f"{name} has to be {number}")
    for name, bounds in re.findall(r"^\s*(\w+) = Dim\('\w+', (.*)\)$", suggestions, re.M):
        told.append(
            f"{name} has to be {bounds.replace('min=', 'at least ').replace('max=', 'at most ').replace(', ', ' and ')}"
        )
    for name, number in re.findall(r"^\s*(\w+) = (\d+)\*_\w+$", suggestions, re.M):
        told.append(f"{name} has to be a multiple of {number}")
    for name, other in re.findall(r"^\s*(\w+) = ([A-Za-z]\w*)$", suggestions, re.M):
        told.append(f"{name} has to be the same as {other}")
    return ", ".join(told)


# Kinds of exceptions whose name says nothing to a user.
UNTOLD = (
    "RuntimeError",
    "Exception",
    "UserError",
    "Unsupported",
    "GuardOnDataDependentSymNode",
    "InternalTorchDynamoError",
    "NotSupportedError",
    "UnpicklingError",
)


# PyTorch's words that only its developers know, in others.
PLAIN_WORDS = (
    (re.compile(r"Could not guard on data-dependent expression.*"), "a condition on the values of a tensor"),
    (
        re.compile(r"Could not extract specialized integer from data-dependent expression.*"),
        "a value of a tensor as a size or an index",
    ),
    (re.compile(r"Constraints violated \(([\w, ]+)\).*"), r"it does not work for every \1"),
    (re.compile(r"Data-dependent branching.*"), "a condition on the values of a tensor"),
    (re.compile(r"Could not export Python function call '(\w+)'.*"), r"a call of the autograd Function \1"),
    (
        re.compile(r"Tracer cannot infer type of .*"),
        "it gives something else than tensors, and lists, tuples and dicts of them",
    ),
    (re.compile(r"Found (<class '[^']+'>) in output, which is not a known type.*"), r"it gives an object of \1"),
    (re.compile(r" This file can still be loaded.*"), ""),
)


def in_plain_words(text):
    for pattern, words in PLAIN_WORDS:
        text = pattern.sub(words, text)
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
    if isinstance(error, ModuleNotFoundError):
        return Failure("module-missing", reason, frames, module=error.name or "a module", python=sys.executable)
    if isinstance(error, SystemExit):
        code = "" if error.code is None else error.code
        # The reader of a command line says what it misses, and exits.
        said = getattr(sys.stderr, "last_words", "").strip().splitlines()
        words = f", saying: {said[-1].strip()[:300]}" if said and error.code not in (None, 0) else ""
        return Failure("exits", f"sys.exit({code}){words}", frames, doing=channel.doing)
    if isinstance(error, MemoryError) or MEMORY_WORDS.search(str(error)):
        return Failure(
            "memory", reason, frames, doing=channel.doing, megabytes=channel.request.get("memory", 0) // 1_000_000
        )
    device = DEVICE_WORDS.search(str(error))
    if device:
        named = next((name for name in device.groups() if name), "an accelerator")
        return Failure(
            "device",
            reason,
            frames,
            device="CUDA" if named == "NVIDIA" else named.upper() if named.islower() else named,
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
REASONS = (
    (
        "data-dependent",
        re.compile(r"data[- ]dependent|dynamic control flow|unbacked|Dynamic slicing with Tensor", re.I),
    ),
    ("size-fixed", re.compile(r"Constraints violated|specialized|marked .* as dynamic but", re.I)),
    (
        "unsupported-call",
        re.compile(
            r"FakeTensor|fake tensor|meta tensor|data pointer|numpy\(\)|NumPy|Unsupported|not supported|skip|call_function|"
            r"C extension|builtin|mutat|autograd.Function|Expected to call|could not be|cannot be (traced|scripted)",
            re.I,
        ),
    ),
)


def is_data_dependent(error):
    return REASONS[0][1].search(f"{type(error).__name__}: {error}") is not None


def is_about_sizes(error):
    return REASONS[1][1].search(f"{type(error).__name__}: {error}") is not None
