#!/usr/bin/env bash
# Adds the simplifiers that ours is compared with to the conformance suites' Python environment. Does nothing when they
# are there.
set -euo pipefail
venv=${1:?usage: setup.sh FOLDER}
if [ ! -f "$venv/.simplifiers" ]; then
  # Without their dependencies: they would bring other versions of what the suites pin.
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps onnxsim==0.8.1 onnxslim==0.1.98 colorama==0.4.6
  touch "$venv/.simplifiers"
fi
