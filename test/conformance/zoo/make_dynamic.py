"""Builds zoo cases whose program is exported with sizes that only a run knows.

usage: make_dynamic.py [--vary batch|image] OUT_DIR NAME...       NAME as in make.py

Each case is OUT_DIR/NAME/ with dynamic_batch.pt2 or dynamic_image.pt2 and data_0/input_K.npy, an example of the inputs.
`batch` leaves the first axis of every input open; `image` the third and fourth of images, too.
"""
import argparse
import os

import numpy as np
import torch

from make import build, make_it_matter


def dynamic_shapes(inputs, vary):
    """What torch.export is told of each input: the open axes."""
    axes = [0] if vary == "batch" else [0, 2, 3]
    return tuple({axis: torch.export.Dim.DYNAMIC for axis in axes if axis < tensor.ndim} for tensor in inputs)


def save(out, name, vary):
    folder = os.path.join(out, name)
    os.makedirs(os.path.join(folder, "data_0"), exist_ok=True)
    module, sets = build(name)
    make_it_matter(module)
    # A batch of one would be taken for a number.
    inputs = tuple(torch.cat([tensor, tensor]) for tensor in sets[0])
    for k, tensor in enumerate(sets[0]):
        np.save(os.path.join(folder, "data_0", f"input_{k}.npy"), tensor.numpy())
    with torch.no_grad():
        program = torch.export.export(module, inputs, dynamic_shapes=dynamic_shapes(inputs, vary))
    torch.export.save(program, os.path.join(folder, f"dynamic_{vary}.pt2"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vary", choices=["batch", "image"], default="batch")
    parser.add_argument("out")
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    for name in options.names:
        try:
            save(options.out, name, options.vary)
            print("made", name, flush=True)
        except Exception as error:
            print("skipped", name, type(error).__name__, (str(error).splitlines() or [""])[0], flush=True)


if __name__ == "__main__":
    main()
