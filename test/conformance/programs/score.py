"""Makes random scripted programs, converts them all in one process, and compares what they compute with PyTorch.

usage: score.py --bundle FILE.js [--seed N] [--count N] [--opset N] [--keep FOLDER] [--json]

FILE.js is convert.ts, bundled. Program k has the seed N + k; every second one has an open number of rows. A program that PyTorch itself
cannot script or run counts for nothing. Each other must give what PyTorch gives at every input set, or be refused: exit
status 1 where one is wrong or ends otherwise. `--keep` leaves sources, models and refusals in a folder.
"""
import argparse
import collections
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnxruntime
import torch

from generate import Program

# Sums of random programs stay exact; what remains is the rounding of numbers that have grown far.
TOLERANCE = 1e-5
ROWS = [2, 2, 3, 5, 1]


def input_sets(seed, opened):
    random = np.random.default_rng(seed)
    for rows in ROWS:
        rows = rows if opened else 2
        x, y = (random.integers(-3, 4, (rows, 3)).astype(np.float32) for _ in range(2))
        yield x, y, int(random.integers(0, 6))


def scripted(folder, name, source):
    path = os.path.join(folder, f"{name}.py")
    with open(path, "w") as file:
        file.write(source)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return torch.jit.script(module.program)


def answers(program, sets):
    """What PyTorch computes for each input set; None where it raises an error."""
    for x, y, n in sets:
        try:
            yield [np.asarray(each) for each in program(torch.from_numpy(x.copy()), torch.from_numpy(y.copy()), n)]
        except Exception:
            yield None


def make(folder, seeds, opset):
    """Writes all programs that PyTorch can script and run, and what shall be converted; gives the answers by name."""
    wanted, jobs = {}, []
    for seed in seeds:
        name, opened = f"program{seed}", seed % 2 == 1
        sets = list(input_sets(seed, opened))
        try:
            program = scripted(folder, name, Program(seed).source())
            found = list(answers(program, sets))
        except Exception as error:
            print(f"{name}: PyTorch does not take it: {str(error).strip().splitlines()[:3]}", file=sys.stderr)
            continue
        if all(each is None for each in found):
            continue
        program.save(os.path.join(folder, f"{name}.pt"))
        rows = "rows" if opened else "2"
        inputs = [f"x:float32[{rows},3]", f"y:float32[{rows},3]", "n:int64[]"]
        jobs.append({"name": name, "inputs": inputs, "opset": opset})
        wanted[name] = list(zip(sets, found))
    with open(os.path.join(folder, "jobs.json"), "w") as file:
        json.dump(jobs, file)
    return wanted


def compare(path, runs):
    """The largest relative difference; raises ValueError where types or shapes differ."""
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 4
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    taken = {spec.name for spec in session.get_inputs()}
    worst = 0.0
    for (x, y, n), wanted in runs:
        if wanted is None:
            continue
        given = {"x": x, "y": y, "n": np.array(n)}
        found = session.run(None, {name: value for name, value in given.items() if name in taken})
        for k, (ours, theirs) in enumerate(zip(found, wanted, strict=True)):
            if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
                raise ValueError(f"output {k} is {ours.dtype}{list(ours.shape)}, in PyTorch {theirs.dtype}{list(theirs.shape)}")
            worst = max(worst, difference(ours, theirs))
    return worst


def difference(ours, theirs):
    if theirs.size == 0:
        return 0.0
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    if not np.array_equal(np.isfinite(ours), np.isfinite(theirs)):
        return float("inf")
    finite = np.isfinite(theirs)
    scale = max(1.0, float(np.abs(theirs[finite]).max(initial=0.0)))
    return float(np.abs(ours[finite] - theirs[finite]).max(initial=0.0)) / scale


def judge(folder, conversion, runs):
    name, verdict, detail = conversion["name"], conversion["verdict"], conversion["detail"]
    if verdict != "converted":
        # A refusal that says nothing, or not where, is a fault.
        clear = verdict == "error" or (detail and "no line" not in detail)
        return ("refused" if clear and verdict == "refused" else "error"), detail or "refused without a problem"
    try:
        worst = compare(os.path.join(folder, f"{name}.onnx"), runs)
    except ValueError as error:
        return "wrong", str(error)
    except Exception as error:  # onnxruntime raises many kinds: none of them is a pass
        return "error", (str(error).splitlines() or [type(error).__name__])[0]
    return ("pass" if worst <= TOLERANCE else "wrong"), f"relative difference {worst:.2g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--opset", type=int, default=17)
    parser.add_argument("--keep")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, and nothing else")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or temporary
        os.makedirs(folder, exist_ok=True)
        wanted = make(folder, range(options.seed, options.seed + options.count), options.opset)
        subprocess.run(["node", options.bundle, folder], check=True)
        with open(os.path.join(folder, "converted.json")) as file:
            conversions = json.load(file)
        counts, reasons = collections.Counter(), collections.Counter()
        for conversion in conversions:
            verdict, detail = judge(folder, conversion, wanted[conversion["name"]])
            counts[verdict] += 1
            if verdict == "refused":
                reasons[re.sub(r"line \d+", "line", detail.splitlines()[0])] += 1
            row = {"case": conversion["name"], "file": "scripted", "verdict": verdict, "detail": detail}
            if options.json:
                print(json.dumps(row), flush=True)
            elif verdict != "pass":
                print(f"{verdict:7} {row['case']}  {detail}", flush=True)
    if not options.json:
        for reason, count in reasons.most_common(40):
            print(f"{count:5} refused: {reason}")
        print(f"seed {options.seed}: {len(conversions)} programs: {', '.join(f'{n} {verdict}' for verdict, n in sorted(counts.items()))}")
    return 0 if not counts["wrong"] and not counts["error"] else 1


if __name__ == "__main__":
    sys.exit(main())
