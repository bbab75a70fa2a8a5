#!/usr/bin/env python3
"""Writes the torchvision networks and the broken files that tests open: make_models.py OUT_DIR.

Batch-norm statistics come from data, so that outputs are of ordinary size. The file `done` marks a complete set and
holds this script's digest: a set that another version made is made anew.
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


def main(out):
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    done = out / "done"
    if done.exists() and done.read_text() == digest:
        return
    done.unlink(missing_ok=True)

    import torch
    import torchvision

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
