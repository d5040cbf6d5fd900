"""Captures a PyTorch program in the user's own Python, for Graphwright.

Run as `python -u -X utf8 graphwright_capture.py`: one JSON object on standard input says what to do, each line on standard
output is one JSON object that tells how it went (src/core/capture/live/protocol.ts describes both). It needs PyTorch 1.13 or
later and Python 3.8 or later, and nothing else. It reads from the bottom up: `main`, the table `STEPS`, the steps.
"""

import argparse
import ast
import contextlib
import copy
import dataclasses
import dis
import faulthandler
import functools
import importlib
import importlib.util
import inspect
import json
import math
import os
import re
import sys
import sysconfig
import threading
import time
import traceback
import types
import typing
import warnings

OLDEST_TORCH = (1, 13)


# --- Talking -----------------------------------------------------------------------------------------------------------


class Channel:
    """The protocol's end of standard output. What the program prints goes to standard error from here on."""

    def __init__(self):
        self.request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
        sys.stdout.flush()
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)
        sys.stdout = sys.stderr = ProgramsOwn(sys.stderr)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        sys.stdin = open(os.devnull, encoding="utf-8")
        self.lock = threading.Lock()
        self.doing = "starting"

    def tell(self, event, **fields):
        text = json.dumps({"event": event, **fields}, default=str)
        with self.lock:
            self.out.write(text + "\n")
            self.out.flush()

    def step(self, title):
        self.doing = title[:1].lower() + title[1:]
        self.tell("step", title=title)

    def note(self, kind, text, frames=(), **details):
        self.tell("note", note={"kind": kind, "text": text, "frames": list(frames), "details": details})

    def end(self, event, **fields):
        """The last word: nothing of the program runs after it, neither threads nor what it left for its exit."""
        self.tell(event, **fields)
        sys.stderr.flush()
        os._exit(0)


class ProgramsOwn:
    """Standard error, which holds back what PyTorch itself prints while a way of capturing is tried: pages of graphs. What
    the program prints stays."""

    def __init__(self, stream):
        self.stream = stream
        self.trying = False

    def write(self, text):
        if self.trying and self.is_torchs(sys._getframe(1)):
            return len(text)
        return self.stream.write(text)

    def is_torchs(self, printing):
        while printing is not None and re.search(r"[/\\]logging[/\\]__init__\.py$", printing.f_code.co_filename):
            printing = printing.f_back
        return printing is not None and re.search(r"[/\\]torch[/\\]", printing.f_code.co_filename) is not None

    def __getattr__(self, name):
        return getattr(self.stream, name)


class Failure(Exception):
    """Why a capture ends; src/core/capture/live/failures.ts has the words of each kind."""

    def __init__(self, kind, reason="", frames=(), candidates=(), **details):
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.frames = list(frames)
        self.candidates = list(candidates)
        self.details = {name: str(value) for name, value in details.items()}

    def told(self):
        return {
            "kind": self.kind,
            "reason": self.reason,
            "details": self.details,
            "frames": self.frames,
            "candidates": self.candidates,
        }


# --- Places in the user's files -----------------------------------------------------------------------------------------


def _installed_folders():
    paths = sysconfig.get_paths()
    named = [paths.get(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple(os.path.normcase(os.path.abspath(path)) + os.sep for path in named if path)


INSTALLED = _installed_folders()
OURS = os.path.normcase(os.path.abspath(__file__))


def is_users(file):
    """Whether a file is the user's own: neither of Python, nor of an installed package, nor this one."""
    if not file or file.startswith("<"):
        return False
    path = os.path.normcase(os.path.abspath(file))
    packaged = re.search(r"[/\\](site|dist)-packages[/\\]", path)
    return path != OURS and not packaged and not path.startswith(INSTALLED)


def is_torchs(file):
    return file.startswith("<") or re.search(r"[/\\]torch[/\\]", file) or os.path.normcase(os.path.abspath(file)) == OURS


def frame(file, line, function):
    return {"file": os.path.abspath(file), "line": line or 1, "function": function}


def frames_of(error):
    """The user's frames of an exception, the deepest first; where there is none, those of installed packages."""
    seen, places = set(), []
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        stack = [(each.filename, each.lineno, each.name) for each in traceback.extract_tb(error.__traceback__)]
        if isinstance(error, SyntaxError) and error.filename:
            stack.append((error.filename, error.lineno, "<module>"))
        stack += [(each.filename, each.lineno, each.name) for each in getattr(error, "real_stack", None) or ()]
        places.append(list(reversed(stack)))
        places.append(places_in_text(str(error)))
        error = error.__cause__ or error.__context__
    return chosen_frames([place for stack in places for place in stack])


def places_in_text(text):
    """TorchScript and strict export name the user's lines in their words only."""
    found = re.findall(r'File "([^"\n]+)", line (\d+)(?:, in ([\w.<>]+))?', text)
    return [(file, int(line), function) for file, line, function in reversed(found)]


def frames_of_stack(top):
    """The user's frames of a thread that runs."""
    stack = [(each.filename, each.lineno, each.name) for each in traceback.extract_stack(top)]
    return chosen_frames(list(reversed(stack)))


def chosen_frames(places):
    theirs = [place for place in places if is_users(place[0])]
    others = [place for place in places if not is_torchs(place[0]) and not place[0].startswith(INSTALLED[:2])]
    chosen = []
    for place in theirs or [place for place in others if "site-packages" in place[0] or "dist-packages" in place[0]]:
        told = frame(*place)
        if told not in chosen:
            chosen.append(told)
    return chosen[:20]


def reason_of(error):
    """What Python said: the kind of exception and the first line of its words, without a full stop."""
    text = str(error)
    if isinstance(error, SyntaxError):
        text = error.msg
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = lines[0] if lines else ""
    name = type(error).__name__
    if said and name in UNTOLD:
        return in_plain_words(said)
    return in_plain_words(f"{name}: {said}" if said else name)


# Kinds of exceptions whose name says nothing to a user.
UNTOLD = ("RuntimeError", "Exception", "UserError", "Unsupported", "GuardOnDataDependentSymNode", "InternalTorchDynamoError", "NotSupportedError", "UnpicklingError")  # fmt: skip

# PyTorch's words that only its developers know, in others.
PLAIN_WORDS = (
    (re.compile(r"Could not guard on data-dependent expression.*"), "a condition on the values of a tensor"),
    (re.compile(r"Could not extract specialized integer from data-dependent expression.*"), "a value of a tensor as a size or an index"),
    (re.compile(r"Constraints violated \(([\w, ]+)\).*"), r"it does not work for every \1"),
    (re.compile(r"Data-dependent branching.*"), "a condition on the values of a tensor"),
    (re.compile(r"Could not export Python function call '(\w+)'.*"), r"a call of the autograd Function \1"),
    (re.compile(r"Tracer cannot infer type of .*"), "it gives something else than tensors, and lists, tuples and dicts of them"),
    (re.compile(r"Found (<class '[^']+'>) in output, which is not a known type.*"), r"it gives an object of \1"),
    (re.compile(r" This file can still be loaded.*"), ""),
)


def in_plain_words(text):
    for pattern, words in PLAIN_WORDS:
        text = pattern.sub(words, text)
    return text.strip().rstrip(".:")[:600]


# --- Limits -------------------------------------------------------------------------------------------------------------


def limit_memory(bytes_allowed):
    """Linux refuses what goes beyond; elsewhere the watcher sees it a moment later."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        if sys.platform.startswith("linux"):
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            most = bytes_allowed if hard == resource.RLIM_INFINITY else min(bytes_allowed, hard)
            resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def resident_bytes():
    """The memory that this process holds now (on macOS, the most it has held); None where that cannot be asked."""
    try:
        if sys.platform.startswith("linux"):
            with open("/proc/self/statm", encoding="ascii") as told:
                return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if sys.platform == "win32":
            return _resident_on_windows()
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    except (ImportError, OSError, ValueError):
        return None


def _resident_on_windows():
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [("cb", wintypes.DWORD), ("faults", wintypes.DWORD), ("peak", ctypes.c_size_t), ("held", ctypes.c_size_t)] + [
            (f"other{k}", ctypes.c_size_t) for k in range(6)
        ]

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    process = ctypes.c_void_p(ctypes.windll.kernel32.GetCurrentProcess())
    ctypes.windll.psapi.GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb)
    return counters.held


def watch_limits(channel, request):
    """Ends the process where it takes too long or too much, and says the line where it stood."""
    # Native code that never lets go keeps the watcher from its turn: then the lines are printed, and the caller reads them.
    faulthandler.dump_traceback_later(request["seconds"] + 3, file=sys.stderr)
    deadline = time.monotonic() + request["seconds"]
    main_thread = threading.main_thread().ident

    def end(kind, **details):
        stack = sys._current_frames().get(main_thread)
        failure = Failure(kind, frames=frames_of_stack(stack) if stack else (), doing=channel.doing, **details)
        channel.end("failure", failure=failure.told())

    def watch():
        while True:
            time.sleep(0.1)
            if time.monotonic() > deadline:
                end("timed-out", seconds=f"{request['seconds']:g}")
            if (resident_bytes() or 0) > request["memory"]:
                end("memory", megabytes=request["memory"] // 1_000_000)

    threading.Thread(target=watch, name="graphwright-limits", daemon=True).start()


# --- PyTorch ------------------------------------------------------------------------------------------------------------


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


def ways_of(torch):
    """The ways of capturing that this PyTorch has. Programs of 2.1 and later can be saved."""
    exports = hasattr(getattr(torch, "export", None), "save")
    return (["export"] if exports else []) + ["script", "trace"]


# --- What a file defines, read without importing it ---------------------------------------------------------------------


def source_of(file):
    try:
        with open(file, "rb") as opened:
            return opened.read()
    except OSError as error:
        raise Failure("file-unreadable", reason_of(error), file=file) from error


def parsed(file):
    try:
        return ast.parse(source_of(file), file)
    except (SyntaxError, ValueError) as error:
        raise Failure("import", reason_of(error), frames_of(error)) from error


def place_of(file):
    """Under which dotted name a file is imported, and which folder is then on the path: packages reach as far up as there
    is an `__init__.py`, and as far as the relative imports of the file say."""
    try:
        tree = parsed(file)
        levels = max([each.level for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)], default=0)
    except Failure:
        levels = 0
    folder, name = os.path.split(os.path.abspath(file))
    stem = os.path.splitext(name)[0]
    names = [] if stem == "__init__" else [stem]
    while os.path.basename(folder) and (os.path.isfile(os.path.join(folder, "__init__.py")) or len(names) <= levels - (stem == "__init__")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    return ".".join(names), folder


def describe(request, channel):
    """What a file offers: classes, functions and module objects, in its order."""
    tree = parsed(request["file"])
    module, root = place_of(request["file"])
    choices = list(described(tree.body, "", set()))
    offers = any(isinstance(each, ast.FunctionDef) and each.name == "graphwright_inputs" for each in tree.body)
    return {"module": module, "root": root, "choices": choices, "offersInputs": offers}


def described(body, outer, modules):
    for each in body:
        if isinstance(each, ast.ClassDef):
            name = outer + each.name
            functions = {one.name: one for one in each.body if isinstance(one, ast.FunctionDef)}
            is_module = "forward" in functions or any(is_module_base(ast_text(base), modules) for base in each.bases)
            if is_module:
                modules.add(name)
            parameters = class_parameters(each, functions)
            forward = parameters_of(functions["forward"])[1:] if "forward" in functions else []
            yield choice("class", name, each, parameters, forward, is_module)
            yield from described(each.body, name + ".", modules)
        elif isinstance(each, ast.FunctionDef) and not outer:
            yield choice("function", each.name, each, parameters_of(each), [], False)
        elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) and not outer:
            for target in each.targets:
                if isinstance(target, ast.Name):
                    known = ast_text(each.value.func) in modules
                    yield choice("object", target.id, each, [], [], known)


def is_module_base(base, modules):
    return base in modules or re.match(r"^(torch\.)?nn\.\w+$", base) is not None or base.endswith("Module")


def class_parameters(node, functions):
    if "__init__" in functions:
        return parameters_of(functions["__init__"])[1:]
    if any("dataclass" in ast_text(each) for each in node.decorator_list):
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        return [parameter(each.target.id, each.annotation, each.value) for each in fields]
    return []


def parameters_of(function):
    given = function.args
    positional = getattr(given, "posonlyargs", []) + given.args
    missing = [None] * (len(positional) - len(given.defaults))
    pairs = list(zip(positional, missing + given.defaults)) + list(zip(given.kwonlyargs, given.kw_defaults))
    return [parameter(each.arg, each.annotation, default) for each, default in pairs]


def parameter(name, annotation, default):
    told = {"name": name}
    if annotation is not None:
        told["annotation"] = ast_text(annotation)
    if default is not None:
        told["default"] = ast_text(default)
    return told


def choice(kind, name, node, parameters, forward, is_module):
    told = {"kind": kind, "name": name, "line": node.lineno, "isModule": is_module, "parameters": parameters, "forward": forward}
    documented = isinstance(node, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node)
    if documented:
        told["summary"] = documented.strip().splitlines()[0]
    return told


def ast_text(node):
    """The source of an expression; Python 3.8 cannot write all of them."""
    if hasattr(ast, "unparse"):
        return ast.unparse(node)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{ast_text(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript):
        return f"{ast_text(node.value)}[{ast_text(node.slice)}]"
    if isinstance(node, ast.Tuple):
        return ", ".join(ast_text(each) for each in node.elts)
    if hasattr(node, "value") and not isinstance(node, ast.Constant):
        return ast_text(node.value)
    with contextlib.suppress(ValueError):
        return repr(ast.literal_eval(node))
    return "..."


# --- Running the user's program -----------------------------------------------------------------------------------------

DEVICE_WORDS = re.compile(
    r"Torch not compiled with (?P<a>\w+)|No (?P<b>CUDA|XPU|HIP) GPUs|Found no (?P<c>NVIDIA|HIP) driver|"
    r"Attempting to deserialize object on a? ?(?P<d>CUDA|MPS) ?device|(?P<e>MPS|CUDA|XPU) (?:backend|driver) is|PyTorch is not linked with support for (?P<f>\w+) devices|"
    r"Cannot access accelerator|Don't know how to construct|Could not run '[\w:]+' with arguments from the '(?P<g>CUDA|MPS|XPU)'"
)
MEMORY_WORDS = re.compile(r"can't allocate memory|not enough memory|bad_alloc|Cannot allocate memory|Unable to allocate", re.I)


def failure_of(error, kind, channel, **details):
    """The failure that an exception of the user's program stands for; `kind` where it is of no kind of its own."""
    if isinstance(error, Failure):
        return error
    frames, reason = frames_of(error), reason_of(error)
    if isinstance(error, SystemExit):
        code = "" if error.code is None else error.code
        return Failure("exits", f"sys.exit({code})", frames, doing=channel.doing)
    if isinstance(error, MemoryError) or MEMORY_WORDS.search(str(error)):
        return Failure("memory", reason, frames, doing=channel.doing, megabytes=channel.request.get("memory", 0) // 1_000_000)
    device = DEVICE_WORDS.search(str(error))
    if device:
        named = next((name for name in device.groups() if name), "an accelerator")
        return Failure("device", reason, frames, device="CUDA" if named == "NVIDIA" else named.upper() if named.islower() else named)
    return Failure(kind, reason, frames, **details)


@contextlib.contextmanager
def running(channel, kind, **details):
    """Around code of the user's: whatever it throws ends the capture with the user's line."""
    try:
        yield
    except BaseException as error:
        raise failure_of(error, kind, channel, **details) from error


def import_program(request, channel):
    """The module of the program. Folders above the file are searched for what it imports, as if it were run from there."""
    sys.argv = [request.get("file") or request["module"], *request["argv"]]
    if not request.get("file"):
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
        except ModuleNotFoundError as error:
            found = folder and folder_with((error.name or "").split(".")[0], folder)
            if found and found not in sys.path:
                print(f"graphwright: {error.name} is taken from {found}")
                sys.path.insert(0, found)
                for name in set(sys.modules) - before:
                    if is_users(getattr(sys.modules[name], "__file__", None)):
                        del sys.modules[name]
                continue
            missing = error.name or "a module"
            raise Failure("module-missing", reason_of(error), frames_of(error), module=missing, python=sys.executable) from error
        except BaseException as error:
            raise failure_of(error, "import", channel) from error


def folder_with(name, folder):
    """The nearest folder upward that has a module or package of a name, also in its `src`."""
    while name:
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


# Names of parameters that stand for all the settings of a program.
SETTINGS = re.compile(r"^(args?|opts?|options?|cfg|conf|config|configs|configuration|hparams?|hp|params|settings|flags|namespace)$", re.I)


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
    # A module that was compiled keeps the one that it was made of.
    while hasattr(model, "_orig_mod"):
        model = model._orig_mod
    for parent in list(model.modules()):
        for child_name, child in list(parent.named_children()):
            if hasattr(child, "_orig_mod"):
                setattr(parent, child_name, child._orig_mod)
    return model


def module_in(value):
    """A module, or the first one of what a function gives back beside it."""
    import torch

    if isinstance(value, torch.nn.Module):
        return value
    within = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return next((each for each in within if isinstance(each, torch.nn.Module)), None)


def a_kind(value):
    name = type(value).__name__
    return "None" if value is None else f"an object of {name}"


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
    for name, each in list(signature.parameters.items())[len(positional) :]:
        if name in keywords or each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            continue
        offered = device_here(name, each.default) if each.default is not each.empty else settings_of(name, annotations.get(name), module, channel)
        if offered is not None:
            keywords[name] = offered
    missing = [
        name
        for name, each in list(signature.parameters.items())[len(positional) :]
        if each.default is each.empty and name not in keywords and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if missing:
        raise Failure("arguments-missing", frames=definition_of(function), name=request["name"], missing=", ".join(missing))
    try:
        signature.bind(*positional, **keywords)
    except TypeError as error:
        raise Failure("arguments", reason_of(error), definition_of(function), name=request["name"]) from error
    return positional, keywords


def definition_of(function):
    with contextlib.suppress(TypeError, OSError):
        function = inspect.unwrap(function)
        code = function.__init__.__code__ if isinstance(function, type) else function.__code__
        return [frame(code.co_filename, code.co_firstlineno, code.co_name)]
    return []


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
        try:
            value = eval(text, dict(vars(module)))
        except Exception:
            return text
        return text if isinstance(value, types.ModuleType) else value
    if isinstance(value, dict) and dataclasses.is_dataclass(annotation):
        return annotation(**value)
    return value


def device_here(name, default):
    """A parameter for the device that asks for one that this machine lacks gets the CPU."""
    import torch

    if name in ("device", "dev") and re.match(r"cuda|gpu", str(default)) and not torch.cuda.is_available():
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
    for wanted in (name, name.upper(), "DEFAULT_" + name.upper(), "default_" + name, "CONFIG", "config", "cfg", "CFG", "args", "opt", "DEFAULTS"):
        value = vars(module).get(wanted)
        if value is not None and not callable(value) and not isinstance(value, types.ModuleType):
            channel.note("arguments-taken", f"{name} is {wanted} of the program")
            return value
    for wanted, value in vars(module).items():
        if inspect.isfunction(value) and re.match(r"^(get|parse|read|load|make|build|default)_?(default_)?(cmd_?)?(args?|arguments|opts?|options|cfg|config|hparams|parser|settings|flags)$", wanted):
            if any(each.default is each.empty for each in inspect.signature(value).parameters.values()):
                continue
            with running(channel, "build", name=wanted):
                value = value()
            if hasattr(value, "parse_args"):
                with running(channel, "build", name=wanted):
                    value = value.parse_args()
            channel.note("arguments-taken", f"{name} is what {wanted}() gives")
            return value
    return None


# --- Weights ------------------------------------------------------------------------------------------------------------

WEIGHT_KEYS = ("state_dict", "model_state_dict", "model_state", "model", "module", "net", "network", "ema_state_dict", "model_ema", "ema", "params_ema", "params", "weights", "generator", "encoder")
PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "network.", "backbone.", "encoder.")


def load_weights(model, request, channel):
    """Loads a state_dict, from wherever in the file it is. Keys that are missing or left over end the capture, unless they
    were accepted."""
    file = request["weights"]
    channel.step(f"Loading {os.path.basename(file)}")
    stored = read_weights(file, channel)
    own = model.state_dict()
    path, prefix, weights = best_weights(stored, own, file)
    misfits = [name for name in weights if name in own and tuple(weights[name].shape) != tuple(own[name].shape)]
    taken = {name: value for name, value in weights.items() if name in own and name not in misfits}
    # Older versions of BatchNorm did not count their batches, which nothing but training asks for.
    missing = [name for name in own if name not in weights and not name.endswith("num_batches_tracked")]
    left_over = [name for name in weights if name not in own]
    wrong = [f"{name} is {shape_text(weights[name])} in the file and {shape_text(own[name])} in the program" for name in misfits]
    if not taken:
        raise Failure("weights", "no name in the file is one of the program's", file=file, missing=listed(missing), leftOver=listed(left_over))
    if (missing or left_over or wrong) and not request["acceptWeights"]:
        raise Failure("weights", counted_misfit(missing, left_over, wrong), file=file, missing=listed(missing), leftOver=listed(left_over), wrong=listed(wrong))
    with running(channel, "weights", file=file, missing="", leftOver=""):
        model.load_state_dict({**own, **taken})
    if missing or wrong:
        channel.note("weights-missing", f"{len(missing) + len(misfits)} weights stay as the program made them: {listed(missing + misfits)}")
    if left_over:
        channel.note("weights-left-over", f"{len(left_over)} weights of the file belong to nothing in the program: {listed(left_over)}")
    where = "".join([f", from its '{path}'" if path else "", f", without '{prefix}' before their names" if prefix else ""])
    channel.note("weights-loaded", f"{len(taken)} weights were loaded from {os.path.basename(file)}{where}")
    return {"loaded": len(taken), "missing": missing + misfits, "leftOver": left_over}


def read_weights(file, channel):
    import torch

    if file.endswith(".safetensors"):
        with running(channel, "weights-unreadable", file=file):
            return read_safetensors(file)
    options = {"map_location": "cpu"}
    if "weights_only" in inspect.signature(torch.load).parameters:
        options["weights_only"] = not channel.request["trustWeights"]
    # Settings that training scripts keep beside their weights.
    if hasattr(torch.serialization, "add_safe_globals"):
        torch.serialization.add_safe_globals([argparse.Namespace])
    try:
        return torch.load(file, **options)
    except Exception as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        if named:
            reason = f"it holds objects of {named.group(1)}, which PyTorch loads only by running what the file says"
            raise Failure("weights-unreadable", reason, file=file) from error
        failure = failure_of(error, "weights-unreadable", channel, file=file)
        if not isinstance(error, OSError):
            failure.reason = f"it is not what torch.save writes ({failure.reason})"
        raise failure from error


SAFE_TYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip


def read_safetensors(file):
    """The format is a length in 8 bytes, a table in JSON, and bytes: https://huggingface.co/docs/safetensors."""
    import torch

    with open(file, "rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        if length > 100_000_000:
            raise ValueError("its table is too long")
        table = json.loads(opened.read(length))
        data = bytearray(opened.read())
    table.pop("__metadata__", None)
    found = {}
    for name, row in table.items():
        start, end = row["data_offsets"]
        kind = getattr(torch, SAFE_TYPES[row["dtype"]])
        flat = torch.frombuffer(data, dtype=torch.uint8, offset=start, count=end - start).clone().view(kind) if end > start else torch.zeros(0, dtype=kind)
        found[name] = flat.reshape(row["shape"])
    return found


def tensors_of(value):
    import torch

    # A whole module, where its file was trusted.
    if isinstance(value, torch.nn.Module):
        return value.state_dict()
    if not isinstance(value, dict):
        return {}
    return {name: each for name, each in value.items() if isinstance(name, str) and isinstance(each, torch.Tensor)}


def best_weights(stored, own, file):
    """Of the dicts of tensors in a file, and of prefixes of their names, those that fit the program best; the plainest
    where several fit alike."""
    places = [("", tensors_of(stored))]
    if isinstance(stored, dict):
        known = [key for key in WEIGHT_KEYS if key in stored] + [key for key in stored if key not in WEIGHT_KEYS]
        places += [(str(key), tensors_of(stored[key])) for key in known]
    places = [(path, weights) for path, weights in places if weights]
    if not places:
        raise Failure("weights-unreadable", f"it holds {a_kind(stored)} without tensors by name", file=file)
    tried = [(path, prefix, without(weights, prefix)) for path, weights in places for prefix in prefixes_of(weights)]
    return max(tried, key=lambda each: (sum(name in own for name in each[2]), -len(each[1])))


def prefixes_of(weights):
    """None, and what stands before all names, or before many: wrappers put it there, several one around the other."""
    found, prefix = [""], ""
    for _ in range(3):
        added = next((each for each in PREFIXES if any(name.startswith(prefix + each) for name in weights)), None)
        if added is None:
            break
        prefix += added
        found.append(prefix)
    return found + [each for each in PREFIXES if each not in found and any(name.startswith(each) for name in weights)]


def without(weights, prefix):
    return {name[len(prefix) :] if name.startswith(prefix) else name: value for name, value in weights.items()}


def counted_misfit(missing, left_over, wrong):
    counts = [(missing, "missing"), (left_over, "left over"), (wrong, "of another shape")]
    return ", ".join(f"{len(names)} {what}" for names, what in counts if names)


def shape_text(tensor):
    return "[" + ",".join(str(size) for size in tensor.shape) + "]"


def listed(names, most=12):
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


# --- Inputs -------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class TensorSpec:
    """A tensor by its type and sizes; a size may be a name, which leaves it open."""

    dtype: str
    dims: tuple


@dataclasses.dataclass
class Given:
    """A tensor that the program itself offers."""

    tensor: object


class Inputs:
    """What forward is called with: a tree for each parameter, whose leaves are specs or plain values."""

    def __init__(self, positional, keywords, source):
        self.positional = positional
        self.keywords = keywords
        self.source = source

    def open_sizes(self):
        return sorted({dim for each in self.leaves() if isinstance(each, TensorSpec) for dim in each.dims if isinstance(dim, str)})

    def leaves(self):
        return [leaf for leaf in leaves_of((list(self.positional), dict(self.keywords))) if isinstance(leaf, (TensorSpec, Given))]

    def in_float(self):
        """The same inputs, where they were of half precision, in single precision."""

        def leaf(each):
            if isinstance(each, TensorSpec) and each.dtype in ("float16", "bfloat16"):
                return TensorSpec("float32", each.dims)
            if isinstance(each, Given) and dtype_name(each.tensor.dtype) in ("float16", "bfloat16"):
                return Given(each.tensor.float())
            return each

        return Inputs(mapped(self.positional, leaf), mapped(self.keywords, leaf), self.source)

    def make(self, model, seed, sizes, shuffled=False):
        """The arguments for one call: random numbers of a seed, the same for the same seed."""
        import torch

        generator = torch.Generator().manual_seed(seed)
        index_range = index_range_of(model)

        def leaf(each):
            if isinstance(each, TensorSpec):
                return random_tensor(each, generator, sizes, index_range)
            if isinstance(each, Given):
                return shuffle(each.tensor, generator) if shuffled else each.tensor.clone()
            return each

        return mapped(list(self.positional), leaf), mapped(dict(self.keywords), leaf)


def leaves_of(tree):
    if isinstance(tree, dict):
        return [leaf for each in tree.values() for leaf in leaves_of(each)]
    if isinstance(tree, (list, tuple)):
        return [leaf for each in tree for leaf in leaves_of(each)]
    return [tree]


def mapped(tree, leaf):
    if isinstance(tree, dict):
        return {key: mapped(each, leaf) for key, each in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return type(tree)(*(mapped(each, leaf) for each in tree))
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped(each, leaf) for each in tree)
    return leaf(tree)


def index_range_of(model):
    """Whole numbers look into tables, as far as is known: the smallest table says how far."""
    import torch

    tables = [each.num_embeddings for each in model.modules() if isinstance(each, (torch.nn.Embedding, torch.nn.EmbeddingBag))]
    return max(min(tables, default=2), 1)


def random_tensor(spec, generator, sizes, index_range):
    import torch

    dtype = getattr(torch, spec.dtype)
    shape = [sizes[dim] if isinstance(dim, str) else dim for dim in spec.dims]
    if dtype.is_complex or dtype.is_floating_point:
        return torch.randn(shape, generator=generator, dtype=torch.complex64 if dtype.is_complex else torch.float32).to(dtype)
    return torch.randint(0, 2 if dtype == torch.bool else min(index_range, 127), shape, generator=generator).to(dtype)


def shuffle(tensor, generator):
    """The same numbers in another order: they stay what the program can take."""
    import torch

    if tensor.numel() < 2:
        return tensor.clone()
    order = torch.randperm(tensor.numel(), generator=generator)
    return tensor.detach().reshape(-1)[order].reshape(tensor.shape).clone()


SPEC = re.compile(r"^\s*([^:\[\]=]+?)\s*:\s*(\w+)\s*\[([^\]]*)\]\s*$")
VALUE = re.compile(r"^\s*([^:\[\]=]+?)\s*=(.*)$", re.S)


def parse_input(text):
    """`x:float32[batch,3,h,w]` or `flag=true`: a key, and what it stands for."""
    import torch

    found = SPEC.match(text)
    if found:
        key, dtype, dims = found.groups()
        if not isinstance(getattr(torch, dtype, None), torch.dtype):
            raise Failure("inputs-unknown", f"{text}: PyTorch has no type {dtype}", name=key)
        sizes = [each.strip() for each in dims.split(",")] if dims.strip() else []
        return key, TensorSpec(dtype, tuple(int(each) if each.isdigit() else each for each in sizes))
    found = VALUE.match(text)
    if not found:
        raise Failure("inputs-unknown", f"{text} describes no input", name=text)
    key, value = found.group(1), found.group(2).strip()
    plain = {"true": True, "false": False, "none": None}
    if value.lower() in plain:
        return key, plain[value.lower()]
    try:
        return key, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return key, value


def parameters_of_forward(model):
    """The parameters of forward by name, without `*args` and `**kwargs`; and whether it takes more than those."""
    try:
        found = inspect.signature(model.forward).parameters
    except (TypeError, ValueError):
        return {}, True
    named = {name: each for name, each in found.items() if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    return named, len(named) < len(found)


def inputs_by_spec(model, specs):
    """Inputs as the user describes them: by the names of forward's parameters or their positions; `states.0` is within one."""
    parameters, takes_more = parameters_of_forward(model)
    names, given = list(parameters), {}
    for key, value in map(parse_input, specs):
        first, *rest = key.split(".")
        name = names[int(first)] if first.isdigit() and int(first) < len(names) else first
        if name not in parameters and not takes_more:
            raise Failure("inputs-unknown", f"forward has no parameter {name}", definition_of(model.forward), parameters=", ".join(names))
        place(given, [name, *rest], value)
    given = {name: listed_tree(value) for name, value in given.items()}
    missing = [name for name, each in parameters.items() if each.default is each.empty and name not in given]
    if missing:
        raise Failure("inputs-unknown", f"nothing is said of {', '.join(missing)}", definition_of(model.forward), parameters=", ".join(names))
    positions = sorted((key for key in given if key.isdigit()), key=int)
    extra = [given.pop(key) for key in positions]
    inputs = as_arguments(given, parameters)
    return Inputs([*inputs[0], *extra], inputs[1], "given")


def place(tree, path, value):
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    tree[path[-1]] = value


def listed_tree(tree):
    """Parts that are numbered are a list."""
    if not isinstance(tree, dict):
        return tree
    parts = {key: listed_tree(value) for key, value in tree.items()}
    return [parts[key] for key in sorted(parts, key=int)] if all(key.isdigit() for key in parts) else parts


def as_arguments(given, parameters):
    """By position as far as the parameters before are given, else by name."""
    positional, keywords, gap = [], {}, False
    for name, each in parameters.items():
        if name not in given:
            gap = True
        elif gap or each.kind is each.KEYWORD_ONLY:
            keywords[name] = given[name]
        else:
            positional.append(given[name])
    keywords.update({name: value for name, value in given.items() if name not in parameters})
    return positional, keywords


def inputs_offered(module, channel):
    """What the program's own `graphwright_inputs()` gives: a tensor, a list of arguments, or a dict by name."""
    import torch

    function = getattr(module, "graphwright_inputs", None)
    if not callable(function):
        return None
    with running(channel, "inputs-offered"):
        value = function()
    held = lambda tree: mapped(tree, lambda each: Given(each.detach()) if isinstance(each, torch.Tensor) else each)
    if isinstance(value, dict):
        return Inputs([], held(value), "graphwright_inputs()")
    return Inputs(held(list(value) if isinstance(value, (tuple, list)) else [value]), {}, "graphwright_inputs()")


# How large a size is that the user leaves open: what many programs take, the smallest first. Not 0 or 1, which PyTorch
# takes for fixed, and another one for each name, so that they are not taken for the same.
OPEN_SIZES = ((2, 3, 4, 5, 6, 7), (16, 24, 32, 40, 48, 56), (64, 96, 128, 160, 192, 256), (224, 256, 288, 320, 352, 384))
COUNTS = re.compile(r"^(n|b|bs|batch\w*|num_?\w*)$", re.I)


def size_choices(names):
    """Ways of giving open sizes numbers, the likeliest first."""
    choices = []
    for row in OPEN_SIZES:
        chosen = {}
        for name in names:
            source = OPEN_SIZES[0] if COUNTS.match(name) else row
            chosen[name] = next(size for size in (*source, *range(400, 10_000, 32)) if size not in chosen.values())
        if chosen not in choices:
            choices.append(chosen)
    return choices


def call_text(inputs, parameters=()):
    """What was taken for forward, in words of the command line; by the names of its parameters where they are given."""

    def one(name, tree):
        if isinstance(tree, TensorSpec):
            return [f"{name}:{tree.dtype}[{','.join(map(str, tree.dims))}]"]
        if isinstance(tree, Given):
            return [f"{name}:{dtype_name(tree.tensor.dtype)}{shape_text(tree.tensor)}"]
        if isinstance(tree, (list, tuple)):
            return [text for k, each in enumerate(tree) for text in one(f"{name}.{k}", each)]
        if isinstance(tree, dict):
            return [text for key, each in tree.items() for text in one(f"{name}.{key}", each)]
        return [f"{name}={tree}"]

    names = [*list(parameters)[: len(inputs.positional)], *range(len(parameters), len(inputs.positional))]
    pairs = [*zip(names, inputs.positional), *inputs.keywords.items()]
    return [text for name, tree in pairs for text in one(str(name), tree)]


def dtype_name(dtype):
    return str(dtype).replace("torch.", "")


# --- Guessing inputs ----------------------------------------------------------------------------------------------------


def guess_inputs(model):
    """What forward takes by name, each with the likeliest first, from its documentation, its annotations and the layers."""
    import torch

    parameters, _ = parameters_of_forward(model)
    text = "\n".join(filter(None, [inspect.getdoc(model.forward), inspect.getdoc(type(model))]))
    hints = annotations_of(model.forward)
    guesses = {}
    for name, each in parameters.items():
        if each.default is not each.empty:
            continue
        hint = hints.get(name)
        if hint in (int, float, bool, str):
            guesses[name] = [(f"{name}={ {int: 1, float: 1.0, bool: 'false', str: ''}[hint] }", "its type")]
            continue
        documented = shape_in_text(name, text)
        layers = shapes_by_layers(model, name, first=not guesses)
        guesses[name] = ([(f"{name}:{documented}", "its documentation")] if documented else []) + [(f"{name}:{shape}", source) for shape, source in layers]
    return guesses


def shape_in_text(name, text):
    """`x: (B, 3, 224, 224)`, `x (Tensor[N, 3, H, W])`, `x: float32[1, 8]` in a docstring."""
    found = re.search(rf"\b{re.escape(name)}\b[^\n]*?[\(\[]\s*((?:\w+|\*)(?:\s*,\s*\w+)+)\s*,?\s*[\)\]]", text)
    if not found:
        return None
    sizes = [each.strip() for each in found.group(1).split(",")]
    if not any(each.isdigit() for each in sizes):
        return None
    line = found.group(0).lower()
    dtype = "int64" if re.search(r"int64|long|token|ids|index|indices", line) else "bool" if "bool" in line else "float32"
    wide = {"h": 224, "w": 224, "height": 224, "width": 224, "t": 16, "l": 16, "s": 16, "seq": 16, "seq_len": 16, "length": 16, "time": 16}
    return f"{dtype}[{','.join(each if each.isdigit() else str(wide.get(each.lower(), 1)) for each in sizes)}]"


def shapes_by_layers(model, name, first):
    """From the first layer that tells how many channels, features or entries there are."""
    import torch

    nn = torch.nn
    if re.search(r"mask", name):
        return [("bool[1,16]", "its name"), ("float32[1,16]", "its name")]
    if re.search(r"ids?$|tokens?$|index|indices|labels?$", name):
        return [("int64[1,16]", "its name")]
    settings = getattr(model, "default_cfg", None) or getattr(model, "pretrained_cfg", None)
    size = settings.get("input_size") if isinstance(settings, dict) else getattr(settings, "input_size", None)
    if isinstance(size, (tuple, list)) and first:
        return [(f"float32[1,{','.join(map(str, size))}]", "the settings of the model")]
    dtype = next((dtype_name(each.dtype) for each in model.parameters() if each.dtype.is_floating_point), "float32")
    found = next((each for each in model.modules() if isinstance(each, (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear, nn.Embedding, nn.RNNBase, nn.LayerNorm))), None)
    source = f"its first layer, {type(found).__name__}" if found is not None else "nothing"
    if isinstance(found, nn.Embedding):
        return [("int64[1,16]", source), ("int64[16]", source)]
    if isinstance(found, nn.Conv3d):
        return [(f"{dtype}[1,{found.in_channels},16,{side},{side}]", source) for side in (112, 32)]
    if isinstance(found, nn.Conv2d):
        own = next((getattr(model, each) for each in ("image_size", "img_size", "input_size") if hasattr(model, each)), None)
        sides = [own] if isinstance(own, int) else []
        return [(f"{dtype}[1,{found.in_channels},{side},{side}]", source) for side in [*sides, 224, 32, 28, 64, 256, 299, 128, 16]]
    if isinstance(found, nn.Conv1d):
        return [(f"{dtype}[1,{found.in_channels},{length}]", source) for length in (128, 16000, 32)]
    if isinstance(found, nn.RNNBase):
        return [(f"{dtype}[1,16,{found.input_size}]", source)]
    if isinstance(found, (nn.Linear, nn.LayerNorm)):
        width = found.in_features if isinstance(found, nn.Linear) else found.normalized_shape[-1]
        root = math.isqrt(width)
        return [(f"{dtype}[1,{width}]", source), (f"{dtype}[1,16,{width}]", source)] + ([(f"{dtype}[1,1,{root},{root}]", source)] if root * root == width else [])
    return [(f"{dtype}[1,3,224,224]", source), (f"{dtype}[1,16]", source)]


def inputs_by_guess(model, channel):
    """The first guess with which the model runs."""
    guesses = guess_inputs(model)
    if not guesses:
        parameters, takes_more = parameters_of_forward(model)
        if takes_more or parameters:
            raise Failure("inputs-unknown", "forward does not say what it takes", definition_of(model.forward), parameters="")
        return Inputs([], {}, "given"), {}
    rounds = max(len(each) for each in guesses.values())
    for k in range(rounds):
        specs = [each[min(k, len(each) - 1)][0] for each in guesses.values()]
        inputs = inputs_by_spec(model, specs)
        with contextlib.suppress(Exception):
            run_once(model, inputs, 0, {})
            inputs.source = "guess"
            return inputs, {}
    names = ", ".join(guesses)
    raise Failure("inputs-unknown", f"no guess of {names} fits", definition_of(model.forward), parameters=names)


# --- Running the model itself -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def state_kept(model):
    """What a call changes in the model is changed back: its attributes, its buffers and their numbers. Each call, and each
    capture, is the first."""
    kept = [(each, dict(vars(each)), dict(each._buffers)) for each in model.modules()]
    numbers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        for each, attributes, buffers in kept:
            each._buffers.clear()
            each._buffers.update(buffers)
            vars(each).clear()
            vars(each).update(attributes)
        for buffer, before in numbers:
            if buffer.shape == before.shape:
                buffer.detach().copy_(before)


def is_lazy(model):
    """Whether modules find their sizes in their first call."""
    return any(type(each).__name__.startswith("Lazy") for each in model.modules())


def run_once(model, inputs, seed, sizes, shuffled=False):
    import torch

    args, kwargs = inputs.make(model, seed, sizes, shuffled)
    torch.manual_seed(seed)
    with torch.no_grad(), contextlib.nullcontext() if is_lazy(model) else state_kept(model):
        return model(*args, **kwargs)


def settle_inputs(module, model, request, channel):
    """What forward is called with, and the numbers of its open sizes; the model has run on it."""
    channel.step("Running the program on example inputs")
    if request["inputs"]:
        inputs = inputs_by_spec(model, request["inputs"])
    else:
        inputs = inputs_offered(module, channel)
        if inputs is None:
            inputs, _ = inputs_by_guess(model, channel)
        text = " ".join(call_text(inputs, parameters_of_forward(model)[0]))
        guessed = inputs.source == "guess"
        channel.note("inputs-taken", f"The inputs {text} " + ("are a guess, with which it runs" if guessed else f"are those of {inputs.source}"))
    return sizes_that_run(model, inputs, request, channel)


def sizes_that_run(model, inputs, request, channel):
    first = None
    for sizes in size_choices(inputs.open_sizes()):
        try:
            run_once(model, inputs, request["seed"], sizes)
            return inputs, sizes
        except BaseException as error:
            first = first or error
            if not isinstance(error, Exception):
                break
    if HALF_WORDS.search(str(first)) and holds_half(model, inputs):
        channel.note("half-run-as-float", f"PyTorch does not run half precision here ({reason_of(first)}): the program is captured in float32")
        model.float()
        return sizes_that_run(model, inputs.in_float(), request, channel)
    text = " ".join(call_text(inputs, parameters_of_forward(model)[0]))
    raise failure_of(first, "run", channel, inputs=text) from first


HALF_WORDS = re.compile(r"not (implemented|supported) for '(Half|BFloat16)'|not implemented for 'Half'")


def holds_half(model, inputs):
    import torch

    halves = (torch.float16, torch.bfloat16)
    specs = any(isinstance(each, TensorSpec) and each.dtype in ("float16", "bfloat16") for each in inputs.leaves())
    return specs or any(each.dtype in halves for each in [*model.parameters(), *model.buffers()])


# --- Capturing ----------------------------------------------------------------------------------------------------------


class WayMissing(Exception):
    """This PyTorch lacks a way of capturing, or cannot take by it what was asked for."""


def by_export(job):
    """torch.export, without and then with the analysis of bytecode ("strict")."""
    import torch

    if "export" not in ways_of(torch):
        raise WayMissing(f"PyTorch {torch.__version__} has no torch.export that saves programs")
    takes = inspect.signature(torch.export.export).parameters
    args, kwargs = job.example()
    if job.sizes and "dynamic_shapes" not in takes:
        raise WayMissing(f"torch.export of PyTorch {torch.__version__} leaves no sizes open")
    first = None
    for strict in (False, True) if "strict" in takes else (None,):
        for dims in open_dims(job.inputs):
            options = {"strict": strict} if strict is not None else {}
            if job.sizes:
                options["dynamic_shapes"] = dynamic_shapes(job.model, job.inputs, dims)
            try:
                with torch.no_grad(), state_kept(job.model):
                    program = torch.export.export(job.model, tuple(args), kwargs, **options)
                file = job.output + ".pt2"
                torch.export.save(program, file)
                return file, exported_inputs(program, job)
            except Exception as error:
                first = first or error
        # A number that decides stays one, however the code is read.
        if is_data_dependent(first):
            break
    raise first


def open_dims(inputs):
    """What stands for the open sizes: names first, then what lets PyTorch find out that a size is a multiple or has bounds."""
    import torch

    names = inputs.open_sizes()
    if not names:
        return [{}]
    named = {name: torch.export.Dim(name) for name in names}
    found_out = getattr(torch.export.Dim, "DYNAMIC", None)
    return [named] + ([] if found_out is None else [{name: found_out for name in names}])


def dynamic_shapes(model, inputs, dims):
    """The open sizes, in the tree of forward's arguments, as torch.export takes them."""

    def leaf(each):
        if isinstance(each, TensorSpec):
            return {k: dims[dim] for k, dim in enumerate(each.dims) if isinstance(dim, str)} or None
        return None

    parameters, _ = parameters_of_forward(model)
    named = dict(zip(parameters, inputs.positional))
    return mapped_leaves({**named, **inputs.keywords}, leaf)


def mapped_leaves(tree, leaf):
    if isinstance(tree, dict):
        return {key: mapped_leaves(each, leaf) for key, each in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped_leaves(each, leaf) for each in tree)
    return leaf(tree)


def exported_inputs(program, job):
    """The tensors that the exported program takes, by its own names."""
    names = [
        spec.arg.name
        for spec in program.graph_signature.input_specs
        if str(spec.kind).endswith("USER_INPUT") and type(spec.arg).__name__ == "TensorArgument"
    ]
    return job.specs(names)


def by_script(job):
    """torch.jit.script: conditions and loops stay what they are."""
    import torch

    scripted = torch.jit.script(job.model)
    file = job.output + ".pt"
    torch.jit.save(scripted, file)
    parameters, _ = parameters_of_forward(job.model)
    trees = dict(zip(parameters, job.inputs.positional))
    trees.update(job.inputs.keywords)
    return file, call_text(Inputs([], {name: job.settled(tree) for name, tree in trees.items()}, ""))


def by_trace(job):
    """torch.jit.trace: what one run does. Whatever of it depends on the numbers of that run is refused."""
    import torch

    args, kwargs = job.example()
    tensors = [leaf for leaf in leaves_of((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    names = job.tensor_names()
    plain = not kwargs and all(isinstance(each, torch.Tensor) for each in args)
    traced_module = job.model if plain else flat_caller(job.model, args, kwargs, names)
    with contextlib.ExitStack() as around:
        # What the tracer warns of is looked into here.
        around.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        for each in (torch.no_grad(), state_kept(job.model), only_tensors(job), plain_functions()):
            around.enter_context(each)
        taken = around.enter_context(watched_trace(bool(job.sizes)))
        traced = torch.jit.trace(traced_module.eval(), tuple(tensors), check_trace=False, strict=False)
    if taken:
        text = f"{len(taken)} values of the tensors were taken as constants: {taken[0][0]}"
        if not job.request["acceptTrace"]:
            raise Failure("trace-data", taken[0][0], taken[0][1])
        job.channel.note("trace-warning", text, taken[0][1])
    file = job.output + ".pt"
    torch.jit.save(traced, file)
    return file, job.specs(names)


class Context:
    """What forward of an autograd Function is given, where nothing asks for gradients."""

    def __init__(self, count):
        self.needs_input_grad = (False,) * count
        self.saved_tensors = ()

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors

    def save_for_forward(self, *tensors):
        pass

    def mark_dirty(self, *tensors):
        pass

    def mark_non_differentiable(self, *tensors):
        pass

    def set_materialize_grads(self, value):
        pass


@contextlib.contextmanager
def plain_functions():
    """A trace has no place for autograd Functions: their forward is called as any other function is, which computes the same
    where nothing asks for gradients."""
    import torch

    owner = torch.autograd.Function
    before = vars(owner).get("apply")

    def apply(cls, *args):
        # From 2.0 on forward may do without a context, which a function beside it fills.
        alone = getattr(cls, "setup_context", None) is not getattr(owner, "setup_context", None)
        return cls.forward(*args) if alone else cls.forward(Context(len(args)), *args)

    owner.apply = classmethod(apply)
    try:
        yield
    finally:
        if before is None:
            del owner.apply
        else:
            owner.apply = before


def flat_caller(model, args, kwargs, names):
    """A module whose forward takes the tensors alone, one after the other, by name."""
    import torch

    class Caller(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def call(self, tensors):
            left = iter(tensors)
            own = lambda each: next(left) if isinstance(each, torch.Tensor) else each
            new_args, new_kwargs = mapped(args, own), mapped(kwargs, own)
            return self.model(*new_args, **new_kwargs)

    scope = {}
    exec(f"def forward(self, {', '.join(names)}):\n    return self.call([{', '.join(names)}])\n", scope)
    Caller.forward = scope["forward"]
    return Caller()


# What gives no number of a tensor's own: sizes, and new tensors of them.
SHAPE_NODES = re.compile(
    r"^(aten::(size|sym_size|dim|ndim|numel|len|stride|is_floating_point|is_complex|_shape_as_tensor|(zeros|ones|empty|full|rand|randn|randint)_like|new_\w+)|prim::(shape|dtype|device|layout|is_cuda))$"
)
CONVERSIONS = {
    "__bool__": "a condition", "__int__": "an int", "__float__": "a float", "__index__": "an index", "__complex__": "a complex",
    "item": "a number", "tolist": "a list", "numpy": "an array of numpy", "__array__": "an array of numpy",
}  # fmt: skip


@contextlib.contextmanager
def watched_trace(sizes_open):
    """Sees each number of a tensor that becomes Python's own while a trace is made, and whether it depends on the inputs:
    a trace has it as a constant. What comes of sizes alone is right for the sizes that were given; a condition on sizes
    that are open is not."""
    import torch

    taken, inside = [], []

    def watcher(name, original):
        def watched(self, *args, **kwargs):
            # One conversion may use another: the outermost is the user's.
            if not inside and torch._C._get_tracing_state() is not None:
                inside.append(name)
                try:
                    if depends_on_inputs(self, sizes_open and name == "__bool__"):
                        frames = frames_of_stack(sys._getframe(1))
                        taken.append((f"a tensor became {CONVERSIONS[name]}", frames))
                    return original(self, *args, **kwargs)
                finally:
                    inside.pop()
            return original(self, *args, **kwargs)

        return watched

    originals = {name: getattr(torch.Tensor, name) for name in CONVERSIONS if hasattr(torch.Tensor, name)}
    own = {name for name in originals if name in vars(torch.Tensor)}
    try:
        for name, original in originals.items():
            setattr(torch.Tensor, name, watcher(name, original))
        yield taken
    finally:
        for name, original in originals.items():
            if name in own:
                setattr(torch.Tensor, name, original)
            else:
                delattr(torch.Tensor, name)


def depends_on_inputs(tensor, on_sizes_too):
    import torch

    try:
        todo = [torch._C._get_value_trace(tensor)]
    except RuntimeError:
        return False
    seen = set()
    while todo:
        value = todo.pop()
        name = value.debugName()
        if name in seen:
            continue
        seen.add(name)
        node = value.node()
        if node.kind() == "prim::Param":
            if str(value.type()) in ("Tensor", "Tensor?") or "Tensor" == value.type().kind()[:6]:
                return True
            continue
        if SHAPE_NODES.match(node.kind()) and not on_sizes_too:
            continue
        todo.extend(node.inputs())
    return False


WAYS = {
    "export": ("Exporting the program", "torch.export", by_export),
    "script": ("Scripting the program", "torch.jit.script", by_script),
    "trace": ("Tracing the program", "torch.jit.trace", by_trace),
}

# Why a way fails, by PyTorch's words: the first row that fits.
REASONS = (
    ("data-dependent", re.compile(r"data[- ]dependent|dynamic control flow|unbacked|Dynamic slicing with Tensor", re.I)),
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


class Job:
    """One capture: the model, what it is called with, and where the result goes."""

    def __init__(self, model, inputs, sizes, request, channel, operators):
        self.model = model
        self.operators = operators
        self.inputs = inputs
        self.sizes = sizes
        self.request = request
        self.channel = channel
        self.output = request["output"]
        # Whether forward gives a tensor or a tuple of tensors.
        self.gives_tensors = True

    def example(self):
        return self.inputs.make(self.model, self.request["seed"], self.sizes)

    def run(self, more=0, shuffled=False):
        return run_once(self.model, self.inputs, self.request["seed"] + more, self.sizes, shuffled)

    def settled(self, tree):
        return mapped(tree, lambda each: TensorSpec(dtype_name(each.tensor.dtype), tuple(each.tensor.shape)) if isinstance(each, Given) else each)

    def specs(self, names):
        """The tensors in the order of the call, as the command line says them."""
        leaves = [self.settled(leaf) for leaf in self.inputs.leaves()]
        return [f"{name}:{leaf.dtype}[{','.join(map(str, leaf.dims))}]" for name, leaf in zip(names, leaves)]

    def tensor_names(self):
        """A name for each tensor: that of its parameter, with its place in it."""
        parameters, _ = parameters_of_forward(self.model)
        found = []

        def walk(name, tree):
            if isinstance(tree, (TensorSpec, Given)):
                clean = re.sub(r"\W", "_", name)
                found.append(clean if clean.isidentifier() and clean not in found and clean != "self" else f"input_{len(found)}")
            elif isinstance(tree, dict):
                for key, each in tree.items():
                    walk(f"{name}_{key}", each)
            elif isinstance(tree, (list, tuple)):
                for k, each in enumerate(tree):
                    walk(f"{name}_{k}", each)

        names = [*parameters, *(f"input_{k}" for k in range(len(parameters), len(self.inputs.positional)))]
        for name, tree in [*zip(names, self.inputs.positional), *self.inputs.keywords.items()]:
            walk(name, tree)
        return found


def check_outputs(job):
    """Lets forward give its tensors alone where it gives objects that no capture takes: named tuples, dataclasses."""
    outputs = run_once(job.model, job.inputs, job.request["seed"], job.sizes)
    if not tensors_in(outputs):
        reason = f"forward gives {a_kind(outputs)}, in which no tensors are known"
        raise Failure("unsupported-call", reason, definition_of(job.model.forward), way="export")
    job.gives_tensors = is_tensors(outputs)
    if not is_plain_output(outputs):
        vars(job.model)["forward"] = giving_tensors(job.model.forward)
        job.gives_tensors = True


@contextlib.contextmanager
def only_tensors(job):
    """Tracing wants tensors: dicts of different values, and None, it cannot record."""
    if job.gives_tensors:
        yield
        return
    forward = job.model.forward
    vars(job.model)["forward"] = giving_tensors(forward)
    try:
        yield
    finally:
        vars(job.model)["forward"] = forward


def giving_tensors(forward):
    @functools.wraps(forward)
    def forward_flat(*args, **kwargs):
        return tuple(tensors_in(forward(*args, **kwargs)))

    return forward_flat


def is_tensors(tree):
    import torch

    return isinstance(tree, torch.Tensor) or (type(tree) is tuple and all(isinstance(each, torch.Tensor) for each in tree))


def is_plain_output(tree):
    import torch

    if type(tree) is dict or isinstance(tree, dict) and hasattr(tree, "move_to_end") and type(tree).__module__ == "collections":
        return all(isinstance(key, str) and is_plain_output(each) for key, each in tree.items())
    if type(tree) in (list, tuple):
        return all(is_plain_output(each) for each in tree)
    return tree is None or isinstance(tree, (torch.Tensor, int, float, bool, str))


def capture_model(job):
    """The first way that succeeds. Where none does, the failure of the first that was tried, with the user's line."""
    failures, missing = [], []
    for way in job.request["ways"]:
        # A script keeps conditions; a program that failed for another reason would only fail again.
        if way == "script" and failures and failures[0][1].kind != "data-dependent":
            continue
        title, name, run = WAYS[way]
        job.channel.step(title)
        try:
            with trying(), job.operators.while_recording():
                file, inputs = run(job)
            tell_failures(job.channel, failures)
            return way, file, inputs
        except WayMissing as error:
            missing.append(str(error))
        except BaseException as error:
            job.channel.tell("words", text=f"{name}: {type(error).__name__}: {error}"[:4000])
            failure = capture_failure(error, job, way)
            if failure.kind in ("memory", "exits", "device", "operator-mismatch"):
                raise failure from error
            failures.append((name, failure))
    if not failures:
        raise Failure("ways-missing", "; ".join(missing))
    tell_failures(job.channel, failures[1:])
    job.operators.note_not_found()
    first = failures[0][1]
    frames = [each for _, failure in failures for each in failure.frames]
    first.candidates = operator_candidates(frames, job.run, job.model, job.operators)
    raise first


@contextlib.contextmanager
def trying():
    streams = [each for each in {id(sys.stdout): sys.stdout, id(sys.stderr): sys.stderr}.values() if isinstance(each, ProgramsOwn)]
    for each in streams:
        each.trying = True
    try:
        yield
    finally:
        for each in streams:
            each.trying = False


def tell_failures(channel, failures):
    for name, failure in failures:
        channel.note("way-failed", f"{name} does not take this: {failure.reason}", failure.frames)


def capture_failure(error, job, way):
    failure = failure_of(error, "capture", job.channel)
    if failure.kind == "capture":
        text = f"{type(error).__name__}: {error}"
        failure.kind = next((kind for kind, words in REASONS if words.search(text)), "capture")
    failure.details.setdefault("way", way)
    return failure


# --- What PyTorch itself gives ------------------------------------------------------------------------------------------


def write_reference(job):
    """Inputs and outputs of two calls, as bytes beside a table: what a conversion is compared with."""
    folder = job.output + ".reference"
    os.makedirs(folder, exist_ok=True)
    sets = []
    for k, sizes in enumerate([job.sizes, other_sizes(job)]):
        seed = job.request["seed"] + k
        args, kwargs = job.inputs.make(job.model, seed, sizes, shuffled=k > 0)
        outputs = run_once(job.model, job.inputs, seed, sizes, shuffled=k > 0)
        tensors = {"inputs": tensors_in((args, kwargs)), "outputs": tensors_in(outputs)}
        sets.append({side: [store(folder, f"{k}-{side}-{n}", each) for n, each in enumerate(found)] for side, found in tensors.items()})
    states = [{"name": name, **store(folder, f"state-{n}", each)} for n, (name, each) in enumerate(written_buffers(job))]
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as written:
        json.dump({"sets": sets, "states": states}, written)
    return folder


def written_buffers(job):
    """The buffers that a call changes, as they are before the first."""
    before = {name: buffer.detach().clone() for name, buffer in job.model.named_buffers()}
    args, kwargs = job.example()
    with state_kept(job.model):
        import torch

        with torch.no_grad():
            job.model(*args, **kwargs)
        after = dict(job.model.named_buffers())
        return [(name, value) for name, value in before.items() if name not in after or not torch.equal(after[name], value)]


def other_sizes(job):
    """Other numbers for the open sizes with which the program runs, too."""
    for change in (lambda size: size + 1, lambda size: 2 * size):
        sizes = {name: change(size) for name, size in job.sizes.items()}
        with contextlib.suppress(Exception):
            run_once(job.model, job.inputs, 0, sizes)
            return sizes
    return job.sizes


def tensors_in(tree):
    """The tensors of nested outputs, in the order in which a graph has them."""
    import torch

    if isinstance(tree, torch.Tensor):
        return [tree]
    if isinstance(tree, dict):
        return [each for value in tree.values() for each in tensors_in(value)]
    if isinstance(tree, (list, tuple)):
        return [each for value in tree for each in tensors_in(value)]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return [each for field in dataclasses.fields(tree) for each in tensors_in(getattr(tree, field.name))]
    return []


def store(folder, name, tensor):
    import torch

    tensor = tensor.detach().cpu().contiguous()
    with open(os.path.join(folder, name + ".bin"), "wb") as written:
        if tensor.numel():
            written.write(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return {"file": name + ".bin", "dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape)}


# --- Custom operators: functions and module classes that graphwright.ops.json names ---------------------------------------
#
# `attached` puts a call of an operator of torch.library in the place of each of them, after the program is imported and before
# the model is built, and once more after it; `rehearsed` runs the model once, which checks every call against its entry by real
# numbers, and learns sizes for which the entry has no rule. Any way of capturing then records one node a call.


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
SCHEMA_TYPES = {"float": "float?", "int": "int?", "bool": "bool?", "string": "str?", "floats": "float[]?", "ints": "int[]?", "strings": "str?"}


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
                self.channel.note("operator-not-found", f"The program has imported no {each.python}, which the entry in {each.entry} stands for")

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
        failure = Failure("operator-mismatch", reason, frames_of_stack(sys._getframe(1)), operator=self.python, entry=self.entry)
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
            rebind(lambda each: each is plain, self.caller_of(plain))
        else:
            raise self.misfit(f"it is {a_kind(value)}, and no function, module class or autograd Function")
        self.define()
        self.attached = True
        self.offer_to_scripts(plain)

    def offer_to_scripts(self, function):
        """torch.jit.script takes the operator for the function, too, where its arguments stand in the order of the entry."""
        names = [each["name"] for each in [*self.inputs, *self.attributes]]
        if isinstance(function, types.FunctionType) and not self.takes_self and self.signature and list(self.signature.parameters) == names:
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
        bound = (types.MethodType, types.BuiltinMethodType)
        rebind(lambda each: isinstance(each, bound) and each.__self__ is cls and each.__name__ == "apply", caller)

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
        values = {id(each.value): each.name for each in arguments if isinstance(each.value, torch.Tensor) and id(each.value) not in places}

        def template(leaf):
            if not isinstance(leaf, torch.Tensor):
                return leaf
            # While a trace is made sizes are tensors, too.
            return Slot(places[id(leaf)]) if id(leaf) in places else Slot(values[id(leaf)]) if id(leaf) in values else leaf.item()

        call = Call(original, mapped(list(args), template), mapped(dict(kwargs), template))
        self.operators.calls.append(call)
        try:
            given = self.call_operator(*inputs, *(self.sent(each, attributes[each["name"]]) for each in self.attributes))
        finally:
            self.operators.calls.pop()
        outputs = list(given) if isinstance(given, (tuple, list)) else [given]
        result = call.result or self.results.get(call_key(inputs, attributes)) or self.last_result or Result(self.plain_result())
        return result.filled(outputs)

    def plain_result(self):
        return Slot(0) if len(self.outputs) == 1 else tuple(Slot(k) for k in range(len(self.outputs)))

    def arguments_of(self, args, kwargs):
        """The arguments by their parameters' names. Throws TypeError where they do not fit the function."""
        if self.signature is None:
            return [Argument(None, value, False) for value in args[int(self.takes_self) :]] + [Argument(*pair, False) for pair in kwargs.items()]
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
        changed = next((each["name"] for each, *pair in zip(self.inputs, before, inputs) if not has_same_numbers(*pair)), None)
        if changed is not None:
            raise self.misfit(f"it changes its input {changed} in place, which a node cannot do")
        result = Result(value)
        if result.strange is not None:
            raise self.misfit(f"it gives {a_kind(result.strange)}, and the outputs of a node are tensors")
        found = [(dtype_name(each.dtype), tuple(each.shape)) for each in result.tensors]
        if len(found) != len(self.outputs):
            raise self.misfit(f"it gives {counted(found, 'tensor')}, and the entry has {counted(self.outputs, 'output')}")
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
                raise self.misfit(f"a call has open sizes, or others than the program has in a run, so the entry must say the {missing} of its output {rules['name']}")
            dtype = known[k][0] if dtype is None else dtype
            outputs.append(torch.empty(known[k][1] if shape is None else shape, dtype=getattr(torch, dtype), device="meta"))
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    def divided(self, given):
        count = len(self.inputs)
        return list(given[:count]), {each["name"]: self.received(each, value) for each, value in zip(self.attributes, given[count:])}

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
            raise self.misfit(f"the shape {shape_rule_text(shape)} of its output {rules['name']} cannot be worked out: {reason_of(error)}") from error

    def learn(self, inputs, attributes, found):
        for rules, (dtype, shape) in zip(self.outputs, found):
            expected = self.ruled(rules, inputs, attributes)
            if expected[0] not in (None, dtype) or (expected[1] is not None and tuple(expected[1]) != shape):
                text = tensor_text(expected[0] or dtype, shape if expected[1] is None else expected[1])
                raise self.misfit(f"its rules make {rules['name']} {text}, but the program gives {tensor_text(dtype, shape)}")
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
        fill = lambda leaf: leaf if not isinstance(leaf, Slot) else attributes[leaf.key] if isinstance(leaf.key, str) else inputs[leaf.key]
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


class Fitting:
    """Brings a call into the form of its entry, as src/core/custom/fit.ts does for calls in files. Nothing is lost in silence."""

    def __init__(self, entry, arguments, instance):
        self.entry = entry
        self.instance = instance
        self.names = [each["name"] for each in entry.inputs]
        self.types = {each["name"]: each["type"] for each in entry.attributes}
        self.slots = [None] * len(self.names)
        self.taken = set()
        self.attributes = {}
        self.in_order([each for each in arguments if not self.by_name(each)])

    def by_name(self, argument):
        tensors = tensors_of_argument(argument.value)
        if tensors is not None and argument.name in self.names:
            first = self.names.index(argument.name)
            if first + len(tensors) > len(self.names):
                raise self.entry.misfit(f"the call gives {counted(tensors, 'tensor')} from the input {argument.name} on, and the entry has {counted(self.names, 'input')}")
            for k, tensor in enumerate(tensors):
                self.place(first + k, tensor)
            return True
        if argument.value is None and argument.name in self.names:
            self.place(self.names.index(argument.name), None)
            return True
        if argument.name in self.types and not (tensors is not None and not is_traced_size(argument.value)):
            self.settle(argument.name, argument.value)
            return True
        return False

    def place(self, k, tensor):
        self.slots[k] = tensor
        self.taken.add(k)

    def settle(self, name, value):
        made = as_attribute(self.types[name], value)
        if made is None and value is not None:
            raise self.entry.misfit(f"the call gives {short(value)} for the attribute {name}, which the entry says is {self.types[name]}")
        self.attributes[name] = made

    def in_order(self, arguments):
        """What has no name of the entry's: tensors go to the inputs that are left, values to the attributes that are left."""
        own = dict(self.own_tensors())
        left_over = []
        for name, tensor in own.items():
            if name in self.names and self.names.index(name) not in self.taken:
                self.place(self.names.index(name), tensor)
            elif name not in self.names:
                left_over.append((name, tensor))
        for argument in arguments:
            tensors = tensors_of_argument(argument.value)
            if tensors is not None and not is_traced_size(argument.value):
                for tensor in tensors:
                    self.place(self.free(argument), tensor)
            elif argument.value is not None and not argument.usual:
                names = [name for name in self.types if name not in self.attributes and not hasattr(self.instance, name)]
                if not names:
                    raise self.entry.misfit(f"the call gives {short(argument.value)} for {argument.name or 'an argument'}, for which the entry has no attribute")
                self.settle(names[0], argument.value)
        if self.entry.kind == "module":
            for name, tensor in left_over:
                free = [k for k in range(len(self.names)) if k not in self.taken]
                if free:
                    self.place(free[0], tensor)
                else:
                    self.entry.operators.note_left_out(self.entry, name)

    def free(self, argument):
        free = [k for k in range(len(self.names)) if k not in self.taken]
        if not free:
            raise self.entry.misfit(f"the call gives a tensor for {argument.name or 'an argument'}, and the entry has {counted(self.names, 'input')} ({', '.join(self.names)})")
        return free[0]

    def own_tensors(self):
        """Parameters and buffers of the instance by name, joined by `_`; of another object its tensors."""
        import torch

        if isinstance(self.instance, torch.nn.Module):
            named = [*self.instance.named_parameters(), *self.instance.named_buffers()]
            yield from ((name.replace(".", "_"), tensor) for name, tensor in named)
        for name, value in getattr(self.instance, "__dict__", {}).items():
            if isinstance(value, torch.Tensor):
                yield name, value

    def done(self):
        for k, each in enumerate(self.entry.inputs):
            if self.slots[k] is None and not each["optional"]:
                raise self.entry.misfit(f"the call gives {'None' if k in self.taken else 'nothing'} for the input {each['name']}")
        for each in self.entry.attributes:
            name = each["name"]
            if name not in self.attributes and hasattr(self.instance, name):
                self.settle(name, getattr(self.instance, name))
            if name not in self.attributes and "default" not in each:
                raise self.entry.misfit(f"the call gives nothing for the attribute {name}, and the entry has no default for it")
            if self.attributes.get(name) is None and "default" in each:
                self.attributes[name] = as_attribute(each["type"], each["default"])
        return self.slots, self.attributes


def tensors_of_argument(value):
    """A tensor, or a list of tensors, as a list; None for anything else."""
    import torch

    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)) and any(isinstance(each, torch.Tensor) for each in value):
        return list(value) if all(each is None or isinstance(each, torch.Tensor) for each in value) else None
    return None


def is_traced_size(value):
    """Whether a value is a size, or sizes, that torch.jit.trace has as tensors. In the rehearsal they were numbers."""
    import torch

    if torch._C._get_tracing_state() is None:
        return False
    tensors = [each for each in leaves_of(value) if isinstance(each, torch.Tensor)]
    return bool(tensors) and all(each.dim() == 0 and not each.dtype.is_floating_point and not depends_on_inputs(each, False) for each in tensors)


def as_attribute(kind, value):
    """A value as an attribute of the declared type, where that keeps it exactly; else None."""
    import enum

    import torch

    if isinstance(value, torch.Tensor) and is_traced_size(value):
        value = value.item()
    if isinstance(value, enum.Enum) and not isinstance(value, (int, str)):
        value = value.value
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if kind in ("floats", "ints", "strings"):
        if not isinstance(value, (list, tuple)):
            return None
        made = [as_attribute(kind[:-1], each) for each in value]
        return None if any(each is None for each in made) else made
    if kind == "float":
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if kind == "int":
        whole = isinstance(value, (int, torch.SymInt) if hasattr(torch, "SymInt") else int)
        return int(value) if isinstance(value, bool) else value if whole else None
    if kind == "bool":
        return value if isinstance(value, bool) else None
    if isinstance(value, torch.dtype):
        return dtype_name(value)
    return str(value) if isinstance(value, str) else None


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


def short(value):
    text = repr(value) if isinstance(value, (bool, int, float, str, list, tuple)) else a_kind(value)
    return text if len(text) <= 60 else text[:57] + "..."


def counted(things, noun):
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def tensor_text(dtype, shape):
    return f"{dtype}[{', '.join(map(str, shape))}]"


# Shape rules: the grammar is that of src/core/custom/shape-rule.ts.


def shape_by_rule(rule, tensors, attributes):
    if not isinstance(rule, str):
        return [size_by_rule(str(size), tensors, attributes) for size in rule]
    names = re.match(r"^\s*broadcast\s*\(([^()]*)\)\s*$", rule)
    given = [tensors[name.strip()] for name in (names.group(1) if names else rule).split(",")]
    if any(each is None for each in given):
        raise ValueError("an input that it names is None")
    common = list(given[0].shape)
    for each in given[1:]:
        common = broadcast_sizes(common, list(each.shape))
    return common


def broadcast_sizes(a, b):
    """Without asking whether an open size is 1, which would fix it."""
    rank = max(len(a), len(b))
    a, b = [1] * (rank - len(a)) + a, [1] * (rank - len(b)) + b
    return [y if type(x) is int and x == 1 else x if type(y) is int and y == 1 else met(x, y) for x, y in zip(a, b)]


def met(x, y):
    """A number other than 1 decides."""
    if type(x) is int and type(y) is int and x != y:
        raise ValueError(f"the sizes {x} and {y} do not fit")
    if type(x) is int:
        return x
    if type(y) is int or x == y:
        return y
    raise ValueError("it is open whether two sizes are the same")


def size_by_rule(text, tensors, attributes):
    return size_of(ast.parse(text.strip(), mode="eval").body, tensors, attributes)


def size_of(node, tensors, attributes):
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.Name):
        if type(attributes.get(node.id)) is not int:
            raise ValueError(f"{node.id} is no int attribute of the call")
        return attributes[node.id]
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        if tensors[node.value.id] is None:
            raise ValueError(f"{node.value.id} is None")
        # Python before 3.9 wraps what stands in brackets.
        axis = getattr(node.slice, "value", node.slice) if type(node.slice).__name__ == "Index" else node.slice
        return tensors[node.value.id].shape[size_of(axis, {}, {})]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -size_of(node.operand, tensors, attributes)
    if isinstance(node, ast.BinOp) and type(node.op) in SIZE_OPERATIONS:
        return SIZE_OPERATIONS[type(node.op)](size_of(node.left, tensors, attributes), size_of(node.right, tensors, attributes))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max") and len(node.args) == 2:
        return extreme(node.func.id, *(size_of(each, tensors, attributes) for each in node.args))
    raise ValueError("it is no shape rule")


SIZE_OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}


def extreme(name, a, b):
    import torch

    if type(a) is int and type(b) is int:
        return min(a, b) if name == "min" else max(a, b)
    return torch.sym_min(a, b) if name == "min" else torch.sym_max(a, b)


def shape_rule_text(rule):
    return rule if isinstance(rule, str) else f"[{', '.join(map(str, rule))}]"


# Finding and replacing what the program calls.


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
    original = types.FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
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
        if not isinstance(module, types.ModuleType) or name.split(".")[0] == "torch" and not is_users(getattr(module, "__file__", None)):
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


# --- Candidates for custom operators --------------------------------------------------------------------------------------


def operator_candidates(frames, run, model, operators):
    """The functions and modules on the user's frames of a failure, the deepest first, as a real run calls them."""
    watcher = CallWatcher(frames, model, operators)
    sys.setprofile(watcher)
    try:
        run()
    except Exception:
        # What was seen until then is told.
        pass
    finally:
        sys.setprofile(None)
    return [watcher.found[k] for k in sorted(watcher.found)]


@contextlib.contextmanager
def entries_offered(job):
    """Where a call does not fit its entry, that call is what the entry should say."""
    try:
        yield
    except Failure as failure:
        called = getattr(failure, "called", None)
        if called is not None:
            place = frame(called.co_filename, called.co_firstlineno, called.co_name)
            failure.candidates = operator_candidates([place], job.run, job.model, job.operators)
        raise


class CallWatcher:
    """A profiler that keeps the first call of each function whose line is asked for."""

    def __init__(self, frames, model, operators):
        self.frames = frames
        self.model = model
        self.operators = operators
        self.codes = {}
        self.pending = {}
        self.found = {}

    def __call__(self, frame, event, value):
        if event == "call":
            k = self.index_of(frame.f_code)
            if k is not None and k not in self.found and all(k != each for each, _ in self.pending.values()):
                self.pending[id(frame)] = (k, seen_call(frame, self.model, self.operators))
        elif event == "return" and id(frame) in self.pending:
            k, call = self.pending.pop(id(frame))
            candidate = call and candidate_of(call, value)
            if candidate:
                self.found[k] = candidate

    def index_of(self, code):
        if code not in self.codes:
            self.codes[code] = next((k for k, each in enumerate(self.frames) if is_line_of(each, code)), None)
        return self.codes[code]


def is_line_of(frame, code):
    if code.co_name != frame["function"] or os.path.abspath(code.co_filename) != frame["file"]:
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
        general = getattr(torch.autograd.Function, "setup_context", None)
        own_context = general is not None and holder.setup_context is not general
        return "function", python.rpartition(".")[0], None, given if own_context else given[1:], function
    receiver = isinstance(holder, type) and not isinstance(vars(holder).get(code.co_name), staticmethod) and bool(given)
    instance = given.pop(0)[1] if receiver else None
    if isinstance(instance, torch.nn.Module) and code.co_name == "forward":
        cls = type(instance)
        return "module", f"{cls.__module__}.{cls.__qualname__}", instance, given, function
    return "function", python, instance, given, function


def replaced_definition(code, operators):
    """Of a function that has its entry already, which has another code now."""
    for each in operators.all:
        if each.attached and each.code is code and isinstance(each.original, types.FunctionType) and each.kind == "function":
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


def candidate_of(call, value):
    """A call as an entry could say it; None where a node cannot stand for it."""
    import torch

    kind, python, instance, given, function = call
    result = Result(value)
    if result.strange is not None or not result.tensors:
        return None
    signature = signature_of(function)
    inputs, attributes = [], []
    for name, each in given:
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
    return {"kind": kind, "python": python, "inputs": inputs, "attributes": attributes, "outputs": outputs}


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
    tensors.update({name: each for name, each in values.items() if isinstance(each, torch.Tensor) and name in mentioned})
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


# --- The steps ----------------------------------------------------------------------------------------------------------


def probe(request, channel):
    torch = load_torch()
    return {"torch": str(torch.__version__), "ways": ways_of(torch)}


def prepared(request, channel):
    """The program imported and built, with its weights, for evaluation; and the module that it is in."""
    watch_limits(channel, request)
    torch = load_torch()
    limit_memory(request["memory"])
    torch.manual_seed(request["seed"])
    module = import_program(request, channel)
    operators = LiveOperators(request["operators"], channel)
    attached(operators)
    model = build_program(module, request, channel)
    # What building it has imported.
    attached(operators)
    weights = load_weights(model, request, channel) if request.get("weights") else None
    if model.training:
        channel.note("eval-mode", "The program was set to evaluation (model.eval())")
    model.eval()
    return torch, module, model, weights, operators


def inputs(request, channel):
    _, module, model, _, _ = prepared(request, channel)
    offered = inputs_offered(module, channel)
    if offered is not None:
        parameters = list(parameters_of_forward(model)[0])
        named = Inputs([], {**dict(zip(parameters, offered.positional)), **offered.keywords}, "")
        return {"guesses": [{"name": text.split(":")[0].split("=")[0], "guess": text, "from": "graphwright_inputs()"} for text in call_text(named)]}
    guesses = guess_inputs(model)
    rounds = max((len(each) for each in guesses.values()), default=0)
    best = 0
    for k in range(rounds):
        with contextlib.suppress(Exception):
            run_once(model, inputs_by_spec(model, [each[min(k, len(each) - 1)][0] for each in guesses.values()]), 0, {})
            best = k
            break
    chosen = [(name, each[min(best, len(each) - 1)]) for name, each in guesses.items()]
    return {"guesses": [{"name": name, "guess": guess, "from": source} for name, (guess, source) in chosen]}


def capture(request, channel):
    torch, module, model, weights, operators = prepared(request, channel)
    settled, sizes = settle_inputs(module, model, request, channel)
    for each in model.parameters():
        each.requires_grad_(False)
    job = Job(model, settled, sizes, request, channel, operators)
    check_outputs(job)
    with entries_offered(job):
        with running(channel, "run", inputs=" ".join(call_text(settled))):
            calls = rehearsed(operators, job.run, lambda: job.run(1, shuffled=True))
        way, file, taken = capture_model(job)
    result = {"file": file, "way": way, "inputs": taken, "torch": str(torch.__version__), "operators": calls}
    if weights is not None:
        result["weights"] = weights
    if request["reference"]:
        channel.step("Running the program for a comparison")
        with running(channel, "run", inputs=" ".join(call_text(settled))):
            result["reference"] = write_reference(job)
    return result


STEPS = {"probe": probe, "describe": describe, "inputs": inputs, "capture": capture}


def main():
    channel = Channel()
    faulthandler.enable(sys.stderr)
    # Programs find their own folders on the path, not that of this file.
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != os.path.dirname(os.path.abspath(__file__))]
    request = channel.request
    try:
        channel.tell("hello", python=sys.version.split()[0], torch=torch_version(), executable=sys.executable)
        channel.end("result", result=STEPS[request["do"]](request, channel))
    except Failure as failure:
        channel.end("failure", failure=failure.told())
    except MemoryError as error:
        channel.end("failure", failure=failure_of(error, "memory", channel).told())
    except BaseException as error:
        traceback.print_exc()
        channel.end("failure", failure=Failure("fault", reason_of(error), frames_of(error)).told())


if __name__ == "__main__":
    main()
