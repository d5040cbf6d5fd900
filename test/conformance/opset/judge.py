"""Asks ONNX's own tools about models: onnx.checker about each, the reference evaluator where onnxruntime does not say `equal`.

usage: python judge.py FOLDER MODELS RUNTIME RESULTS

Reads MODELS.bin and MODELS.json (models.ts) and the lines that judge.ts wrote, and appends a line for each model to RESULTS,
which it leaves out where it finds it there (supervise.ts).
"""

import json
import pathlib
import sys

import numpy
import onnx
from onnx import OptionalProto, SequenceProto, TensorProto, checker, numpy_helper
from old_operators import old_operators
from onnx.reference import ReferenceEvaluator

LENGTH = 300
#: Two units in the last place, as onnx.backend.test allows.
BFLOAT16 = 2**-6
PROTOS = {"tensor_type": TensorProto, "sequence_type": SequenceProto, "optional_type": OptionalProto}
READERS = {
    TensorProto: numpy_helper.to_array,
    SequenceProto: numpy_helper.to_list,
    OptionalProto: numpy_helper.to_optional,
}


def words(error):
    return f"{type(error).__name__}: {error}".strip()[:LENGTH]


def checked(data):
    """What the checker says, with and without inference; nothing where it accepts the model."""
    for full in [True, False]:
        try:
            checker.check_model(data, full_check=full)
            return {} if full else found
        except Exception as error:  # whatever it throws is its verdict
            found = {"full": words(error)}
    return found | {"plain": found["full"]}


def read(path, value_type):
    proto = PROTOS[value_type.WhichOneof("value")]()
    proto.ParseFromString(path.read_bytes())
    return READERS[type(proto)](proto)


def opset_of(model):
    return next((each.version for each in model.opset_import if each.domain in ["", "ai.onnx"]), 1)


class Test:
    """Inputs and outputs of a test, by the names of its model."""

    def __init__(self, folder, told):
        self.rtol, self.atol = told["rtol"], told["atol"]
        place = folder / "tests" / told["name"]
        graph = onnx.load(place / "model.onnx").graph
        constants = {each.name for each in graph.initializer}
        inputs = [each for each in graph.input if each.name not in constants]
        self.sets = [
            [self.values(data, "input", inputs), self.values(data, "output", graph.output)]
            for data in sorted(place.glob("test_data_set_*"))
        ]

    def values(self, data, kind, values):
        files = [(data / f"{kind}_{k}.pb", value) for k, value in enumerate(values)]
        return {value.name: read(file, value.type) for file, value in files if file.exists()}

    def run(self, model):
        evaluator = ReferenceEvaluator(model, new_ops=old_operators(opset_of(model)) or None)
        for inputs, wanted in self.sets:
            found = dict(zip(evaluator.output_names, evaluator.run(None, inputs)))
            for name, value in wanted.items():
                why = difference(found.get(name), value, self.rtol, self.atol)
                if why:
                    return {"verdict": "differs", "detail": f"'{name}' {why}"}
        return {"verdict": "equal"}


def difference(given, wanted, rtol, atol):
    """How two values differ, in words; nothing where they do not."""
    if wanted is None or given is None:
        return None if wanted is given else f"is {type(given)}, not {type(wanted)}"
    if isinstance(wanted, list):
        if not isinstance(given, (list, tuple)) or len(given) != len(wanted):
            return "is another list"
        return next(filter(None, (difference(a, b, rtol, atol) for a, b in zip(given, wanted))), None)
    given, wanted = numpy.asarray(given), numpy.asarray(wanted)
    if given.shape != wanted.shape:
        return f"is of {given.shape}, not of {wanted.shape}"
    if wanted.dtype == object or wanted.dtype.kind in "US":
        return None if [str(each) for each in given.flat] == [str(each) for each in wanted.flat] else "has another text"
    if given.dtype != wanted.dtype:
        return f"is of {given.dtype}, not of {wanted.dtype}"
    if wanted.dtype.kind in "iub":
        return None if numpy.array_equal(given, wanted) else "has other numbers"
    if wanted.dtype.kind == "V" or wanted.dtype.itemsize < 2:
        rtol = 0
    if wanted.dtype.name == "bfloat16":
        rtol = max(rtol, BFLOAT16)
    wide = numpy.complex128 if wanted.dtype.kind == "c" else numpy.float64
    with numpy.errstate(all="ignore"):
        same = numpy.isclose(given.astype(wide), wanted.astype(wide), rtol, atol, equal_nan=True)
    at = numpy.flatnonzero(~same)
    return f"has {given.flat[at[0]]} at {at[0]}, not {wanted.flat[at[0]]}" if at.size else None


def loose(model):
    """
    Operators that the evaluator computes as another version than the model's, `Softmax@11 as 13`: it has classes for some
    versions, and one without a number for the newest.
    """
    imports = {each.domain: each.version for each in model.opset_import}
    found = set()
    own = {each.__name__ for each in old_operators(opset_of(model))}
    graphs = [(model.graph.node, imports)]
    graphs += [(f.node, {each.domain: each.version for each in f.opset_import}) for f in model.functions]
    for nodes, versions in graphs:
        for node in all_nodes(nodes):
            since, computed = versions_of(node, versions)
            if since != computed and node.op_type not in own:
                found.add(f"{node.op_type}@{since} as {computed}")
    return sorted(found)


def versions_of(node, versions):
    """The version that a node is of, and the one that it is computed as."""
    if node.domain not in ["", "ai.onnx"]:
        return None, None
    try:
        since = onnx.defs.get_schema(node.op_type, versions.get("", versions.get("ai.onnx", 1)), "").since_version
        newest = onnx.defs.get_schema(node.op_type, "").since_version
    except onnx.defs.SchemaError:
        return None, None
    if node.op_type not in CLASSES:
        return since, since
    return since, max((each for each in CLASSES[node.op_type] if each <= since), default=newest)


def all_nodes(nodes):
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in [attribute.g] if attribute.HasField("g") else attribute.graphs:
                yield from all_nodes(graph.node)


def classes():
    """The operators that the evaluator has classes of its own for, and the versions of those; others it expands."""
    from onnx.reference.ops import _op_list

    found = {}
    for name in vars(_op_list):
        operator, _, version = name.rpartition("_")
        if version.isdigit():
            found.setdefault(operator, []).append(int(version))
        elif name[0].isupper():
            found.setdefault(name, [])
    return found


CLASSES = classes()


def evaluated(test, data):
    model = onnx.ModelProto.FromString(data)
    try:
        found = test.run(model)
    except Exception as error:  # as above
        found = {"verdict": "fails", "detail": words(error)}
    if found["verdict"] != "fails":
        found["loose"] = loose(model)
    return found


def lines(path):
    """What was found so far by key; a line that was cut off is left out."""
    text = path.read_text() if path.exists() else ""
    rows = [json.loads(line) for line in text.split("\n") if line.startswith("{") and line.endswith("}")]
    return {row["key"]: row for row in rows if "key" in row}


def main():
    folder, models, runtime, results = map(pathlib.Path, sys.argv[1:])
    cases = {each["name"]: each for each in json.loads((folder / "cases.json").read_text())}
    ran, done = lines(runtime), lines(results)
    name, test = None, None
    with open(f"{models}.bin", "rb") as stored, results.open("a") as out:
        for row in json.loads(pathlib.Path(f"{models}.json").read_text()):
            if row["key"] in done:
                continue
            print(json.dumps({"begin": row["key"]}), file=out, flush=True)
            stored.seek(row["offset"])
            data = stored.read(row["length"])
            found = {"key": row["key"], "checker": checked(data)}
            if ran[row["key"]].get("verdict") != "equal":
                if name != row["test"]:
                    name, test = row["test"], Test(folder, cases[row["test"]])
                found["reference"] = evaluated(test, data)
            print(json.dumps(found), file=out, flush=True)


if __name__ == "__main__":
    main()
