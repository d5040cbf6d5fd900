"""Running the model itself, each time as if it were the first."""

import contextlib


@contextlib.contextmanager
def state_kept(model):
    """What a call changes in the model is changed back: its attributes, its buffers and their numbers. Each call, and each
    capture, is the first."""
    import torch

    # A scripted module holds its attributes elsewhere, and has none that a call could add.
    own = [each for each in model.modules() if not isinstance(each, torch.jit.ScriptModule)]
    kept = [(each, dict(vars(each)), dict(each._buffers)) for each in own]
    numbers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        for each, attributes, buffers in kept:
            each._buffers.clear()
            each._buffers.update(buffers)
            vars(each).clear()
            vars(each).update(attributes)
        for buffer, before in numbers:
            if buffer.shape == before.shape:
                buffer.detach().copy_(before)


def is_lazy(model):
    """Whether modules find their sizes in their first call."""
    return any(type(each).__name__.startswith("Lazy") for each in model.modules())


def run_once(model, inputs, seed, sizes, shuffled=False):
    import torch

    args, kwargs = inputs.make(model, seed, sizes, shuffled)
    torch.manual_seed(seed)
    with torch.no_grad(), contextlib.nullcontext() if is_lazy(model) else state_kept(model):
        return model(*args, **kwargs)
