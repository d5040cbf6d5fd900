"""Models that together have everything that an ONNX file can say, a few things each: features() gives (name, model)."""

import math

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.helper import make_node, make_tensor, make_tensor_type_proto, make_tensor_value_info

OPSETS = [helper.make_opsetid("", 23)]
CUSTOM = "test.acme"


def model(nodes, inputs, outputs, initializers=(), functions=(), opsets=(), **options):
    value_info = options.pop("value_info", [])
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializers, value_info=value_info)
    options.setdefault("ir_version", 13)
    return helper.make_model(graph, functions=functions, opset_imports=[*OPSETS, *opsets], **options)


def floats(name, shape=(2,)):
    return make_tensor_value_info(name, TensorProto.FLOAT, shape)


def custom_opset(version=1):
    return helper.make_opsetid(CUSTOM, version)


def relu(source="x", target="y", **more):
    return make_node("Relu", [source], [target], **more)


def small(nodes=None, **more):
    return model(nodes or [relu()], [floats("x")], [floats("y")], **more)


def element_types():
    """Constants of every element type, their elements packed and listed."""
    initializers = []
    for name, code in TensorProto.DataType.items():
        if code in (TensorProto.UNDEFINED, TensorProto.STRING):
            continue
        array = numpy.array([0, 1, 1, 0, 1]).astype(helper.tensor_dtype_to_np_dtype(code))
        initializers.append(numpy_helper.from_array(array, f"packed_{name}"))
        initializers.append(make_tensor(f"listed_{name}", code, [5], array.tolist()))
    initializers.append(make_tensor("texts", TensorProto.STRING, [3], [b"", b'a "quoted" \\ text\n', b"\xff\x00bytes"]))
    initializers.append(make_tensor("empty", TensorProto.FLOAT, [0, 3], []))
    initializers.append(make_tensor("scalar", TensorProto.INT64, [], [-(2**63)]))
    return small(initializers=initializers)


def special_numbers():
    values = [math.nan, math.inf, -math.inf, -0.0, 1e-45, 3.4028234663852886e38, 0.1, 1e10, -1.5e-10]
    attributes = {"f": math.nan, "many": values, "whole": 3.0, "least": -(2**63), "most": 2**63 - 1}
    initializers = [
        make_tensor("single", TensorProto.FLOAT, [len(values)], values),
        make_tensor("double", TensorProto.DOUBLE, [4], [math.nan, -math.inf, 5e-324, 0.1]),
        numpy_helper.from_array(numpy.array([math.nan, math.inf, 6e-8, -0.0], numpy.float16), "half"),
        make_tensor("unsigned", TensorProto.UINT64, [2], [0, 2**64 - 1]),
        make_tensor("signed", TensorProto.INT64, [2], [-(2**63), 2**63 - 1]),
    ]
    node = make_node("Op", ["x"], ["y"], domain=CUSTOM, **attributes)
    return small([node], initializers=initializers, opsets=[custom_opset()])


def sparse(name):
    values = make_tensor(name, TensorProto.FLOAT, [2], [1.0, 2.0])
    return helper.make_sparse_tensor(values, make_tensor(f"{name}_at", TensorProto.INT64, [2], [1, 4]), [2, 3])


def types():
    tensor = make_tensor_type_proto(TensorProto.FLOAT, ["N", None, 3])
    return {
        "tensor": tensor,
        "any_rank": make_tensor_type_proto(TensorProto.INT8, None),
        "scalar": make_tensor_type_proto(TensorProto.STRING, []),
        "sparse": helper.make_sparse_tensor_type_proto(TensorProto.FLOAT, ["N", 2]),
        "sequence": helper.make_sequence_type_proto(tensor),
        "optional": helper.make_optional_type_proto(helper.make_sequence_type_proto(tensor)),
        "map": helper.make_map_type_proto(TensorProto.INT64, helper.make_sequence_type_proto(tensor)),
    }


def attribute_types():
    """An attribute of every type, with lists that are empty."""
    graph = helper.make_graph([relu()], "inner", [floats("x")], [floats("y")])
    other = helper.make_graph([], "nothing", [], [])
    attributes = {
        "float": 0.5, "int": -7, "string": 'a "b" \\c\n\td', "bytes": b"\xff\xfe",
        "tensor": make_tensor("t", TensorProto.INT32, [2], [1, 2]), "graph": graph, "sparse_tensor": sparse("s"),
        "type_proto": types()["optional"], "floats": [0.5, 2.0], "ints": [1, -2], "strings": ["", "b c", "\u00e9"],
        "tensors": [make_tensor("", TensorProto.BOOL, [1], [True])] * 2, "graphs": [graph, other],
        "sparse_tensors": [sparse("a"), sparse("b")], "type_protos": [types()["map"], types()["any_rank"]],
    }
    node = make_node("Op", ["x"], ["y"], domain=CUSTOM, **attributes)
    for kind in ["FLOATS", "INTS", "STRINGS", "TENSORS", "GRAPHS"]:
        node.attribute.append(onnx.AttributeProto(name=f"no_{kind.lower()}", type=kind))
    node.attribute[0].doc_string = "what it is"
    return small([node], opsets=[custom_opset()])


def value_types():
    # The checker wants a rank of every tensor that a graph takes or gives.
    ranked = {name: each for name, each in types().items() if name != "any_rank"}
    inputs = [helper.make_value_info(name, each) for name, each in ranked.items()]
    inputs[0].type.denotation = "IMAGE"
    inputs[0].type.tensor_type.shape.dim[0].denotation = "DATA_BATCH"
    outputs = [helper.make_value_info(f"{name}_again", each) for name, each in ranked.items()]
    nodes = [make_node("Op", [name], [f"{name}_again"], domain=CUSTOM) for name in ranked]
    return model(nodes, inputs, outputs, opsets=[custom_opset()])


def odd_names():
    names = ["with space", 'quote"quote', "back\\slash", "line\nbreak", "\u00e9\u4e2d\U0001f600", "1digit", "a-b", "a.b/c:d", "'"]
    names += ["graph", "float", "int64", "domain", "opset_import", "seq", "true", "inf", "nan", "#comment", "//", "%x", "@y", "<z>"]
    nodes, last = [], "x"
    for name in names:
        nodes.append(make_node("Relu", [last], [name], name=f"node {name}"))
        last = name
    node = make_node("Op of many", [last], ["y"], domain=CUSTOM, overload="over load")
    node.attribute.extend(helper.make_attribute(name, 1) for name in names)
    nodes.append(node)
    made = small(nodes, opsets=[custom_opset()])
    made.graph.name = "a graph's name"
    return made


def left_out():
    """Inputs and outputs that are absent at the start, in the middle and at the end; a graph without nodes; no names."""
    clip = make_node("Clip", ["x", "", "most"], ["y"], name="")
    drop = make_node("Dropout", ["y", "", ""], ["z", ""])
    inputs = [floats("x"), make_tensor_value_info("most", TensorProto.FLOAT, [])]
    return model([clip, drop], inputs, [floats("z")])


def functions():
    """Functions with attributes, defaults and overloads, that call each other and have subgraphs."""
    scale = make_node("Constant", [], ["scale"])
    scale.attribute.append(onnx.AttributeProto(name="value_float", type="FLOAT", ref_attr_name="by"))
    scaled = helper.make_function(
        CUSTOM, "Scaled", ["x"], ["y"], [scale, make_node("Mul", ["x", "scale"], ["y"])], OPSETS, attributes=["by"],
        doc_string='multiplies "x"', overload="float",
    )
    scaled.metadata_props.add(key="made", value="by hand")
    call = make_node("Scaled", ["x"], ["once"], domain=CUSTOM, overload="float")
    call.attribute.append(onnx.AttributeProto(name="by", type="FLOAT", ref_attr_name="factor"))
    branches = {
        name: helper.make_graph([make_node("Identity", [source], [f"{name}_y"])], name, [], [floats(f"{name}_y", ("N",))])
        for name, source in [("then_branch", "once"), ("else_branch", "x")]
    }
    choose = make_node("If", ["when"], ["y"], **branches)
    twice = helper.make_function(
        CUSTOM, "Chosen", ["x", "when"], ["y"], [call, choose], [*OPSETS, custom_opset()],
        attribute_protos=[helper.make_attribute("factor", 2.0)], value_info=[floats("once", ("N",))],
    )
    inputs = [floats("x"), make_tensor_value_info("when", TensorProto.BOOL, [])]
    nodes = [make_node("Chosen", ["x", "when"], ["y"], domain=CUSTOM, factor=3.0)]
    return model(nodes, inputs, [floats("y")], functions=[scaled, twice], opsets=[custom_opset()])


def nested_graphs(depth=12):
    """An If in an If in an If, each of which reads names of all graphs around it."""
    inner = [make_node("Add", ["x", "x"], ["deepest"])]
    result = "deepest"
    for level in range(depth):
        branch = helper.make_graph(inner, f"then{level}", [], [floats(result)])
        other = helper.make_graph([make_node("Neg", ["x"], [f"other{level}"])], f"else{level}", [], [floats(f"other{level}")])
        result = f"chosen{level}"
        inner = [make_node("If", ["when"], [result], then_branch=branch, else_branch=other)]
    inputs = [floats("x"), make_tensor_value_info("when", TensorProto.BOOL, [])]
    return model(inner, inputs, [floats(result)])


def notes():
    """Documentation and metadata wherever a file may have them."""
    constant = make_tensor("w", TensorProto.FLOAT, [2], [1.0, 2.0])
    constant.doc_string = "the weights"
    constant.metadata_props.add(key="w", value="of the tensor")
    node = make_node("Add", ["x", "w"], ["y"], name="add", doc_string="adds\nall")
    node.metadata_props.add(key="pkg.torch", value='a "b"')
    made = model(
        [node, relu("y", "z")], [floats("x")], [floats("z")], [constant], value_info=[floats("y")],
        producer_name="tests", producer_version="1.0 beta", domain="org.acme", model_version=-3, doc_string='two\n"lines"',
    )
    helper.set_model_props(made, {"author": "nobody", "": "empty key", "quoted \"key\"": "\u00e9"})
    made.graph.doc_string = "a graph"
    made.graph.metadata_props.add(key="level", value="graph")
    for value in [made.graph.input[0], made.graph.output[0], made.graph.value_info[0]]:
        value.doc_string = f"the value {value.name}"
        value.metadata_props.add(key="level", value="value")
    return made


def further_fields():
    """Sparse constants, notes on quantisation, device configurations."""
    node = make_node("Op", ["s"], ["y"], domain=CUSTOM)
    made = model([node], [], [floats("y", (2, 3))], opsets=[custom_opset()])
    made.graph.sparse_initializer.append(sparse("s"))
    annotation = made.graph.quantization_annotation.add(tensor_name="y")
    annotation.quant_parameter_tensor_names.add(key="SCALE_TENSOR", value="s")
    made.configuration.add(name="two", num_devices=2, device=["a", "b"])
    placed = made.graph.node[0].device_configurations.add(configuration_id="two", pipeline_stage=1)
    placed.sharding_spec.add(tensor_name="y", device=[0, 1]).sharded_dim.add(axis=0).simple_sharding.add(num_shards=2)
    return made


def old_file():
    """As files of IR version 3 are: constants are inputs as well, and the operators are old."""
    weight = make_tensor("w", TensorProto.FLOAT, [2, 2], [1.0, 2.0, 3.0, 4.0])
    graph = helper.make_graph(
        [make_node("MatMul", ["x", "w"], ["m"]), make_node("Dropout", ["m"], ["y"], ratio=0.25)],
        "old", [floats("x", (1, 2)), floats("w", (2, 2))], [floats("y", (1, 2))], [weight],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 7)], ir_version=3)


def features():
    """Every model by its name."""
    makers = [
        element_types, special_numbers, attribute_types, value_types, odd_names, left_out, functions, nested_graphs, notes,
        further_fields, old_file,
    ]
    return [(make.__name__.replace("_", "-"), make()) for make in makers]
