"""Random changes to ONNX models: of attributes, inputs and outputs, types, tensors, graphs within, functions, imports.

`mutated(random, model, data)` changes a model in one to three ways and says which. `data` are the tensors that a test stores
for the inputs of the model, by name: a change may spell them in the model.
"""

import onnx
from onnx import AttributeProto, TensorProto, helper

WILD_INTS = [-(2**63), -(2**31), -3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 16, 2**31, 2**63 - 1]
WILD_FLOATS = [0.0, -1.0, 0.5, 2.0, float("nan"), float("inf")]
WILD_TEXTS = ["", "linear", "nearest", "cubic", "SAME_UPPER", "VALID", "reflect", "sum", "none", "i,j->ij", "ij,jk", "x"]
#: Element types that are there, and some that are not.
ELEMENT_TYPES = [*range(0, 27), 99]
NAMES = ["axis", "axes", "to", "dtype", "value", "perm", "shape", "unknown", "mode", "then_branch", "body", "kernel_shape"]


def graphs_of(graph):
    """A graph and all graphs within."""
    yield graph
    for node in graph.node:
        yield from graphs_in(node)


def graphs_in(node):
    for attribute in node.attribute:
        for inner in [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]:
            yield from graphs_of(inner)


def all_graphs(model):
    yield from graphs_of(model.graph)
    for function in model.functions:
        for node in function.node:
            yield from graphs_in(node)


def bodies(model):
    """Everything that has a list of nodes."""
    return [*all_graphs(model), *model.functions]


def nodes_of(model):
    return [node for body in bodies(model) for node in body.node]


def attributes_of(model):
    found = [(node, attribute) for node in nodes_of(model) for attribute in node.attribute]
    return found + [(function, attribute) for function in model.functions for attribute in function.attribute_proto]


def tensors_of(model):
    found = [tensor for graph in all_graphs(model) for tensor in graph.initializer]
    for _, attribute in attributes_of(model):
        found += [*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors]
        for sparse in [*([attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else [])]:
            found += [sparse.values, sparse.indices]
    return found


def values_of(model):
    """Every declared value, those of the main graph's ends most of all."""
    ends = [*model.graph.input, *model.graph.output] * 2
    return ends + [info for graph in all_graphs(model) for info in [*graph.input, *graph.output, *graph.value_info]]


def a_value(random, model):
    return random.choice(values_of(model) or [onnx.ValueInfoProto()])


def names_of(model):
    made = [name for node in nodes_of(model) for name in [*node.input, *node.output]]
    declared = [value.name for value in values_of(model)] + [tensor.name for tensor in tensors_of(model)]
    return [name for name in made + declared if name] or ["x"]


# Attributes


def attribute_value(random, model):
    found = attributes_of(model)
    if not found:
        return None
    node, attribute = random.choice(found)
    kind = attribute.type
    if kind == AttributeProto.INT:
        attribute.i = random.choice(WILD_INTS)
    elif kind == AttributeProto.FLOAT:
        attribute.f = random.choice(WILD_FLOATS)
    elif kind == AttributeProto.STRING:
        attribute.s = random.choice(WILD_TEXTS).encode()
    elif kind in (AttributeProto.INTS, AttributeProto.FLOATS, AttributeProto.STRINGS):
        return change_list(random, node, attribute)
    else:
        return None
    return f"attribute {attribute.name} of {name_of(node)} changes its value"


def change_list(random, node, attribute):
    items = {AttributeProto.INTS: attribute.ints, AttributeProto.FLOATS: attribute.floats}.get(
        attribute.type, attribute.strings
    )
    how = random.choice(["item", "shorter", "longer", "empty", "reversed", "twice"])
    wild = {AttributeProto.INTS: WILD_INTS, AttributeProto.FLOATS: WILD_FLOATS}.get(
        attribute.type, [text.encode() for text in WILD_TEXTS]
    )
    old = list(items)
    if how == "item" and old:
        old[random.randrange(len(old))] = random.choice(wild)
    elif how == "shorter" and old:
        del old[random.randrange(len(old))]
    elif how == "longer":
        old.append(random.choice(wild))
    elif how == "empty":
        old = []
    elif how == "reversed":
        old.reverse()
    else:
        old = old + old
    del items[:]
    items.extend(old)
    return f"list {attribute.name} of {name_of(node)}: {how}"


def attribute_removed(random, model):
    found = [node for node in nodes_of(model) if node.attribute]
    if not found:
        return None
    node = random.choice(found)
    index = random.randrange(len(node.attribute))
    name = node.attribute[index].name
    del node.attribute[index]
    return f"attribute {name} of {name_of(node)} is gone"


def attribute_added(random, model):
    nodes = nodes_of(model)
    if not nodes:
        return None
    node = random.choice(nodes)
    known = schema_attributes(model, node)
    name = random.choice(known if known and random.random() < 0.8 else NAMES)
    value = random.choice([
        lambda: random.choice(WILD_INTS),
        lambda: random.choice(WILD_FLOATS),
        lambda: random.choice(WILD_TEXTS),
        lambda: [random.choice(WILD_INTS) for _ in range(random.randrange(1, 4))],
        lambda: [random.choice(WILD_FLOATS) for _ in range(random.randrange(1, 4))],
        lambda: [random.choice(WILD_TEXTS)],
        lambda: helper.make_tensor("t", TensorProto.FLOAT, [2], [1.0, 2.0]),
        lambda: helper.make_graph([], "empty", [], []),
    ])()
    schema = schema_of(model, node)
    if schema and name in schema.attributes and random.random() < 0.8:
        value = value_of_type(random, schema.attributes[name].type)
        if value is None:
            return None
    node.attribute.append(helper.make_attribute(name, value))
    return f"attribute {name} is added to {name_of(node)}"


def value_of_type(random, kind):
    kinds = onnx.defs.OpSchema.AttrType
    made = {
        kinds.INT: lambda: random.choice(WILD_INTS[2:14]),
        kinds.FLOAT: lambda: random.choice(WILD_FLOATS),
        kinds.STRING: lambda: random.choice(WILD_TEXTS),
        kinds.INTS: lambda: [random.choice(WILD_INTS[2:14]) for _ in range(random.randrange(1, 4))],
        kinds.FLOATS: lambda: [random.choice(WILD_FLOATS) for _ in range(random.randrange(1, 4))],
        kinds.STRINGS: lambda: [random.choice(WILD_TEXTS)],
        kinds.TENSOR: lambda: helper.make_tensor("t", random.choice([1, 7]), [2], [1, 2]),
    }.get(kind)
    return made and made()


def attribute_type(random, model):
    """The type alone, the value alone, both of two, or a reference."""
    found = attributes_of(model)
    if not found:
        return None
    node, attribute = random.choice(found)
    how = random.choice(["type", "second value", "reference", "no value", "no type", "name", "no name", "twice"])
    if how == "type":
        attribute.type = random.choice(range(0, 15))
    elif how == "second value":
        random.choice([
            lambda: setattr(attribute, "i", 1),
            lambda: setattr(attribute, "f", 1.0),
            lambda: attribute.ints.append(1),
            lambda: attribute.t.CopyFrom(helper.make_tensor("t", 1, [1], [1.0])),
        ])()
    elif how == "reference":
        if random.random() < 0.7:
            empty_attribute(attribute)
        attribute.ref_attr_name = random.choice(["alpha", attribute.name])
    elif how == "no value":
        empty_attribute(attribute)
    elif how == "no type":
        attribute.ClearField("type")
    elif how == "name":
        attribute.name = random.choice(NAMES)
    elif how == "no name":
        attribute.ClearField("name")
    elif isinstance(node, onnx.NodeProto):
        node.attribute.add().CopyFrom(attribute)
    return f"attribute {attribute.name} of {name_of(node)}: {how}"


def empty_attribute(attribute):
    name, kind = attribute.name, attribute.type
    attribute.Clear()
    attribute.name, attribute.type = name, kind


# Nodes, and the names between them


def names_between(random, model):
    nodes = nodes_of(model)
    if not nodes:
        return None
    node = random.choice(nodes)
    side = random.choice(["input", "input", "input", "output"])
    items = getattr(node, side)
    how = random.choice(["absent", "gone", "other", "added", "swapped", "twice", "nowhere", "trimmed"])
    if how in ("added", "nowhere") or not items:
        how = how if how == "nowhere" else "added"
        items.append("nowhere" if how == "nowhere" else random.choice(["", *names_of(model)]))
    elif how == "absent":
        items[random.randrange(len(items))] = ""
    elif how == "gone":
        del items[random.randrange(len(items))]
    elif how == "trimmed":
        del items[-1]
    elif how == "other":
        items[random.randrange(len(items))] = random.choice(names_of(model))
    elif how == "twice":
        items.append(random.choice(items))
    else:
        a, b = random.randrange(len(items)), random.randrange(len(items))
        items[a], items[b] = items[b], items[a]
    return f"{side} of {name_of(node)}: {how}"


def node_changed(random, model):
    nodes = nodes_of(model)
    if not nodes:
        return None
    node = random.choice(nodes)
    how = random.choice(["operator", "operator", "domain", "overload", "no operator"])
    old = name_of(node)
    if how == "operator":
        node.op_type = random.choice(OPERATORS)
    elif how == "domain":
        node.domain = random.choice(["ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "acme", ""])
    elif how == "overload":
        node.overload = "other"
    else:
        node.ClearField("op_type")
    return f"{old}: {how} {node.domain}.{node.op_type}"


OPERATORS = sorted({schema.name for schema in onnx.defs.get_all_schemas()})


def nodes_moved(random, model):
    body = random.choice(bodies(model))
    if not body.node:
        return None
    how = random.choice(["lost", "doubled", "last first", "added"])
    if how == "lost":
        del body.node[random.randrange(len(body.node))]
    elif how == "doubled":
        body.node.add().CopyFrom(random.choice(body.node))
    elif how == "last first":
        nodes = list(body.node)
        del body.node[:]
        body.node.extend([nodes[-1], *nodes[:-1]])
    else:
        read = random.choice(names_of(model))
        body.node.append(helper.make_node(random.choice(["Neg", "Shape", "Size", "Identity", "Cast", "Not"]), [read], ["new"]))
    return f"a node of {body.name}: {how}"


# Types


def element_type(random, model):
    value = a_value(random, model)
    tensor = tensor_type(value.type)
    if tensor is None:
        return None
    tensor.elem_type = random.choice(ELEMENT_TYPES)
    return f"type of {value.name} is of {tensor.elem_type}"


def tensor_type(declared):
    """The tensor in a type, however deep."""
    while True:
        kind = declared.WhichOneof("value")
        if kind in ("tensor_type", "sparse_tensor_type"):
            return getattr(declared, kind)
        if kind not in ("sequence_type", "optional_type"):
            return None
        declared = getattr(declared, kind).elem_type


def sizes(random, model):
    value = a_value(random, model)
    tensor = tensor_type(value.type)
    if tensor is None:
        return None
    dims = tensor.shape.dim
    how = random.choice(["size", "name", "open", "less", "more", "no shape", "swapped", "scalar"])
    if how == "no shape":
        tensor.ClearField("shape")
    elif how == "more" or not dims:
        how = "more"
        dims.add().dim_value = random.choice([1, 2, 3])
    elif how == "size":
        random.choice(dims).dim_value = random.choice([0, 1, 2, 3, 4, 5, 7, 10, -1, 2**40, 2**62])
    elif how == "name":
        random.choice(dims).dim_param = random.choice(["N", "M"])
    elif how == "open":
        random.choice(dims).Clear()
    elif how == "less":
        del dims[random.randrange(len(dims))]
    elif how == "scalar":
        del dims[:]
    else:
        first, last = onnx.TensorShapeProto.Dimension(), onnx.TensorShapeProto.Dimension()
        first.CopyFrom(dims[0])
        last.CopyFrom(dims[-1])
        dims[0].CopyFrom(last)
        dims[-1].CopyFrom(first)
    return f"sizes of {value.name}: {how}"


def kind_of_type(random, model):
    value = a_value(random, model)
    old = onnx.TypeProto()
    old.CopyFrom(value.type)
    how = random.choice(["none", "empty", "sequence", "optional", "sparse", "map", "opaque"])
    if how == "none":
        value.ClearField("type")
    elif how == "empty":
        value.type.Clear()
    elif how == "sequence":
        value.type.sequence_type.elem_type.CopyFrom(old)
    elif how == "optional":
        value.type.optional_type.elem_type.CopyFrom(old)
    elif how == "map":
        value.type.map_type.key_type = random.choice([7, 8, 1])
        value.type.map_type.value_type.CopyFrom(old)
    elif how == "opaque":
        value.type.opaque_type.name = random.choice(["", "Thing"])
    elif old.HasField("tensor_type"):
        value.type.sparse_tensor_type.elem_type = old.tensor_type.elem_type
        value.type.sparse_tensor_type.shape.CopyFrom(old.tensor_type.shape)
    return f"type of {value.name}: {how}"


def declared_between(random, model):
    """What is said of a value in between, or of an end of the graph once more."""
    name = random.choice(names_of(model))
    made = [random.choice([1, 2, 3, "N", None]) for _ in range(random.randrange(4))]
    shape = random.choice([None, made, made])
    element = random.choice([1, 1, 7, 7, 6, 9, 10, 11])
    model.graph.value_info.append(helper.make_tensor_value_info(name, element, shape))
    return f"{name} is declared {element} {shape}"


# Tensors


def tensor_field(random, model):
    tensors = tensors_of(model)
    if not tensors:
        return None
    tensor = random.choice(tensors)
    how = random.choice(["dims", "dim less", "dim more", "type", "no data", "second field", "shorter", "longer", "spelled",
                         "external", "name", "no name", "segment"])
    if how == "dims" and tensor.dims:
        tensor.dims[random.randrange(len(tensor.dims))] = random.choice([-1, 0, 1, 2, 3, 5, 2**40, 2**62])
    elif how == "dim less" and tensor.dims:
        del tensor.dims[random.randrange(len(tensor.dims))]
    elif how == "dim more":
        tensor.dims.append(random.choice([0, 1, 2, -1]))
    elif how == "type":
        tensor.data_type = random.choice(ELEMENT_TYPES)
    elif how == "no data":
        clear_data(tensor)
    elif how == "second field":
        random.choice([
            lambda: tensor.float_data.append(1.0),
            lambda: tensor.int32_data.append(1),
            lambda: tensor.int64_data.append(1),
            lambda: tensor.string_data.append(b"x"),
            lambda: tensor.double_data.append(1.0),
            lambda: setattr(tensor, "raw_data", b"\0" * 8),
        ])()
    elif how in ("shorter", "longer"):
        change_length(tensor, how)
    elif how == "spelled":
        values = [random.choice([-2, -1, 0, 1, 2, 3, 5, 2**31 - 1]) for _ in range(random.randrange(1, 4))]
        name = tensor.name
        tensor.CopyFrom(helper.make_tensor(name, random.choice([6, 7, 7, 1]), [len(values)], values))
    elif how == "external":
        if random.random() < 0.5:
            clear_data(tensor)
        tensor.data_location = TensorProto.EXTERNAL
        if random.random() < 0.7:
            entry = tensor.external_data.add()
            entry.key, entry.value = "location", random.choice(["nowhere.bin", "", "../x", "/etc/x", "."])
    elif how == "name":
        tensor.name = random.choice(names_of(model))
    elif how == "no name":
        tensor.ClearField("name")
    elif how == "segment":
        tensor.segment.begin, tensor.segment.end = 0, 1
    return f"tensor {tensor.name}: {how}"


DATA_FIELDS = ["raw_data", "float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data"]


def clear_data(tensor):
    for field in DATA_FIELDS:
        tensor.ClearField(field)


def change_length(tensor, how):
    for field in DATA_FIELDS:
        data = getattr(tensor, field)
        if field == "raw_data":
            if data:
                tensor.raw_data = data[:-1] if how == "shorter" else data + data[-1:]
        elif data:
            if how == "shorter":
                del data[-1]
            else:
                data.append(data[-1])


# The model around


def graph_field(random, model):
    graph = random.choice(list(all_graphs(model)))
    how = random.choice(["no name", "input more", "input less", "output more", "output less", "output other", "input renamed",
                         "output renamed", "outputs swapped", "inputs swapped", "input twice", "constant of input"])
    side = graph.output if how.startswith("output") else graph.input
    if how == "no name":
        graph.ClearField("name")
    elif how.endswith("more"):
        side.append(helper.make_tensor_value_info(random.choice(["more", *names_of(model)]), 1, [2]))
    elif how == "constant of input" and graph.input:
        value = random.choice(graph.input)
        graph.initializer.append(helper.make_tensor(value.name, random.choice([1, 7]), [2], [1, 2]))
    elif side:
        index = random.randrange(len(side))
        if how.endswith("less"):
            del side[index]
        elif how == "output other":
            side[index].name = random.choice(names_of(model))
        elif how.endswith("renamed"):
            side[index].name = random.choice(["", "renamed"])
        elif how.endswith("twice"):
            side.add().CopyFrom(side[index])
        else:
            items = list(side)
            del side[:]
            side.extend(reversed(items))
    return f"graph {graph.name}: {how}"


def header(random, model):
    how = random.choice(["opset", "opset", "opset", "opset", "imports", "second import", "ir version", "ai.onnx", "metadata"])
    if how == "opset" and model.opset_import:
        random.choice(model.opset_import).version = random.choice([*range(1, 29), *range(1, 29), 0, -1, 99, 2**40])
    elif how == "imports":
        del model.opset_import[:]
    elif how == "second import":
        domain = random.choice(["", "ai.onnx", "ai.onnx.ml", "acme"])
        model.opset_import.add(domain=domain, version=random.choice([1, 9, 13, 21]))
    elif how == "ir version":
        model.ir_version = random.choice([*range(0, 16), 99])
    elif how == "ai.onnx" and model.opset_import:
        random.choice(model.opset_import).domain = random.choice(["ai.onnx", "acme"])
    elif how == "metadata":
        for _ in range(2):
            model.metadata_props.add(key="k", value="v")
    return f"header: {how} {[(each.domain, each.version) for each in model.opset_import]} {model.ir_version}"


def function_field(random, model):
    if not model.functions:
        return None
    function = random.choice(model.functions)
    how = random.choice(["no name", "no domain", "input less", "input more", "output other", "output twice", "attribute twice",
                         "default", "imports", "opset", "itself", "doubled", "input twice", "attribute less"])
    if how == "no name":
        function.ClearField("name")
    elif how == "no domain":
        function.ClearField("domain")
    elif how == "input less" and function.input:
        del function.input[random.randrange(len(function.input))]
    elif how == "input more":
        function.input.append("more")
    elif how == "input twice" and function.input:
        function.input.append(function.input[0])
    elif how == "output other" and function.output:
        function.output[0] = random.choice([*function.input, "nowhere", ""])
    elif how == "output twice" and function.output:
        function.output.append(function.output[0])
    elif how == "attribute twice":
        function.attribute.extend(["twice", "twice"])
    elif how == "attribute less" and function.attribute:
        del function.attribute[0]
    elif how == "default":
        function.attribute_proto.append(helper.make_attribute("alpha", random.choice([1, 1.0, [1], "x"])))
    elif how == "imports":
        del function.opset_import[:]
    elif how == "opset" and function.opset_import:
        random.choice(function.opset_import).version = random.choice(range(1, 29))
    elif how == "itself":
        function.node.append(helper.make_node(function.name, function.input, ["again"], domain=function.domain))
    elif how == "doubled":
        model.functions.add().CopyFrom(function)
    return f"function {function.name}: {how}"


# Other surroundings of the same nodes


def into_function(random, model):
    """All nodes of the graph become the body of a function, and the graph a call of it."""
    if model.functions or not model.graph.node:
        return None
    graph = model.graph
    inputs = [value.name for value in graph.input] + [tensor.name for tensor in graph.initializer]
    outputs = [value.name for value in graph.output]
    function = helper.make_function("acme", "Body", list(dict.fromkeys(inputs)), outputs, list(graph.node), model.opset_import)
    if random.random() < 0.5:
        lift_attribute(random, function, graph)
    call = helper.make_node("Body", list(dict.fromkeys(inputs)), outputs, domain="acme")
    for name, value in getattr(function, "lifted", {}).items():
        call.attribute.append(helper.make_attribute(name, value))
    del graph.node[:]
    graph.node.append(call)
    model.functions.append(function)
    model.opset_import.add(domain="acme", version=1)
    model.ir_version = max(model.ir_version, random.choice([8, 10]))
    return "nodes within a function"


def lift_attribute(random, function, _graph):
    """One attribute of the body becomes one of the function, with its value as the default."""
    found = [attribute for node in function.node for attribute in node.attribute if attribute.type != AttributeProto.GRAPH]
    if not found:
        return
    attribute = random.choice(found)
    default = function.attribute_proto.add()
    default.CopyFrom(attribute)
    default.name = "alpha"
    empty_attribute(attribute)
    attribute.ref_attr_name = "alpha"


def into_branch(_random, model):
    """All nodes of the graph run where a condition holds, and where it does not."""
    graph = model.graph
    if not graph.node or any(value.name == "condition" for value in graph.input):
        return None
    outputs = [onnx.ValueInfoProto(name=f"{value.name}_within", type=value.type) for value in graph.output]
    renamed = {value.name: f"{value.name}_within" for value in graph.output}
    body = onnx.GraphProto(name="branch", node=graph.node, output=outputs)
    for node in body.node:
        for items in (node.input, node.output):
            for index, name in enumerate(items):
                items[index] = renamed.get(name, name)
    other = onnx.GraphProto()
    other.CopyFrom(body)
    other.name = "other"
    choice = helper.make_node("If", ["condition"], [value.name for value in graph.output], then_branch=body, else_branch=other)
    del graph.node[:]
    graph.node.append(choice)
    graph.input.append(helper.make_tensor_value_info("condition", TensorProto.BOOL, []))
    return "nodes within If"


def open_rank(random, model):
    """An input comes from a Reshape to a shape that a run gives: its rank is open."""
    nodes = [node for node in model.graph.node if node.input and node.input[0]]
    if not nodes or not onnx_version(model) or onnx_version(model) < 5:
        return None
    node = random.choice(nodes)
    index = random.choice([k for k, name in enumerate(node.input) if name])
    name = node.input[index]
    shape = f"shape_of_{name}"
    if any(value.name == shape for value in model.graph.input):
        return None
    model.graph.input.append(helper.make_tensor_value_info(shape, TensorProto.INT64, [None]))
    model.graph.node.insert(0, helper.make_node("Reshape", [name, shape], [f"{name}_open"]))
    node.input[index] = f"{name}_open"
    return f"input {index} of {name_of(node)} is of an open rank"


def spelled(random, model, data):
    """An input of the graph becomes a constant with the numbers that its test stores."""
    given = [value for value in model.graph.input if value.name in data]
    if not given:
        return None
    value = random.choice(given)
    tensor = model.graph.initializer.add()
    tensor.CopyFrom(data[value.name])
    tensor.name = value.name
    if model.ir_version >= 4 and random.random() < 0.8:
        model.graph.input.remove(value)
    return f"{tensor.name} is spelled"


def onnx_version(model):
    return next((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), None)


def schema_of(model, node):
    versions = {each.domain: each.version for each in model.opset_import}
    try:
        return onnx.defs.get_schema(node.op_type, versions.get(node.domain, 21), node.domain)
    except Exception:  # no such operator: it has no schema
        return None


def schema_attributes(model, node):
    schema = schema_of(model, node)
    return sorted(schema.attributes) if schema else []


def name_of(node):
    return node.name if isinstance(node, onnx.FunctionProto) else node.op_type


SURROUNDINGS = [into_function, into_branch, open_rank, spelled, spelled]
CHANGES = [
    attribute_value, attribute_value, attribute_value, attribute_removed, attribute_added, attribute_added, attribute_type,
    names_between, names_between, names_between, node_changed, nodes_moved, element_type, element_type, sizes, sizes, sizes,
    kind_of_type, declared_between, tensor_field, tensor_field, tensor_field, graph_field, graph_field, header, function_field,
    function_field,
]  # fmt: skip


def mutated(random, model, data):
    """Changes the model and gives the words for it; what does not apply is tried again."""
    said = []
    if random.random() < 0.6:
        chosen = random.sample(SURROUNDINGS, random.choice([1, 1, 2]))
        said = [change(random, model, data) if change is spelled else change(random, model) for change in chosen]
    count = random.choice([1, 1, 1, 1, 1, 2])
    for _ in range(50):
        if count == 0:
            break
        words = random.choice(CHANGES)(random, model)
        if words:
            said.append(words)
            count -= 1
    return [words for words in said if words]
