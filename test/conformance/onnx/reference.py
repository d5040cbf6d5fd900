"""Writes what ONNX's own tools say of the suite's models, for run.ts to compare with ours.

usage: python reference.py FOLDER [FILE_OR_FOLDER ...]       the further files are networks to measure too

Makes the models (models.py) and FOLDER/reference.json: for each model the checker's verdict; the types that shape
inference finds (strict, with data propagation) once all it could copy is removed; the types of the stored outputs; and
the text of onnx.printer in FOLDER/printed/. FOLDER/facts.json holds every operator schema.
"""

import json
import pathlib
import sys

import onnx
from facts import all_facts
from models import beyond_onnx, find_models, write_models
from onnx import checker, parser, printer, shape_inference
from value_types import stored_type, type_of

MESSAGE_LENGTH = 500


def error_text(error):
    return f"{type(error).__name__}: {error}"[:MESSAGE_LENGTH]


def checked(path):
    """Null where the checker accepts the file, its words where it does not. By path, as external data is."""
    try:
        checker.check_model(str(path), full_check=True)
        return None
    except Exception as error:  # whatever it throws is its verdict
        return error_text(error)


def subgraphs(graph):
    for node in graph.node:
        for attribute in node.attribute:
            yield from [attribute.g] if attribute.HasField("g") else []
            yield from attribute.graphs


def forget_types(graph):
    """Removes what inference could copy: types of outputs and of values in between, in subgraphs too."""
    del graph.value_info[:]
    for output in graph.output:
        output.ClearField("type")
    for inner in subgraphs(graph):
        forget_types(inner)


def inferred(model):
    """Types by name of what the nodes of the main graph make; an empty table and the words where inference fails."""
    made = {name for node in model.graph.node for name in node.output if name}
    forget_types(model.graph)
    try:
        result = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    except Exception as error:  # as above
        return {"types": {}, "error": error_text(error)}
    values = [*result.graph.value_info, *result.graph.output]
    return {"types": {value.name: type_of(value.type) for value in values if value.name in made}}


def stored(path, model):
    """Types of the outputs that a node test stores, by name; inputs that are outputs tell nothing."""
    folder = path.parent / "test_data_set_0"
    made = {name for node in model.graph.node for name in node.output if name}
    found = {}
    for index, output in enumerate(model.graph.output):
        file = folder / f"output_{index}.pb"
        if output.name in made and file.exists():
            found[output.name] = stored_type(file.read_bytes(), output.type)
    return found


def printed(model, target, valid):
    """
    Writes the text of onnx's printer; whether its own parser reads it, and gives back the same model. What comes back and
    is not valid any more is an error too.
    """
    try:
        text = printer.to_text(model)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    except Exception as error:  # as above
        return {"error": error_text(error)}
    try:
        again = parser.parse_model(text)
        if valid:
            checker.check_model(again)
        return {"same": again == model}
    except Exception as error:  # as above
        return {"error": error_text(error)}


def describe(name, path, folder):
    found = {"name": name, "path": str(path.relative_to(folder)), "checker": checked(path)}
    if name.startswith("defects/"):
        return found | {"beyond": beyond_onnx().get(path.stem)}
    model = onnx.load(path)
    found["stored"] = stored(path, model)
    found["printer"] = printed(model, folder / "printed" / f"{name}.onnxtxt", found["checker"] is None)
    found["inference"] = inferred(model)
    return found


def main():
    folder, *others = sys.argv[1:]
    folder = pathlib.Path(folder)
    write_models(folder, others)
    (folder / "facts.json").write_text(json.dumps(all_facts()))
    models = [describe(name, path, folder) for name, path in find_models(folder)]
    (folder / "reference.json").write_text(json.dumps(models))
    print(f"{len(models)} models")


if __name__ == "__main__":
    main()
