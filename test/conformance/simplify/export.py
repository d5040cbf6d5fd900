"""Exports zoo cases to ONNX the ways PyTorch's users do.

usage: export.py CASES OUT NAME...

NAME is a case of make.py in the folder CASES. OUT/NAME/ then holds
  torchscript.onnx       torch.onnx.export of the module, through TorchScript, opset 17, constants folded (its default)
  dynamo.onnx            torch.onnx.export of the exported program, optimize=False, at its default opset
  dynamo-optimized.onnx  the same, optimised by the exporter, as is its default
  failed.json            which of them could not be made, and why
What stands there already is left alone.
"""
import gc
import json
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "zoo"))
import torchvision_shim  # noqa: F401  (before torchvision and timm)
import numpy as np
import torch


def torchscript(case, path):
    module = torch.load(os.path.join(case, "pickled.pth"), weights_only=False)
    with torch.no_grad():
        torch.onnx.export(module, inputs(case), path("torchscript.onnx"), opset_version=17, dynamo=False)


def dynamo(case, path):
    program = torch.onnx.export(torch.export.load(os.path.join(case, "exported.pt2")), dynamo=True, optimize=False, verbose=False)
    program.save(path("dynamo.onnx"))
    program.optimize()
    program.save(path("dynamo-optimized.onnx"))


def inputs(case):
    folder = os.path.join(case, "data_0")
    count = sum(name.startswith("input_") for name in os.listdir(folder))
    return tuple(torch.from_numpy(np.load(os.path.join(folder, f"input_{k}.npy"))) for k in range(count))


MAKERS = {"torchscript.onnx": torchscript, "dynamo.onnx": dynamo}


def export(cases, out, name):
    case, folder = os.path.join(cases, name), os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    report = os.path.join(folder, "failed.json")
    if os.path.exists(report):
        return
    failed = {}
    for file, make in MAKERS.items():
        path = lambda name: os.path.join(folder, name)
        try:
            make(case, path)
        except Exception as error:  # what an exporter cannot do is a fact about it
            failed[file] = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"[:300]
            if os.path.exists(path(file)):
                os.remove(path(file))
    with open(report, "w") as handle:
        json.dump(failed, handle, indent=1)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    for each in sys.argv[3:]:
        export(sys.argv[1], sys.argv[2], each)
        print("exported", each, flush=True)
        gc.collect()
