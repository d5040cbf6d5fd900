"""What a file defines, read from its text without importing it."""

import ast
import contextlib
import importlib.util
import os
import re

from .channel import Failure
from .places import frames_of
from .reasons import reason_of


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
    levels = 0
    with contextlib.suppress(Failure):
        levels = max([each.level for each in ast.walk(parsed(file)) if isinstance(each, ast.ImportFrom)], default=0)
    folder, name = os.path.split(os.path.abspath(file))
    stem = os.path.splitext(name)[0]
    names = [] if stem == "__init__" else [stem]
    while os.path.basename(folder) and (
        os.path.isfile(os.path.join(folder, "__init__.py")) or len(names) <= levels - (stem == "__init__")
    ):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    return ".".join(names), folder


def describe(request, channel):
    """What a file offers: classes, functions and module objects, in its order."""
    tree = parsed(request["file"])
    module, root = place_of(request["file"])
    choices = list(Descriptions(source_of(request["file"])).within(tree.body, ""))
    offers = any(isinstance(each, ast.FunctionDef) and each.name == "graphwright_inputs" for each in tree.body)
    return {"module": module, "root": root, "choices": choices, "offersInputs": offers}


class Descriptions:
    """What the definitions of a file are to somebody who chooses one."""

    def __init__(self, source):
        self.source = importlib.util.decode_source(source)
        self.modules = set()

    def within(self, body, outer):
        for each in body:
            if isinstance(each, ast.ClassDef):
                name = outer + each.name
                functions = {one.name: one for one in each.body if isinstance(one, ast.FunctionDef)}
                is_module = "forward" in functions or any(self.is_module(base) for base in each.bases)
                if is_module:
                    self.modules.add(name)
                forward = self.parameters_of(functions["forward"])[1:] if "forward" in functions else []
                yield self.choice("class", name, each, self.class_parameters(each, functions), forward, is_module)
                yield from self.within(each.body, name + ".")
            elif isinstance(each, ast.FunctionDef) and not outer:
                yield self.choice("function", each.name, each, self.parameters_of(each))
            elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) and not outer:
                for target in each.targets:
                    if isinstance(target, ast.Name):
                        known = self.text(each.value.func) in self.modules
                        yield self.choice("object", target.id, each, is_module=known)

    def choice(self, kind, name, node, parameters=(), forward=(), is_module=False):
        told = {"kind": kind, "name": name, "line": node.lineno, "isModule": is_module}
        told.update(parameters=list(parameters), forward=list(forward))
        documented = kind != "object" and ast.get_docstring(node)
        if documented:
            told["summary"] = documented.strip().splitlines()[0]
        return told

    def is_module(self, base):
        name = self.text(base)
        return name in self.modules or re.match(r"^(torch\.)?nn\.\w+$", name) is not None or name.endswith("Module")

    def class_parameters(self, node, functions):
        if "__init__" in functions:
            return self.parameters_of(functions["__init__"])[1:]
        if not any("dataclass" in self.text(each) for each in node.decorator_list):
            return []
        fields = [each for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]
        return [self.parameter(each.target.id, each.annotation, each.value) for each in fields]

    def parameters_of(self, function):
        given = function.args
        positional = given.posonlyargs + given.args
        defaults = [None] * (len(positional) - len(given.defaults)) + given.defaults
        pairs = [*zip(positional, defaults), *zip(given.kwonlyargs, given.kw_defaults)]
        return [self.parameter(each.arg, each.annotation, default) for each, default in pairs]

    def parameter(self, name, annotation, default):
        told = {"name": name, "annotation": self.text(annotation), "default": self.text(default)}
        return {key: value for key, value in told.items() if value is not None}

    def text(self, node):
        return None if node is None else ast.get_source_segment(self.source, node) or "..."
