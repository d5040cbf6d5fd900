"""The PyTorch that is installed: whether it can be used, and which ways of capturing it has."""

import contextlib
import functools
import importlib
import importlib.util
import re
import sys

from .channel import Failure
from .places import is_torchs
from .reasons import reason_of

OLDEST_TORCH = (1, 13)


def torch_version():
    """The installed version, without loading it; None where there is none."""
    if importlib.util.find_spec("torch") is None:
        return None
    with contextlib.suppress(Exception):
        from importlib import metadata

        return metadata.version("torch")
    return "unknown"


def load_torch():
    """PyTorch, quiet; a Failure where it is missing, broken or too old."""
    if importlib.util.find_spec("torch") is None:
        raise Failure("torch-missing", python=sys.executable)
    try:
        import torch
    except BaseException as error:
        raise Failure("torch-broken", reason_of(error), python=sys.executable) from error
    version = getattr(torch, "__version__", None)
    if version is None:
        raise Failure("torch-broken", "the package torch is empty", python=sys.executable)
    numbers = tuple(int(part) for part in re.findall(r"\d+", str(version))[:2])
    if numbers < OLDEST_TORCH:
        raise Failure("torch-too-old", python=sys.executable, torch=version)
    return torch


def compile_nothing(torch):
    """Lets the program's torch.compile give back what it is given: that computes the same, is not hidden from a capture, and
    takes no minutes. What PyTorch itself compiles stays."""
    original = getattr(torch, "compile", None)
    if original is None:
        return

    @functools.wraps(original)
    def same(model=None, *args, **kwargs):
        if is_torchs(sys._getframe(1).f_code.co_filename):
            return original(model, *args, **kwargs)
        return (lambda each: each) if model is None else model

    torch.compile = same
    if hasattr(torch.nn.Module, "compile"):
        torch.nn.Module.compile = lambda self, *args, **kwargs: None


def ways_of(torch):
    """The ways of capturing that this PyTorch has. Programs of 2.1 and later can be saved."""
    exports = hasattr(getattr(torch, "export", None), "save")
    return (["export"] if exports else []) + ["script", "trace"]
