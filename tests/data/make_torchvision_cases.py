#!/usr/bin/env python3
"""Writes torchvision/: small images and what torchvision 0.14 with Pillow 9.4 (Debian 12) makes of them.

    ./make_torchvision_cases.py

cases.txt lists, a case a line: its name, image file, resize, crop (0: none), channels. <case>.npy is the uint8
H x W x C image after convert, Resize and CenterCrop; normalized.npy is the float32 C x H x W tensor of the first case
after ToTensor and Normalize with the ImageNet mean and std.
"""
import pathlib

import numpy
from PIL import Image
from torchvision import transforms

FOLDER = pathlib.Path(__file__).parent / "torchvision"
EXIF_ORIENTATION = 274


def make_image(width, height, seed):
    """Smooth ramps with noise: every filter tap matters, and PNG still compresses a little."""
    random = numpy.random.RandomState(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    ramps = numpy.stack([x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)], 2)
    return Image.fromarray((ramps * 0.7 + random.randint(0, 77, ramps.shape)).astype("uint8"))


def write_images():
    wide, tall = make_image(37, 23, 1), make_image(21, 50, 2)
    wide.save(FOLDER / "wide.png")
    tall.save(FOLDER / "tall.png")
    tall.convert("L").save(FOLDER / "grey.png")
    alpha = wide.copy()
    alpha.putalpha(tall.convert("L").resize(wide.size))
    alpha.save(FOLDER / "alpha.png")
    wide.quantize(16).save(FOLDER / "palette.png")
    wide.convert("1").save(FOLDER / "bilevel.png")
    wide.save(FOLDER / "wide.jpg", quality=90)
    tall.convert("L").save(FOLDER / "grey.jpg")
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    tall.save(FOLDER / "rotated.jpg", exif=exif)
    wide.save(FOLDER / "wide.webp", lossless=True)
    wide.save(FOLDER / "wide.tif")
    wide.save(FOLDER / "wide.bmp")


CASES = [
    ("shrink_and_crop", "wide.png", 16, 12, 3),
    ("shrink_tall", "tall.png", 8, 0, 3),
    ("shrink_much", "tall.png", 3, 3, 3),
    ("enlarge", "wide.png", 40, 33, 3),
    ("enlarge_tall", "tall.png", 29, 0, 3),
    ("same_shorter_side", "wide.png", 23, 0, 3),
    ("odd_crop", "wide.png", 0, 20, 3),
    ("pad_all_sides", "wide.png", 0, 40, 3),
    ("pad_width_crop_height", "tall.png", 0, 32, 3),
    ("pad_odd", "tall.png", 0, 24, 3),
    ("grey_from_colour", "wide.png", 16, 12, 1),
    ("grey", "grey.png", 16, 12, 1),
    ("grey_repeated", "grey.png", 16, 12, 3),
    ("alpha_dropped", "alpha.png", 0, 0, 3),
    ("palette", "palette.png", 0, 0, 3),
    ("bilevel", "bilevel.png", 0, 0, 3),
    ("jpeg", "wide.jpg", 0, 0, 3),
    ("grey_jpeg", "grey.jpg", 0, 0, 3),
    ("orientation_ignored", "rotated.jpg", 0, 0, 3),
    ("webp", "wide.webp", 0, 0, 3),
    ("tiff", "wide.tif", 0, 0, 3),
    ("bmp", "wide.bmp", 0, 0, 3),
]


def make_case(name, file, resize, crop, channels):
    steps = [transforms.Resize(resize)] if resize else []
    steps += [transforms.CenterCrop(crop)] if crop else []
    image = Image.open(FOLDER / file).convert("RGB" if channels == 3 else "L")
    image = transforms.Compose(steps)(image)
    pixels = numpy.asarray(image).reshape(image.height, image.width, channels)
    numpy.save(FOLDER / f"{name}.npy", pixels)
    return image


def main():
    FOLDER.mkdir(exist_ok=True)
    write_images()
    images = [make_case(*case) for case in CASES]
    lines = [" ".join(str(field) for field in case) for case in CASES]
    (FOLDER / "cases.txt").write_text("\n".join(lines) + "\n")
    normalize = transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    tensor = normalize(transforms.ToTensor()(images[0]))
    numpy.save(FOLDER / "normalized.npy", tensor.contiguous().numpy())


if __name__ == "__main__":
    main()
