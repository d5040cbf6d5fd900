"""Writes the tests that conversions between opsets are proven by, once for each version of the package onnx.

usage: python cases.py FOLDER

FOLDER/tests/node/NAME/{model.onnx, test_data_set_0/*.pb} and FOLDER/tests/package/KIND/NAME/... as the ONNX suite makes
them; FOLDER/tests/constants/NAME/... the node tests again whose operator is told axes, sizes or bounds by inputs, which are
constants here, as they are in models; and FOLDER/cases.json: of each test its name, its imports, how far its outputs may be off, and its operators.
"""

import hashlib
import json
import pathlib
import shutil
import sys

import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "onnx"))
from models import KINDS, PACKAGE, write_node_tests  # noqa: E402

#: What onnx.backend.test allows where a test says nothing else.
TOLERANCES = {"rtol": 1e-3, "atol": 1e-7}
#: Of tests where that asks for the rounding of one way to compute, and why it does.
OWN_TOLERANCES = json.loads((pathlib.Path(__file__).parent / "tolerances.json").read_text())


#: Inputs that say how to compute, and not what with.
SETTINGS = set(
    "K axes axis block_shape depth dft_length ends frame_length frame_step image_shape max min pads position_ids ratio repeats"
    " roi scales shape size sizes split starts steps target_shape training_mode x_scale x_zero_point y_scale y_zero_point"
    " a_scale a_zero_point b_scale b_zero_point w_scale w_zero_point".split()
)


def operators(graph):
    for node in graph.node:
        yield f"{node.domain}.{node.op_type}" if node.domain else node.op_type
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from operators(inner)


def described(path, tests):
    model = onnx.load(path)
    told = path.parent / "data.json"
    tolerances = json.loads(told.read_text()) if told.exists() else OWN_TOLERANCES.get(path.parent.name, {})
    return {
        "name": str(path.parent.relative_to(tests)),
        "imports": {each.domain: each.version for each in model.opset_import},
        "operators": sorted(set(operators(model.graph))),
        "sets": len(list(path.parent.glob("test_data_set_*"))),
    } | {name: tolerances.get(name, usual) for name, usual in TOLERANCES.items()}


def settings(model):
    """The inputs of a model of one node that say how to compute."""
    (node,) = model.graph.node
    version = next((each.version for each in model.opset_import if each.domain == node.domain), None)
    formals = onnx.defs.get_schema(node.op_type, version, node.domain).inputs
    return {name for name, formal in zip(node.input, formals) if name and formal.name in SETTINGS}


def with_constants(test, target):
    """Writes a test again, with its settings as constants; does nothing where it has none."""
    model = onnx.load(test / "model.onnx")
    if len(model.graph.node) != 1 or len(list(test.glob("test_data_set_*"))) != 1:
        return
    fixed = settings(model)
    inputs = list(model.graph.input)
    if not any(each.name in fixed and each.type.HasField("tensor_type") for each in inputs):
        return
    data = target / "test_data_set_0"
    data.mkdir(parents=True)
    for output in (test / "test_data_set_0").glob("output_*.pb"):
        shutil.copy(output, data)
    if (test / "data.json").exists():
        shutil.copy(test / "data.json", target)
    del model.graph.input[:]
    for index, each in enumerate(inputs):
        file = test / "test_data_set_0" / f"input_{index}.pb"
        if each.name in fixed and each.type.HasField("tensor_type"):
            tensor = onnx.load_tensor(file)
            tensor.name = each.name
            model.graph.initializer.append(tensor)
        else:
            shutil.copy(file, data / f"input_{len(model.graph.input)}.pb")
            model.graph.input.append(each)
    # Before, initialisers had to be inputs, too.
    model.ir_version = max(model.ir_version, 4)
    onnx.save(model, target / "model.onnx")


def version():
    """Changes with what is made: judgements of other tests are none of these."""
    parts = [pathlib.Path(__file__).read_bytes(), json.dumps(OWN_TOLERANCES).encode()]
    return hashlib.sha1(b"".join(parts)).hexdigest()[:12]


def main():
    folder = pathlib.Path(sys.argv[1])
    tests = folder / "tests"
    made = folder / f".made-{onnx.__version__}-{version()}"
    if made.exists():
        return
    for stale in [*folder.glob(".made-*"), *(folder / "work").glob("r*.jsonl")]:
        stale.unlink()
    shutil.rmtree(tests, ignore_errors=True)
    tests.mkdir(parents=True)
    write_node_tests(tests)
    for kind in KINDS:
        shutil.copytree(PACKAGE / kind, tests / "package" / kind)
    for test in sorted((tests / "node").iterdir()):
        with_constants(test, tests / "constants" / test.name)
    cases = [described(path, tests) for path in sorted(tests.glob("**/model.onnx"))]
    (folder / "cases.json").write_text(json.dumps(cases, indent=1))
    made.touch()


if __name__ == "__main__":
    main()
