"""One capture: the ways that are tried in order, and what is told where none succeeds."""

import collections
import re

from .by_export import WayMissing, by_export
from .by_torchscript import by_script, by_trace, giving_tensors
from .candidates import operator_candidates
from .channel import Failure
from .inputs import TensorSpec, named_leaves, parameters_of_forward
from .places import definition_of
from .reasons import REASONS, failure_of
from .running import parts_of, run_once, tensors_in
from .words import a_kind

WAYS = {
    "export": ("Exporting the program", "torch.export", by_export),
    "script": ("Scripting the program", "torch.jit.script", by_script),
    "trace": ("Tracing the program", "torch.jit.trace", by_trace),
}


class Job:
    """One capture: the model, what it is called with, the run that settled that, and where the result goes."""

    def __init__(self, model, settled, request, channel, operators):
        self.model = model
        self.inputs, self.sizes, self.first = settled
        self.request = request
        self.seed = request["seed"]
        self.channel = channel
        self.operators = operators
        self.output = request["output"]
        # Whether forward gives a tensor or a tuple of tensors.
        self.gives_tensors = True

    def example(self):
        return self.inputs.make(self.model, self.seed, self.sizes)

    def run(self, more=0, sizes=None, shuffled=False):
        return run_once(self.model, self.inputs, self.seed + more, sizes or self.sizes, shuffled)

    def specs(self, names):
        """The tensors in the order of the call, as the command line says them."""
        return [f"{name}:{leaf}" for name, leaf in zip(names, self.inputs.leaves())]

    def tensor_names(self):
        """A name for each tensor: that of its parameter, with its place in it."""
        parameters, _ = parameters_of_forward(self.model)
        names = [*parameters, *(f"input_{k}" for k in range(len(parameters), len(self.inputs.positional)))]
        found = []
        for name, tree in [*zip(names, self.inputs.positional), *self.inputs.keywords.items()]:
            for place, leaf in named_leaves(name, tree, "_"):
                clean = re.sub(r"\W", "_", place)
                usable = clean.isidentifier() and clean not in found and clean != "self"
                if isinstance(leaf, TensorSpec):
                    found.append(clean if usable else f"input_{len(found)}")
        return found


def check_outputs(job):
    """Lets forward give its tensors alone where it gives objects that no capture takes: named tuples, dataclasses."""
    outputs = job.first.value
    if not tensors_in(outputs):
        reason = f"forward gives {a_kind(outputs)}, in which no tensors are known"
        raise Failure("unsupported-call", reason, definition_of(job.model.forward), way="export")
    job.gives_tensors = is_tensors(outputs)
    if not is_plain_output(outputs):
        vars(job.model)["forward"] = giving_tensors(job.model.forward)
        job.gives_tensors = True
        left_out = sorted({type(each).__name__ for each in strange_in(outputs)})
        if left_out:
            text = f"Of what forward gives, objects of {', '.join(left_out)} are left out"
            job.channel.note("outputs-left-out", text, definition_of(job.model.forward))


def is_tensors(tree):
    import torch

    return all(isinstance(each, torch.Tensor) for each in (tree if type(tree) is tuple else [tree]))


def is_plain_output(tree):
    import torch

    if type(tree) in (dict, collections.OrderedDict):
        return all(isinstance(key, str) and is_plain_output(each) for key, each in tree.items())
    if type(tree) in (list, tuple):
        return all(is_plain_output(each) for each in tree)
    return tree is None or isinstance(tree, (torch.Tensor, int, float, bool, str))


def strange_in(tree):
    """What is neither a tensor, nor a plain value, nor made of such."""
    import torch

    if tree is None or isinstance(tree, (torch.Tensor, str, int, float)):
        return []
    parts = parts_of(tree)
    return [tree] if parts is None else [each for part in parts for each in strange_in(part)]


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
            with job.channel.trying(), job.operators.while_recording():
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
        failure.kind = next((kind for kind, words in REASONS.items() if words.search(text)), "capture")
    failure.details.setdefault("way", way)
    return failure
