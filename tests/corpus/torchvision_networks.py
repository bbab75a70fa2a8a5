"""The torchvision networks of the corpus, with random weights that are the same every time."""
import warnings

import torch
import torchvision
from torch import nn

from corpus_files import batch_norm_from_data, check_ordinary, write_forms

ARGUMENTS = {
    "googlenet": {"aux_logits": False, "init_weights": True},
    "inception_v3": {"aux_logits": False, "init_weights": True},
}
# Height and width of the reference input, 160 elsewhere: the transformers take 224 only, and ONNX has no
# adaptive pooling to 7 x 7 from anything that 7 does not divide.
SIZES = {"vit_b_16": 224, "swin_t": 224, "vgg11": 224}
NETWORKS = [
    "resnet18",
    "resnet50",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "mobilenet_v3_large",
    "shufflenet_v2_x1_0",
    "squeezenet1_1",
    "googlenet",
    "inception_v3",
    "efficientnet_b0",
    "densenet121",
    "regnet_y_400mf",
    "mnasnet1_0",
    "vgg11",
    "vit_b_16",
    "swin_t",
    "convnext_tiny",
    "mc3_18",
]
# Of torchvision.models.video; they take clips of 8 frames.
VIDEO = {"mc3_18": [2, 3, 8, 56, 56]}


def undo_neutral_start(module):
    """Fresh transformers begin with layers that do nothing: a zero head, branches scaled by 1e-6."""
    for name, parameter in module.named_parameters():
        if name.endswith("layer_scale"):
            nn.init.uniform_(parameter, 0.1, 0.5)
        elif name == "heads.head.weight":
            nn.init.normal_(parameter, std=0.05)


def make(folder, name):
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        models = torchvision.models.video if name in VIDEO else torchvision.models
        module = getattr(models, name)(**ARGUMENTS.get(name, {}))
    undo_neutral_start(module)
    size = SIZES.get(name, 160)
    inputs = [torch.randn(VIDEO.get(name, [2, 3, size, size]))]
    batch_norm_from_data(module, inputs)
    with torch.no_grad():
        check_ordinary([module(*inputs)])
    write_forms(folder, module, inputs, ("traced", "scripted", "onnx"))


ROWS = {name: lambda folder, name=name: make(folder, name) for name in NETWORKS}
