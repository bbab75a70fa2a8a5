"""Small PyTorch modules that each hold one thing that an importer can get wrong."""
from typing import Dict, List, Tuple

import torch
import torch.nn.functional as F
from torch import nn

from corpus_files import batch_norm_from_data, export_onnx, write_forms, write_reference

ROWS = {}
ALL = ("traced", "scripted", "onnx")
TORCHSCRIPT = ("traced", "scripted")


def row(forms, *shapes):
    """Registers a module class as a row: one standard-normal input a shape."""

    def register(cls):
        def make(folder):
            torch.manual_seed(1)
            module = cls()
            inputs = [torch.randn(shape) for shape in shapes]
            batch_norm_from_data(module, inputs)
            write_forms(folder, module, inputs, forms)

        ROWS[cls.name] = make
        return cls

    return register


def maker(function):
    """Registers a function that writes its row itself."""

    def make(folder):
        torch.manual_seed(1)
        function(folder)

    ROWS[function.__name__] = make
    return function


def conv_bn_relu(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


@row(("scripted",), (2, 3, 16, 16))
class FoldedControlFlow(nn.Module):
    """If on constants, attributes and shapes; loops over lists, modules and counts: all fold."""

    name = "folded_control_flow"
    use_relu: torch.jit.Final[bool]

    def __init__(self):
        super().__init__()
        self.use_relu = True
        self.residual = False
        self.sizes = [2, 2]
        self.layers = nn.ModuleList([nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)])
        self.head = nn.Linear(8 * 4 * 4, 5)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
            if self.use_relu:
                x = torch.relu(x)
            if self.residual:
                x = x + x
        if x.shape[1] == 8 and x.dim() == 4:
            x = x * 0.5
        else:
            raise RuntimeError("eight channels")
        for size in self.sizes:
            x = F.avg_pool2d(x, size)
        count = 0
        while count < 3:
            x = x + float(count)
            count += 1
        if not torch.jit.is_scripting():
            x = x + 0.0
        return self.head(x.flatten(1))


@row(ALL, (2, 3, 12, 12))
class SharedModules(nn.Module):
    """One ReLU and one convolution serve twice: the second use is named `#2`."""

    name = "shared_modules"

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.conv = nn.Conv2d(6, 6, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.conv(self.relu(self.conv(self.relu(self.stem(x)))))


@row(ALL, (2, 3, 12, 12))
class InPlace(nn.Module):
    """In-place operators, among them one whose input is read again afterwards."""

    name = "in_place"

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.conv1(x)
        z = self.conv2(self.relu(y))
        z += y
        z.mul_(0.5).sub_(0.1)
        return F.hardtanh_(z, -0.3, 0.6)


@row(TORCHSCRIPT, (2, 4, 6, 6))
class WriteThroughView(nn.Module):
    """An in-place operator on a view changes the tensor behind it."""

    name = "write_through_view"

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        y[:, 1:3].mul_(2.0)
        y[:, 0] = 0.25
        return torch.relu(y)


class Split(nn.Module):
    def forward(self, x) -> Tuple[torch.Tensor, Tuple[torch.Tensor, torch.Tensor]]:
        a, b = torch.split(x, [4, 4], dim=1)
        return a, (b, a + b)


@row(ALL, (2, 4, 8, 8))
class Tuples(nn.Module):
    """Tuples between modules, and a nested one as the result."""

    name = "tuples"

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 8, 3, padding=1)
        self.split = Split()
        self.last = nn.Conv2d(4, 4, 1)

    def forward(self, x) -> Tuple[torch.Tensor, Tuple[torch.Tensor, torch.Tensor]]:
        a, (b, c) = self.split(self.conv(x))
        return self.last(a), (b, torch.relu(c))


@row(("scripted",), (2, 3, 8, 8))
class DictOutput(nn.Module):
    """As torchvision's segmentation networks answer."""

    name = "dict_output"

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.aux = nn.Conv2d(4, 2, 1)

    def forward(self, x) -> Dict[str, torch.Tensor]:
        result: Dict[str, torch.Tensor] = {}
        y = torch.relu(self.conv(x))
        result["out"] = y
        result["aux"] = self.aux(y)
        return result


@row(ALL, (2, 3, 10, 10), (2, 7))
class MultiInput(nn.Module):
    name = "multi_input"

    def __init__(self):
        super().__init__()
        self.image = conv_bn_relu(3, 8, 2)
        self.table = nn.Linear(7, 8)
        self.head = nn.Linear(16, 4)

    def forward(self, image, table):
        features = self.image(image).mean((2, 3))
        return self.head(torch.cat([features, torch.relu(self.table(table))], 1))


@row(ALL, (2, 3, 16, 16))
class MultiOutput(nn.Module):
    """Maps at two scales and a vector, as a detector answers."""

    name = "multi_output"

    def __init__(self):
        super().__init__()
        self.stem = conv_bn_relu(3, 8)
        self.down = conv_bn_relu(8, 8, 2)
        self.fine = nn.Conv2d(8, 4, 1)
        self.coarse = nn.Conv2d(8, 4, 1)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        fine = self.stem(x)
        coarse = self.down(fine)
        pooled = F.adaptive_avg_pool2d(coarse, 1).flatten(1)
        return self.fine(fine), torch.sigmoid(self.coarse(coarse)), self.head(pooled)


@maker
def token_input(folder):
    """Indices into an embedding, positions, attention: an input that is not float."""

    class Tokens(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(50, 16)
            self.register_buffer("positions", torch.randn(1, 9, 16))
            self.norm = nn.LayerNorm(16)
            self.qkv = nn.Linear(16, 48)
            self.project = nn.Linear(16, 16)
            self.head = nn.Linear(16, 6)

        def forward(self, tokens):
            x = self.embedding(tokens) + self.positions
            n, length, width = x.shape
            qkv = self.qkv(self.norm(x)).reshape(n, length, 3, 4, width // 4).permute(2, 0, 3, 1, 4)
            q, k, v = qkv[0], qkv[1], qkv[2]
            weights = torch.softmax(q @ k.transpose(-2, -1) / (width // 4) ** 0.5, -1)
            x = x + self.project((weights @ v).transpose(1, 2).reshape(n, length, width))
            return self.head(F.gelu(x).mean(1))

    write_forms(folder, Tokens(), [torch.randint(0, 50, (2, 9))], ALL)


@row(ALL, (2, 8, 6, 6))
class ShapeComputations(nn.Module):
    """Sizes that are computed: view to (N, -1), channel shuffle, interpolation to another map's size."""

    name = "shape_computations"

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 3, stride=2, padding=1)
        self.merge = nn.Conv2d(16, 8, 1)
        self.head = nn.Linear(8 * 6 * 6, 5)

    def forward(self, x):
        n, c, h, w = x.shape
        shuffled = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
        small = self.conv(shuffled)
        large = F.interpolate(small, size=(h, w), mode="nearest")
        larger = F.interpolate(small, size=[int(h), int(w)], mode="bilinear", align_corners=False)
        y = self.merge(torch.cat([large, larger], 1))
        return self.head(y.view(y.size(0), -1))


@row(ALL, (2, 3, 8, 16, 16))
class Clips(nn.Module):
    """Video: convolutions over space, over time and over both, a depthwise one, and a residual."""

    name = "clips"

    def __init__(self):
        super().__init__()
        self.space = nn.Conv3d(3, 12, (1, 5, 5), stride=(1, 2, 2), padding=(0, 2, 2), bias=False)
        self.norm = nn.BatchNorm3d(12)
        self.time = nn.Conv3d(12, 12, (3, 1, 1), padding=(1, 0, 0))
        self.depthwise = nn.Conv3d(12, 12, 3, padding=1, groups=12)
        self.both = nn.Conv3d(12, 16, 3, stride=2, dilation=(1, 2, 2), padding=(1, 2, 2), groups=2)
        self.head = nn.Linear(16, 5)

    def forward(self, x):
        x = F.max_pool3d(F.relu(self.norm(self.space(x))), (1, 3, 3), 2, (0, 1, 1))
        x = F.relu6(self.depthwise(F.relu(self.time(x) + x)))
        x = F.relu(self.both(F.avg_pool3d(x, (1, 2, 2), 1)))
        return self.head(F.adaptive_avg_pool3d(x, 1).flatten(1))


@maker
def fixed_batch(folder):
    """The batch is written into the network as a number."""

    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.head = nn.Linear(144, 5)

        def forward(self, x):
            return self.head(self.conv(x).view(2, 144))

    module, inputs = Fixed().eval(), [torch.randn(2, 3, 8, 8)]
    write_forms(folder, module, inputs, TORCHSCRIPT)
    export_onnx(module, inputs, folder / "model.onnx", dynamic=False)


@row(ALL, (2, 6, 8, 8))
class KeptBatchNorm(nn.Module):
    """Batch norm that nothing folds: before the convolution, and alone."""

    name = "kept_batch_norm"

    def __init__(self):
        super().__init__()
        self.first = nn.BatchNorm2d(6)
        self.conv = nn.Conv2d(6, 8, 3, groups=2)
        self.second = nn.BatchNorm2d(8, affine=False)
        self.table = nn.BatchNorm1d(8)

    def forward(self, x):
        x = torch.relu(self.second(F.leaky_relu(self.conv(F.relu(self.first(x))), 0.1)))
        return self.table(x.mean((2, 3)))


def widened(folder, dtype):
    """Weights of half width; the reference computes with the same weights widened."""
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5)).eval().to(dtype)
    torch.jit.script(module).save(str(folder / "scripted.pt"))
    x = torch.randn(2, 3, 8, 8)
    module.float()
    with torch.no_grad():
        write_reference(folder, [x], [module(x)])


@maker
def fp16_weights(folder):
    widened(folder, torch.float16)


@maker
def bf16_weights(folder):
    widened(folder, torch.bfloat16)


@row(TORCHSCRIPT, (2, 3, 10, 10))
class CarriedOperators(nn.Module):
    """Operators that no op entry knows, between layers that quantize."""

    name = "carried_operators"

    def __init__(self):
        super().__init__()
        self.conv1 = conv_bn_relu(3, 8)
        self.conv2 = conv_bn_relu(8, 8)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = torch.cumsum(self.conv1(x), 3)
        x = self.conv2(torch.renorm(x, 2, 1, 3.0))
        return self.head(torch.logsumexp(x, [2, 3]))


@row(TORCHSCRIPT, (2, 5, 6))
class Recurrent(nn.Module):
    """A carried operator with lists of weights, an absent argument and several results."""

    name = "recurrent"

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 8, batch_first=True, bidirectional=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        y, _ = self.lstm(x)
        return self.head(y[:, -1])


@row(ALL, (2, 3, 12, 12))
class Labels(nn.Module):
    """An output that is not float."""

    name = "integer_output"

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 5, 3)

    def forward(self, x):
        scores = self.conv(x)
        return scores, scores.argmax(1)


@row(("scripted",), (2, 3, 8, 8))
class ListOfTensors(nn.Module):
    """A dense block's growing list."""

    name = "list_of_tensors"

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(3, 3, 3, padding=1), nn.Conv2d(6, 3, 3, padding=1)])

    def forward(self, x):
        features: List[torch.Tensor] = [x]
        for layer in self.layers:
            features.append(torch.relu(layer(torch.cat(features, 1))))
        return torch.cat(features, 1)


@maker
def data_dependent_if(folder):
    class Branch(nn.Module):
        def forward(self, x):
            if bool(x.sum() > 0):
                x = x + 1
            return x

    torch.jit.script(Branch()).save(str(folder / "scripted.pt"))


@maker
def data_dependent_loop(folder):
    class Repeat(nn.Module):
        def forward(self, x):
            while bool(x.abs().max() > 1e-3):
                x = x * 0.5
            return x

    torch.jit.script(Repeat()).save(str(folder / "scripted.pt"))


@maker
def custom_operator(folder):
    library = torch.library.Library("acme", "DEF")
    library.define("sharpen(Tensor x, float by) -> Tensor")
    library.impl("sharpen", lambda x, by: x * by, "CompositeExplicitAutograd")

    class Custom(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, x):
            return torch.ops.acme.sharpen(self.conv(x), 2.0)

    torch.jit.script(Custom()).save(str(folder / "scripted.pt"))


@maker
def dynamically_quantized_torchscript(folder):
    torch.backends.quantized.engine = "qnnpack"
    module = torch.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 4)), {nn.Linear})
    torch.jit.script(module).save(str(folder / "scripted.pt"))


@maker
def state_dict(folder):
    torch.save(nn.Linear(2, 2).state_dict(), str(folder / "scripted.pt"))


@maker
def checkpoint(folder):
    torch.save({"epoch": 3, "model": nn.Linear(2, 2).state_dict()}, str(folder / "scripted.pt"))


@maker
def pickled_module(folder):
    torch.save(nn.Linear(2, 2), str(folder / "scripted.pt"))
