#!/usr/bin/env python3
"""Writes the torchvision networks and the broken files that tests open: make_models.py OUT_DIR.

Batch-norm statistics come from data, so that outputs are of ordinary size. A file `done` marks a complete set.
"""
import pathlib
import sys


def main(out):
    import torch
    import torchvision

    out.mkdir(parents=True, exist_ok=True)
    if (out / "done").exists():
        return
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
    torch.save(torch.nn.Linear(2, 2).state_dict(), str(out / "state_dict.pt"))
    torch.save(
        torch.nn.Linear(2, 2).state_dict(), str(out / "state_dict_old.pt"), _use_new_zipfile_serialization=False
    )
    whole = (out / "mobilenet_v2_traced.pt").read_bytes()
    (out / "truncated.pt").write_bytes(whole[: len(whole) // 2])
    (out / "empty.pt").write_bytes(b"")
    (out / "text.pt").write_text("this is no model\n")
    (out / "done").touch()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
