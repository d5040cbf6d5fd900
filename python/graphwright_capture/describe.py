"""What a file defines, read from its text without importing it."""

import ast
import contextlib
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
    try:
        tree = parsed(file)
        levels = max([each.level for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)], default=0)
    except Failure:
        levels = 0
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
    told = {
        "kind": kind,
        "name": name,
        "line": node.lineno,
        "isModule": is_module,
        "parameters": parameters,
        "forward": forward,
    }
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
