"""One process that has loaded what the jobs need, and forks for each of them: no job waits for imports, and none takes
another down. For tables of whole zoos, where times do not count."""
import multiprocessing
import os

import tools

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDERS = [HERE, os.path.join(HERE, "..", "zoo")]
MODULES = ["onnx", "onnxsim", "onnxslim", "onnxruntime", "torchvision_shim", "torch", "torchvision", "timm", "transformers"]


class Loaded:
    def __init__(self):
        # The process that loads the modules looks for them there.
        os.environ["PYTHONPATH"] = os.pathsep.join([*FOLDERS, os.environ.get("PYTHONPATH", "")])
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(MODULES)

    def simplify(self, tool, source, target):
        """Runs another tool once; what it cannot do is a tools.Failed with its last words."""
        status, words = self.run(tools.call, target + ".said", tool, source, target)
        if status or not os.path.exists(target):
            raise tools.Failed(tools.last_words(words, status))

    def run(self, function, said, *arguments):
        """A function in a process of its own; its exit code, and what it printed into the file `said`."""
        job = self.context.Process(target=_quietly, args=(said, function, arguments))
        job.start()
        job.join(tools.SECONDS)
        if job.is_alive():
            job.kill()
            job.join()
            raise tools.Failed(f"no end within {tools.SECONDS} s")
        with open(said) as handle:
            words = handle.read()
        os.remove(said)
        return job.exitcode, words


def _quietly(said, function, arguments):
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    function(*arguments)
