#!/usr/bin/env python3
"""make_named.py FOLDER: a chain of linear layers whose names file formats trip over, as FOLDER/named.onnx and
FOLDER/named.pt, and the names in FOLDER/named.onnx.json and FOLDER/named.pt.json. 64 samples are in FOLDER/x.npy.
Exit code 77: onnx or torch is not installed.
"""
import json
import pathlib
import sys

try:
    import numpy
    import torch
    from onnx import TensorProto, helper, numpy_helper, save
except ImportError as missing:
    print(missing)
    sys.exit(77)

EITHER = ["a;b,c", "with space", "0", "self", "a=b", "a:b", "*", "?x", "x" * 300, "sl/ash", "@op", "tab\tname", "#2",
          "%x", "'single'", "_", "1a", "$", "weight.x", "b,c"]
# What ONNX has and LibTorch cannot write down.
ONNX = ["class", "None", "层 1", 'q"uote', "back\\slash", "ünï", "new\nline", "a..b", ".", "ends.", "fc.20231130123456789012",
        "class_", "x/MatMul", "input"]
WIDTH = 8


def matrix(seed):
    return (numpy.random.RandomState(seed).standard_normal((WIDTH, WIDTH)) / WIDTH ** 0.5).astype(numpy.float32)


def write_onnx(file, names):
    nodes, weights, last = [], [], "input"
    for i, name in enumerate(names):
        weights.append(numpy_helper.from_array(matrix(i), f"w{i}"))
        result = "output" if i + 1 == len(names) else f"t{i}"
        nodes.append(helper.make_node("Gemm", [last, f"w{i}"], [result], name=name, transB=1))
        last = result
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", WIDTH])],
                              [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", WIDTH])], weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), str(file))


class Chain(torch.nn.Module):
    def __init__(self, names):
        super().__init__()
        self.path = []
        for i, name in enumerate(names):
            parent, *rest = self, *name.split(".")
            for part in rest[:-1]:
                if part not in parent._modules:
                    parent.add_module(part, torch.nn.Module())
                parent = parent._modules[part]
            layer = torch.nn.Linear(WIDTH, WIDTH)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(matrix(i)))
            parent.add_module(rest[-1], layer)
            self.path.append(layer)

    def forward(self, x):
        for layer in self.path:
            x = layer(x)
        return x


def main(folder):
    folder = pathlib.Path(folder)
    torch.manual_seed(1)
    write_onnx(folder / "named.onnx", EITHER + ONNX)
    (folder / "named.onnx.json").write_text(json.dumps(EITHER + ONNX))
    torch.jit.trace(Chain(EITHER).eval(), torch.rand(2, WIDTH)).save(str(folder / "named.pt"))
    (folder / "named.pt.json").write_text(json.dumps(EITHER))
    numpy.save(folder / "x.npy", numpy.random.RandomState(2).standard_normal((64, WIDTH)).astype(numpy.float32))


main(sys.argv[1])
