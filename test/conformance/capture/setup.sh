#!/usr/bin/env bash
# Makes a Python environment for live capture and prints its interpreter; does nothing when it is made: with the oldest PyTorch
# that is taken, 1.13, in the oldest Python that it was built for, or with the newest. Wheels of PyPI need CUDA's libraries to be
# imported, also where there is no GPU: about 3 GB for each.
set -euo pipefail
venv=${1:?usage: setup.sh FOLDER oldest|newest}
case ${2:-oldest} in
  oldest)
    pythons='3.8 3.9 3.10 3.11'
    packages=(torch==1.13.1 torchvision==0.14.1 'numpy<2' 'pillow<11')
    ;;
  newest)
    pythons='3.13 3.12 3.11 3.10'
    packages=(torch==2.15.0 torchvision==0.29.2 timm==1.0.31)
    ;;
esac

# The first Python of these that has venv.
find_python() {
  for version in $pythons; do
    for python in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python; do
      if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python"
        return
      fi
    done
  done
  echo "Needs one of Python $pythons." >&2
  return 1
}

if [ ! -f "$venv/.done" ]; then
  python=$(find_python)
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  touch "$venv/.done"
fi
echo "$venv/bin/python"
