"""Times converting PyTorch programs beside PyTorch's own exporters on the same programs, in one run.

usage: export.py [--runs N] [--opset N] [--json] CASE_DIR...

CASE_DIR is a case of test/conformance/zoo/make.py with traced.pt, exported.pt2 and data_0. Each command runs in a fresh
process, the commands in turn, each over the file that the one before left; copying traced.pt is the least that writing a
model can cost. Of each command are told the least wall time, the least processor time (of all threads, in the system too)
and the highest peak of memory, as the operating system counts them: what else the machine does only ever adds to times.
--json prints one object a case instead, sizes in bytes.
"""
import argparse
import json
import os
import sys
import tempfile
import time

CLI = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "dist", "cli.js")

TORCHSCRIPT = """
import sys, numpy, torch
program = torch.jit.load(sys.argv[1] + "/traced.pt")
inputs = (torch.from_numpy(numpy.load(sys.argv[1] + "/data_0/input_0.npy")),)
torch.onnx.export(program, inputs, sys.argv[2], opset_version=int(sys.argv[3]), dynamo=False)
"""

DYNAMO = """
import sys, torch
program = torch.export.load(sys.argv[1] + "/exported.pt2")
torch.onnx.export(program, (), sys.argv[2], opset_version=int(sys.argv[3]), dynamo=True, verbose=False)
"""


def commands(case, out, opset):
    """What is timed, by name."""
    convert = lambda file: ["node", CLI, "convert", f"{case}/{file}", "--to", "onnx", "--opset", opset, "-o", out, "--force"]
    export = lambda code: [sys.executable, "-W", "ignore", "-c", code, case, out, opset]
    return {
        "graphwright, traced.pt": convert("traced.pt"),
        "graphwright, exported.pt2": convert("exported.pt2"),
        "torch.onnx.export (TorchScript), traced.pt": export(TORCHSCRIPT),
        "torch.onnx.export (dynamo), exported.pt2": export(DYNAMO),
        "copying traced.pt": ["cp", f"{case}/traced.pt", out],
    }


# Behind some proxies Node reads all certificates of the system at its start, which is no work of ours.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "NODE_EXTRA_CA_CERTS"}


def measure(command):
    """Runs one command to its end: (wall seconds, processor seconds, peak bytes), or None where it fails."""
    started = time.perf_counter()
    child = os.posix_spawnp(
        command[0], command, ENVIRONMENT, file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        return None
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def times(case, opset, runs):
    """The figures of each command by name; None where it fails."""
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        named = commands(case, os.path.join(folder, "model.onnx"), str(opset))
        # The first round warms the disk's cache.
        for run in range(runs + 1):
            for name, command in named.items():
                # What fails once fails again.
                figures = measure(command) if rows.get(name, ()) is not None else None
                if figures is None:
                    rows[name] = None
                elif run > 0:
                    rows.setdefault(name, []).append(figures)
    return {name: rows[name] and best(rows[name]) for name in named}


def best(figures):
    wall, processor, peak = zip(*figures)
    return {"wall": min(wall), "processor": min(processor), "peak": max(peak)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--opset", type=int, default=18)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("cases", nargs="+")
    options = parser.parse_args()
    for case in options.cases:
        rows = times(case, options.opset, options.runs)
        size = os.path.getsize(f"{case}/traced.pt")
        if options.json:
            print(json.dumps({"case": case, "size": size, "rows": rows}), flush=True)
            continue
        print(f"{case}: traced.pt of {size / 1e6:.0f} MB, opset {options.opset}, the best of {options.runs} runs each")
        for name, row in rows.items():
            told = "fails"
            if row:
                told = f"{row['wall']:7.2f} s wall {row['processor']:7.2f} s processor {row['peak'] / 1e6:6.0f} MB peak"
            print(f"{name:44} {told}", flush=True)


if __name__ == "__main__":
    main()
