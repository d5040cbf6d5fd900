"""For a Python whose torchvision lacks its compiled operators: they are declared before torchvision is imported."""
import importlib.abc
import os
import sys


class BeforeTorchvision(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "torchvision":
            sys.meta_path.remove(self)
            sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "zoo"))
            import torchvision_shim

        return None


sys.meta_path.insert(0, BeforeTorchvision())
