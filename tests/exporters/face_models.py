#!/usr/bin/env python3
"""face_models.py FOLDER: networks with unusual inputs and outputs, FOLDER/NAME.onnx and FOLDER/NAME.pt.

The first input is float32 [N, 4]; a further one is int64 [N, 3]. Networks called fixed... run a batch of 2 only.
Exit code 77: onnx or torch is not installed.
"""
import pathlib
import sys

try:
    import numpy
    import torch
    from onnx import TensorProto, helper, numpy_helper, save
except ImportError as missing:
    print(missing)
    sys.exit(77)

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
WEIGHT = (numpy.random.RandomState(1).standard_normal((4, 4)) / 2).astype(numpy.float32)
ROW = numpy.array([[1, 2, 3, 4]], numpy.float32)
node = helper.make_node
X = ("x", FLOAT, ["N", 4])
LAYER = node("Gemm", ["x", "w"], ["t"], name="fc", transB=1)


def networks():
    """NAME -> inputs, nodes, outputs."""
    y = ("y", FLOAT, ["N", 4])
    relu = node("Relu", ["t"], ["y"], name="relu")
    return {
        "returns_input": ([X], [LAYER, relu], [y, X]),
        "copies_input": ([X], [LAYER, relu, node("Identity", ["x"], ["copy"])], [("copy", FLOAT, ["N", 4]), y]),
        "returns_constant": ([X], [LAYER, relu, node("Constant", [], ["c"], value=numpy_helper.from_array(ROW))],
                             [y, ("c", FLOAT, [1, 4])]),
        "returns_twice": ([X], [LAYER, relu, node("Identity", ["y"], ["again"])], [y, ("again", FLOAT, ["N", 4])]),
        "returns_what_it_reads": ([X], [LAYER, relu, node("Gemm", ["y", "w"], ["z"], name="head")],
                                  [("z", FLOAT, ["N", 4]), y, ("t", FLOAT, ["N", 4])]),
        "reads_one_input": ([X, ("unread", INT64, ["N", 3])], [LAYER, relu], [y]),
        "doubles_the_batch": ([X], [LAYER, node("Concat", ["x", "t"], ["y"], axis=0)], [("y", FLOAT, ["M", 4])]),
        "adds_a_row": ([X], [LAYER, node("Concat", ["t", "row"], ["y"], axis=0)], [("y", FLOAT, ["M", 4])]),
        "has_other_types": ([X, ("i", INT64, ["N", 3])],
                            [LAYER, node("ArgMax", ["t"], ["best"], axis=1), node("Greater", ["t", "zero"], ["sign"]),
                             node("Add", ["i", "i"], ["sum"])],
                            [("best", INT64, ["N", 1]), ("sign", BOOL, ["N", 4]), ("sum", INT64, ["N", 3])]),
        "fixed": ([("x", FLOAT, [2, 4])], [LAYER, node("Reshape", ["t", "eight"], ["y"])], [("y", FLOAT, [8])]),
        "calls_an_input_like_a_layer": ([("fc", FLOAT, ["N", 4])],
                                        [node("Gemm", ["fc", "w"], ["t"], name="fc", transB=1),
                                         node("Gemm", ["t", "w"], ["y"], name="t")], [y]),
    }


class Network(torch.nn.Module):
    def __init__(self, after):
        super().__init__()
        self.fc = torch.nn.Linear(4, 4)
        self.after = after
        self.register_buffer("row", torch.from_numpy(ROW))

    def forward(self, x):
        return self.after(self, x, self.fc(x))


class TwoInputs(Network):
    def forward(self, x, i):
        return self.after(self, x, self.fc(x), i)


def torch_networks():
    return {
        "returns_input": Network(lambda self, x, t: (t.relu(), x)),
        "returns_constant": Network(lambda self, x, t: (t.relu(), self.row)),
        "returns_twice": Network(lambda self, x, t: (t, t)),
        "returns_what_it_reads": Network(lambda self, x, t: (self.fc(t.relu()), t)),
        "reads_one_input": TwoInputs(lambda self, x, t, i: t.relu()),
        "doubles_the_batch": Network(lambda self, x, t: torch.cat([x, t], 0)),
        "adds_a_row": Network(lambda self, x, t: torch.cat([t, self.row], 0)),
        "has_other_types": TwoInputs(lambda self, x, t, i: (t.argmax(1), t > 0, i + i)),
        "fixed": Network(lambda self, x, t: t.reshape(8)),
    }


def main(folder):
    folder = pathlib.Path(folder)
    torch.manual_seed(1)
    constants = {"w": WEIGHT, "row": ROW, "zero": numpy.zeros(1, numpy.float32), "eight": numpy.array([8])}
    for name, (inputs, nodes, outputs) in networks().items():
        read = {tensor for one in nodes for tensor in one.input}
        graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info(*info) for info in inputs],
                                  [helper.make_tensor_value_info(*info) for info in outputs],
                                  [numpy_helper.from_array(value, key) for key, value in constants.items() if key in read])
        save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8),
             str(folder / f"{name}.onnx"))
    for name, network in torch_networks().items():
        inputs = [torch.rand(2, 4)] + [torch.ones(2, 3, dtype=torch.long)] * isinstance(network, TwoInputs)
        torch.jit.trace(network.eval(), inputs).save(str(folder / f"{name}.pt"))


main(sys.argv[1])
