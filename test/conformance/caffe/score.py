"""Runs converted Caffe models in the framework that they were written for and compares them with PyTorch's outputs.

usage: score.py [--runtime opencv] [--tolerance 1e-4] [--json] CASE_DIR STEM [CASE_DIR STEM ...]

CASE_DIR holds data_0/, data_1/, ... with input_K.npy and output_K.npy, and names.json where outputs have other names than
output_K; STEM.prototxt and STEM.caffemodel are the model.
The error is the largest |difference| over the largest |reference|. Exits with 1 where a model fails.
runtimes.py says what each runtime needs.
"""
import argparse
import json
import os
import pathlib
import sys

import numpy as np

from runtimes import RUNTIMES


def compare(run, folder):
    inputs = [np.load(path) for path in numbered(folder, "input")]
    expected = [np.load(path) for path in numbered(folder, "output")]
    listed = folder.parent / "names.json"
    names = json.loads(listed.read_text()) if listed.exists() else [f"output_{k}" for k in range(len(expected))]
    found = run(inputs, names)
    if len(found) != len(expected):
        return float("inf"), f"{len(found)} outputs instead of {len(expected)}"
    worst = 0.0
    for reference, value in zip(expected, found):
        if reference.size != value.size:
            return float("inf"), f"shape {value.shape} instead of {reference.shape}"
        scale = max(float(np.abs(reference).max()), 1e-6)
        far = float(np.abs(reference - value.reshape(reference.shape)).max()) / scale
        if not np.isfinite(far):
            return float("inf"), "it gives what is no number"
        worst = max(worst, far)
    return worst, ""


def numbered(folder, kind):
    return sorted(folder.glob(f"{kind}_*.npy"), key=lambda path: int(path.stem.split("_")[1]))


def score(load, case, stem):
    """(folder of the data, error, reason) of every input set; the reason is empty where it ran."""
    try:
        run = load(stem)
    except Exception as error:
        yield "", float("inf"), f"cannot be read: {error}"
        return
    for folder in sorted(pathlib.Path(case).glob("data_*")):
        try:
            yield folder.name, *compare(run, folder)
        except Exception as raised:
            yield folder.name, float("inf"), str(raised).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runtime", choices=RUNTIMES, default="opencv")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--json", action="store_true", help="one JSON object a model and line, and nothing else")
    parser.add_argument("pairs", nargs="+", metavar="CASE_DIR STEM")
    options = parser.parse_args()
    # Frameworks greet where they like; the results go alone to standard output.
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if len(options.pairs) % 2:
        parser.error("give a folder and a model for each case")
    failed = False
    if not options.json:
        print(f"{options.runtime}, tolerance {options.tolerance:g} (relative)", file=said)
        print(f"{'model':28} {'data':8} {'error':>10}", file=said)
    for case, stem in zip(options.pairs[::2], options.pairs[1::2]):
        results = list(score(RUNTIMES[options.runtime], case, stem))
        bad = [result for result in results if not result[1] <= options.tolerance]
        failed = failed or bool(bad) or not results
        if options.json:
            worst = max((error for _, error, _ in results), default=float("inf"))
            detail = next((reason for _, _, reason in bad if reason), f"relative error {worst:.1g}")
            row = {"model": stem, "verdict": "wrong" if bad or not results else "pass", "detail": detail}
            print(json.dumps(row), file=said, flush=True)
        else:
            for name, error, reason in results:
                verdict = "" if error <= options.tolerance else f"FAILED {reason}"
                print(f"{pathlib.Path(stem).name:28} {name:8} {error:10.2e} {verdict}", file=said, flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
