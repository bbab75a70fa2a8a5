#!/usr/bin/env python3
"""Makes variants of photographs in other formats and writes what torchvision on Pillow makes of each image.

    ./torchvision_reference.py FOLDER PHOTOGRAPH...

FOLDER gets the variants and <case>.f32 files (float32 C x H x W, 0..1, after Resize, CenterCrop and ToTensor), and
cases.txt: a line each with the case's number, resize (shorter side, or height,width), crop, interpolation and the
image's path. An image that Pillow cannot convert to RGB is listed with resize "refused".
"""
import pathlib
import sys

import numpy
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode

SETTINGS = [("256", 224, "bilinear"), ("232", 224, "bicubic"), ("180,240", 0, "bilinear"), ("64", 64, "nearest")]
EXIF_ORIENTATION = 274


def make_variants(folder, photographs):
    """A CMYK JPEG, palettes, alpha, 16 bits, rotation, subsampling and other containers, of real pixels."""
    first, second = (Image.open(path).convert("RGB") for path in photographs[:2])
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 8
    alpha = first.copy()
    alpha.putalpha(second.resize(first.size).convert("L"))
    colours = numpy.asarray(first)

    def save(image, name, **options):
        image.save(folder / name, **options)
        return folder / name

    yield save(first.convert("CMYK"), "cmyk.jpg", quality=95)
    yield save(first, "progressive.jpg", progressive=True, quality=80)
    yield save(second, "subsampled.jpg", subsampling="4:2:0", quality=70)
    yield save(second, "rotated.jpg", exif=exif)
    yield save(first.convert("L"), "grey.jpg")
    yield save(first.quantize(64), "palette.png")
    yield save(first.quantize(16), "transparent_palette.png", transparency=3)
    yield save(alpha, "alpha.png")
    yield save(alpha.convert("LA"), "grey_alpha.png")
    yield save(first.convert("1"), "bilevel.png")
    yield save(second, "lossy.webp", quality=75)
    yield save(alpha, "alpha.webp", quality=75)
    yield save(second, "packed.tif", compression="tiff_lzw")
    yield save(second.convert("L"), "grey.tif")
    yield save(second, "plain.bmp")
    yield save(second, "plain.ppm")
    yield save(Image.fromarray(colours[..., 0].astype("uint16") * 257), "grey16.png")
    yield save(Image.fromarray(colours[..., 0].astype("uint16") * 257), "grey16.tif")


def transform_of(resize, crop, interpolation):
    size = [int(side) for side in resize.split(",")]
    steps = [transforms.Resize(size, interpolation=InterpolationMode(interpolation))]
    steps += [transforms.CenterCrop(crop)] if crop else []
    return transforms.Compose(steps + [transforms.ToTensor()])


def main():
    folder, photographs = pathlib.Path(sys.argv[1]), sys.argv[2:]
    images = photographs + [str(path) for path in make_variants(folder, photographs)]
    lines = []
    for path in images:
        image = Image.open(path)
        if image.mode.startswith(("I", "F")):
            lines.append(f"{len(lines)} refused 0 - {path}")
            continue
        image = image.convert("RGB")
        for settings in SETTINGS:
            tensor = transform_of(*settings)(image)
            tensor.contiguous().numpy().tofile(folder / f"{len(lines)}.f32")
            lines.append(" ".join(str(field) for field in (len(lines), *settings, path)))
    (folder / "cases.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
