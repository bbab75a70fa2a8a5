#!/usr/bin/env python3
"""matrix_models.py FOLDER: networks in which every operator that has an integer form meets every activation. Each
takes [N, 8, 8, 8] and returns one tensor a branch, so that a branch that fails is known.

Exit code 77: torch is not installed.
"""
import pathlib
import sys

try:
    import torch
    from torch import nn
except ImportError as missing:
    print(missing)
    sys.exit(77)

functional = nn.functional

ACTIVATIONS = [
    lambda x: x, torch.relu, functional.relu6, functional.hardtanh, lambda x: functional.hardtanh(x, -0.5, 2),
    lambda x: x.clamp(min=0), lambda x: x.clamp(max=1), lambda x: functional.leaky_relu(x, 0.1), functional.hardswish,
    functional.hardsigmoid, functional.silu, functional.gelu, torch.sigmoid, torch.tanh, functional.elu,
    lambda x: x.softmax(1), functional.mish, functional.softplus,
]
ACTIVATION_NAMES = ("none relu relu6 hardtanh hardtanh_uneven clamp_min clamp_max leaky_relu hardswish hardsigmoid silu gelu "
                    "sigmoid tanh elu softmax mish softplus").split()


class Between(nn.Module):
    """For each activation: `make`() and the activation between two convolutions, or linear layers."""

    def __init__(self, make, is_linear=False, adds=False):
        super().__init__()
        ends = (lambda: nn.Linear(8, 8)) if is_linear else (lambda: nn.Conv2d(8, 8, 3, padding=1))
        self.first = nn.ModuleList([ends() for _ in ACTIVATIONS])
        self.middle = nn.ModuleList([make() for _ in ACTIVATIONS])
        self.last = nn.ModuleList([ends() for _ in ACTIVATIONS])
        self.is_linear, self.adds = is_linear, adds

    def forward(self, x):
        if self.is_linear:
            x = x.mean((2, 3))
        results = []
        for first, middle, activation, last in zip(self.first, self.middle, ACTIVATIONS, self.last):
            y = first(x)
            z = middle(y) + y if self.adds else middle(y)
            results.append(last(activation(z)))
        return tuple(results)


class Single(nn.Module):
    """Each operator between two convolutions that share nothing."""

    def __init__(self):
        super().__init__()
        self.first = nn.ModuleList([nn.Conv2d(8, 8, 1) for _ in range(30)])
        self.last = nn.ModuleList([nn.Conv2d(8, 8, 1) for _ in range(30)])
        self.prelu = nn.PReLU(8)
        self.norm = nn.BatchNorm2d(8)
        self.norm.running_var.fill_(0.5)
        self.layer_norm = nn.LayerNorm(8)

    def forward(self, x):
        operators = [
            lambda y: functional.max_pool2d(y, 2), lambda y: functional.max_pool2d(y, 1, 2),
            lambda y: functional.max_pool2d(y, 3, 2, 1, ceil_mode=True), lambda y: functional.avg_pool2d(y, 2),
            lambda y: functional.avg_pool2d(y, 1, 2),
            lambda y: functional.avg_pool2d(y, 3, 2, 1), lambda y: functional.avg_pool2d(y, 3, 2, 1, count_include_pad=False),
            lambda y: functional.adaptive_avg_pool2d(y, 1), lambda y: y.mean((2, 3), keepdim=True),
            lambda y: torch.cat([y[:, :4], y[:, 4:] * 0.5], 1), lambda y: y * y, lambda y: y * 0.25, lambda y: y + 3,
            lambda y: y * torch.sigmoid(y.mean((2, 3), keepdim=True)), lambda y: functional.pad(y, (1, 2, 0, 1)),
            lambda y: functional.pixel_shuffle(y.repeat(1, 4, 1, 1), 2), lambda y: y.transpose(2, 3),
            lambda y: functional.channel_shuffle(y, 4), lambda y: torch.cat(y.split(2, 1)[::-1], 1),
            lambda y: y.roll((1, 2), (2, 3)), lambda y: functional.interpolate(y, scale_factor=2),
            lambda y: functional.interpolate(y, scale_factor=2, mode="bilinear"), self.prelu, self.norm,
            lambda y: self.layer_norm(y), lambda y: torch.matmul(y, y.transpose(2, 3)), lambda y: y.flatten(2).reshape(-1, 8, 4, 16),
            lambda y: y + torch.sigmoid(y) * 2.0 ** -18, lambda y: y[:, :, 1:7:2],
        ]
        return tuple(last(operator(first(x))) for first, operator, last in zip(self.first, operators, self.last))


class Far(nn.Module):
    """Ranges near both ends of float32."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = (nn.Conv2d(8, 8, 1) for _ in range(3))

    def forward(self, x):
        large = torch.relu(self.a(x) * 1e38)
        return large, large * 1e-38, self.b(x) * 1e-30, functional.hardtanh(self.c(x) * 1e38, -1e38, 1e38)


def main(folder):
    torch.manual_seed(4)
    networks = {
        "convolution": Between(lambda: nn.Conv2d(8, 8, 3)),
        "depthwise": Between(lambda: nn.Conv2d(8, 8, 3, padding=1, groups=8)),
        "transposed": Between(lambda: nn.ConvTranspose2d(8, 8, 2, stride=2)),
        "residual": Between(lambda: nn.Conv2d(8, 8, 3, padding=1), adds=True),
        "linear": Between(lambda: nn.Linear(8, 8), is_linear=True),
        "single": Single(),
        "far": Far(),
    }
    for name, network in networks.items():
        torch.jit.trace(network.eval(), torch.rand(2, 8, 8, 8)).save(str(pathlib.Path(folder) / f"{name}.pt"))


main(sys.argv[1])
