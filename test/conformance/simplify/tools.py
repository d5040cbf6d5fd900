"""The simplifiers that are compared, each run in a process of its own."""
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time

SECONDS = 900  # one run may take this long

# Each loads a file, simplifies with what the tool does by default, and writes a file. That is less work than the tools'
# own command lines do, which also print tables.
SCRIPTS = {
    "onnxsim": """
import onnx, onnxsim
simplified, _ = onnxsim.simplify(onnx.load(source))
onnx.save(simplified, target)
""",
    "onnxslim": """
import onnx, onnxslim
onnx.save(onnxslim.slim(onnx.load(source)), target)
""",
    "onnxruntime": """
import onnxruntime
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
options.optimized_model_filepath = target
options.log_severity_level = 4
onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
""",
}
OURS = "graphwright"
TOOLS = [OURS, *SCRIPTS]


class Failed(Exception):
    """A tool wrote no file; what it said last."""


def simplify(tool, source, target, cli, validating=False):
    """
    Runs one tool once in a fresh process; the seconds on the clock and of the processor (user and system, all threads).
    With `validating` ours proves the model sound after every pass, which takes longer.
    """
    command = [*shlex.split(cli), source, "-o", target, "--force"] if tool == OURS else [sys.executable, "-W", "ignore", "-c", _script(tool), source, target]
    if os.path.exists(target):
        os.remove(target)
    environment = {**os.environ, "GRAPHWRIGHT_VALIDATE_PASSES": "1" if validating else "0"}
    # Behind some proxies; Node then reads all certificates of the system at its start, which is no work of ours.
    environment.pop("NODE_EXTRA_CA_CERTS", None)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        try:
            status = subprocess.run(command, stdout=said, stderr=said, timeout=SECONDS, env=environment).returncode
        except subprocess.TimeoutExpired:
            raise Failed(f"no end within {SECONDS} s") from None
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if status or not os.path.exists(target):
            said.seek(0)
            raise Failed(last_words(said.read(), status))
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def call(tool, source, target):
    """Runs another tool in this process."""
    exec(SCRIPTS[tool], {"source": source, "target": target})


def last_words(said, status):
    return (said.strip().splitlines() or [f"exit {status}"])[-1][:300]


def _script(tool):
    return f"import sys\nsource, target = sys.argv[1:]\n{SCRIPTS[tool]}"
