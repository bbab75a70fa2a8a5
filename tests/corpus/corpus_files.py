"""How a row of the corpus is written: its forms, a reference input, and what PyTorch makes of that input.

A row is a folder with some of traced.pt, scripted.pt and model.onnx, and reference.json, which names raw
little-endian files for the inputs (N = 2 unless the row says otherwise) and the eager outputs.
"""
import json
import pathlib
import warnings

import torch

OPSET = 13


def flatten(result):
    """The tensors of a result in order; tuples, lists and dicts open up, None drops out."""
    if result is None:
        return []
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, dict):
        result = result.values()
    return [tensor for part in result for tensor in flatten(part)]


def describe(folder, tensors, names):
    entries = []
    for tensor, name in zip(tensors, names):
        file = f"{name}.bin"
        (folder / file).write_bytes(tensor.detach().contiguous().numpy().tobytes())
        dtype = str(tensor.dtype).replace("torch.", "")
        entries.append({"name": name, "dtype": dtype, "shape": list(tensor.shape), "file": file})
    return entries


def write_reference(folder, inputs, outputs, input_names=None):
    """`outputs` may be None where no PyTorch module computes them."""
    names = input_names or [f"input{i}" for i in range(len(inputs))]
    reference = {"inputs": describe(folder, inputs, names), "outputs": []}
    if outputs is not None:
        reference["outputs"] = describe(folder, outputs, [f"output{i}" for i in range(len(outputs))])
    (folder / "reference.json").write_text(json.dumps(reference, indent=1))


def export_onnx(module, inputs, path, dynamic=True, opset=OPSET):
    names = [f"input{i}" for i in range(len(inputs))]
    with torch.no_grad():
        count = len(flatten(module(*inputs)))
    outputs = [f"output{i}" for i in range(count)]
    axes = {name: {0: "batch"} for name in names + outputs} if dynamic else None
    torch.onnx.export(
        module,
        tuple(inputs),
        str(path),
        opset_version=opset,
        input_names=names,
        output_names=outputs,
        dynamic_axes=axes,
    )


def write_forms(folder, module, inputs, forms):
    """Saves `module` in `forms` ("traced", "scripted", "onnx") with its reference."""
    module.eval()
    with torch.no_grad():
        outputs = flatten(module(*inputs))
    # With gradients on, as people save: without them attention would be one fused operator of PyTorch's own.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "traced" in forms:
            torch.jit.trace(module, tuple(inputs), check_trace=False).save(str(folder / "traced.pt"))
        if "scripted" in forms:
            torch.jit.script(module).save(str(folder / "scripted.pt"))
        if "onnx" in forms:
            export_onnx(module, inputs, folder / "model.onnx")
    write_reference(folder, inputs, outputs)


def batch_norm_from_data(module, inputs, batches=3):
    """Sets the running statistics to those of noise like `inputs`, so that outputs are of ordinary size."""
    norms = [m for m in module.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    module.eval()
    for norm in norms:
        norm.train()
        norm.reset_running_stats()
        norm.momentum = None  # the plain average over all batches
    if norms:
        with torch.no_grad():
            for _ in range(batches):
                module(*(torch.randn(4, *x.shape[1:]) for x in inputs))
    module.eval()


def check_ordinary(outputs):
    """A comparison of outputs near 0 or 1e12, or of outputs that ignore the input, would prove nothing."""
    for output in outputs:
        spread = float((output[0] - output[1]).abs().max())
        size = float(output.abs().max())
        if not 1e-2 < size < 1e4 or spread < 1e-3 * size:
            raise ValueError(f"outputs up to {size}, apart by {spread}: the row would prove nothing")


def folder_of(out, row):
    folder = pathlib.Path(out) / row
    folder.mkdir(parents=True, exist_ok=True)
    return folder
