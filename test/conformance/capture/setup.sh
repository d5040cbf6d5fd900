#!/usr/bin/env bash
# Makes a Python environment with the oldest PyTorch that live capture takes, 1.13, and prints its interpreter. Does nothing
# when it is made. Its wheels need CUDA's libraries to be imported, also where there is no GPU: about 3 GB altogether.
set -euo pipefail
venv=${1:?usage: setup.sh FOLDER}

# The oldest Python that has venv, of those that this PyTorch was built for.
oldest_python() {
  for version in 3.8 3.9 3.10 3.11; do
    for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
      if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python"
        return
      fi
    done
  done
  echo 'PyTorch 1.13 needs one of Python 3.8 to 3.11.' >&2
  return 1
}

if [ ! -f "$venv/.done" ]; then
  python=$(oldest_python)
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --no-compile --disable-pip-version-check torch==1.13.1 torchvision==0.14.1 'numpy<2' 'pillow<11'
  touch "$venv/.done"
fi
echo "$venv/bin/python"
