"""Types of values as plain data, in the words of src/core/ir/type.ts.

A tensor is {"tensor": "float32", "dims": [2, "N", null]}, without dims where even the rank is unknown; others are
{"sparse": ..., "dims": ...}, {"sequence": element}, {"optional": element}, {"map": [key, value]}. An element is null
where it is unknown. What shape inference calls `unk__N` is a size that it does not know.
"""

import re

import onnx

NUMPY_NAMES = {"FLOAT": "float32", "DOUBLE": "float64"}
MADE_UP = re.compile(r"unk__\d+")


def element_name(code):
    name = onnx.TensorProto.DataType.Name(code)
    return NUMPY_NAMES.get(name, name.lower())


def dimension(dim):
    if dim.HasField("dim_value"):
        return dim.dim_value
    return dim.dim_param if dim.dim_param and not MADE_UP.fullmatch(dim.dim_param) else None


def array_type(kind, held):
    dims = {"dims": [dimension(dim) for dim in held.shape.dim]} if held.HasField("shape") else {}
    return {kind: element_name(held.elem_type), **dims} if held.elem_type else None


def type_of(proto):
    """A TypeProto as plain data; None where it says nothing."""
    kind = proto.WhichOneof("value")
    if kind == "tensor_type":
        return array_type("tensor", proto.tensor_type)
    if kind == "sparse_tensor_type":
        return array_type("sparse", proto.sparse_tensor_type)
    if kind == "sequence_type":
        return {"sequence": type_of(proto.sequence_type.elem_type)}
    if kind == "optional_type":
        return {"optional": type_of(proto.optional_type.elem_type)}
    if kind == "map_type":
        return {"map": [element_name(proto.map_type.key_type), type_of(proto.map_type.value_type)]}
    return None


def tensor_type(tensor):
    return {"tensor": element_name(tensor.data_type), "dims": list(tensor.dims)}


def sequence_type(sequence):
    """A size in which the elements differ is unknown, and so are all where the rank differs."""
    if sequence.elem_type == onnx.SequenceProto.SEQUENCE:
        return {"sequence": sequence_type(sequence.sequence_values[0]) if sequence.sequence_values else None}
    tensors = [tensor_type(tensor) for tensor in sequence.tensor_values]
    if not tensors:
        return {"sequence": None}
    element = {"tensor": tensors[0]["tensor"]}
    if len({len(tensor["dims"]) for tensor in tensors}) == 1:
        sizes = zip(*(tensor["dims"] for tensor in tensors))
        element["dims"] = [size[0] if len(set(size)) == 1 else None for size in sizes]
    return {"sequence": element}


def optional_type(optional):
    if optional.elem_type == onnx.OptionalProto.TENSOR:
        return {"optional": tensor_type(optional.tensor_value)}
    if optional.elem_type == onnx.OptionalProto.SEQUENCE:
        return {"optional": sequence_type(optional.sequence_value)}
    return {"optional": None}


def stored_type(data, declared):
    """The type of a stored value; `declared` says which message the bytes hold."""
    kind = declared.WhichOneof("value")
    if kind == "sequence_type":
        return sequence_type(onnx.SequenceProto.FromString(data))
    if kind == "optional_type":
        return optional_type(onnx.OptionalProto.FromString(data))
    if kind == "tensor_type":
        return tensor_type(onnx.TensorProto.FromString(data))
    return None
