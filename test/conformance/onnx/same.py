"""Whether two models are the same, however their tensors are stored and in whatever order they say the types of values."""

import onnx
from onnx import AttributeProto, TensorProto, numpy_helper
from google.protobuf.message import Message

#: What an attribute of each type holds; the field may be absent where the value is the empty one.
HELD = {
    AttributeProto.FLOAT: "f", AttributeProto.INT: "i", AttributeProto.STRING: "s", AttributeProto.TENSOR: "t",
    AttributeProto.GRAPH: "g", AttributeProto.SPARSE_TENSOR: "sparse_tensor", AttributeProto.TYPE_PROTO: "tp",
    AttributeProto.FLOATS: "floats", AttributeProto.INTS: "ints", AttributeProto.STRINGS: "strings",
    AttributeProto.TENSORS: "tensors", AttributeProto.GRAPHS: "graphs",
    AttributeProto.SPARSE_TENSORS: "sparse_tensors", AttributeProto.TYPE_PROTOS: "type_protos",
}
#: Kept in the order of their names or keys, since their order means nothing.
UNORDERED = {"value_info": "name", "opset_import": "domain", "metadata_props": "key"}
#: What says how a tensor is stored, or holds its elements.
STORAGE = {
    "raw_data", "float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data",
    "external_data", "data_location",
}


def difference(a, b):
    """The path and the values of the first difference of two models; None where they are the same."""
    return differs(plain(a), plain(b), "")


def plain(message):
    """A message as nested dictionaries and lists: absent and empty texts are the same, tensors are their elements."""
    fields = {field.name: value for field, value in message.ListFields() if value not in ("", b"")}
    if isinstance(message, AttributeProto):
        return attribute(message, fields)
    if isinstance(message, TensorProto):
        told = {name: value for name, value in fields.items() if name not in STORAGE}
        return {**{name: plain_value(name, value) for name, value in told.items()}, "elements": elements(message)}
    if isinstance(message, onnx.ModelProto):
        fields.pop("model_version", None) if message.model_version == 0 else None
    told = {name: plain_value(name, value) for name, value in fields.items()}
    # A type that says nothing is as good as none.
    return {name: value for name, value in told.items() if not (name == "type" and value == {})}


def attribute(message, fields):
    held = HELD.get(message.type)
    kept = {name: value for name, value in fields.items() if name not in HELD.values()}
    if held:
        kept[held] = getattr(message, held)
    return {name: plain_value(name, value) for name, value in kept.items()}


def plain_value(name, value):
    if isinstance(value, Message):
        return plain(value)
    if isinstance(value, (str, bytes, int, float, bool)):
        return value
    items = [plain(item) if isinstance(item, Message) else item for item in value]
    key = UNORDERED.get(name)
    return sorted(items, key=lambda item: item.get(key, "")) if key else items


def elements(tensor):
    if tensor.data_type == TensorProto.STRING:
        return list(tensor.string_data)
    if tensor.data_type == TensorProto.UNDEFINED:
        return b""
    return numpy_helper.to_array(tensor).tobytes()


def differs(a, b, path):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted({*a, *b}):
            if key not in a or key not in b:
                return f"{path}.{key}: {'added' if key in b else 'lost'} {short(a.get(key, b.get(key)))}"
            found = differs(a[key], b[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return f"{path}: {len(b)} items, not {len(a)}"
        return next(filter(None, (differs(x, y, f"{path}[{k}]") for k, (x, y) in enumerate(zip(a, b)))), None)
    # NaN is not equal to itself.
    return None if a == b or (a != a and b != b) else f"{path}: {short(b)}, not {short(a)}"


def short(value):
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
