"""Converts zoo cases with the command line, runs the results in onnxruntime and compares them with PyTorch's outputs.

usage: score.py [--file traced.pt]... [--opset N]... [--tolerance 1e-4] [--cli "node dist/cli.js"] [--arguments "--accept inexact"]
                [--json] CASE_DIR...

CASE_DIR is one case that make.py made; every case is scored for every file and opset. A case passes where the converted
model loads in onnxruntime, gives as many outputs as PyTorch, and for both input sets each agrees within the tolerance:
max |difference| / max(|PyTorch's|, 1e-6). Graph inputs and outputs stand in PyTorch's order. A refusal is exit status 1
of the command line; anything else that is not 0 is an error. Exit status here: 0 where every case passes, 1 otherwise.
"""
import argparse
import glob
import itertools
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

SECONDS = 600  # a conversion may take this long


class Verdict(Exception):
    """How a case ended, where it did not pass: a word for the tables and what was seen."""

    def __init__(self, word, detail):
        super().__init__(detail)
        self.word = word
        self.detail = detail


def convert(options, source, target, opset, inputs):
    """Runs the command line; returns the seconds it took, raises Verdict where it wrote nothing."""
    shapes = [f"{k}:{array.dtype}[{','.join(map(str, array.shape))}]" for k, array in enumerate(inputs)]
    given = [part for shape in shapes for part in ("--input", shape)]
    wanted = ["--to", "onnx", "--opset", str(opset), "-o", target, "--force", "--json", *shlex.split(options.arguments), *given]
    command = [*shlex.split(options.cli), "convert", source, *wanted]
    started = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise Verdict("error", f"no end within {SECONDS} s") from None
    if done.returncode or not os.path.exists(target):
        raise Verdict("refused" if done.returncode == 1 else "error", reason(done))
    return time.perf_counter() - started


def reason(done):
    """What the command line says it could not do: the problem that it met most often."""
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        return said[0][:300]
    messages = [problem["message"] for problem in answer.get("problems", []) if problem["severity"] == "error"]
    if not messages:
        return str(answer.get("error", {}).get("message", f"exit {done.returncode}"))[:300]
    often = max(messages, key=messages.count)
    others = len(set(messages)) - 1
    return often[:300] + (f" And {others} others." if others else "")


def arrays(folder, kind):
    files = glob.glob(os.path.join(folder, f"{kind}_*.npy"))
    return [np.load(f) for f in sorted(files, key=lambda f: int(f.rsplit("_", 1)[1][:-4]))]


def relative_error(mine, theirs):
    """The largest difference, relative to the largest value that PyTorch gives."""
    if mine.shape != theirs.shape:
        raise Verdict("wrong", f"shape {mine.shape}, PyTorch gives {theirs.shape}")
    if not theirs.size:
        return 0.0
    mine, theirs = mine.astype(np.float64), theirs.astype(np.float64)
    return float(np.abs(mine - theirs).max()) / max(float(np.abs(theirs).max()), 1e-6)


def run(session, folder):
    """The largest relative error of one input set."""
    inputs, outputs = arrays(folder, "input"), arrays(folder, "output")
    results = session.run(None, {spec.name: array for spec, array in zip(session.get_inputs(), inputs)})
    if len(results) != len(outputs):
        raise Verdict("wrong", f"{len(results)} outputs, PyTorch gives {len(outputs)}")
    return max(relative_error(mine, theirs) for mine, theirs in zip(results, outputs))


def why(case, file):
    made = os.path.join(case, "case.json")
    if not os.path.exists(made):
        return ""
    with open(made) as handle:
        said = json.load(handle)["failed"].get(file)
    return f": {said}" if said else ""


def score(case, file, opset, options):
    """One conversion: (word, seconds, detail)."""
    source = os.path.join(case, file)
    if not os.path.exists(source):
        return "absent", 0.0, "PyTorch could not save it this way" + why(case, file)
    sets = sorted(glob.glob(os.path.join(case, "data_*")))
    seconds = 0.0
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "model.onnx")
        try:
            seconds = convert(options, source, target, opset, arrays(sets[0], "input"))
            settings = onnxruntime.SessionOptions()
            settings.log_severity_level = 4
            session = onnxruntime.InferenceSession(target, settings, providers=["CPUExecutionProvider"])
            # NaN is no pass: max() of Python would drop it.
            worst = float(np.max([run(session, data) for data in sets]))
            if not worst <= options.tolerance:
                raise Verdict("wrong", f"relative error {worst:.2g}")
        except Verdict as verdict:
            return verdict.word, seconds, verdict.detail
        except Exception as error:  # onnxruntime raises many kinds: none of them is a pass
            return "error", seconds, (str(error).splitlines() or [type(error).__name__])[0][:160]
    return "pass", seconds, f"relative error {worst:.1g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", action="append", help="default: traced.pt")
    parser.add_argument("--opset", type=int, action="append", help="default: 17")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--cli", default="node dist/cli.js")
    parser.add_argument("--arguments", default="", help="further arguments of every conversion")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, and nothing else")
    parser.add_argument("cases", nargs="+")
    options = parser.parse_args()
    counts = {"pass": 0, "wrong": 0, "refused": 0, "error": 0, "absent": 0}
    total = 0.0
    for case, file, opset in itertools.product(options.cases, options.file or ["traced.pt"], options.opset or [17]):
        verdict, seconds, detail = score(case, file, opset, options)
        counts[verdict] += 1
        total += seconds
        name = "/".join(case.rstrip("/").split("/")[-2:])
        row = {"case": name, "file": file, "opset": opset, "verdict": verdict, "seconds": round(seconds, 2), "detail": detail}
        if options.json:
            print(json.dumps(row), flush=True)
        else:
            print(f"{verdict:7} {seconds:6.2f}s  {name}  {file} opset {opset}  {detail}", flush=True)
    tried = sum(counts.values()) - counts["absent"]
    rest = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if verdict != "pass")
    if not options.json:
        print(f"{counts['pass']} of {tried} pass ({rest}), {total:.1f} s in all")
    return 0 if counts["pass"] == tried else 1


if __name__ == "__main__":
    sys.exit(main())
