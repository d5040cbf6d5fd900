"""Places in the user's files: the lines of an exception, of words of PyTorch's, or of a thread that runs."""

import contextlib
import inspect
import os
import re
import sysconfig
import traceback


def _installed_folders():
    paths = sysconfig.get_paths()
    named = [paths.get(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple(os.path.normcase(os.path.abspath(path)) + os.sep for path in named if path)


INSTALLED = _installed_folders()


OURS = os.path.normcase(os.path.dirname(os.path.abspath(__file__))) + os.sep


def is_users(file):
    """Whether a file is the user's own: neither of Python, nor of an installed package, nor of ours."""
    if not file or file.startswith("<"):
        return False
    path = os.path.normcase(os.path.abspath(file))
    packaged = re.search(r"[/\\](site|dist)-packages[/\\]", path)
    return not packaged and not path.startswith((OURS, *INSTALLED))


def is_torchs(file):
    path = os.path.normcase(os.path.abspath(file))
    return file.startswith("<") or re.search(r"[/\\]torch[/\\]", file) or path.startswith(OURS)


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


def definition_of(function):
    with contextlib.suppress(TypeError, OSError):
        function = inspect.unwrap(function)
        code = function.__init__.__code__ if isinstance(function, type) else function.__code__
        return [frame(code.co_filename, code.co_firstlineno, code.co_name)]
    return []
