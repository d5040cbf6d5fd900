"""What PyTorch itself gives for two sets of inputs: what a conversion is compared with."""

import contextlib
import json
import os

from .running import tensors_in
from .words import dtype_name


def write_reference(job, way):
    """Inputs and outputs of two runs, as bytes beside a table. The first is the run that settled the inputs."""
    folder = job.output + ".reference"
    os.makedirs(folder, exist_ok=True)
    sets = []
    for k, (sizes, run) in enumerate([(job.sizes, job.first), other_run(job)]):
        inputs = tensors_in(job.inputs.make(job.model, job.seed + k, sizes, shuffled=k > 0))
        # A trace does not keep plain numbers.
        outputs = [tensor for tensor, is_number in run.outputs if way != "trace" or not is_number]
        sets.append(
            {
                side: [store(folder, f"{k}-{side}-{n}", each) for n, each in enumerate(tensors)]
                for side, tensors in (("inputs", inputs), ("outputs", outputs))
            }
        )
    states = [
        {"name": name, **store(folder, f"state-{n}", each)} for n, (name, each) in enumerate(job.first.written.items())
    ]
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as written:
        json.dump({"sets": sets, "states": states}, written)
    return folder


def other_run(job):
    """A run with other numbers, for the open sizes too where the program takes others; and those sizes."""
    for sizes in other_sizes(job.sizes):
        with contextlib.suppress(Exception):
            return sizes, job.run(1, sizes, shuffled=True)
    return job.sizes, job.run(1, shuffled=True)


def other_sizes(sizes):
    """Other numbers for open sizes, which a program may take."""
    return [
        {name: change(size) for name, size in sizes.items()} for change in (lambda n: n + 1, lambda n: 2 * n) if sizes
    ]


def store(folder, name, tensor):
    import torch

    tensor = tensor.detach().cpu().contiguous()
    with open(os.path.join(folder, name + ".bin"), "wb") as written:
        if tensor.numel():
            written.write(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return {"file": name + ".bin", "dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape)}
