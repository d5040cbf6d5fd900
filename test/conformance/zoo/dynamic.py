"""Converts zoo cases with sizes that only a run knows, and compares the results with PyTorch's at several of them.

usage: dynamic.py [--file traced.pt]... [--vary batch|image] [--opset N] [--cli "node dist/cli.js"] [--json] CASE_DIR...

CASE_DIR is one case that make.py made; its first input set says which inputs the program takes. `batch` leaves the first
axis of every input open, `image` the first, third and fourth of images. The program itself is run in PyTorch on random
inputs of other sizes: a case passes where the converted model gives the same at all of them, within score.py's tolerance.
Where PyTorch itself refuses a size, that size counts for nothing. Exit status 0 where every case passes, 1 otherwise.
"""
import argparse
import glob
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime
import torch

import torchvision_shim  # noqa: F401  scripted programs of torchvision need its operators
from score import SECONDS, Verdict, arrays, relative_error

# The sizes to run at: batch, and by how much of its own size an image is larger.
SIZES = {"batch": [(2, 1), (3, 1)], "image": [(2, 1), (3, 1.25), (1, 1.5)]}
NAMES = {"batch": ["batch"], "image": ["batch", None, "height", "width"]}


def declared(array, vary):
    names = NAMES[vary] + [None] * array.ndim
    dims = [names[k] or str(size) for k, size in enumerate(array.shape)]
    return f"{array.dtype}[{','.join(dims)}]"


def convert(cli, source, target, opset, inputs, vary):
    given = [part for k, array in enumerate(inputs) for part in ("--input", f"{k}:{declared(array, vary)}")]
    command = [*shlex.split(cli), "convert", source, "--to", "onnx", "--opset", str(opset), "-o", target, "--force", *given]
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode or not os.path.exists(target):
        said = (done.stderr or done.stdout).strip().splitlines()
        line = next((line for line in said if "shape-unknown" in line or "error" in line), said[-1] if said else "")
        raise Verdict("refused" if done.returncode == 1 else "error", f"exit {done.returncode}: {line[:400]}")
    return time.perf_counter() - started


def resized(array, batch, factor, vary):
    """Random data like an array, of another batch and, for images, of larger axes in whole steps of 32."""
    shape = [batch, *array.shape[1:]]
    if vary == "image":
        shape[2:4] = [int(round(size * factor / 32)) * 32 for size in shape[2:4]]
    if array.dtype.kind == "f":
        return np.random.randn(*shape).astype(array.dtype)
    return np.resize(array, shape)


def load(source):
    if source.endswith(".pt2"):
        return torch.export.load(source).module()
    return torch.jit.load(source).eval()


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs.numpy()]
    values = outputs.values() if isinstance(outputs, dict) else outputs
    return [array for value in values for array in flat(value)]


def score(case, file, options):
    source = os.path.join(case, file)
    if not os.path.exists(source):
        return "absent", 0.0, "there is no such file"
    inputs = arrays(sorted(glob.glob(os.path.join(case, "data_*")))[0], "input")
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        target = os.path.join(folder, "model.onnx")
        try:
            seconds = convert(options.cli, source, target, options.opset, inputs, options.vary)
            settings = onnxruntime.SessionOptions()
            settings.log_severity_level = 4
            # Threads that wait for one another are slow where others work too.
            settings.intra_op_num_threads = 1
            session = onnxruntime.InferenceSession(target, settings, providers=["CPUExecutionProvider"])
            program = load(source)
            worst, ran = 0.0, []
            for batch, factor in SIZES[options.vary]:
                given = [resized(array, batch, factor, options.vary) for array in inputs]
                try:
                    wanted = flat(program(*[torch.from_numpy(array) for array in given]))
                except Exception:
                    continue
                results = session.run(None, dict(zip([spec.name for spec in session.get_inputs()], given)))
                worst = float(np.max([worst, *[relative_error(a, b) for a, b in zip(results, wanted, strict=True)]]))
                ran.append("x".join(map(str, given[0].shape)))
            if not ran:
                raise Verdict("refused", "PyTorch itself takes no other size")
            if not worst <= options.tolerance:
                raise Verdict("wrong", f"relative error {worst:.2g}")
        except Verdict as verdict:
            return verdict.word, seconds, verdict.detail
        except Exception as error:  # onnxruntime raises many kinds: none of them is a pass
            return "error", seconds, (str(error).splitlines() or [type(error).__name__])[0][:300]
    return "pass", seconds, f"relative error {worst:.1g} at {' '.join(ran)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", action="append", help="default: traced.pt")
    parser.add_argument("--vary", choices=sorted(SIZES), default="batch")
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--cli", default="node dist/cli.js")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, and nothing else")
    parser.add_argument("cases", nargs="+")
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    np.random.seed(0)
    counts = {"pass": 0, "wrong": 0, "refused": 0, "error": 0, "absent": 0}
    for case in options.cases:
        for file in options.file or ["traced.pt"]:
            verdict, seconds, detail = score(case, file, options)
            counts[verdict] += 1
            name = "/".join(case.rstrip("/").split("/")[-2:])
            row = {"case": name, "file": file, "vary": options.vary, "verdict": verdict, "seconds": round(seconds, 2), "detail": detail}
            print(json.dumps(row) if options.json else f"{verdict:7} {seconds:6.2f}s  {name}  {file} {options.vary}  {detail}", flush=True)
    tried = sum(counts.values()) - counts["absent"]
    if not options.json:
        rest = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if verdict != "pass")
        print(f"{counts['pass']} of {tried} pass ({rest})")
    return 0 if counts["pass"] == tried else 1


if __name__ == "__main__":
    sys.exit(main())
