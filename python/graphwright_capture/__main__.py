"""Starts it as a package: its modules must not be taken for the user's, which may have the same names."""

import os
import sys

sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from graphwright_capture.steps import main  # noqa: E402

# Programs find their own folders on the path, not this one.
del sys.path[0]
main()
