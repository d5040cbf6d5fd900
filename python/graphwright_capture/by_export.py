"""Capturing by torch.export, without and then with the analysis of bytecode ("strict")."""

import contextlib
import inspect

from .inputs import TensorSpec, parameters_of_forward
from .pytorch import ways_of
from .reasons import is_about_sizes, is_data_dependent
from .running import run_once, state_kept
from .settling import size_choices


class WayMissing(Exception):
    """This PyTorch lacks a way of capturing, or cannot take by it what was asked for."""


def by_export(job):
    """torch.export, without and then with the analysis of bytecode ("strict")."""
    import torch

    if "export" not in ways_of(torch):
        raise WayMissing(f"PyTorch {torch.__version__} has no torch.export that saves programs")
    takes = inspect.signature(torch.export.export).parameters
    if job.sizes and "dynamic_shapes" not in takes:
        raise WayMissing(f"torch.export of PyTorch {torch.__version__} leaves no sizes open")
    first = None
    for strict in (False, True) if "strict" in takes else (None,):
        options = {} if strict is None else {"strict": strict}
        for sizes, dims in open_dims(job):
            try:
                return exported(job, sizes, dims, options)
            except Exception as error:
                first = first or error
                # Other sizes and dims help where it is them that PyTorch does not take.
                if not is_about_sizes(error):
                    break
        # A number that decides stays one, however the code is read.
        if is_data_dependent(first):
            break
    raise first


def exported(job, sizes, dims, options):
    """The file and its inputs. Sizes that come out bounded are refused: what is larger would be computed wrongly."""
    import torch

    args, kwargs = job.inputs.make(job.model, job.request["seed"], sizes)
    if dims:
        options = {**options, "dynamic_shapes": dynamic_shapes(job.model, job.inputs, dims)}
    with torch.no_grad(), state_kept(job.model):
        program = torch.export.export(job.model, tuple(args), kwargs, **options)
    if dims:
        check_unbounded(program)
    file = job.output + ".pt2"
    torch.export.save(program, file)
    job.sizes = sizes
    return file, exported_inputs(program, job)


def open_dims(job):
    """What stands for the open sizes: the examples' numbers, and names; then larger numbers, since in small examples an inner
    size may be 1, which PyTorch takes for fixed; then what lets PyTorch find out that a size is a multiple or has a least.
    """
    import torch

    names = job.inputs.open_sizes()
    if not names:
        return [(job.sizes, {})]
    named = {name: torch.export.Dim(name) for name in names}
    found_out = getattr(torch.export.Dim, "DYNAMIC", None)
    choices = [job.sizes, *larger_sizes(job)]
    return [(sizes, named) for sizes in choices] + (
        [] if found_out is None else [(sizes, dict.fromkeys(names, found_out)) for sizes in reversed(choices)]
    )


def larger_sizes(job):
    """The next choice of numbers with which the program runs."""
    choices = size_choices(job.inputs.open_sizes())
    after = choices.index(job.sizes) + 1 if job.sizes in choices else len(choices)
    for sizes in choices[after:]:
        with contextlib.suppress(Exception):
            run_once(job.model, job.inputs, job.request["seed"], sizes)
            return [sizes]
    return []


class Bounded(Exception):
    """An open size came out with a largest number."""


def check_unbounded(program):
    for symbol, bounds in program.range_constraints.items():
        # What is not bounded is infinite, or in older versions the largest of int64.
        if not bounds.upper > 2**40:
            raise Bounded(f"Constraints violated ({symbol}): it was specialized to at most {bounds.upper}")


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
