"""Times taking a model from opset to opset beside onnx.version_converter on the same files, in one run.

usage: opsets.py [--runs N] [--json] TRACED

TRACED is a program of PyTorch, which is converted to ONNX at both opsets first. Each command runs in a fresh process and loads
and saves the model; the commands run in turn, each over the file that the one before left (export.py).
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

from export import CLI, best, measure

STEPS = [(11, 17), (17, 11)]

CONVERTER = """
import sys, onnx
from onnx import version_converter
model = onnx.load(sys.argv[1])
onnx.save(version_converter.convert_version(model, int(sys.argv[3])), sys.argv[2])
"""


def timed(command):
    """As `measure`, where the command may fail: the figures, and whether it ended well."""
    failing = ["sh", "-c", '"$@" || exit 0', "sh", *command]
    figures = measure(command)
    return (figures, True) if figures else (measure(failing), False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("traced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = lambda name: os.path.join(folder, f"{name}.onnx")
        for opset in sorted({opset for step in STEPS for opset in step}):
            command = ["node", CLI, "convert", options.traced, "--to", "onnx", "--opset", str(opset), "-o", place(opset)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for start, end in STEPS:
            out = place("out")
            commands = {
                "graphwright": ["node", CLI, "convert", place(start), "--to", "onnx", "--opset", str(end), "-o", out, "--force"],
                "onnx.version_converter": [sys.executable, "-W", "ignore", "-c", CONVERTER, place(start), out, str(end)],
            }
            rows = {name: [] for name in commands}
            ends = {}
            # The first round warms the disk's cache.
            for run in range(options.runs + 1):
                for name, command in commands.items():
                    figures, ends[name] = timed(command)
                    if run > 0:
                        rows[name].append(figures)
            size = os.path.getsize(place(start))
            found = {name: best(rows[name]) | {"succeeds": ends[name]} for name in commands}
            if options.json:
                print(json.dumps({"from": start, "to": end, "size": size, "rows": found}), flush=True)
                continue
            for name, row in found.items():
                told = "" if row["succeeds"] else ", and fails"
                print(f"{start} to {end}: {name:24} {row['wall']:6.2f} s wall {row['processor']:6.2f} s processor{told}", flush=True)


if __name__ == "__main__":
    main()
