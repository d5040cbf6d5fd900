"""What a model holds: nodes by operator, and bytes on disk."""
import collections
import os

import onnx
import onnx.inliner

STANDARD = {"", "ai.onnx"}


def operators(path):
    """The nodes by operator, in the graph and its subgraphs, after local functions are inlined: (standard, of other domains)."""
    model = onnx.load(path, load_external_data=False)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    standard, other = collections.Counter(), collections.Counter()
    _count(model.graph, standard, other)
    return standard, other


def _count(graph, standard, other):
    for node in graph.node:
        if node.domain in STANDARD:
            standard[node.op_type] += 1
        else:
            other[f"{node.domain}::{node.op_type}"] += 1
        for attribute in node.attribute:
            for inner in [attribute.g] if attribute.type == onnx.AttributeProto.GRAPH else attribute.graphs:
                _count(inner, standard, other)


def opset(path):
    model = onnx.load(path, load_external_data=False)
    return next((each.version for each in model.opset_import if each.domain in STANDARD), 0)


def size(path):
    """Bytes of the file and of the external data that its tensors name."""
    model = onnx.load(path, load_external_data=False)
    folder = os.path.dirname(path)
    beside = {entry.value for tensor in model.graph.initializer for entry in tensor.external_data if entry.key == "location"}
    return os.path.getsize(path) + sum(os.path.getsize(os.path.join(folder, name)) for name in beside)
