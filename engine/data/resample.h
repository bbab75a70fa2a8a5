#pragma once

#include "data/image.h"

namespace qs {

/// Resizes as Pillow's Image.resize(..., BILINEAR) does, bit for bit: a triangle filter as wide as the
/// reduction (hence antialiased), horizontal pass first, each pass in fixed point with 22 fractional bits and
/// rounded to 8 bits. (Pillow, src/libImaging/Resample.c.) cv::resize INTER_LINEAR gives other pixels
/// wherever an image shrinks.
Image resizeBilinear(const Image& image, int width, int height);

}  // namespace qs
