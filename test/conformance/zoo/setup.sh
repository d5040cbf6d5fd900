#!/usr/bin/env bash
# Makes the Python environment that builds and scores the zoo (PyTorch for the CPU, torchvision, timm, transformers,
# onnx, onnxruntime, and an OpenCV that still reads Caffe) and prints its interpreter. Does nothing when it is made.
set -euo pipefail
venv=${1:?usage: setup.sh FOLDER}
if [ ! -f "$venv/.done" ]; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  pip() { "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"; }
  pip torch==2.13.0
  # Its wheels pin another build of torch; torchvision_shim.py declares the operators that it then lacks.
  pip torchvision==0.28.0 --no-deps
  pip timm==1.0.29 transformers==5.18.0 onnx==1.23.1 onnxscript==0.7.2 onnxruntime==1.30.0 \
    numpy pillow opencv-python-headless==4.14.0.94
  touch "$venv/.done"
fi
echo "$venv/bin/python"
