"""Makes the models of the benchmark and times ONNX's own parser, printer, checker and shape inference on them.

usage: python theirs.py FOLDER NODES [NODES ...]

Writes FOLDER/NODES.onnx, FOLDER/NODES.onnxtxt (the text of onnx.printer, for both sides) and FOLDER/theirs.json: for each
size the median of each step in milliseconds of processor time.
"""

import json
import pathlib
import statistics
import sys
import time

import numpy
from onnx import TensorProto, checker, helper, numpy_helper, parser, printer, shape_inference

WARM_UP = 2
ROUNDS = 9
CHANNELS, SIDE = 16, 8
#: Weights that the blocks share, so that a text of many nodes is not a text of numbers.
WEIGHTS = 8
BLOCK = 7


def make_model(count):
    """A chain of `count` nodes over a batch of unknown size: convolutions, sums, and matrix products between reshapes."""
    random = numpy.random.default_rng(20261125)
    tensors = {"flat": numpy.array([-1, SIDE * SIDE], numpy.int64)}
    tensors["square"] = numpy.array([-1, CHANNELS, SIDE, SIDE], numpy.int64)
    for k in range(WEIGHTS):
        tensors[f"w{k}"] = random.standard_normal((CHANNELS, CHANNELS, 1, 1), numpy.float32)
        tensors[f"m{k}"] = random.standard_normal((SIDE * SIDE, SIDE * SIDE), numpy.float32)
    nodes = []
    last = "x"
    while len(nodes) + BLOCK <= count:
        last = add_block(nodes, last, len(nodes) // BLOCK)
    while len(nodes) < count:
        nodes.append(helper.make_node("Relu", [last], [f"last{len(nodes)}"], name=f"last{len(nodes)}"))
        last = nodes[-1].output[0]
    shape = ["N", CHANNELS, SIDE, SIDE]
    graph = helper.make_graph(
        nodes, f"chain{count}",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def add_block(nodes, source, block):
    """BLOCK nodes that end in the shape that they begin with."""
    k = block % WEIGHTS
    name = lambda what: f"{what}{block}"  # noqa: E731
    steps = [
        ("Conv", [source, f"w{k}"], {"kernel_shape": [1, 1], "pads": [0, 0, 0, 0]}),
        ("Relu", [name("conv")], {}),
        ("Add", [name("relu"), source], {}),
        ("Reshape", [name("add"), "flat"], {}),
        ("MatMul", [name("flat"), f"m{k}"], {}),
        ("Reshape", [name("matmul"), "square"], {}),
        ("Sigmoid", [name("square")], {}),
    ]
    outputs = ["conv", "relu", "add", "flat", "matmul", "square", "gate"]
    for (operator, inputs, attributes), output in zip(steps, outputs):
        nodes.append(helper.make_node(operator, inputs, [name(output)], name=f"/{output}/{operator}_{block}", **attributes))
    return name("gate")


def median_ms(work):
    """The median time of a step, of all processors, in milliseconds, once it is warm."""
    times = []
    for _ in range(WARM_UP + ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times[WARM_UP:])


def measure(folder, count):
    model = make_model(count)
    data = model.SerializeToString()
    text = printer.to_text(model)
    (folder / f"{count}.onnx").write_bytes(data)
    (folder / f"{count}.onnxtxt").write_text(text)
    steps = {
        "parse": lambda: parser.parse_model(text),
        "print": lambda: printer.to_text(model),
        # As bytes: that spares them writing the message again.
        "check": lambda: checker.check_model(data, full_check=True),
        "infer": lambda: shape_inference.infer_shapes(data, strict_mode=True, data_prop=True),
    }
    # What an editor on these tools would do after each keystroke.
    steps["keystroke"] = lambda: checker.check_model(parser.parse_model(text), full_check=True)
    return {name: median_ms(work) for name, work in steps.items()}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    results = {count: measure(folder, int(count)) for count in sys.argv[2:]}
    (folder / "theirs.json").write_text(json.dumps(results))


if __name__ == "__main__":
    main()
