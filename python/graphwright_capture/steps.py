"""What can be asked for, step by step."""

import faulthandler
import re
import sys
import traceback

from .candidates import entries_offered
from .capturing import Job, capture_model, check_outputs
from .channel import Channel, Failure
from .describe import describe
from .guesses import tried_guesses
from .inputs import call_text, inputs_offered, parameters_of_forward
from .limits import end_with_parent, limit_memory, watch_limits
from .operators import LiveOperators, attached, rehearsed
from .places import frames_of
from .program import build_program, compute_weights, import_program
from .pytorch import compile_nothing, load_torch, torch_version, ways_of
from .reasons import failure_of, reason_of, running
from .reference import write_reference
from .running import copy_at_most
from .settling import settle_inputs
from .weights import load_weights
from .words import listed


def probe(request, channel):
    torch = load_torch()
    return {"torch": str(torch.__version__), "ways": ways_of(torch)}


def prepared(request, channel):
    """The program imported and built, with its weights, for evaluation; and the module that it is in."""
    watch_limits(channel, request)
    torch = load_torch()
    limit_memory(request["memory"])
    copy_at_most(request["memory"])
    compile_nothing(torch)
    torch.manual_seed(request["seed"])
    module = import_program(request, channel)
    operators = LiveOperators(request["operators"], channel)
    attached(operators)
    model = build_program(module, request, channel)
    # What building it has imported.
    attached(operators)
    weights = load_weights(model, request, channel) if request.get("weights") else None
    if model.training:
        channel.note("eval-mode", "The program was set to evaluation (model.eval())")
    model.eval()
    return torch, module, model, weights, operators


def inputs(request, channel):
    _, module, model, _, _ = prepared(request, channel)
    offered = inputs_offered(module, channel)
    if offered is not None:
        texts = call_text(offered, parameters_of_forward(model)[0])
        rows = [(re.split("[:=]", text)[0], text, "graphwright_inputs()") for text in texts]
    else:
        rows, *_ = tried_guesses(model, request["seed"])
    return {"guesses": [{"name": name, "guess": guess, "from": source} for name, guess, source in rows]}


def capture(request, channel):
    torch, module, model, weights, operators = prepared(request, channel)
    settled = settle_inputs(module, model, request, channel)
    compute_weights(model)
    for each in model.parameters():
        each.requires_grad_(False)
    job = Job(model, settled, request, channel, operators)
    check_outputs(job)
    if job.first.lost:
        text = f"The parameters are too large to be copied: what a run changes in {listed(job.first.lost)} stays changed"
        channel.note("parameters-changed", text)
    inputs = " ".join(call_text(job.inputs))
    with entries_offered(job):
        with running(channel, "run", inputs=inputs):
            calls = rehearsed(operators, job.run, lambda: job.run(1, shuffled=True))
        way, file, taken = capture_model(job)
    result = {"file": file, "way": way, "inputs": taken, "torch": str(torch.__version__), "operators": calls}
    if weights is not None:
        result["weights"] = weights
    if request["reference"]:
        channel.step("Running the program for a comparison")
        with running(channel, "run", inputs=inputs):
            result["reference"] = write_reference(job, way)
    return result


STEPS = {"probe": probe, "describe": describe, "inputs": inputs, "capture": capture}


def main():
    channel = Channel()
    end_with_parent()
    faulthandler.enable(sys.stderr)
    request = channel.request
    try:
        channel.tell("hello", python=sys.version.split()[0], torch=torch_version(), executable=sys.executable)
        channel.end("result", result=STEPS[request["do"]](request, channel))
    except Failure as failure:
        channel.end("failure", failure=failure.told())
    except MemoryError as error:
        channel.end("failure", failure=failure_of(error, "memory", channel).told())
    except BaseException as error:
        traceback.print_exc()
        channel.end("failure", failure=Failure("fault", reason_of(error), frames_of(error)).told())
