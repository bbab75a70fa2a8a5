"""ONNX models written by hand, each with one thing that an importer can get wrong. What is right, onnxruntime says."""
import numpy
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from corpus_files import write_reference
from onnx_builder import Builder

ROWS = {}


def row(function):
    ROWS[function.__name__] = function
    return function


def noise(*shape):
    return numpy.random.RandomState(5).standard_normal(shape).astype(numpy.float32)


def axes(b, kind, x, values, since, **attributes):
    """An op whose axes moved from an attribute to an input in opset `since`."""
    if b.opset < since:
        return b.op(kind, [x], axes=values, **attributes)
    return b.op(kind, [x, b.ints(f"axes_{len(b.nodes)}", *values)], **attributes)


def opset_model(opset):
    """One network through the ops whose form changed between opset 7 and 21, in the form of `opset`."""
    b = Builder(opset)
    x = b.conv(b.input("x", ["N", 4, 12, 12]), 4, 8, name="stem")
    norm = [b.weight(f"norm.{part}", 8) for part in ("scale", "bias", "mean")]
    norm.append(b.constant("norm.var", numpy.linspace(0.5, 2, 8, dtype=numpy.float32)))
    x = b.op("BatchNormalization", [x, *norm], name="norm", epsilon=1e-3)
    if opset < 11:
        x = b.op("Clip", [x], name="clip", min=0.0, max=2.0)
        x = b.op("Pad", [x], name="pad", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.5)
    else:
        low, high = b.constant("low", numpy.float32(0)), b.constant("high", numpy.float32(2))
        x = b.op("Clip", [x, low, high], name="clip")
        value = b.constant("pad_value", numpy.float32(0.5))
        x = b.op("Pad", [x, b.ints("pads", 0, 0, 1, 1, 0, 0, 1, 1), value], name="pad")
    if opset < 10:
        x = b.op("Slice", [x], name="slice", starts=[1], ends=[-1], axes=[3])
        scales = b.constant("scales", numpy.array([1, 1, 2, 2], numpy.float32))
        if opset < 9:
            x = b.op("Upsample", [x], name="up", scales=[1.0, 1.0, 2.0, 2.0], mode="nearest")
        else:
            x = b.op("Upsample", [x, scales], name="up", mode="nearest")
    else:
        x = b.op("Slice", [x, b.ints("starts", 1), b.ints("ends", -1), b.ints("slice_axes", 3)], name="slice")
        scales = b.constant("scales", numpy.array([1, 1, 2, 2], numpy.float32))
        if opset < 11:
            x = b.op("Resize", [x, scales], name="up", mode="linear")
        else:
            roi = b.constant("roi", numpy.array([], numpy.float32))
            x = b.op("Resize", [x, roi, scales], name="up", mode="linear",
                     coordinate_transformation_mode="pytorch_half_pixel")
    if opset < 13:
        left, right = b.op("Split", [x], 2, name="split", axis=1, split=[3, 5])
    else:
        left, right = b.op("Split", [x, b.ints("parts", 3, 5)], 2, name="split", axis=1)
    x = b.op("Concat", [right, left], name="concat", axis=1)
    x = b.op("Dropout", [x], name="dropout")
    x = axes(b, "ReduceMean", x, [2], 18, keepdims=1)
    x = axes(b, "Squeeze", x, [2], 13)
    x = axes(b, "ReduceSum", x, [2], 13, keepdims=0)
    x = axes(b, "Unsqueeze", x, [2], 13)
    if opset >= 14:
        x = b.op("HardSwish", [x], name="hard_swish")
    if opset >= 17:
        x = b.op("LayerNormalization", [x, b.weight("ln.scale", 8, 1), b.weight("ln.bias", 8, 1)], axis=1)
    if opset >= 18:
        groups = 2 if opset < 21 else 8
        x = b.op("GroupNormalization", [x, b.weight("gn.scale", groups), b.weight("gn.bias", groups)], num_groups=2)
        x = b.op("Mish", [x], name="mish")
    if opset >= 20:
        x = b.op("Gelu", [x], name="gelu", approximate="tanh")
    x = b.op("Reshape", [x, b.ints("to", 0, -1)], name="flat")
    x = b.op("Gemm", [x, b.weight("fc.weight", 5, 8), b.weight("fc.bias", 5)], name="fc", transB=1, alpha=0.5)
    b.output(b.op("Softmax", [x], name="softmax", axis=1))
    return b


for version in (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21):
    ROWS[f"opset_{version}"] = lambda folder, version=version: opset_model(version).save(
        folder, noise(2, 4, 12, 12)
    )


@row
def ir_10_opset_13(folder):
    """A newer IR than the opset's own."""
    b = opset_model(13)
    b.ir = 10
    b.save(folder, noise(2, 4, 12, 12))


@row
def softmax_of_opset_11(folder):
    """Before opset 13 softmax flattens what follows its axis."""
    b = Builder(11)
    x = b.conv(b.input("x", ["N", 3, 6, 6]), 3, 4, name="conv")
    b.output(b.op("Softmax", [x], name="softmax", axis=1))
    b.save(folder, noise(2, 3, 6, 6))


@row
def initializers_as_inputs(folder):
    b = Builder(8, ir=3)
    x = b.op("Relu", [b.conv(b.input("x", ["N", 3, 8, 8]), 3, 4, name="conv")], name="relu")
    b.output(b.op("GlobalAveragePool", [x], name="pool"))
    b.save(folder, noise(2, 3, 8, 8))


@row
def nhwc_input(folder):
    """TensorFlow's order, with the transposes that its converters leave."""
    b = Builder()
    x = b.op("Transpose", [b.input("image", ["N", 10, 10, 3])], name="to_nchw", perm=[0, 3, 1, 2])
    x = b.op("Relu", [b.conv(x, 3, 8, name="conv1", strides=[2, 2])], name="relu1")
    x = b.op("Transpose", [x], name="to_nhwc", perm=[0, 2, 3, 1])
    x = b.op("Mul", [x, b.weight("gain", 8)], name="gain_nhwc")
    x = b.op("Transpose", [x], name="back", perm=[0, 3, 1, 2])
    x = b.conv(x, 8, 4, name="conv2")
    b.output(b.op("Transpose", [x], name="out_nhwc", perm=[0, 2, 3, 1]))
    b.save(folder, noise(2, 10, 10, 3))


@row
def identity_chains(folder):
    """Identities on activations, on weights, and as the last node."""
    b = Builder()
    x = b.op("Identity", [b.op("Identity", [b.input("x", ["N", 3, 8, 8])])])
    weight = b.op("Identity", [b.op("Identity", [b.weight("stem.weight", 4, 3, 3, 3)])])
    x = b.op("Conv", [x, weight], name="conv", kernel_shape=[3, 3])
    x = b.op("Identity", [b.op("Relu", [b.op("Identity", [x])], name="relu")])
    b.output(b.op("Identity", [x]))
    b.save(folder, noise(2, 3, 8, 8))


@row
def weights_in_constants(folder):
    """Every weight is the result of a Constant node."""
    b = Builder()
    x = b.input("x", ["N", 3, 8, 8])
    arrays = {"w": noise(4, 3, 3, 3), "b": noise(4), "shape": numpy.array([0, -1]), "fc.weight": noise(144, 5)}
    w, bias, shape, fc = (
        b.op("Constant", [], name=name, value=numpy_helper.from_array(array)) for name, array in arrays.items()
    )
    x = b.op("Conv", [x, w, bias], name="conv", kernel_shape=[3, 3])
    b.output(b.op("MatMul", [b.op("Reshape", [x, shape], name="flat"), fc], name="fc"))
    b.save(folder, noise(2, 3, 8, 8))


@row
def shape_chain(folder):
    """Shape, Gather, Unsqueeze, Concat, Reshape; sizes halved and cast; ConstantOfShape and Expand."""
    b = Builder()
    x = b.conv(b.input("x", ["N", 4, 8, 8]), 4, 8, name="conv")
    shape = b.op("Shape", [x])

    def extent(axis):
        return b.op("Gather", [shape, b.constant(f"axis{axis}_{len(b.nodes)}", numpy.int64(axis))], axis=0)

    def one(value):
        return b.op("Unsqueeze", [value, b.ints(f"zero_{len(b.nodes)}", 0)])

    half = b.op("Div", [extent(1), b.constant("two", numpy.int64(2))])
    size = b.op("Concat", [one(extent(0)), b.ints("groups", 2), one(half), one(extent(2)), one(extent(3))], axis=0)
    x = b.op("Reshape", [x, size], name="split_groups")
    x = b.op("Transpose", [x], perm=[0, 2, 1, 3, 4])
    x = b.op("Reshape", [x, shape], name="shuffled")
    ones = b.op("ConstantOfShape", [shape], value=helper.make_tensor("v", TensorProto.FLOAT, [1], [0.5]))
    x = b.op("Add", [x, ones], name="shift")
    x = b.op("Add", [x, b.op("Expand", [b.weight("row", 1, 8, 1, 1), shape])], name="bias")
    flat = b.op("Concat", [one(extent(0)), b.ints("rest", -1)], axis=0)
    x = b.op("Reshape", [x, flat], name="flat")
    b.output(b.op("Gemm", [x, b.weight("fc", 512, 3), b.weight("fc.bias", 3)], name="head"))
    b.save(folder, noise(2, 4, 8, 8))


@row
def fixed_batch_onnx(folder):
    b = Builder()
    x = b.conv(b.input("x", [2, 3, 6, 6]), 3, 4, name="conv")
    x = b.op("Reshape", [x, b.ints("shape", 2, 144)], name="flat")
    b.output(b.op("MatMul", [x, b.weight("fc", 144, 4)], name="fc"))
    b.save(folder, noise(2, 3, 6, 6))


def converted(array, dtype):
    """An initializer of 16 bits; bf16 is the upper half of a float."""
    if dtype == TensorProto.FLOAT16:
        return numpy_helper.from_array(array.astype(numpy.float16))
    bits = (array.view(numpy.uint32) >> 16).astype(numpy.uint16)
    return helper.make_tensor("", dtype, array.shape, bits.tobytes(), raw=True)


def half_model(folder, dtype):
    """Weights of 16 bits behind a Cast, as converters that keep float inputs write them."""
    b = Builder()
    x = b.input("x", ["N", 3, 8, 8])
    weights = {}
    for name, array in (("conv.weight", noise(4, 3, 3, 3)), ("conv.bias", noise(4))):
        tensor = converted(array, dtype)
        tensor.name = name
        b.weights.append(tensor)
        weights[name] = b.op("Cast", [name], to=TensorProto.FLOAT)
    x = b.op("Conv", [x, *weights.values()], name="conv", kernel_shape=[3, 3])
    b.output(b.op("Relu", [x], name="relu"))
    b.save(folder, noise(2, 3, 8, 8))


@row
def fp16_weights_cast(folder):
    half_model(folder, TensorProto.FLOAT16)


@row
def bf16_weights_cast(folder):
    half_model(folder, TensorProto.BFLOAT16)


@row
def fp16_throughout(folder):
    """Input, weights and output of 16 bits: widened, it computes what the reference does in fp32."""
    b = Builder()
    b.input("x", ["N", 3, 8, 8], TensorProto.FLOAT16)
    weight = noise(4, 3, 3, 3).astype(numpy.float16)
    b.constant("conv.weight", weight)
    x = b.op("Conv", ["x", "conv.weight"], name="conv", kernel_shape=[3, 3])
    b.output(b.op("Relu", [x], name="relu"), TensorProto.FLOAT16)
    onnx.save(b.model(), str(folder / "model.onnx"))
    x = torch.from_numpy(noise(2, 3, 8, 8))
    y = torch.relu(torch.conv2d(x, torch.from_numpy(weight.astype(numpy.float32))))
    write_reference(folder, [x], [y], ["x"])


@row
def typed_data(folder):
    """Initializers in float_data and int64_data instead of raw bytes."""
    b = Builder()
    x = b.input("x", ["N", 3, 6, 6])
    weight, shape = noise(4, 3, 3, 3), [0, 64]
    b.weights.append(helper.make_tensor("conv.weight", TensorProto.FLOAT, weight.shape, weight.flatten()))
    b.weights.append(helper.make_tensor("shape", TensorProto.INT64, [2], shape))
    x = b.op("Conv", [x, "conv.weight"], name="conv", kernel_shape=[3, 3])
    b.output(b.op("Reshape", [x, "shape"], name="flat"))
    b.save(folder, noise(2, 3, 6, 6))


@row
def external_data(folder):
    b = Builder()
    x = b.op("Relu", [b.conv(b.input("x", ["N", 3, 8, 8]), 3, 16, name="conv1")], name="relu")
    b.output(b.conv(x, 16, 8, name="conv2"))
    (folder / "model.onnx.data").unlink(missing_ok=True)
    b.save(folder, noise(2, 3, 8, 8), save_as_external_data=True, location="model.onnx.data", size_threshold=0)


def external_to(folder, location, length):
    b = Builder()
    x = b.input("x", ["N", 3, 8, 8])
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3])
    weight.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", str(length))):
        weight.external_data.add(key=key, value=value)
    b.weights.append(weight)
    b.output(b.op("Conv", [x, "w"], name="conv", kernel_shape=[3, 3]))
    (folder / "model.onnx").write_bytes(b.model().SerializeToString())


@row
def external_data_missing(folder):
    external_to(folder, "nowhere.bin", 432)


@row
def external_data_outside(folder):
    """A location that leaves the model's folder is not followed."""
    (folder.parent / "outside.bin").write_bytes(noise(4, 3, 3, 3).tobytes())
    external_to(folder, "../outside.bin", 432)


@row
def external_data_short(folder):
    (folder / "short.bin").write_bytes(bytes(100))
    external_to(folder, "short.bin", 432)


@row
def carried_onnx(folder):
    """Ops without an entry of their own that LibTorch computes."""
    b = Builder()
    x = b.op("Relu", [b.conv(b.input("x", ["N", 3, 8, 8]), 3, 6, name="conv1")], name="relu")
    x = b.op("CumSum", [x, b.constant("axis", numpy.int64(2))], name="running")
    x = b.conv(x, 6, 4, name="conv2")
    b.output(b.op("ReduceLogSumExp", [x], name="soft_max", axes=[2, 3], keepdims=0))
    b.save(folder, noise(2, 3, 8, 8))


@row
def local_function(folder):
    """A node that stands for a function of the model's own, as newer exporters write modules."""
    b = Builder(17)
    b.domains["acme"] = 1
    body = [helper.make_node("Sigmoid", ["v"], ["s"]), helper.make_node("Mul", ["v", "s"], ["y"])]
    imports = [helper.make_opsetid("", 17)]
    b.functions.append(helper.make_function("acme", "Swish", ["v"], ["y"], body, imports))
    x = b.conv(b.input("x", ["N", 3, 6, 6]), 3, 4, name="conv")
    b.output(b.op("Swish", [x], name="swish", domain="acme"))
    b.save(folder, noise(2, 3, 6, 6))


def branches(b):
    def branch(kind):
        node = helper.make_node(kind, ["x"], [f"{kind}_y"], name=f"{kind}_inside")
        return helper.make_graph([node], kind, [], [helper.make_tensor_value_info(f"{kind}_y", 1, None)])

    return {"then_branch": branch("Relu"), "else_branch": branch("Neg")}


@row
def constant_if(folder):
    b = Builder()
    b.input("x", ["N", 4])
    rank = b.op("Size", [b.op("Shape", ["x"])])
    condition = b.op("Equal", [rank, b.constant("two", numpy.int64(2))])
    b.output(b.op("If", [condition], name="choose", **branches(b)))
    b.save(folder, noise(2, 4))


@row
def data_if(folder):
    b = Builder()
    b.input("x", ["N", 4])
    condition = b.op("Greater", [b.op("ReduceSum", ["x"], keepdims=0), b.constant("zero", numpy.float32(0))])
    b.output(b.op("If", [condition], name="choose", **branches(b)))
    b.save(folder)


@row
def data_loop(folder):
    b = Builder()
    b.input("x", ["N", 4])
    count = b.op("Cast", [b.op("ReduceSum", ["x"], keepdims=0)], to=TensorProto.INT64)
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["c2"]), helper.make_node("Add", ["v", "v"], ["v2"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("c2", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v2", TensorProto.FLOAT, None),
        ],
    )
    condition = b.constant("go", numpy.array(True))
    b.output(b.op("Loop", [count, condition, "x"], name="repeat", body=body))
    b.save(folder)


@row
def custom_op_onnx(folder):
    b = Builder()
    b.domains["com.acme"] = 1
    x = b.conv(b.input("x", ["N", 3, 6, 6]), 3, 4, name="conv")
    b.output(b.op("Sharpen", [x], name="sharpen_it", domain="com.acme", by=2.0))
    b.save(folder)


@row
def string_tensor(folder):
    b = Builder()
    x = b.input("words", ["N"], TensorProto.STRING)
    b.output(b.op("StringNormalizer", [x], name="lower", case_change_action="LOWER"), TensorProto.STRING)
    b.save(folder)


@row
def non_zero(folder):
    """A result whose shape depends on the data."""
    b = Builder()
    b.output(b.op("NonZero", [b.input("x", ["N", 4])], name="find"), TensorProto.INT64)
    b.save(folder)


def quantized(b, name, values):
    return b.constant(name, values.astype(numpy.int8))


@row
def dynamically_quantized_onnx(folder):
    b = Builder()
    values, scale, zero = b.op("DynamicQuantizeLinear", [b.input("x", ["N", 8])], 3)
    y = b.op("MatMulInteger", [values, quantized(b, "w", noise(8, 4) * 20), zero], name="fc")
    b.output(b.op("Mul", [b.op("Cast", [y], to=TensorProto.FLOAT), scale]))
    b.save(folder)


@row
def extents_unknown(folder):
    """Neither the file nor a convolution says how long the input is."""
    b = Builder()
    x = b.op("MatMul", [b.input("x", ["N", "length", "width"]), b.weight("w", 16, 4)], name="fc")
    b.output(x)
    b.save(folder, noise(2, 7, 16))


@row
def image_size_unknown(folder):
    b = Builder()
    x = b.op("Relu", [b.conv(b.input("x", ["N", 3, "height", "width"]), 3, 4, name="conv")], name="relu")
    b.output(b.op("GlobalAveragePool", [x], name="pool"))
    b.save(folder, noise(2, 3, 17, 23))


@row
def huge_claim(folder):
    """An initializer of 2^40 elements without data."""
    b = Builder()
    b.weights.append(TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 40]))
    b.output(b.op("Add", [b.input("x", ["N", 1]), "w"], name="add"))
    (folder / "model.onnx").write_bytes(b.model().SerializeToString())


@row
def huge_fill(folder):
    """A constant of 2^40 elements that a node would make."""
    b = Builder()
    fill = b.op("ConstantOfShape", [b.ints("shape", 1 << 20, 1 << 20)], name="fill")
    b.output(b.op("ReduceSum", [b.op("Mul", [b.input("x", ["N", 1]), fill])], name="sum"))
    b.save(folder)


@row
def cyclic(folder):
    b = Builder()
    b.input("x", ["N", 4])
    b.nodes.append(helper.make_node("Add", ["x", "q"], ["p"], name="first"))
    b.nodes.append(helper.make_node("Relu", ["p"], ["q"], name="second"))
    b.output("q")
    b.save(folder)


@row
def empty_graph(folder):
    b = Builder()
    b.input("x", ["N", 4])
    b.save(folder)
