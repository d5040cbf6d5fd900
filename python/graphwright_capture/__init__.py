"""Captures a PyTorch program in the user's own Python, for Graphwright.

Run as `python -u -X utf8 graphwright_capture`: one JSON object on standard input says what to do, each line on standard output
is one JSON object that tells how it went (src/core/capture/live/protocol.ts describes both). It needs PyTorch 1.13 or later
and Python 3.8 or later, and nothing else. `steps` is where to begin to read.
"""
