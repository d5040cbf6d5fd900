"""Writes src/core/dialects/onnx/operators.json: the facts of every ONNX operator in every version.

usage: python scripts/onnx-operators.py        needs the Python package onnx==1.23.1, whose schemas are the source

How a signature reads is told in src/core/dialects/onnx/operators.ts.
"""

import json
import pathlib
import re

import onnx
from onnx import defs, helper

TARGET = pathlib.Path(__file__).parent.parent / "src/core/dialects/onnx/operators.json"
NUMPY_NAMES = {"float": "float32", "double": "float64"}
KINDS = {
    "FLOAT": "float", "INT": "int", "STRING": "string", "TENSOR": "tensor", "GRAPH": "graph",
    "SPARSE_TENSOR": "sparse-tensor", "TYPE_PROTO": "value-type", "FLOATS": "floats", "INTS": "ints",
    "STRINGS": "strings", "TENSORS": "tensors", "GRAPHS": "graphs", "SPARSE_TENSORS": "sparse-tensors",
    "TYPE_PROTOS": "value-types",
}


def type_name(text):
    """tensor(float) -> float32, seq(tensor(double)) -> seq(float64), map(int64,tensor(float)) -> map(int64,float32)."""
    text = re.sub(r"\b(float|double)\b", lambda found: NUMPY_NAMES[found[0]], text.replace(" ", ""))
    text = re.sub(r"\bfloat8e(\w+)", r"float8e\1", text)
    return re.sub(r"(?<!sparse_)tensor\((\w+)\)", r"\1", text)


def formal(parameter, variables):
    """name:TYPE with ? for an optional one, *N for a variadic one of at least N, ! where its types may differ."""
    option = parameter.option.name
    mark = {"Single": "", "Optional": "?", "Variadic": f"*{parameter.min_arity}"}[option]
    mark += "" if parameter.is_homogeneous or option != "Variadic" else "!"
    name = parameter.type_str if parameter.type_str in variables else type_name(parameter.type_str)
    return f"{parameter.name}:{name}{mark}"


def attribute(found):
    kind = KINDS[found.type.name]
    if found.required:
        return f"{found.name}:{kind}!"
    if not found.default_value.name:
        return f"{found.name}:{kind}"
    value = helper.get_attribute_value(found.default_value)
    if isinstance(value, bytes):
        value = value.decode()
    elif isinstance(value, list):
        value = [item.decode() if isinstance(item, bytes) else item for item in value]
    elif isinstance(value, onnx.TensorProto):
        return f"{found.name}:{kind}"  # an empty tensor that stands for "absent"
    if isinstance(value, float):
        value = float(f"{value:.8g}")
    return f"{found.name}:{kind}={json.dumps(value, separators=(',', ':'))}"


def latest():
    """The newest version of each domain, ai.onnx first; one has no operators in any version."""
    newest = {domain: versions[1] for domain, versions in defs.C.schema_version_map().items()}
    return dict(sorted(newest.items()))


def main():
    sets = {}
    operators = {}
    for schema in sorted(defs.get_all_schemas_with_history(), key=lambda s: (s.domain, s.name, s.since_version)):
        variables = {constraint.type_param_str for constraint in schema.type_constraints}
        constraints = []
        for constraint in schema.type_constraints:
            allowed = " ".join(sorted(type_name(text) for text in constraint.allowed_type_strs))
            constraints.append(f"{constraint.type_param_str}={sets.setdefault(allowed, len(sets))}")
        parts = [
            " ".join(formal(parameter, variables) for parameter in schema.inputs),
            " ".join(formal(parameter, variables) for parameter in schema.outputs),
            " ".join(constraints),
            " ".join(attribute(schema.attributes[name]) for name in sorted(schema.attributes)),
        ]
        text = "|".join(parts) + ("|deprecated" if schema.deprecated else "")
        versions = operators.setdefault(schema.domain, {}).setdefault(schema.name, {})
        versions[str(schema.since_version)] = text
    facts = {"latest": latest(), "types": list(sets), "operators": operators}
    TARGET.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")
    print(f"{sum(len(v) for d in operators.values() for v in d.values())} schemas, {len(sets)} type sets")


if __name__ == "__main__":
    main()
