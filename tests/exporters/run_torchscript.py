#!/usr/bin/env python3
"""Runs exported TorchScript models in stock PyTorch.

    run_torchscript.py ENGINE MODEL OUTPUTS INPUT... [-- MODEL OUTPUTS INPUT...]...

ENGINE is one of torch.backends.quantized.supported_engines. An INPUT is FILE:TYPE:SHAPE
("x.bin:float32:4,3,32,32"). Output i goes to OUTPUTS.i as float32 numbers, its extents to OUTPUTS.i.shape.
What fails is said, and leaves no outputs. Exit code 77: PyTorch or the engine is not there.
"""
import itertools
import pathlib
import sys


def read(torch, text):
    file, dtype, shape = text.rsplit(":", 2)
    data = bytearray(pathlib.Path(file).read_bytes())
    numbers = torch.frombuffer(data, dtype=getattr(torch, dtype))
    return numbers.reshape([int(extent) for extent in shape.split(",") if extent])


def run(torch, model, target, *inputs):
    network = torch.jit.load(model)
    network.eval()
    with torch.no_grad():
        outputs = network(*[read(torch, text) for text in inputs])
    for i, output in enumerate(outputs if isinstance(outputs, tuple) else [outputs]):
        file = pathlib.Path(f"{target}.{i}")
        file.write_bytes(output.float().contiguous().numpy().tobytes())
        pathlib.Path(f"{file}.shape").write_text("float32:" + ",".join(str(extent) for extent in output.shape))


def main(engine, *arguments):
    try:
        import torch
    except ImportError:
        print("python3-torch is not installed")
        return 77
    if engine not in torch.backends.quantized.supported_engines:
        print(f"PyTorch has no quantized engine {engine}")
        return 77
    torch.backends.quantized.engine = engine
    for separates, job in itertools.groupby(arguments, lambda text: text == "--"):
        if separates:
            continue
        job = list(job)
        try:
            run(torch, *job)
        except RuntimeError as error:
            print(f"{job[0]}: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
