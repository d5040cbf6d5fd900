"""Reads models with OpenVINO or MNN, and writes what each says: see scripts/profile-compare.mjs.

usage: python profile-readers.py openvino|mnn FOLDER RESULT.json

The result is {"version": TEXT, "said": {FILE: TEXT}}, with an empty text where a model was read.
"""

import importlib.metadata
import json
import os
import pathlib
import sys
import tempfile


def read_openvino(path):
    import openvino

    try:
        openvino.Core().read_model(path)
        return ""
    except Exception as error:  # whatever it says is the answer
        return str(error)


def read_mnn(path):
    # The converter prints what it minds, and may end the process: each model is read in one of its own.
    import _tools

    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if child == 0:
            for stream in (1, 2):
                os.dup2(printed.fileno(), stream)
            try:
                result = os.path.join(tempfile.gettempdir(), f"{os.getpid()}.mnn")
                _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", str(path), "--MNNModel", result, "--bizCode", "a"])
                if os.path.exists(result):
                    os.remove(result)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        printed.seek(0)
        return printed.read().decode(errors="replace")


READERS = {"openvino": ("openvino", read_openvino), "mnn": ("MNN", read_mnn)}

name, folder, result = sys.argv[1:]
package, read = READERS[name]
said = {path.name: read(path) for path in sorted(pathlib.Path(folder).iterdir())}
version = importlib.metadata.version(package)
pathlib.Path(result).write_text(json.dumps({"version": version, "said": said}))
