"""One capture: the ways that are tried in order, and what is told where none succeeds."""

import re

from .by_export import WayMissing, by_export
from .by_torchscript import by_script, by_trace, giving_tensors
from .candidates import operator_candidates
from .channel import Failure, trying
from .inputs import Given, TensorSpec, mapped, parameters_of_forward
from .places import definition_of
from .reasons import REASONS, failure_of
from .reference import tensors_in
from .running import run_once
from .words import a_kind, dtype_name

WAYS = {
    "export": ("Exporting the program", "torch.export", by_export),
    "script": ("Scripting the program", "torch.jit.script", by_script),
    "trace": ("Tracing the program", "torch.jit.trace", by_trace),
}


class Job:
    """One capture: the model, what it is called with, and where the result goes."""

    def __init__(self, model, inputs, sizes, request, channel, operators):
        self.model = model
        self.operators = operators
        self.inputs = inputs
        self.sizes = sizes
        self.request = request
        self.channel = channel
        self.output = request["output"]
        # Whether forward gives a tensor or a tuple of tensors.
        self.gives_tensors = True

    def example(self):
        return self.inputs.make(self.model, self.request["seed"], self.sizes)

    def run(self, more=0, shuffled=False, sizes=None):
        return run_once(self.model, self.inputs, self.request["seed"] + more, sizes or self.sizes, shuffled)

    def settled(self, tree):
        return mapped(
            tree,
            lambda each: (
                TensorSpec(dtype_name(each.tensor.dtype), tuple(each.tensor.shape)) if isinstance(each, Given) else each
            ),
        )

    def specs(self, names):
        """The tensors in the order of the call, as the command line says them."""
        leaves = [self.settled(leaf) for leaf in self.inputs.leaves()]
        return [f"{name}:{leaf.dtype}[{','.join(map(str, leaf.dims))}]" for name, leaf in zip(names, leaves)]

    def tensor_names(self):
        """A name for each tensor: that of its parameter, with its place in it."""
        parameters, _ = parameters_of_forward(self.model)
        found = []

        def walk(name, tree):
            if isinstance(tree, (TensorSpec, Given)):
                clean = re.sub(r"\W", "_", name)
                found.append(
                    clean if clean.isidentifier() and clean not in found and clean != "self" else f"input_{len(found)}"
                )
            elif isinstance(tree, dict):
                for key, each in tree.items():
                    walk(f"{name}_{key}", each)
            elif isinstance(tree, (list, tuple)):
                for k, each in enumerate(tree):
                    walk(f"{name}_{k}", each)

        names = [*parameters, *(f"input_{k}" for k in range(len(parameters), len(self.inputs.positional)))]
        for name, tree in [*zip(names, self.inputs.positional), *self.inputs.keywords.items()]:
            walk(name, tree)
        return found


def check_outputs(job):
    """Lets forward give its tensors alone where it gives objects that no capture takes: named tuples, dataclasses."""
    outputs = run_once(job.model, job.inputs, job.request["seed"], job.sizes)
    if not tensors_in(outputs):
        reason = f"forward gives {a_kind(outputs)}, in which no tensors are known"
        raise Failure("unsupported-call", reason, definition_of(job.model.forward), way="export")
    job.gives_tensors = is_tensors(outputs)
    if not is_plain_output(outputs):
        vars(job.model)["forward"] = giving_tensors(job.model.forward)
        job.gives_tensors = True


def is_tensors(tree):
    import torch

    return isinstance(tree, torch.Tensor) or (
        type(tree) is tuple and all(isinstance(each, torch.Tensor) for each in tree)
    )


def is_plain_output(tree):
    import torch

    if (
        type(tree) is dict
        or isinstance(tree, dict)
        and hasattr(tree, "move_to_end")
        and type(tree).__module__ == "collections"
    ):
        return all(isinstance(key, str) and is_plain_output(each) for key, each in tree.items())
    if type(tree) in (list, tuple):
        return all(is_plain_output(each) for each in tree)
    return tree is None or isinstance(tree, (torch.Tensor, int, float, bool, str))


def capture_model(job):
    """The first way that succeeds. Where none does, the failure of the first that was tried, with the user's line."""
    failures, missing = [], []
    for way in job.request["ways"]:
        # A script keeps conditions; a program that failed for another reason would only fail again.
        if way == "script" and failures and failures[0][1].kind != "data-dependent":
            continue
        title, name, run = WAYS[way]
        job.channel.step(title)
        try:
            with trying(), job.operators.while_recording():
                file, inputs = run(job)
            tell_failures(job.channel, failures)
            return way, file, inputs
        except WayMissing as error:
            missing.append(str(error))
        except BaseException as error:
            job.channel.tell("words", text=f"{name}: {type(error).__name__}: {error}"[:4000])
            failure = capture_failure(error, job, way)
            if failure.kind in ("memory", "exits", "device", "operator-mismatch"):
                raise failure from error
            failures.append((name, failure))
    if not failures:
        raise Failure("ways-missing", "; ".join(missing))
    job.operators.note_not_found()
    # Without torch.export the trace knows best why: a script does not take all of Python, whatever the program does.
    first = failures[-1 if failures[0][0] == "torch.jit.script" else 0][1]
    tell_failures(job.channel, [each for each in failures if each[1] is not first])
    frames = [each for _, failure in failures for each in failure.frames]
    first.candidates = operator_candidates(frames, job)
    raise first


def tell_failures(channel, failures):
    for name, failure in failures:
        channel.note("way-failed", f"{name} does not take this: {failure.reason}", failure.frames)


def capture_failure(error, job, way):
    failure = failure_of(error, "capture", job.channel)
    if failure.kind == "capture":
        text = f"{type(error).__name__}: {error}"
        failure.kind = next((kind for kind, words in REASONS if words.search(text)), "capture")
    failure.details.setdefault("way", way)
    return failure
