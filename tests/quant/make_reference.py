#!/usr/bin/env python3
"""Writes reference.json: what PyTorch 1.13's observers and fake quantization make of seeded data.

Run with the Python that has PyTorch 1.13 (Debian's python3-torch): /usr/bin/python3 tests/quant/make_reference.py
The input tensors are written too, as the bits of their float32 values, so that the test needs no generator of its own.
"""

import inspect
import json
import pathlib
import textwrap
import warnings

import torch
from torch.ao.quantization import observer as ao

warnings.simplefilter("ignore")
torch.manual_seed(20240311)


def exact_histogram_observer():
    """HistogramObserver with the range that forward() passes to histc as it is, not truncated to integers."""
    source = textwrap.dedent(inspect.getsource(ao.HistogramObserver.forward))
    for name in ("min_val", "max_val", "combined_min", "combined_max"):
        assert f"int({name})" in source
        source = source.replace(f"int({name})", f"float({name})")
    scope = dict(vars(ao))
    exec(source, scope)
    return type("ExactHistogramObserver", (ao.HistogramObserver,), {"forward": scope["forward"]})


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
CHANNEL_CASES = [
    ("per_channel_min_max", ao.PerChannelMinMaxObserver, dict(dtype=torch.qint8, qscheme=CHANNEL_SYMMETRIC)),
    ("per_channel_min_max", ao.PerChannelMinMaxObserver, dict(dtype=torch.quint8, qscheme=CHANNEL_AFFINE)),
    ("moving_average_per_channel_min_max", ao.MovingAveragePerChannelMinMaxObserver,
     dict(dtype=torch.qint8, qscheme=CHANNEL_SYMMETRIC)),
]


def run_case(name, cls, arguments, data, axis=None):
    extra = {} if axis is None else {"ch_axis": axis}
    observer = cls(**arguments, **extra)
    for batch in data:
        observer(batch)
    scale, zero_point = observer.calculate_qparams()
    scheme = arguments["qscheme"]
    return {
        "observer": name,
        "dtype": "uint8" if arguments["dtype"] == torch.quint8 else "int8",
        "symmetric": scheme in (SYMMETRIC, CHANNEL_SYMMETRIC),
        "quant_min": observer.quant_min,
        "quant_max": observer.quant_max,
        "axis": -1 if axis is None else axis,
        "scale_bits": bits(scale),
        "zero_point": zero_point.tolist(),
    }


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
           "presets": preset_cases()}
    for name, tensors in data.items():
        out["data"][name] = [tensor_json(t) for t in tensors]
        for case in CASES:
            out["cases"].append({"data": name, **run_case(*case, tensors)})
        if tensors[0].dim() >= 3:
            for case in CHANNEL_CASES:
                for axis in (0, 1):
                    out["cases"].append({"data": name, **run_case(*case, tensors, axis)})
    path = pathlib.Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
