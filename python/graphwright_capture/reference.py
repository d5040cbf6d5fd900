"""What PyTorch itself gives for two sets of inputs: what a conversion is compared with."""

import contextlib
import dataclasses
import json
import os

from .running import run_once, state_kept
from .words import dtype_name


def write_reference(job, way):
    """Inputs and outputs of two calls, as bytes beside a table: what a conversion is compared with."""
    folder = job.output + ".reference"
    os.makedirs(folder, exist_ok=True)
    sets = []
    for k, sizes in enumerate([job.sizes, other_sizes(job)]):
        seed = job.request["seed"] + k
        args, kwargs = job.inputs.make(job.model, seed, sizes, shuffled=k > 0)
        outputs = run_once(job.model, job.inputs, seed, sizes, shuffled=k > 0)
        tensors = {"inputs": tensors_in((args, kwargs)), "outputs": tensors_in(outputs, numbers=way != "trace")}
        sets.append(
            {
                side: [store(folder, f"{k}-{side}-{n}", each) for n, each in enumerate(found)]
                for side, found in tensors.items()
            }
        )
    states = [
        {"name": name, **store(folder, f"state-{n}", each)} for n, (name, each) in enumerate(written_buffers(job))
    ]
    with open(os.path.join(folder, "index.json"), "w", encoding="utf-8") as written:
        json.dump({"sets": sets, "states": states}, written)
    return folder


def written_buffers(job):
    """The buffers that a call changes, as they are before the first."""
    before = {name: buffer.detach().clone() for name, buffer in job.model.named_buffers()}
    args, kwargs = job.example()
    with state_kept(job.model):
        import torch

        with torch.no_grad():
            job.model(*args, **kwargs)
        after = dict(job.model.named_buffers())
        return [
            (name, value) for name, value in before.items() if name not in after or not torch.equal(after[name], value)
        ]


def other_sizes(job):
    """Other numbers for the open sizes with which the program runs, too."""
    for change in (lambda size: size + 1, lambda size: 2 * size):
        sizes = {name: change(size) for name, size in job.sizes.items()}
        with contextlib.suppress(Exception):
            run_once(job.model, job.inputs, 0, sizes)
            return sizes
    return job.sizes


def tensors_in(tree, numbers=False):
    """The tensors of nested outputs, in the order in which a graph has them; with `numbers` also plain ones, as a tensor each:
    what a trace does not keep."""
    import torch

    if isinstance(tree, torch.Tensor):
        return [tree]
    if numbers and isinstance(tree, (bool, int, float)):
        return [torch.tensor(tree, dtype=torch.float64 if isinstance(tree, float) else None)]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        tree = [getattr(tree, field.name) for field in dataclasses.fields(tree)]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [each for value in tree for each in tensors_in(value, numbers)] if isinstance(tree, (list, tuple)) else []


def store(folder, name, tensor):
    import torch

    tensor = tensor.detach().cpu().contiguous()
    with open(os.path.join(folder, name + ".bin"), "wb") as written:
        if tensor.numel():
            written.write(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return {"file": name + ".bin", "dtype": dtype_name(tensor.dtype), "shape": list(tensor.shape)}
