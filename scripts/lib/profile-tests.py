"""Takes tests of single ONNX operators to ncnn or to RKNN: see scripts/profile-compare.mjs.

usage: python profile-tests.py ncnn|rknn FOLDER PROFILE.json RESULT.json [OPERATOR...]

ncnn needs the packages ncnn, pnnx and onnx. RKNN needs rknn-toolkit2 and onnx, and its simulator runs what was built; torch, which
reads no ONNX, may be absent. FOLDER holds the node tests of ONNX, and an operator counts as taken where one of its tests gives its
stored outputs, and nothing in it is left to a custom operator. A few tests of each are tried, or of those named, with all inputs
but the first as constants, then as they stand. The result is {"version": TEXT, "said": {OPERATOR: {"right": TEST, "tried":
{TEST: TEXT}}}}.
"""

import ctypes
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest.mock

import numpy
import onnx
from onnx import numpy_helper

# Tests of an operator that the profile names, and of one that it does not.
TESTS = {True: 4, False: 2}
SECONDS = 60
# What RKNN says of an operator that it leaves to the user.
LACKING = re.compile(r"No lowering found.*")
# Newer ones than the onnxruntime within knows, which infers shapes.
NEWEST = {"ncnn": 26, "rknn": 19}


def tests_of(folder, newest):
    """Tests of one node by operator, those whose first input is likest to an image first."""
    found = {}
    for path in sorted(folder.iterdir()):
        model = onnx.load(path / "model.onnx")
        opset = max((each.version for each in model.opset_import if each.domain in ("", "ai.onnx")), default=0)
        if len(model.graph.node) != 1 or model.graph.node[0].domain != "" or not written(model, opset, newest):
            continue
        types = [each.type.tensor_type.elem_type for each in model.graph.input]
        rank = len(model.graph.input[0].type.tensor_type.shape.dim) if types else 0
        wish = (not types or types[0] != onnx.TensorProto.FLOAT, abs(rank - 4), len(types))
        found.setdefault(model.graph.node[0].op_type, []).append((wish, path))
    return {name: [path for _, path in sorted(each)] for name, each in found.items()}


def written(model, opset, newest):
    """Says that the model is of an opset that is read, where that has the operator: newer versions of most took more types alone."""
    if opset > newest:
        model.opset_import[0].version = newest
        try:
            onnx.checker.check_model(model)
        except Exception:  # whatever the older version minds
            return False
    return True


def tensors(path, kind):
    files = sorted(path.glob(f"test_data_set_0/{kind}_*.pb"), key=lambda each: int(each.stem.split("_")[-1]))
    return [numpy_helper.to_array(onnx.load_tensor(each)) for each in files]


def variants(path, newest):
    """The model of a test with constants for all inputs but the first, and as it stands, each with what it is to be given."""
    given = tensors(path, "input")
    model = onnx.load(path / "model.onnx")
    written(model, model.opset_import[0].version, newest)
    as_it_stands = onnx.ModelProto()
    as_it_stands.CopyFrom(model)
    if len(model.graph.input) > 1:
        for each, value in zip(list(model.graph.input)[1:], given[1:]):
            model.graph.initializer.append(numpy_helper.from_array(value, each.name))
            model.graph.input.remove(each)
        yield "with constants", model, given[:1]
    yield "as it stands", as_it_stands, given


def attempt_ncnn(model, given, wanted):
    """What went wrong; empty where the outputs are as they should be."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "m.onnx"
        onnx.save(model, source)
        try:
            pnnx = pathlib.Path(importlib.util.find_spec("pnnx").origin).parent / "pnnx"
            run = subprocess.run([pnnx, source, "fp16=0"], capture_output=True, timeout=SECONDS, cwd=folder)
        except subprocess.TimeoutExpired:
            return "pnnx does not end"
        param = pathlib.Path(folder) / "m.ncnn.param"
        if run.returncode != 0 or not param.exists():
            return f"pnnx fails: {run.returncode}"
        # pnnx writes the layers that it knows no way for with names of its own.
        layers = [line.split()[0] for line in param.read_text().splitlines()[2:]]
        batches = dict(re.findall(r'"(in\d+)", ncnn\.Mat\(.*?batch_index=(\d+)', (pathlib.Path(folder) / "m_ncnn.py").read_text()))
        words = in_child(folder, lambda: run_net(folder, batches, given, len(wanted)))
        if words is not None:
            return f"ncnn fails: {' '.join(layers)}: {words}"
        wrong = difference(folder, wanted)
        return wrong and f"{' '.join(layers)}: {wrong}"


def difference(folder, wanted):
    """How what was made differs; axes of size 1 do not count."""
    made = numpy.load(os.path.join(folder, "made.npz"))
    for k, want in enumerate(wanted):
        have = made[f"out{k}"]
        if [size for size in have.shape if size != 1] != [size for size in want.shape if size != 1]:
            return f"the shape {have.shape} where {want.shape} is right"
        if not numpy.allclose(have.reshape(want.shape), want, rtol=2e-2, atol=5e-3, equal_nan=True):
            return "other numbers"
    return ""


def in_child(folder, work):
    """Does it in a process of its own, which it may end: what was printed where that failed."""
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                for stream in (1, 2):
                    os.dup2(printed.fileno(), stream)
                os.chdir(folder)
                work()
                status = 0
            except BaseException as error:
                os.write(2, f"{type(error).__name__}: {error}".encode())
            finally:
                # What libraries printed still waits in their buffers.
                ctypes.CDLL(None).fflush(None)
                os._exit(status)
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        words = re.sub(r"\x1b\[[0-9;]*m", "", printed.read().decode(errors="replace"))
    return None if status == 0 and not LACKING.search(words) else words or str(status)


def run_net(folder, batches, given, count):
    import ncnn

    net = ncnn.Net()
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False
    if net.load_param("m.ncnn.param") != 0 or net.load_model("m.ncnn.bin") != 0:
        raise SystemExit("not loaded")
    extractor = net.create_extractor()
    for name in net.input_names():
        value = numpy.ascontiguousarray(given[int(name[2:])])
        extractor.input(name, ncnn.Mat(value, batch_index=int(batches.get(name, 233))).clone())
    made = {}
    for k in range(count):
        status, value = extractor.extract(f"out{k}")
        if status != 0:
            raise SystemExit(f"not computed: {status}")
        made[f"out{k}"] = numpy.array(value.numpy(batch_index=233))
    numpy.savez("made.npz", **made)


def attempt_rknn(model, given, wanted):
    """What went wrong; empty where the simulator gives the outputs as they should be."""
    for each in ("", ".nn", ".nn.functional", ".onnx", ".jit", ".fx", ".utils", ".utils.data"):
        sys.modules.setdefault(f"torch{each}", unittest.mock.MagicMock(__version__="2.4.0", __path__=[], __spec__=None))
    from rknn.api import RKNN

    def build():
        converter = RKNN(verbose=False)
        converter.config(target_platform="rk3588")
        if converter.load_onnx(model="m.onnx") or converter.build(do_quantization=False):
            raise SystemExit("not built")
        if converter.init_runtime() != 0:
            raise SystemExit("not started")
        made = converter.inference(inputs=given, data_format=["nchw"] * len(given))
        numpy.savez("made.npz", **{f"out{k}": numpy.array(value) for k, value in enumerate(made)})

    with tempfile.TemporaryDirectory() as folder:
        onnx.save(model, os.path.join(folder, "m.onnx"))
        words = in_child(folder, build)
        if words is None:
            return difference(folder, wanted)
    errors = LACKING.findall(words) or [line for line in words.splitlines() if re.match(r"E |.*(rror|nsupport|not support)", line)]
    return errors[0] if errors else words.strip()[-200:]


def try_operator(attempt, paths, newest):
    tried = {}
    for path in paths:
        for name, model, given in variants(path, newest):
            try:
                wrong = attempt(model, given, tensors(path, "output"))
            except Exception as error:  # such as a value that is no tensor
                wrong = f"not tried: {error}"
            if wrong == "":
                return {"right": f"{path.name} {name}", "tried": tried}
            tried[f"{path.name} {name}"] = wrong[:300]
    return {"tried": tried}


READERS = {"ncnn": (attempt_ncnn, ("ncnn", "pnnx")), "rknn": (attempt_rknn, ("rknn-toolkit2",))}

attempt, packages = READERS[sys.argv[1]]
folder, profile, result = map(pathlib.Path, sys.argv[2:5])
wanted = set(sys.argv[5:])
named = json.loads(profile.read_text())["operators"]
said = {}
newest = NEWEST[sys.argv[1]]
for name, paths in sorted(tests_of(folder, newest).items()):
    if wanted and name not in wanted:
        continue
    said[name] = try_operator(attempt, paths[: TESTS[name in named]], newest)
    print(name, said[name].get("right", list(said[name]["tried"].values())[-1:]), file=sys.stderr, flush=True)
version = ", ".join(f"{each} {importlib.metadata.version(each)}" for each in packages)
result.write_text(json.dumps({"version": version, "said": said}))
