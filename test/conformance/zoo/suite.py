"""Makes zoo cases one after another, scores each, and deletes what it made: the whole list fits on a small disk.

usage: suite.py [--cases FOLDER] [--keep] [--cli "node dist/cli.js"] --run FILE:OPSET... NAME...

NAME is a model as make.py takes it. A case that stands in FOLDER already is used; what is made goes there too, and is
deleted after it was scored unless --keep. One process makes and compares them all; conversions run beside it, two at a
time. Prints one JSON object a line, as score.py --json.
"""
import argparse
import concurrent.futures
import gc
import json
import os
import shlex
import shutil
import sys
import tempfile

import make
import score


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", help="default: a temporary folder")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--cli", default="node dist/cli.js")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    parser.add_argument("--run", action="append", required=True, help="a file and the opset that it is converted to")
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    runs = [(file, int(opset)) for file, _, opset in (run.partition(":") for run in options.run)]
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = options.cases or scratch
        scored = []
        for name in options.names:
            case = os.path.join(folder, name)
            stood = os.path.exists(os.path.join(case, "case.json"))
            # While this one is made, the one before is scored.
            fault = None if stood else made(folder, name)
            finish(scored)
            scored = [(case, stood or options.keep, pool.submit(row, case, name, file, opset, fault, options)) for file, opset in runs]
        finish(scored)
    return 0


# A class known only by its name is assumed to run as we know it: the numbers say whether that is right.
WRAPPER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrapper.ops.json")
ARGUMENTS = {"pickled.pth": f"--accept inexact --ops {shlex.quote(WRAPPER)}"}


def made(folder, name):
    """Makes a case; what went wrong, where something did."""
    try:
        make.save(folder, name)
    except Exception as error:  # a model that cannot be built is a row of the table, not the end of it
        return f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        gc.collect()
    return None


def row(case, name, file, opset, fault, options):
    verdict, seconds, detail = ("error", 0.0, fault) if fault else score.score(case, file, opset, argparse.Namespace(**vars(options), arguments=ARGUMENTS.get(file, "")))
    return {"case": name, "file": file, "opset": opset, "verdict": verdict, "seconds": round(seconds, 2), "detail": detail}


def finish(scored):
    for _, _, future in scored:
        print(json.dumps(future.result()), flush=True)
    for case, kept, _ in scored[:1]:
        if not kept:
            shutil.rmtree(case, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
