#pragma once

#include "data/image.h"

namespace qs {

enum class Interpolation { Nearest, Bilinear, Bicubic };

/// Resizes as Pillow's Image.resize(..., BILINEAR), BICUBIC or NEAREST does, bit for bit. The first two are
/// filters as wide as the reduction (hence antialiased), horizontal pass first, each pass in fixed point with
/// 22 fractional bits and rounded to 8 bits. (Pillow, src/libImaging/Resample.c; NEAREST: Geometry.c.)
/// cv::resize gives other pixels wherever an image shrinks.
Image resizeImage(const Image& image, int width, int height, Interpolation interpolation);

}  // namespace qs
