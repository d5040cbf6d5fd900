"""Writes the tests that conversions between opsets are proven by, once for each version of the package onnx.

usage: python cases.py FOLDER

FOLDER/tests/node/NAME/{model.onnx, test_data_set_0/*.pb} and FOLDER/tests/package/KIND/NAME/... as the ONNX suite makes
them, and FOLDER/cases.json: of each test its name, its imports, how far its outputs may be off, and its operators.
"""

import json
import pathlib
import shutil
import sys

import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "onnx"))
from models import KINDS, PACKAGE, write_node_tests  # noqa: E402

#: What onnx.backend.test allows where a test says nothing else.
TOLERANCES = {"rtol": 1e-3, "atol": 1e-7}


def operators(graph):
    for node in graph.node:
        yield f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from operators(inner)


def described(path, tests):
    model = onnx.load(path)
    told = path.parent / "data.json"
    tolerances = json.loads(told.read_text()) if told.exists() else {}
    return {
        "name": str(path.parent.relative_to(tests)),
        "imports": {each.domain: each.version for each in model.opset_import},
        "operators": sorted(set(operators(model.graph))),
        "sets": len(list(path.parent.glob("test_data_set_*"))),
    } | {name: tolerances.get(name, usual) for name, usual in TOLERANCES.items()}


def main():
    folder = pathlib.Path(sys.argv[1])
    tests = folder / "tests"
    made = folder / f".made-{onnx.__version__}"
    if made.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    tests.mkdir(parents=True)
    write_node_tests(tests)
    for kind in KINDS:
        shutil.copytree(PACKAGE / kind, tests / "package" / kind)
    cases = [described(path, tests) for path in sorted(tests.glob("**/model.onnx"))]
    (folder / "cases.json").write_text(json.dumps(cases, indent=1))
    made.touch()


if __name__ == "__main__":
    main()
