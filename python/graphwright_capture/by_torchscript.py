"""Capturing by TorchScript: torch.jit.script, which keeps conditions, and torch.jit.trace, which records one run."""

import contextlib
import functools
import warnings

from .channel import Failure
from .data_writes import data_recorded
from .inputs import Inputs, call_text, leaves_of, mapped, parameters_of_forward
from .replacing import ask_for_apply_again
from .running import state_kept, tensors_in
from .trace_watch import watched_trace


def by_script(job):
    """torch.jit.script: conditions and loops stay what they are."""
    import torch

    scripted = torch.jit.script(job.model)
    file = job.output + ".pt"
    torch.jit.save(scripted, file)
    parameters, _ = parameters_of_forward(job.model)
    named = {**dict(zip(parameters, job.inputs.positional)), **job.inputs.keywords}
    # What is within an input is named by its place, as the graph names it.
    return file, call_text(Inputs([], named, ""), within="_")


def by_trace(job):
    """torch.jit.trace: what one run does. Whatever of it depends on the numbers of that run is refused."""
    import torch

    args, kwargs = job.example()
    tensors = [leaf for leaf in leaves_of((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    names = job.tensor_names()
    _, takes_more = parameters_of_forward(job.model)
    plain = not kwargs and not takes_more and all(isinstance(each, torch.Tensor) for each in args)
    caller = job.model if plain else flat_caller(job.model, args, kwargs, names)
    with contextlib.ExitStack() as around:
        # What the tracer warns of is looked into here.
        around.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        for each in (torch.no_grad(), state_kept(job.model), plain_functions(job.model), data_recorded()):
            around.enter_context(each)
        if not job.gives_tensors:
            # Dicts of different values, and None, it cannot record.
            vars(job.model)["forward"] = giving_tensors(job.model.forward)
        taken = around.enter_context(watched_trace(bool(job.sizes)))
        traced = torch.jit.trace(caller.eval(), tuple(tensors), check_trace=False, strict=False)
    if taken:
        text = f"{len(taken)} values of the tensors were taken as constants: {taken[0][0]}"
        if not job.request["acceptTrace"]:
            raise Failure("trace-data", taken[0][0], taken[0][1])
        job.channel.note("trace-warning", text, taken[0][1])
    file = job.output + ".pt"
    torch.jit.save(traced, file)
    return file, job.specs(names)


def giving_tensors(forward):
    """A forward that gives its tensors alone."""

    @functools.wraps(forward)
    def forward_flat(*args, **kwargs):
        return tuple(tensors_in(forward(*args, **kwargs)))

    return forward_flat


def flat_caller(model, args, kwargs, names):
    """A module whose forward takes the tensors alone, one after the other, by name."""
    import torch

    class Caller(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def call(self, tensors):
            left = iter(tensors)
            own = lambda each: next(left) if isinstance(each, torch.Tensor) else each
            return self.model(*mapped(args, own), **mapped(kwargs, own))

    scope = {}
    exec(f"def forward(self, {', '.join(names)}):\n    return self.call([{', '.join(names)}])\n", scope)
    Caller.forward = scope["forward"]
    return Caller()


class Context:
    """What forward of an autograd Function is given, where nothing asks for gradients."""

    def __init__(self, count):
        self.needs_input_grad = (False,) * count
        self.saved_tensors = ()

    def save_for_backward(self, *tensors):
        self.saved_tensors = tensors

    def leave(self, *_):
        pass

    save_for_forward = mark_dirty = mark_non_differentiable = set_materialize_grads = leave


@contextlib.contextmanager
def plain_functions(model):
    """A trace has no place for autograd Functions: their forward is called as any other function is, which computes the same
    where nothing asks for gradients."""
    import torch

    ask_for_apply_again(model)
    owner = torch.autograd.Function
    before = vars(owner).get("apply")

    def apply(cls, *args):
        # From 2.0 on forward may do without a context, which a function beside it fills.
        alone = getattr(cls, "setup_context", None) is not getattr(owner, "setup_context", None)
        return cls.forward(*args) if alone else cls.forward(Context(len(args)), *args)

    owner.apply = classmethod(apply)
    try:
        yield
    finally:
        if before is None:
            del owner.apply
        else:
            owner.apply = before
