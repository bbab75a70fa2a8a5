#!/usr/bin/env python3
"""Writes the torchvision networks and the broken files that tests open: make_models.py OUT_DIR.

Batch-norm statistics come from data, so that outputs are of ordinary size. The file `done` marks a complete set and
holds the scripts' digest: a set that another version made is made anew.
"""
import hashlib
import pathlib
import sys


def write_small_networks(out):
    """Networks that each hold one thing that an importer can get wrong."""
    import torch
    from torch import nn

    class Carried(nn.Module):
        """An operator without an op entry, list results, list arguments, a constant tensor."""

        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 8, 3)
            self.act = nn.Softplus()
            self.register_buffer("gain", torch.rand(8, 1, 1))

        def forward(self, x):
            a, b = self.act(self.conv(x)).chunk(2, 1)
            return torch.cat([b, torch.relu(a)], 1) * self.gain

    class InPlace(nn.Module):
        """The residual reads a tensor after relu_ has overwritten it; one ReLU module is used twice."""

        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 3, 3, padding=1)
            self.conv2 = nn.Conv2d(3, 3, 3, padding=1)
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = self.conv1(x)
            z = self.conv2(self.relu(y))
            return self.relu(z + y)

    class ControlFlow(nn.Module):
        def forward(self, x):
            if x.sum() > 0:
                x = x + 1
            return x

    torch.manual_seed(1)
    torch.jit.script(Carried().eval()).save(str(out / "carried.pt"))
    torch.jit.script(InPlace().eval()).save(str(out / "in_place.pt"))
    torch.jit.script(ControlFlow().eval()).save(str(out / "control_flow.pt"))


def write_quantized_networks(out):
    """A residual network that PyTorch itself quantized: in eager mode and by FX, per tensor and per channel."""
    import torch
    from torch import nn
    from torch.ao import quantization
    from torch.ao.quantization import quantize_fx

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.relu1 = nn.ReLU()
            self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)
            self.downsample = nn.Conv2d(inputs, outputs, 1, stride)
            self.sum = nn.quantized.FloatFunctional()

        def forward(self, x):
            y = self.relu1(self.bn1(self.conv1(x)))
            return self.sum.add_relu(self.downsample(x), self.bn2(self.conv2(y)))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 3, 2, 1)
            self.act = nn.ReLU(inplace=True)
            self.pool = nn.MaxPool2d(2)
            self.block1 = Block(8, 16, 1)
            self.swish = nn.Hardswish()
            self.gate = nn.Sigmoid()
            self.block2 = Block(16, 16, 2)
            self.join = nn.quantized.FloatFunctional()
            self.scale = nn.quantized.FloatFunctional()
            self.average = nn.AdaptiveAvgPool2d(1)
            self.fc = nn.Linear(32, 10)

        def forward(self, x):
            x = self.pool(self.act(self.stem(x)))
            x = self.swish(self.block1(x))
            x = self.scale.mul(x, self.gate(x))
            x = self.block2(x)
            x = self.average(self.join.cat([x, x], 1))
            return self.fc(torch.flatten(x, 1))

    fused = [[f"{b}.conv1", f"{b}.bn1", f"{b}.relu1"] for b in ("block1", "block2")]
    fused += [[f"{b}.conv2", f"{b}.bn2"] for b in ("block1", "block2")]
    for engine, config in (("qnnpack", "qnnpack"), ("onednn", "fbgemm")):
        torch.backends.quantized.engine = engine
        torch.manual_seed(2)
        model = Network().train()
        with torch.no_grad():
            for _ in range(5):
                model(torch.randn(8, 3, 32, 32))
        model.eval()
        data = torch.randn(8, 3, 32, 32)
        eager = quantization.QuantWrapper(quantization.fuse_modules(model, fused))
        eager.qconfig = quantization.get_default_qconfig(config)
        quantization.prepare(eager, inplace=True)
        eager(data)
        quantization.convert(eager, inplace=True)
        torch.jit.script(eager).save(str(out / f"eager_scripted_{config}.pt"))
        torch.jit.trace(eager, data[:1]).save(str(out / f"eager_traced_{config}.pt"))
        mapping = quantization.get_default_qconfig_mapping(config)
        prepared = quantize_fx.prepare_fx(model, mapping, (data,))
        prepared(data)
        torch.jit.script(quantize_fx.convert_fx(prepared)).save(str(out / f"fx_{config}.pt"))


def main(out):
    scripts = [pathlib.Path(__file__), pathlib.Path(__file__).with_name("unsafe_models.py")]
    digest = hashlib.sha256(b"".join(script.read_bytes() for script in scripts)).hexdigest()
    done = out / "done"
    if done.exists() and done.read_text() == digest:
        return
    done.unlink(missing_ok=True)

    import torch
    import torchvision

    import unsafe_models

    out.mkdir(parents=True, exist_ok=True)
    for name in ("resnet18", "mobilenet_v2"):
        torch.manual_seed(0)
        model = getattr(torchvision.models, name)()
        model.train()
        with torch.no_grad():
            for _ in range(5):
                model(torch.randn(4, 3, 96, 96))
        model.eval()
        torch.jit.save(torch.jit.script(model), str(out / f"{name}_scripted.pt"))
        torch.jit.save(torch.jit.trace(model, torch.randn(1, 3, 96, 96)), str(out / f"{name}_traced.pt"))
    write_small_networks(out)
    write_quantized_networks(out)
    unsafe_models.write(out / "unsafe")
    torch.save(torch.nn.Linear(2, 2).state_dict(), str(out / "state_dict.pt"))
    torch.save(
        torch.nn.Linear(2, 2).state_dict(), str(out / "state_dict_old.pt"), _use_new_zipfile_serialization=False
    )
    whole = (out / "mobilenet_v2_traced.pt").read_bytes()
    (out / "truncated.pt").write_bytes(whole[: len(whole) // 2])
    (out / "empty.pt").write_bytes(b"")
    (out / "text.pt").write_text("this is no model\n")
    done.write_text(digest)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
