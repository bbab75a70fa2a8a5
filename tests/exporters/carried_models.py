#!/usr/bin/env python3
"""Networks whose operators no kernel here quantizes and that read constant tensors.

    carried_models.py FOLDER

writes FOLDER/NAME.onnx and FOLDER/NAME.pt, each with one float32 input, whose extents are in the file's name with
.shape behind it. Exit code 77: onnx or torch is not installed.
"""
import itertools
import pathlib
import sys

try:
    import numpy
    import torch
    from onnx import TensorProto, helper, numpy_helper, save
except ImportError as missing:
    print(missing)
    sys.exit(77)

functional = torch.nn.functional
random = numpy.random.RandomState(3)


def noise(*shape):
    return random.standard_normal(shape).astype(numpy.float32)


def ints(*values):
    return numpy.array(values, numpy.int64)


# ONNX: NAME -> (extents of x, opset, nodes, constants). A node is (operator, inputs, outputs, attributes); the network's
# result is y.
ONNX = {}


def one(name, shape, op, *constants, opset=16, first="x", cast=False, outputs=("y",), **attributes):
    """One operator on x, which stands first, or where a constant is called "x"."""
    inputs, values = [], {}
    operands = list(constants) if "x" in [c for c in constants if isinstance(c, str)] else [first, *constants]
    for i, constant in enumerate(operands):
        if isinstance(constant, str):
            inputs.append(constant)
        else:
            inputs.append(f"c{i}")
            values[f"c{i}"] = constant
    result = "raw" if cast else "y"
    nodes = [(op, inputs, [result if output == "y" else output for output in outputs], attributes)]
    if cast:
        nodes.append(("Cast", ["raw"], ["y"], {"to": TensorProto.FLOAT}))
    ONNX[name] = (shape, opset, nodes, values)


def fill():
    image = (2, 3, 6, 8)
    one("conv1d", (2, 3, 12), "Conv", noise(4, 3, 3), noise(4), kernel_shape=[3], pads=[2, 1])
    one("conv3d", (2, 4, 5, 6, 7), "Conv", noise(6, 2, 2, 3, 3), noise(6), group=2, strides=[1, 2, 1], pads=[0, 1, 1, 1, 1, 1])
    one("conv_transpose3d", (2, 4, 3, 4, 5), "ConvTranspose", noise(4, 3, 2, 3, 2), strides=[2, 1, 2])
    one("matmul_rank3", (2, 5, 4), "MatMul", noise(1, 4, 3))
    one("matmul_batch", (2, 3, 5, 4), "MatMul", noise(3, 4, 3))
    one("matmul_left", (2, 5, 4), "MatMul", noise(3, 5), "x")
    one("where", image, "Where", noise(6, 8) > 0, "x", numpy.float32(-2))
    one("where_infinity", image, "Where", noise(1, 1, 6, 8) > 1, numpy.float32(-numpy.inf), "x")
    one("gather_2d", image, "Gather", numpy.array([[2, 0], [1, -1]], numpy.int64), axis=1)
    one("gather_elements", image, "GatherElements", random.randint(0, 6, (2, 3, 6, 8)).astype(numpy.int64), axis=2)
    one("gather_nd", (1, 5, 6, 3), "GatherND", numpy.array([[[0, 1], [4, 5], [2, 2]]], numpy.int64), batch_dims=1)
    one("scatter_elements", (4, 6), "ScatterElements", numpy.array([[0, 1, 5]] * 4, numpy.int64), noise(4, 3), axis=1)
    one("scatter_add", (4, 6), "ScatterElements", numpy.array([[0, 0, 5]] * 4, numpy.int64), noise(4, 3), axis=1, reduction="add")
    one("scatter_nd", (1, 6, 3), "ScatterND", numpy.array([[0, 1], [0, 4]], numpy.int64), noise(2, 3))
    one("trilu", (2, 5, 5), "Trilu", numpy.int64(1), upper=0)
    one("det", (3, 4, 4), "Det")
    one("einsum", (2, 5, 4), "Einsum", noise(3, 4), equation="bij,kj->bki")
    one("grid_sample", (1, 2, 6, 8), "GridSample", numpy.clip(noise(1, 4, 5, 2), -1.2, 1.2), mode="bilinear", padding_mode="border")
    one("shrink", image, "Shrink", lambd=0.4, bias=0.4)
    one("is_inf", image, "IsInf", cast=True, detect_negative=0)
    one("cumsum", image, "CumSum", numpy.int64(2))
    one("top_k", image, "TopK", ints(3), axis=3, outputs=("y", "places"))
    one("instance_norm", image, "InstanceNormalization", noise(3), noise(3))
    one("reflect_pad", image, "Pad", ints(0, 0, 2, 1, 0, 0, 1, 3), mode="reflect")
    one("pow", image, "Pow", numpy.float32(3))
    one("constant_pow", image, "Pow", numpy.abs(noise(8)) + 1, "x")
    one("max", image, "Max", noise(3, 1, 1), noise(8))
    one("lstm", (5, 2, 4), "LSTM", noise(2, 12, 4), noise(2, 12, 3), noise(2, 24), hidden_size=3, direction="bidirectional")
    one("gru", (5, 2, 4), "GRU", noise(1, 9, 4), noise(1, 9, 3), noise(1, 18), hidden_size=3, linear_before_reset=1)
    one("gru_resets_first", (3, 2, 4), "GRU", noise(1, 9, 4), noise(1, 9, 3), noise(1, 18), hidden_size=3)
    one("rnn", (5, 2, 4), "RNN", noise(1, 3, 4), noise(1, 3, 3), noise(1, 6), hidden_size=3, activations=["Relu"])
    one("lrn", image, "LRN", size=3)
    one("lp_pool", image, "LpPool", kernel_shape=[2, 2], p=2)
    one("space_to_depth", image, "SpaceToDepth", blocksize=2)
    one("hardmax", image, "Hardmax", axis=1)
    one("mvn", image, "MeanVarianceNormalization")
    one("layer_norm_statistics", image, "LayerNormalization", noise(8), noise(8), opset=17, outputs=("z", "y", "w"))
    sizes = ints(2, 3, 9, 5)
    for mode, coordinates in itertools.product(
            ("linear", "cubic"), ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")):
        one(f"resize_{mode}_{coordinates}", image, "Resize", "x", "", "", sizes, mode=mode, coordinate_transformation_mode=coordinates)
    for nearest, coordinates in itertools.product(
            ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
            ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")):
        one(f"resize_{nearest}_{coordinates}", image, "Resize", "x", "", "", sizes, mode="nearest", nearest_mode=nearest,
            coordinate_transformation_mode=coordinates)
    one("resize_excluding", image, "Resize", "x", "", "", sizes, mode="cubic", exclude_outside=1, cubic_coeff_a=-0.5)


class Apply(torch.nn.Module):
    """`function` of x and constants, which are buffers."""

    def __init__(self, function, *constants):
        super().__init__()
        self.function = function
        for i, constant in enumerate(constants):
            self.register_buffer(f"c{i}", torch.as_tensor(constant))

    def forward(self, x):
        return self.function(x, *self.buffers(recurse=False))


class Recurrent(torch.nn.Module):
    def __init__(self, kind, **settings):
        super().__init__()
        self.layer = kind(4, 3, **settings)

    def forward(self, x):
        y, state = self.layer(x)
        return y, *(state if isinstance(state, tuple) else (state,))


class Mixed(torch.nn.Module):
    """What is quantized around what is carried."""

    def __init__(self):
        super().__init__()
        self.first, self.last = torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.Conv2d(8, 4, 3)
        self.volume = torch.nn.ConvTranspose3d(1, 1, 3, padding=1)
        self.register_buffer("mask", torch.tensor(noise(6, 8) > 0.5))
        self.register_buffer("order", torch.tensor([7, 0, 1, 3, 2, 5, 4, 6]))

    def forward(self, x):
        y = self.first(x).relu().masked_fill(self.mask, 0.5)
        y = self.volume(y.unsqueeze(1)).squeeze(1).index_select(1, self.order)
        return self.last(y)


def torch_networks():
    image = (2, 3, 6, 8)
    mask = torch.tensor(noise(6, 8) > 0.5)
    some = torch.tensor([2, 0, 1, 1])
    apply = {
        "masked_fill": (lambda x, m: x.masked_fill(m, -1e4), mask),
        "masked_fill_infinity": (lambda x, m: x.masked_fill(m, float("-inf")).softmax(-1), mask),
        "where": (lambda x, m, c: torch.where(m, x, c), mask, noise(8)),
        "index_select": (lambda x, i: x.index_select(1, i), some),
        "index": (lambda x, i: x[:, i], some),
        "index_neighbours": (lambda x, i, j: x[:, i, j], some, torch.tensor([5, 0, 3, 3])),
        "index_apart": (lambda x, i, j: x[:, i, :, j], some, torch.tensor([5, 0, 3, 3])),
        "index_mask": (lambda x, m: x[:, :, m], mask),
        "conv1d_same": (lambda x, w: functional.conv1d(x, w, padding="same", dilation=2), noise(4, 3, 4)),
        "left": (lambda x, w: torch.matmul(w, x), noise(5, 6)),
        "baddbmm": (lambda x, b, w: torch.baddbmm(b, x, w, alpha=0.5), noise(2, 6, 3), noise(2, 8, 3)),
        "bilinear": (lambda x, w: torch.einsum("nchw,oc->nohw", x, w), noise(5, 3)),
        "hardshrink": (lambda x: functional.hardshrink(x, 0.3),),
        "softshrink": (lambda x: functional.softshrink(x, 0.3),),
        "tril": (lambda x: x.tril(-1),),
        "triu": (lambda x: x.triu(2),),
        "repeat_interleave": (lambda x: x.repeat_interleave(3, 2),),
        "group_norm": (lambda x, w, b: functional.group_norm(x, 3, w, b), noise(3), noise(3)),
        "grid_sample": (lambda x, g: functional.grid_sample(x, g.expand(x.shape[0], -1, -1, -1), align_corners=False), noise(1, 4, 5, 2)),
        "affine_grid": (lambda x: functional.affine_grid(x[:, 0, :2, :3], (2, 3, 4, 5), align_corners=False),),
        "bicubic": (lambda x: functional.interpolate(x, size=(9, 5), mode="bicubic"),),
        "scatter_add": (lambda x, i, s: x.scatter_add(3, i.expand(x.shape[0], -1, -1, -1), s.expand(x.shape[0], -1, -1, -1)),
                        random.randint(0, 8, (1, 3, 6, 4)), noise(1, 3, 6, 4)),
        "logical": (lambda x, m: ((x > 0) & m | (x < -1) ^ ~m).float(), mask),
    }
    three = {"baddbmm": (2, 6, 8), "conv1d_same": (2, 3, 12)}
    for name, (function, *constants) in apply.items():
        yield name, three.get(name, image), Apply(function, *constants)
    yield "mixed", image, Mixed()
    yield "conv3d", (2, 3, 5, 6, 7), torch.nn.Conv3d(3, 4, 3, stride=(1, 2, 1), padding=1)
    yield "conv_transpose3d", (2, 3, 3, 4, 5), torch.nn.ConvTranspose3d(3, 4, 3, stride=2, output_padding=1)
    yield "lstm", (2, 5, 4), Recurrent(torch.nn.LSTM, num_layers=2, bidirectional=True, batch_first=True)
    yield "gru", (5, 2, 4), Recurrent(torch.nn.GRU, num_layers=2)
    yield "rnn", (5, 2, 4), Recurrent(torch.nn.RNN, bias=False)


def write_onnx(file, shape, opset, nodes, constants):
    graph = helper.make_graph(
        [helper.make_node(op, inputs, outputs, name=f"layer{i}", **attributes)
         for i, (op, inputs, outputs, attributes) in enumerate(nodes)],
        "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(numpy.asarray(value), name) for name, value in constants.items()])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), str(file))


def main(folder):
    folder = pathlib.Path(folder)
    fill()
    torch.manual_seed(3)

    def shape_of(file, shape):
        pathlib.Path(f"{file}.shape").write_text(",".join(str(extent) for extent in shape))

    for name, (shape, opset, nodes, constants) in ONNX.items():
        write_onnx(folder / f"{name}.onnx", shape, opset, nodes, constants)
        shape_of(folder / f"{name}.onnx", shape)
    for name, shape, network in torch_networks():
        torch.jit.trace(network.eval(), torch.rand(shape), check_trace=False).save(str(folder / f"{name}.pt"))
        shape_of(folder / f"{name}.pt", shape)


main(sys.argv[1])
