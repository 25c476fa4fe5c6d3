#!/bin/sh
# Builds the TensorRT plan of this network for the GPU of this machine. Run it in the container
# that will serve it (nvcr.io/nvidia/tritonserver:YY.MM-py3): a plan fits one version and one GPU.
#   build_plan.sh [further options of trtexec, such as --fp16]
set -eu
cd "$(dirname "$0")"
exec "${TRTEXEC:-/usr/src/tensorrt/bin/trtexec}" --onnx=model.onnx --saveEngine=1/model.plan \
  --minShapes=image:1x1x64x64x64 \
  --optShapes=image:1x1x304x256x352 \
  --maxShapes=image:1x1x448x384x448 "$@"
