"""Every operator schema of the Python package onnx as plain data, in the words of src/core/dialects/onnx/operators.ts."""

import re

import onnx
from onnx import defs, helper

NUMPY_NAMES = {"float": "float32", "double": "float64"}


def type_name(text):
    """`tensor(float)` is `float32`, `seq(tensor(double))` is `seq(float64)`."""
    text = re.sub(r"\b(float|double)\b", lambda found: NUMPY_NAMES[found[0]], text.replace(" ", ""))
    return re.sub(r"(?<!sparse_)tensor\((\w+)\)", r"\1", text)


def formal(parameter):
    kind = parameter.option.name.lower()
    return {
        "name": parameter.name,
        "types": sorted(type_name(text) for text in parameter.types),
        "kind": kind,
        "minimum": parameter.min_arity if kind == "variadic" else 0,
        "homogeneous": kind != "variadic" or parameter.is_homogeneous,
    }


def default_of(attribute):
    """Null where leaving it out means something of its own, as an empty tensor does too."""
    if attribute.required or not attribute.default_value.name:
        return None
    value = helper.get_attribute_value(attribute.default_value)
    if isinstance(value, onnx.TensorProto):
        return None
    text = lambda item: item.decode() if isinstance(item, bytes) else item  # noqa: E731
    return [text(item) for item in value] if isinstance(value, (list, tuple)) else text(value)


def attribute_facts(attribute):
    kind = attribute.type.name.lower().replace("type_proto", "value-type").replace("_", "-")
    return {"type": kind, "required": attribute.required, "default": default_of(attribute)}


def all_facts():
    """Every version of every operator: a row each."""
    return [
        {
            "domain": schema.domain,
            "name": schema.name,
            "since": schema.since_version,
            "deprecated": schema.deprecated,
            "inputs": [formal(each) for each in schema.inputs],
            "outputs": [formal(each) for each in schema.outputs],
            "attributes": {name: attribute_facts(each) for name, each in schema.attributes.items()},
            "types": {
                each.type_param_str: sorted(type_name(text) for text in each.allowed_type_strs)
                for each in schema.type_constraints
            },
        }
        for schema in defs.get_all_schemas_with_history()
    ]
