"""The frameworks that still read Caffe models, each by its own reader.

- opencv: Python's opencv-python-headless before 5.
- mnn: the Python package MNN, whose mnnconvert reads Caffe.
- openvino: openvino-dev 2023.3 with numpy before 1.27: the last Model Optimizer that reads Caffe. Its own reader of protobuf is Python
  and takes minutes for large models, so one of today's protobuf is made of its schema in the folder `reader` of the environment.
- ncnn: the Python package ncnn runs; it has no reader of Caffe, so caffe2ncnn of ncnn's tools must be on the path.
- tengine: no registry has it. Its convert_tool must be on the path, and libtengine-lite.so where libraries are loaded from.

A runtime takes the path of STEM.prototxt and STEM.caffemodel without their endings, and gives a function from inputs, in their
order, and names of outputs to those outputs.
"""
import ctypes
import functools
import mmap
import pathlib
import re
import subprocess
import sys
import tempfile
import types

import numpy as np


def input_names(stem):
    text = pathlib.Path(f"{stem}.prototxt").read_text()
    return re.findall(r'name: "([^"]*)"\s+type: "Input"', text)


def opencv(stem):
    import cv2

    net = cv2.dnn.readNetFromCaffe(f"{stem}.prototxt", f"{stem}.caffemodel")

    def run(inputs, names):
        for name, value in zip(input_names(stem), inputs):
            net.setInput(value, name)
        return net.forward(names)

    return run


def converted(command, made):
    """Runs a converter, which may leave files beside it; it must have made a file, whatever it returns."""
    result = subprocess.run(command, capture_output=True, text=True, cwd=pathlib.Path(made).parent)
    if not pathlib.Path(made).exists():
        raise RuntimeError((result.stdout + result.stderr)[-500:])


def mnn(stem):
    import MNN.expr as expr
    import MNN.nn as nn

    folder = tempfile.mkdtemp()
    made = f"{folder}/net.mnn"
    # What its command does, without reporting that to others and without installing a package for it.
    tool = [sys.executable, "-c", "import sys, _tools; _tools.mnnconvert(sys.argv)"]
    files = ["--modelFile", f"{stem}.caffemodel", "--prototxt", f"{stem}.prototxt", "--MNNModel", made]
    converted([*tool, "-f", "CAFFE", *files, "--bizCode", "test"], made)

    def run(inputs, names):
        net = nn.load_module_from_file(made, input_names(stem), names)
        variables = [expr.const(value.ravel().tolist(), list(value.shape), expr.NCHW) for value in inputs]
        # As the model declares its inputs, of however many axes.
        blobs = [expr.convert(each, expr.NC4HW4) for each in variables]
        found = net.forward(blobs if len(blobs) > 1 else blobs[0])
        outputs = found if isinstance(found, list) else [found]
        return [np.array(expr.convert(each, expr.NCHW).read()) for each in outputs]

    return run


def openvino(stem):
    import openvino as ov
    from openvino.tools.mo import convert_model
    from openvino.tools.mo.front.caffe import loader

    # Today's protobuf takes bytes that are mapped as a view of them alone.
    mapped = lambda *file, **how: memoryview(mmap.mmap(*file, **how))
    loader.mmap = types.SimpleNamespace(ACCESS_READ=mmap.ACCESS_READ, mmap=mapped)

    @functools.cache
    def compiled_for(names):
        model = convert_model(
            input_model=f"{stem}.caffemodel",
            input_proto=f"{stem}.prototxt",
            framework="caffe",
            caffe_parser_path=str(pathlib.Path(sys.prefix) / "reader"),
            output=",".join(names),
            compress_to_fp16=False,
            silent=True,
        )
        return ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})

    def run(inputs, names):
        compiled = compiled_for(tuple(names))
        found = compiled(dict(zip(input_names(stem), inputs)))
        return [found[output] for output in compiled.outputs]

    return run


def ncnn(stem):
    import ncnn as runtime

    folder = tempfile.mkdtemp()
    files = [f"{folder}/net.param", f"{folder}/net.bin"]
    converted(["caffe2ncnn", f"{stem}.prototxt", f"{stem}.caffemodel", *files], files[1])
    net = runtime.Net()
    net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = net.opt.use_fp16_packed = False
    if net.load_param(files[0]) or net.load_model(files[1]):
        raise RuntimeError("ncnn does not load it")

    def run(inputs, names):
        extractor = net.create_extractor()
        # Blobs have no axis for images there.
        for name, value in zip(input_names(stem), inputs):
            extractor.input(name, runtime.Mat(np.ascontiguousarray(value[0])).clone())
        return [np.array(extractor.extract(name)[1])[None] for name in names]

    return run


def tengine_library():
    """libtengine-lite.so by its C interface, source/api/c_api.h of OAID/Tengine, whose handles are pointers."""
    library = ctypes.CDLL("libtengine-lite.so")
    library.get_tengine_version.restype = ctypes.c_char_p
    handles = ("get_graph_input_tensor", "get_graph_output_tensor", "get_graph_tensor", "get_tensor_buffer")
    for name in ("create_graph", *handles):
        getattr(library, name).restype = ctypes.c_void_p
    if library.init_tengine():
        raise RuntimeError("Tengine does not start")
    return library


def tengine(stem):
    library = tengine_library()
    made = f"{tempfile.mkdtemp()}/net.tmfile"
    converted(["convert_tool", "-f", "caffe", "-p", f"{stem}.prototxt", "-m", f"{stem}.caffemodel", "-o", made], made)

    def run(inputs, names):
        graph = ctypes.c_void_p(library.create_graph(None, b"tengine", made.encode()))
        if not graph:
            raise RuntimeError("Tengine does not load it")
        # Tengine reads them when it runs.
        kept = [np.ascontiguousarray(value, np.float32) for value in inputs]
        for k, value in enumerate(kept):
            tensor = ctypes.c_void_p(library.get_graph_input_tensor(graph, k, 0))
            library.set_tensor_shape(tensor, (ctypes.c_int * value.ndim)(*value.shape), value.ndim)
            library.set_tensor_buffer(tensor, value.ctypes.data_as(ctypes.c_void_p), value.nbytes)
        if library.prerun_graph(graph) or library.run_graph(graph, 1):
            raise RuntimeError("Tengine does not run it")
        return [tengine_output(library, graph, name, k) for k, name in enumerate(names)]

    return run


def tengine_output(library, graph, name, place):
    # Layers that convert_tool takes into those before them take their names along.
    found = library.get_graph_tensor(graph, name.encode()) or library.get_graph_output_tensor(graph, place, 0)
    tensor = ctypes.c_void_p(found)
    if not tensor:
        raise RuntimeError(f"Tengine has no tensor {name}")
    sizes = (ctypes.c_int * 8)()
    shape = sizes[: library.get_tensor_shape(tensor, sizes, 8)]
    data = ctypes.cast(ctypes.c_void_p(library.get_tensor_buffer(tensor)), ctypes.POINTER(ctypes.c_float))
    return np.ctypeslib.as_array(data, shape).copy()


RUNTIMES = {"opencv": opencv, "mnn": mnn, "openvino": openvino, "ncnn": ncnn, "tengine": tengine}
