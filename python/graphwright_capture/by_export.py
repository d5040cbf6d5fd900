"""Capturing by torch.export, without and then with the analysis of bytecode ("strict")."""

import contextlib
import inspect
import json

from .data_writes import data_recorded
from .inputs import TensorSpec, mapped, parameters_of_forward
from .pytorch import ways_of
from .reasons import is_because
from .running import state_kept
from .settling import size_choices


class WayMissing(Exception):
    """This PyTorch lacks a way of capturing, or cannot take by it what was asked for."""


class Bounded(Exception):
    """An open size came out with a largest number."""


def by_export(job):
    """The file and its inputs. Where it fails, the reason of the first try is that of all."""
    import torch

    if "export" not in ways_of(torch):
        raise WayMissing(f"PyTorch {torch.__version__} has no torch.export that saves programs")
    takes = inspect.signature(torch.export.export).parameters
    if job.sizes and "dynamic_shapes" not in takes:
        raise WayMissing(f"torch.export of PyTorch {torch.__version__} leaves no sizes open")
    first = None
    for options in [{"strict": False}, {"strict": True}] if "strict" in takes else [{}]:
        for sizes, run, dims in open_dims(job):
            try:
                result = exported(job, sizes, dims, options)
                job.sizes, job.first = sizes, run
                return result
            except Exception as error:
                first = first or error
                # Other sizes and dims help where it is them that PyTorch does not take.
                if not is_because(error, "size-fixed"):
                    break
        # A number that decides stays one, however the code is read.
        if is_because(first, "data-dependent"):
            break
    raise first


def exported(job, sizes, dims, options):
    """The file and its inputs. Sizes that come out bounded are refused: what is larger would be computed wrongly."""
    import torch

    args, kwargs = job.inputs.make(job.model, job.seed, sizes)
    if dims:
        options = {**options, "dynamic_shapes": dynamic_shapes(job, dims)}
    # The analysis of bytecode knows that attribute.
    seen = contextlib.nullcontext() if options.get("strict") else data_recorded()
    with torch.no_grad(), state_kept(job.model), seen:
        program = torch.export.export(job.model, tuple(args), kwargs, **options)
        # What torch.vmap maps is made of operators only when the program is lowered.
        if any(
            getattr(each.target, "__module__", None) == "torch._functorch.predispatch" for each in program.graph.nodes
        ):
            program = program.run_decompositions({})
    for symbol, bounds in program.range_constraints.items() if dims else ():
        # What is not bounded is infinite, or in older versions the largest of int64.
        if not bounds.upper > 2**40:
            raise Bounded(f"Constraints violated ({symbol}): it was specialized to at most {bounds.upper}")
    names = [
        spec.arg.name
        for spec in program.graph_signature.input_specs
        if str(spec.kind).endswith("USER_INPUT") and type(spec.arg).__name__ == "TensorArgument"
    ]
    file = job.output + ".pt2"
    torch.export.save(program, file, extra_files={SIZE_NAMES: json.dumps(size_names(names, job.inputs))})
    return file, job.specs(names)


# Beside the program, which calls its sizes s0 or s77: what the user calls them (src/core/formats/torch/size-names.ts reads it).
SIZE_NAMES = "graphwright.sizes.json"


def size_names(names, inputs):
    """For each input the names of its open sizes, and null for the others."""
    named = [[dim if isinstance(dim, str) else None for dim in each.dims] for each in inputs.leaves()]
    return {name: dims for name, dims in zip(names, named) if any(dims)}


def open_dims(job):
    """What stands for the open sizes: the examples' numbers, and names; then larger numbers, since in small examples an inner
    size may be 1, which PyTorch takes for fixed; then what lets PyTorch find out that a size is a multiple or has a least.
    Each with the run on those numbers."""
    import torch

    names = job.inputs.open_sizes()
    named = {name: torch.export.Dim(name) for name in names}
    yield job.sizes, job.first, named
    if not names:
        return
    choices = [(job.sizes, job.first), *larger_sizes(job)]
    yield from ((sizes, run, named) for sizes, run in choices[1:])
    if hasattr(torch.export.Dim, "DYNAMIC"):
        found_out = dict.fromkeys(names, torch.export.Dim.DYNAMIC)
        yield from ((sizes, run, found_out) for sizes, run in reversed(choices))


def larger_sizes(job):
    """The next choice of numbers with which the program runs."""
    choices = size_choices(job.inputs.open_sizes())
    after = choices.index(job.sizes) + 1 if job.sizes in choices else len(choices)
    for sizes in choices[after:]:
        with contextlib.suppress(Exception):
            return [(sizes, job.run(sizes=sizes))]
    return []


def dynamic_shapes(job, dims):
    """The open sizes, in the tree of forward's arguments, as torch.export takes them."""

    def leaf(each):
        named = enumerate(each.dims) if isinstance(each, TensorSpec) else ()
        return {k: dims[dim] for k, dim in named if isinstance(dim, str)} or None

    parameters, _ = parameters_of_forward(job.model)
    return mapped({**dict(zip(parameters, job.inputs.positional)), **job.inputs.keywords}, leaf)
