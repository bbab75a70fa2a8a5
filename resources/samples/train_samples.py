#!/usr/bin/env python3
"""Trains the two bundled sample networks on Fashion-MNIST and writes them as TorchScript.

    ./train_samples.py resnet    --out fashion_resnet.pt
    ./train_samples.py mobilenet --out fashion_mobilenet.pt
    ./train_samples.py subset    --out fashion-mnist-test-subset

Needs python3-torch, python3-torchvision and dataset-fashion-mnist (Debian packages). Training is
deterministic for a seed and a thread count. `subset` writes the first N test images and labels as
gzipped IDX files, which the programs read where the Debian package is absent.
"""
import argparse
import gzip
import json
import pathlib
import struct
import time

DATASET = pathlib.Path("/usr/share/datasets/fashion-mnist")
MEAN, STD = 0.2860, 0.3530
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")
CLASSES += ("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


def read_idx(name):
    """Returns the dimensions and the bytes of a gzipped IDX file."""
    raw = gzip.open(DATASET / name).read()
    rank = raw[3]
    dims = struct.unpack(f">{rank}I", raw[4 : 4 + 4 * rank])
    return dims, raw[4 + 4 * rank :]


def write_subset(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    for stem in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        dims, data = read_idx(stem + ".gz")
        item = len(data) // dims[0]
        header = bytes([0, 0, 8, len(dims)]) + struct.pack(f">{len(dims)}I", count, *dims[1:])
        blob = gzip.compress(header + data[: count * item], 9, mtime=0)
        (folder / (stem + ".gz")).write_bytes(blob)


def make_resnet():
    from torch import nn
    from torchvision.models.resnet import BasicBlock

    class FashionResNet(nn.Module):
        """torchvision's ResNet layout (stem, max-pool, stages of BasicBlock, fc) for 1x28x28."""

        def __init__(self, widths=(32, 64, 112), blocks=(2, 2, 1), classes=10):
            super().__init__()
            self.conv1 = nn.Conv2d(1, widths[0], 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(widths[0])
            self.relu = nn.ReLU(inplace=True)
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
            self.inplanes = widths[0]
            self.layer1 = self._stage(widths[0], blocks[0], 1)
            self.layer2 = self._stage(widths[1], blocks[1], 2)
            self.layer3 = self._stage(widths[2], blocks[2], 2)
            self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
            self.fc = nn.Linear(widths[2], classes)

        def _stage(self, planes, count, stride):
            down = None
            if stride != 1 or self.inplanes != planes:
                down = nn.Sequential(
                    nn.Conv2d(self.inplanes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)
                )
            layers = [BasicBlock(self.inplanes, planes, stride, down)]
            self.inplanes = planes
            layers += [BasicBlock(planes, planes) for _ in range(count - 1)]
            return nn.Sequential(*layers)

        def forward(self, x):
            x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
            x = self.layer3(self.layer2(self.layer1(x)))
            return self.fc(self.avgpool(x).flatten(1))

    return FashionResNet()


def make_mobilenet():
    from torch import nn
    from torchvision.models.mobilenetv2 import InvertedResidual
    from torchvision.ops.misc import Conv2dNormActivation

    class FashionMobileNet(nn.Module):
        """torchvision's MobileNetV2 layout (inverted residuals, ReLU6) for 1x28x28."""

        SETTING = ((1, 16, 1, 1), (4, 24, 2, 2), (4, 40, 3, 2), (4, 64, 2, 1))

        def __init__(self, classes=10, last=256):
            super().__init__()
            width = 16
            features = [Conv2dNormActivation(1, width, stride=1, activation_layer=nn.ReLU6)]
            for expand, channels, count, stride in self.SETTING:
                for i in range(count):
                    features.append(
                        InvertedResidual(width, channels, stride if i == 0 else 1, expand_ratio=expand)
                    )
                    width = channels
            features.append(
                Conv2dNormActivation(width, last, kernel_size=1, activation_layer=nn.ReLU6)
            )
            self.features = nn.Sequential(*features)
            self.classifier = nn.Sequential(nn.Dropout(0.1), nn.Linear(last, classes))

        def forward(self, x):
            x = self.features(x)
            x = nn.functional.adaptive_avg_pool2d(x, (1, 1)).flatten(1)
            return self.classifier(x)

    return FashionMobileNet()


def load_split(prefix):
    import numpy as np
    import torch

    dims, images = read_idx(f"{prefix}-images-idx3-ubyte.gz")
    _, labels = read_idx(f"{prefix}-labels-idx1-ubyte.gz")
    x = torch.from_numpy(np.frombuffer(images, np.uint8).reshape(dims[0], 1, *dims[1:]).copy())
    y = torch.from_numpy(np.frombuffer(labels, np.uint8).astype("int64"))
    return (x.float() / 255 - MEAN) / STD, y


def top1(model, x, y):
    import torch

    model.eval()
    with torch.no_grad():
        hits = sum(
            int((model(x[i : i + 500]).argmax(1) == y[i : i + 500]).sum()) for i in range(0, len(x), 500)
        )
    return 100.0 * hits / len(x)


def train(make, out, epochs, lr, batch, threads):
    import torch
    from torch.nn.functional import cross_entropy

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    model = make().to(memory_format=torch.channels_last)
    x, y = load_split("train")
    test_x, test_y = load_split("t10k")
    steps = epochs * (len(x) // batch)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=5e-4, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps, pct_start=0.2)
    for epoch in range(epochs):
        model.train()
        begin, total = time.time(), 0.0
        order = torch.randperm(len(x))
        for i in range(0, len(x) - batch + 1, batch):
            pick = order[i : i + batch]
            images = x[pick]
            flip = torch.rand(batch) < 0.5
            images[flip] = images[flip].flip(3)
            images = images.contiguous(memory_format=torch.channels_last)
            loss = cross_entropy(model(images), y[pick], label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(
            f"epoch {epoch + 1}/{epochs} loss {total / (len(x) // batch):.4f} "
            f"top-1 {top1(model, test_x, test_y):.2f} {time.time() - begin:.0f} s",
            flush=True,
        )
    model = model.to(memory_format=torch.contiguous_format).eval()
    about = {"input_shape": [1, 1, 28, 28], "classes": CLASSES}
    extra = {"quantoscope.json": json.dumps(about)}
    torch.jit.save(torch.jit.script(model), str(out), _extra_files=extra)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("resnet", "mobilenet", "subset"))
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=2000, help="images in the subset")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--lr", type=float, default=0.2)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    if args.what == "subset":
        write_subset(args.out, args.count)
        return
    make = {"resnet": make_resnet, "mobilenet": make_mobilenet}[args.what]
    train(make, args.out, args.epochs, args.lr, args.batch, args.threads)


if __name__ == "__main__":
    main()
