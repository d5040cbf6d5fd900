"""Times converting a traced program beside PyTorch's own exporters on the same program, in one run.

usage: export.py CASE_DIR [--runs N] [--opset N]

CASE_DIR is a case of test/conformance/zoo/make.py with traced.pt, exported.pt2 and data_0. Each command runs in a fresh
process, in turn; printed are medians of wall time and peak memory (the operating system's own figures), and ratios.
"""
import argparse
import os
import statistics
import sys
import tempfile
import time

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


def measure(command):
    """Runs one command to its end: (wall seconds, peak memory in MB), or None where it fails."""
    started = time.perf_counter()
    child = os.posix_spawnp(
        command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    )
    _, status, usage = os.wait4(child, 0)
    if status:
        return None
    return time.perf_counter() - started, usage.ru_maxrss / 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--opset", type=int, default=18)
    parser.add_argument("case")
    options = parser.parse_args()
    cli = os.path.join(os.path.dirname(__file__), "..", "..", "dist", "cli.js")
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "model.onnx")
        opset = str(options.opset)
        convert = lambda file: ["node", cli, "convert", f"{options.case}/{file}", "--to", "onnx", "--opset", opset, "-o", out, "--force"]
        export = lambda code: [sys.executable, "-W", "ignore", "-c", code, options.case, out, opset]
        commands = {
            "graphwright, traced.pt": convert("traced.pt"),
            "graphwright, exported.pt2": convert("exported.pt2"),
            "torch.onnx.export (TorchScript), traced.pt": export(TORCHSCRIPT),
            "torch.onnx.export (dynamo), exported.pt2": export(DYNAMO),
        }
        figures = {name: [] for name in commands}
        for run in range(options.runs + 1):
            for name, command in commands.items():
                # What fails once fails again; the first round warms the disk's cache.
                figure = measure(command) if figures[name] is not None else None
                if figure is None:
                    figures[name] = None
                elif run > 0:
                    figures[name].append(figure)
    file_size = os.path.getsize(f"{options.case}/traced.pt") / 1e6
    print(f"{options.case}: traced.pt of {file_size:.0f} MB, opset {opset}, {options.runs} runs each, medians")
    base = statistics.median(wall for wall, _ in figures["graphwright, traced.pt"])
    for name, rows in figures.items():
        if rows is None:
            print(f"{name:44}  fails")
            continue
        wall = statistics.median(row[0] for row in rows)
        peak = statistics.median(row[1] for row in rows)
        print(f"{name:44} {wall:7.2f} s  {wall / base:6.1f} x  peak {peak:6.0f} MB")


if __name__ == "__main__":
    main()
