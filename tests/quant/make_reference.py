#!/usr/bin/env python3
"""Writes reference.json: what PyTorch 1.13's observers and fake quantization make of seeded data, and what
straightforward NumPy makes of it where PyTorch has no such observer.

Run with the Python that has PyTorch 1.13 (Debian's python3-torch): /usr/bin/python3 tests/quant/make_reference.py
The input tensors are written too, as the bits of their float32 values, so that the test needs no generator of its own.
"""

import inspect
import json
import pathlib
import textwrap
import warnings

import numpy as np
import torch
from torch.ao.quantization import observer as ao

warnings.simplefilter("ignore")
torch.manual_seed(20240311)


def exact_histogram_observer():
    """HistogramObserver with the range that forward() passes to histc as it is, not truncated to integers, that
    keeps what it saw where all of that was one value, and with the levels of `quant_min` and `quant_max` where
    these are fewer than a byte's half."""
    source = textwrap.dedent(inspect.getsource(ao.HistogramObserver.forward))
    for name in ("min_val", "max_val", "combined_min", "combined_max"):
        assert f"int({name})" in source
        source = source.replace(f"int({name})", f"float({name})")
    scope = dict(vars(ao))
    exec(source, scope)

    def forward(self, x):
        value, count = self.min_val.clone(), self.histogram.sum()
        if not torch.isfinite(value) or value != self.max_val:
            return scope["forward"](self, x)
        low, high = torch.min(value, x.min()), torch.max(value, x.max())
        self.min_val.copy_(low)
        self.max_val.copy_(high)
        self.histogram.copy_(torch.histc(x, self.bins, min=float(low), max=float(high)))
        if low < high:
            position = (float(value) - float(low)) / ((float(high) - float(low)) / self.bins)
            self.histogram[min(int(position), self.bins - 1)] += count
        return x

    def init(self, **arguments):
        ao.HistogramObserver.__init__(self, **arguments)
        levels = self.quant_max - self.quant_min + 1
        self.dst_nbins = 256 if levels >= 128 else levels

    return type("ExactHistogramObserver", (ao.HistogramObserver,), {"__init__": init, "forward": forward})


Histogram = exact_histogram_observer()
AFFINE, SYMMETRIC = torch.per_tensor_affine, torch.per_tensor_symmetric
CHANNEL_AFFINE, CHANNEL_SYMMETRIC = torch.per_channel_affine, torch.per_channel_symmetric


def bits(tensor):
    return tensor.contiguous().view(torch.int32).flatten().tolist()


def tensor_json(tensor):
    return {"shape": list(tensor.shape), "bits": bits(tensor)}


def batches():
    normal = [torch.randn(4, 3, 8, 8) * 2 + 0.5 for _ in range(3)]
    growing = [torch.randn(600) * scale for scale in (0.3, 1.0, 4.0, 2.0)]
    relu = [torch.relu(torch.randn(2, 4, 9, 9) + 0.2 * i) for i in range(4)]
    skewed = [torch.exp(torch.randn(800)) for _ in range(2)]
    negative = [-torch.rand(500) - 0.25 for _ in range(2)]
    constant = [torch.full((2, 3, 4), 1.7), torch.full((2, 3, 4), 1.7)]
    constant_then_data = [torch.full((2, 3, 50), 0.4), torch.randn(2, 3, 50)]
    outlier = [torch.cat([torch.randn(700), torch.tensor([90.0])]), torch.randn(700)]
    shifted = [torch.rand(400) + 0.1, torch.rand(400) + 5.3, torch.rand(400) - 3.7]
    return {
        "normal": normal,
        "growing": growing,
        "relu": relu,
        "skewed": skewed,
        "negative": negative,
        "constant": constant,
        "constant_then_data": constant_then_data,
        "all_zero": [torch.zeros(2, 3, 5)],
        "single_value": [torch.tensor([-0.3])],
        "tiny": [torch.randn(300) * 1e-9],
        "outlier": outlier,
        "shifted": shifted,
        "wide": [torch.randn(500) * 1e4, torch.randn(500) * 3e4],
    }


CASES = [
    # name of our observer, PyTorch's class, arguments
    ("min_max", ao.MinMaxObserver, dict(dtype=torch.quint8, qscheme=AFFINE)),
    ("min_max", ao.MinMaxObserver, dict(dtype=torch.quint8, qscheme=AFFINE, quant_min=0, quant_max=127)),
    ("min_max", ao.MinMaxObserver, dict(dtype=torch.qint8, qscheme=SYMMETRIC)),
    ("min_max", ao.MinMaxObserver, dict(dtype=torch.qint8, qscheme=AFFINE)),
    ("min_max", ao.MinMaxObserver, dict(dtype=torch.quint8, qscheme=SYMMETRIC)),
    ("min_max", ao.MinMaxObserver, dict(dtype=torch.qint8, qscheme=SYMMETRIC, quant_min=-127, quant_max=127)),
    ("moving_average_min_max", ao.MovingAverageMinMaxObserver, dict(dtype=torch.quint8, qscheme=AFFINE)),
    ("moving_average_min_max", ao.MovingAverageMinMaxObserver, dict(dtype=torch.qint8, qscheme=SYMMETRIC)),
    ("histogram", Histogram, dict(dtype=torch.quint8, qscheme=AFFINE)),
    ("histogram", Histogram, dict(dtype=torch.quint8, qscheme=AFFINE, quant_min=0, quant_max=127)),
    ("histogram", Histogram, dict(dtype=torch.qint8, qscheme=SYMMETRIC)),
]
INT4, INT2 = dict(quant_min=-8, quant_max=7), dict(quant_min=-2, quant_max=1)
for low_bits in (INT4, INT2):
    for scheme in (AFFINE, SYMMETRIC):
        arguments = dict(dtype=torch.qint8, qscheme=scheme, **low_bits)
        CASES.append(("min_max", ao.MinMaxObserver, arguments))
        CASES.append(("histogram", Histogram, arguments))
CHANNEL_CASES = [
    ("min_max", ao.PerChannelMinMaxObserver, dict(dtype=torch.qint8, qscheme=CHANNEL_SYMMETRIC)),
    ("min_max", ao.PerChannelMinMaxObserver, dict(dtype=torch.quint8, qscheme=CHANNEL_AFFINE)),
    ("min_max", ao.PerChannelMinMaxObserver, dict(dtype=torch.qint8, qscheme=CHANNEL_SYMMETRIC, **INT4)),
    ("moving_average_min_max", ao.MovingAveragePerChannelMinMaxObserver,
     dict(dtype=torch.qint8, qscheme=CHANNEL_SYMMETRIC)),
    ("moving_average_min_max", ao.MovingAveragePerChannelMinMaxObserver,
     dict(dtype=torch.qint8, qscheme=CHANNEL_SYMMETRIC, averaging_constant=0.3)),
]
# PyTorch's for a tensor, given every channel's row on its own.
ROW_CASES = [
    ("histogram", Histogram, dict(dtype=torch.qint8, qscheme=SYMMETRIC)),
    ("histogram", Histogram, dict(dtype=torch.qint8, qscheme=AFFINE, **INT4)),
]


def dtype_of(observer):
    levels = observer.quant_max - observer.quant_min + 1
    if levels < 128:
        return {16: "int4", 4: "int2"}[levels]
    return "uint8" if observer.dtype == torch.quint8 else "int8"


def describe_case(name, observer, arguments, axis, scale, zero_point):
    constant = arguments.get("averaging_constant")
    return {
        "observer": name,
        "parameters": {} if constant is None else {"averaging_constant": constant},
        "dtype": dtype_of(observer),
        "symmetric": arguments["qscheme"] in (SYMMETRIC, CHANNEL_SYMMETRIC),
        "quant_min": observer.quant_min,
        "quant_max": observer.quant_max,
        "axis": axis,
        "scale_bits": bits(scale),
        "zero_point": zero_point.tolist(),
    }


def observer_after(cls, arguments, data):
    """Scales are kept down to the least float32, but for zeros alone."""
    observer = cls(**arguments)
    if any(batch.any() for batch in data):
        observer.eps.fill_(torch.finfo(torch.float32).tiny)
    for batch in data:
        observer(batch)
    return observer


def run_case(name, cls, arguments, data, axis=None):
    extra = {} if axis is None else {"ch_axis": axis}
    observer = observer_after(cls, {**arguments, **extra}, data)
    return describe_case(name, observer, arguments, -1 if axis is None else axis, *observer.calculate_qparams())


def run_rows(name, cls, arguments, data, axis):
    scales, zero_points = [], []
    for channel in range(data[0].shape[axis]):
        observer = observer_after(cls, arguments, [batch.select(axis, channel).contiguous() for batch in data])
        scale, zero_point = observer.calculate_qparams()
        scales.append(scale)
        zero_points.append(zero_point)
    return describe_case(name, observer, arguments, axis, torch.cat(scales), torch.cat(zero_points))


BINS = 2048
GRIDS = [  # dtype, symmetric, least and greatest integer
    ("uint8", False, 0, 255), ("uint8", False, 0, 127), ("int8", True, -128, 127), ("int4", False, -8, 7),
    ("int4", True, -8, 7), ("int2", True, -2, 1),
]


def levels_of(low, high):
    return 256 if high - low + 1 >= 128 else high - low + 1


def entropy_range(x, symmetric, levels):
    """The range with the least Kullback-Leibler divergence, by going through all bins of every candidate."""
    low, high = x.min(), x.max()
    if low == high:
        return low, high
    position = ((x - low) * np.float32(BINS) / np.float32(high - low)).astype(np.int64)
    counts = np.bincount(np.minimum(position, BINS - 1), minlength=BINS).astype(np.float64)
    width = (float(high) - float(low)) / BINS
    zero = int(np.rint(np.clip(-float(low) / width, 0, BINS)))
    best, least = (0, BINS), np.inf
    for reach in range(max(zero, BINS - zero), 0, -1):
        begin, end = max(0, zero - reach), min(BINS, zero + reach)
        origin, extent = (zero - reach, 2 * reach) if symmetric else (begin, end - begin)
        if extent < levels:
            break
        kept = counts[begin:end]
        p = kept.copy()
        p[0] += counts[:begin].sum()
        p[-1] += counts[end:].sum()
        level = (np.arange(begin, end) - origin) * levels // extent
        shares = np.bincount(level, kept) / np.maximum(np.bincount(level, p > 0), 1)
        q = np.where(p > 0, shares[level], 0)
        if np.any((p > 0) & (q == 0)):
            continue
        p, q = p[p > 0] / p.sum(), q[p > 0] / q.sum()
        divergence = float(np.sum(p * np.log(p / q)))
        if divergence < least - 1e-9:
            best, least = (begin, end), divergence
    edges = float(low) + width * np.array(best)
    return max(low, np.float32(edges[0])), min(high, np.float32(edges[1]))


def grid_of(low, high, symmetric, quant_min, quant_max):
    """As PyTorch's _calculate_qparams, with scales down to the least float32."""
    low, high = min(np.float32(low), np.float32(0)), max(np.float32(high), np.float32(0))
    steps, eps = np.float32(quant_max - quant_min), np.finfo(np.float32).tiny
    if symmetric:
        return float(max(max(-low, high) / (steps / np.float32(2)), eps)), 0
    scale = max((high - low) / steps, eps)
    return float(scale), int(np.clip(quant_min - np.rint(low / scale), quant_min, quant_max))


def squared_error(x, low, high, symmetric, quant_min, quant_max):
    scale, zero_point = grid_of(low, high, symmetric, quant_min, quant_max)
    rounded = (np.clip(np.rint(x / scale) + zero_point, quant_min, quant_max) - zero_point) * scale
    return float(np.mean((x - rounded) ** 2))


def least_squared_error(x, symmetric, quant_min, quant_max):
    """Over all pairs of hundredths of the two ends."""
    low, high = min(float(x.min()), 0), max(float(x.max()), 0)
    shares = np.arange(101) / 100
    x = x.astype(np.float64)
    lows = shares if low < 0 and not symmetric else [1]
    highs = shares if high > 0 else [1]
    if symmetric:
        high = max(-low, high)
        highs, lows, low = shares, [1], 0
    return min((squared_error(x, low * a, high * b, symmetric, quant_min, quant_max)
                for a in lows for b in highs if low * a < high * b), default=0.0)


def numpy_cases(name, batch):
    x = batch.flatten().numpy()
    cases = []
    for dtype, symmetric, quant_min, quant_max in GRIDS:
        low, high = entropy_range(x, symmetric, levels_of(quant_min, quant_max))
        cases.append({"data": name, "dtype": dtype, "symmetric": symmetric, "quant_min": quant_min,
                      "quant_max": quant_max, "entropy": [float(low), float(high)],
                      "mse": least_squared_error(x, symmetric, quant_min, quant_max)})
    return cases


def percentile_cases(name, batch):
    x = batch.flatten().numpy()
    cases = []
    for percentile in (99.87, 98.77, 90.03, 51.07):  # of which no data has a whole number
        low, high = np.percentile(x, [100 - percentile, percentile], method="inverted_cdf")
        cases.append({"data": name, "percentile": percentile, "range": [float(low), float(high)]})
    return cases


def fake_quantize_cases():
    cases = []
    for scale, zero_point, low, high in ((0.125, 3, 0, 255), (0.25, 64, 0, 127), (0.5, 0, -128, 127)):
        x = torch.cat([torch.arange(-40, 40) * scale / 2, torch.randn(200) * scale * 90]).requires_grad_()
        weight = torch.arange(1.0, x.numel() + 1)
        y = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, low, high)
        (y * weight).sum().backward()
        cases.append({"scale": [scale], "zero_point": [zero_point], "quant_min": low, "quant_max": high, "axis": -1,
                      "x": tensor_json(x.detach()), "y_bits": bits(y.detach()), "gradient_bits": bits(x.grad)})
    x = (torch.randn(3, 4, 5) * 40).requires_grad_()
    weight = torch.arange(1.0, x.numel() + 1).reshape(x.shape)
    # Powers of two: there PyTorch's multiplication by 1 / s and a division by s are the same.
    scale = torch.tensor([0.25, 0.5, 1.0, 2.0])
    y = torch.fake_quantize_per_channel_affine(x, scale, torch.zeros(4, dtype=torch.int32), 1, -128, 127)
    (y * weight).sum().backward()
    cases.append({"scale": scale.tolist(), "zero_point": [0] * 4, "quant_min": -128, "quant_max": 127, "axis": 1,
                  "x": tensor_json(x.detach()), "y_bits": bits(y.detach()), "gradient_bits": bits(x.grad)})
    return cases


def preset_cases():
    from torch.ao.quantization import get_default_qconfig, get_default_qat_qconfig

    def describe(module):
        observer = getattr(module, "activation_post_process", module)
        return {
            "dtype": "uint8" if observer.dtype == torch.quint8 else "int8",
            "symmetric": observer.qscheme in (SYMMETRIC, CHANNEL_SYMMETRIC),
            "per_channel": observer.qscheme in (CHANNEL_AFFINE, CHANNEL_SYMMETRIC),
            "quant_min": observer.quant_min,
            "quant_max": observer.quant_max,
            "class": type(observer).__name__,
        }

    presets = {}
    for backend in ("fbgemm", "x86", "onednn", "qnnpack"):
        ptq, qat = get_default_qconfig(backend), get_default_qat_qconfig(backend)
        presets[backend] = {
            "activation": describe(ptq.activation()),
            "weight": describe(ptq.weight()),
            "qat_activation": describe(qat.activation()),
            "qat_weight": describe(qat.weight()),
        }
    return presets


def main():
    data = batches()
    out = {"torch": torch.__version__, "data": {}, "cases": [], "fake_quantize": fake_quantize_cases(),
           "presets": preset_cases(), "numpy": [], "percentiles": []}
    for name, tensors in data.items():
        out["data"][name] = [tensor_json(t) for t in tensors]
        for case in CASES:
            out["cases"].append({"data": name, **run_case(*case, tensors)})
        if tensors[0].dim() >= 3:
            for case in CHANNEL_CASES:
                for axis in (0, 1):
                    out["cases"].append({"data": name, **run_case(*case, tensors, axis)})
            for case in ROW_CASES:
                for axis in (0, 1):
                    out["cases"].append({"data": name, **run_rows(*case, tensors, axis)})
        out["numpy"] += numpy_cases(name, tensors[0])
        out["percentiles"] += percentile_cases(name, tensors[0])
    path = pathlib.Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
