"""Capturing by torch.export, without and then with the analysis of bytecode ("strict")."""

import inspect

from .inputs import TensorSpec, parameters_of_forward
from .pytorch import ways_of
from .reasons import is_data_dependent
from .running import state_kept


class WayMissing(Exception):
    """This PyTorch lacks a way of capturing, or cannot take by it what was asked for."""


def by_export(job):
    """torch.export, without and then with the analysis of bytecode ("strict")."""
    import torch

    if "export" not in ways_of(torch):
        raise WayMissing(f"PyTorch {torch.__version__} has no torch.export that saves programs")
    takes = inspect.signature(torch.export.export).parameters
    args, kwargs = job.example()
    if job.sizes and "dynamic_shapes" not in takes:
        raise WayMissing(f"torch.export of PyTorch {torch.__version__} leaves no sizes open")
    first = None
    for strict in (False, True) if "strict" in takes else (None,):
        for dims in open_dims(job.inputs):
            options = {"strict": strict} if strict is not None else {}
            if job.sizes:
                options["dynamic_shapes"] = dynamic_shapes(job.model, job.inputs, dims)
            try:
                with torch.no_grad(), state_kept(job.model):
                    program = torch.export.export(job.model, tuple(args), kwargs, **options)
                file = job.output + ".pt2"
                torch.export.save(program, file)
                return file, exported_inputs(program, job)
            except Exception as error:
                first = first or error
        # A number that decides stays one, however the code is read.
        if is_data_dependent(first):
            break
    raise first


def open_dims(inputs):
    """What stands for the open sizes: names first, then what lets PyTorch find out that a size is a multiple or has bounds."""
    import torch

    names = inputs.open_sizes()
    if not names:
        return [{}]
    named = {name: torch.export.Dim(name) for name in names}
    found_out = getattr(torch.export.Dim, "DYNAMIC", None)
    return [named] + ([] if found_out is None else [{name: found_out for name in names}])


def dynamic_shapes(model, inputs, dims):
    """The open sizes, in the tree of forward's arguments, as torch.export takes them."""

    def leaf(each):
        if isinstance(each, TensorSpec):
            return {k: dims[dim] for k, dim in enumerate(each.dims) if isinstance(dim, str)} or None
        return None

    parameters, _ = parameters_of_forward(model)
    named = dict(zip(parameters, inputs.positional))
    return mapped_leaves({**named, **inputs.keywords}, leaf)


def mapped_leaves(tree, leaf):
    if isinstance(tree, dict):
        return {key: mapped_leaves(each, leaf) for key, each in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(mapped_leaves(each, leaf) for each in tree)
    return leaf(tree)


def exported_inputs(program, job):
    """The tensors that the exported program takes, by its own names."""
    names = [
        spec.arg.name
        for spec in program.graph_signature.input_specs
        if str(spec.kind).endswith("USER_INPUT") and type(spec.arg).__name__ == "TensorArgument"
    ]
    return job.specs(names)
