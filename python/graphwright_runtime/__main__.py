"""Runs an ONNX model once with the onnxruntime of the user's own Python, for a comparison.

One JSON object on standard input says what to run (src/core/runtime/python-runtime.ts describes it); tensors lie in files as
packed little-endian elements, texts in the object itself. One line of JSON on standard output says what came of it. Nothing but
onnxruntime, and the numpy that it needs, is imported.
"""

import json
import os
import sys


def main():
    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    # What a library prints is no answer.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    try:
        import numpy
        import onnxruntime
    except BaseException as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name in ("onnxruntime", "numpy")
        answer = {"failed": "missing" if missing else "broken", "reason": reason_of(error)}
    else:
        try:
            answer = {"version": onnxruntime.__version__, "outputs": run(request, numpy, onnxruntime)}
        except Exception as error:
            answer = {"failed": "run", "reason": reason_of(error)}
    out.write(json.dumps(answer) + "\n")
    out.flush()
    # Threads of the runtime have nothing more to say.
    os._exit(0)


def run(request, numpy, onnxruntime):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    level = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if request["optimize"] else level.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(request["model"], options, providers=["CPUExecutionProvider"])
    given = {each["name"]: read(each, request["folder"], numpy) for each in request["inputs"]}
    names = [each.name for each in session.get_inputs()]
    results = session.run(None, {name: given[name] for name in names if name in given})
    outputs = [each.name for each in session.get_outputs()]
    return [write(k, name, result, request["folder"], numpy) for k, (name, result) in enumerate(zip(outputs, results))]


def read(tensor, folder, numpy):
    if tensor["dtype"] == "string":
        return numpy.array(tensor["texts"], dtype=object).reshape(tensor["shape"])
    values = numpy.fromfile(os.path.join(folder, tensor["file"]), dtype=numpy.dtype(tensor["dtype"]).newbyteorder("<"))
    return values.astype(tensor["dtype"], copy=False).reshape(tensor["shape"])


def write(k, name, result, folder, numpy):
    if not isinstance(result, numpy.ndarray):
        raise TypeError(f"its output {name} is no tensor")
    told = {"name": name, "shape": list(result.shape)}
    if result.dtype.kind in "OUS":
        return {**told, "dtype": "string", "texts": [str(each) for each in result.reshape(-1)]}
    file = f"output-{k}"
    little = result.dtype.newbyteorder("<")
    numpy.ascontiguousarray(result).astype(little, copy=False).tofile(os.path.join(folder, file))
    return {**told, "dtype": result.dtype.name, "file": file}


def reason_of(error):
    return str(error).strip() or type(error).__name__


main()
