"""The user's program: imported as if it were run from its folders, and the module that was named."""

import collections
import contextlib
import importlib
import importlib.util
import inspect
import os
import re
import sys

from .arguments import call_arguments
from .channel import Failure
from .describe import place_of, source_of
from .places import is_users
from .reasons import failure_of, running
from .running import is_same
from .words import a_kind


def import_program(request, channel):
    """The module of the program. Folders above the file are searched for what it imports, as if it were run from there."""
    sys.argv = [request.get("file") or request["module"], *request["argv"]]
    if not request.get("file"):
        # As `python -m` finds modules; a pickle that is loaded names those of the user.
        sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "src")]
        channel.step(f"Importing {request['module']}")
        return imported(lambda: importlib.import_module(request["module"]), None, channel)
    file = os.path.abspath(request["file"])
    source_of(file)
    name, root = place_of(file)
    folder = os.path.dirname(file)
    sys.path.insert(0, root)
    if folder not in sys.path:
        sys.path.append(folder)
    channel.step(f"Importing {os.path.basename(file)}")
    return imported(lambda: import_file(name, file), folder, channel)


def import_file(name, file):
    if "." in name:
        module = importlib.import_module(name)
        if os.path.samefile(getattr(module, "__file__", None) or __file__, file):
            return module
    # A file may be called as a module that is loaded already, or as no module can be called.
    wanted = name if re.fullmatch(r"\w+", name) and name not in sys.modules else "program_" + re.sub(r"\W", "_", name)
    spec = importlib.util.spec_from_file_location(wanted, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[wanted] = module
    spec.loader.exec_module(module)
    return module


def imported(load, folder, channel):
    before = set(sys.modules)
    while True:
        try:
            return load()
        except BaseException as error:
            missing = isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0]
            found = folder_with(missing, folder) if missing and folder else None
            if not found or found in sys.path:
                raise failure_of(error, "import", channel) from error
            print(f"graphwright: {missing} is taken from {found}")
            sys.path.insert(0, found)
            for name in set(sys.modules) - before:
                if is_users(getattr(sys.modules[name], "__file__", None)):
                    del sys.modules[name]


def folder_with(name, folder):
    """The nearest folder upward that has a module or package of a name, also in its `src`."""
    while True:
        for place in (folder, os.path.join(folder, "src")):
            if os.path.isfile(os.path.join(place, name + ".py")) or os.path.isdir(os.path.join(place, name)):
                return place
        above = os.path.dirname(folder)
        if above == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = above
    return None


def find_name(module, request):
    found = module
    for part in request["name"].split("."):
        if not hasattr(found, part):
            offered = [name for name, value in vars(module).items() if is_offered(name, value, module)]
            raise Failure("name-missing", name=request["name"], module=module.__name__, offered=", ".join(offered[:20]))
        found = getattr(found, part)
    return found


def is_offered(name, value, module):
    import torch

    if name.startswith("_"):
        return False
    own = getattr(value, "__module__", None) == module.__name__
    is_module_class = isinstance(value, type) and issubclass(value, torch.nn.Module)
    return isinstance(value, torch.nn.Module) or (own and (is_module_class or inspect.isfunction(value)))


def build_program(module, request, channel):
    """Calls what was named with its arguments; gives the torch.nn.Module that comes out."""
    import torch

    found = find_name(module, request)
    name = request["name"]
    if not isinstance(found, torch.nn.Module):
        if not callable(found):
            raise Failure("no-module", f"it is {a_kind(found)}", name=name)
        channel.step(f"Building {name}")
        args, kwargs = call_arguments(found, module, request, channel)
        torch.manual_seed(request["seed"])
        with running(channel, "build", name=name):
            found = found(*args, **kwargs)
    model = module_in(found)
    if model is None:
        raise Failure("no-module", f"it gives {a_kind(found)}", name=name)
    # On one device these compute what the module within computes.
    around = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    while isinstance(model, around) or hasattr(model, "_orig_mod"):
        model = model.module if isinstance(model, around) else model._orig_mod
    return model


def module_in(value):
    """A module, or the first one of what a function gives back beside it."""
    import torch

    if isinstance(value, torch.nn.Module):
        return value
    within = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return next((each for each in within if isinstance(each, torch.nn.Module)), None)


def compute_weights(model):
    """Weights that are computed from other weights alone, by torch.nn.utils.parametrize, are computed once: each call would
    compute the same. They keep their names. Those that share their originals, or come out different, stay as they are.
    """
    from torch.nn.utils import parametrize

    parts = list(model.modules())
    owners = collections.Counter(id(each) for part in parts for each in part._parameters.values())
    for part in parts:
        for name in list(part.parametrizations) if parametrize.is_parametrized(part) else ():
            alone = all(owners[id(each)] == 1 for each in part.parametrizations[name].parameters())
            with contextlib.suppress(RuntimeError, ValueError):
                if alone and is_same(getattr(part, name), getattr(part, name)):
                    parametrize.remove_parametrizations(part, name)
