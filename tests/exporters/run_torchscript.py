#!/usr/bin/env python3
"""Runs an exported TorchScript model in stock PyTorch.

    run_torchscript.py MODEL INPUT SHAPE OUTPUT ENGINE

INPUT and OUTPUT hold float32 numbers, SHAPE is the input's ("4,3,32,32"), ENGINE one of
torch.backends.quantized.supported_engines. Exit code 77: PyTorch or the engine is not there.
"""
import sys


def main(model, source, shape, target, engine):
    try:
        import torch
    except ImportError:
        print("python3-torch is not installed")
        return 77
    if engine not in torch.backends.quantized.supported_engines:
        print(f"PyTorch has no quantized engine {engine}")
        return 77
    torch.backends.quantized.engine = engine
    network = torch.jit.load(model)
    network.eval()
    with open(source, "rb") as file:
        x = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    with torch.no_grad():
        y = network(x.reshape([int(extent) for extent in shape.split(",")]))
    with open(target, "wb") as file:
        file.write(y.contiguous().numpy().tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
