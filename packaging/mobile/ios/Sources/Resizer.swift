/// Resizes as Pillow does, and with it torchvision on images: filters as wide as the reduction, rows first, in
/// fixed point with 22 fractional bits. Core Graphics makes other pixels wherever an image shrinks.
enum Resizer {
    private static let precisionBits = 32 - 8 - 2
    private static let half = 1 << (precisionBits - 1)

    /// The input pixels first, first + 1, ... that make one output pixel.
    private struct Tap {
        let first: Int
        let weights: [Int]
    }

    static func resize(_ image: Pixels, width: Int, height: Int, interpolation: String) -> Pixels {
        if width == image.width && height == image.height {
            return image
        }
        if interpolation == "nearest" {
            return nearest(image, width: width, height: height)
        }
        let bicubic = interpolation == "bicubic"
        let wide = width == image.width ? image : resizeRows(image, width: width, bicubic: bicubic)
        return height == wide.height ? wide : resizeColumns(wide, height: height, bicubic: bicubic)
    }

    private static func triangle(_ x: Double) -> Double {
        max(1.0 - abs(x), 0.0)
    }

    private static func cubic(_ distance: Double) -> Double {
        let x = abs(distance)
        let a = -0.5
        if x < 1.0 {
            return ((a + 2.0) * x - (a + 3.0)) * x * x + 1
        }
        return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0
    }

    private static func taps(from size: Int, to out: Int, bicubic: Bool) -> [Tap] {
        let scale = Double(size) / Double(out)
        let widening = max(scale, 1.0)
        let support = (bicubic ? 2.0 : 1.0) * widening
        return (0..<out).map { x in
            let center = (Double(x) + 0.5) * scale
            let first = max(Int(center - support + 0.5), 0)
            let last = min(Int(center + support + 0.5), size)
            let weights = (first..<last).map { i -> Double in
                let distance = (Double(i) - center + 0.5) * (1.0 / widening)
                return bicubic ? cubic(distance) : triangle(distance)
            }
            var sum = 0.0
            for weight in weights {
                sum += weight
            }
            let fixed = weights.map { weight -> Int in
                let scaled = (sum != 0.0 ? weight / sum : weight) * Double(1 << precisionBits)
                return Int(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
            }
            return Tap(first: first, weights: fixed)
        }
    }

    private static func toPixel(_ sum: Int) -> UInt8 {
        UInt8(min(max(sum >> precisionBits, 0), 255))
    }

    private static func resizeRows(_ image: Pixels, width: Int, bicubic: Bool) -> Pixels {
        let taps = Resizer.taps(from: image.width, to: width, bicubic: bicubic)
        var result = Pixels(width: width, height: image.height, channels: image.channels)
        var out = 0
        for y in 0..<image.height {
            for tap in taps {
                let begin = (y * image.width + tap.first) * image.channels
                for channel in 0..<image.channels {
                    var sum = half
                    for (i, weight) in tap.weights.enumerated() {
                        sum += Int(image.data[begin + i * image.channels + channel]) * weight
                    }
                    result.data[out] = toPixel(sum)
                    out += 1
                }
            }
        }
        return result
    }

    private static func resizeColumns(_ image: Pixels, height: Int, bicubic: Bool) -> Pixels {
        let taps = Resizer.taps(from: image.height, to: height, bicubic: bicubic)
        var result = Pixels(width: image.width, height: height, channels: image.channels)
        let row = image.width * image.channels
        var out = 0
        for tap in taps {
            for x in 0..<row {
                var sum = half
                for (i, weight) in tap.weights.enumerated() {
                    sum += Int(image.data[(tap.first + i) * row + x]) * weight
                }
                result.data[out] = toPixel(sum)
                out += 1
            }
        }
        return result
    }

    /// Which input pixel each output pixel takes: Pillow adds the step up rather than multiplying.
    private static func nearestPixels(from size: Int, to out: Int) -> [Int] {
        let step = Double(size) / Double(out)
        var position = step * 0.5
        return (0..<out).map { _ in
            defer { position += step }
            return min(Int(position), size - 1)
        }
    }

    private static func nearest(_ image: Pixels, width: Int, height: Int) -> Pixels {
        let columns = nearestPixels(from: image.width, to: width)
        let rows = nearestPixels(from: image.height, to: height)
        var result = Pixels(width: width, height: height, channels: image.channels)
        var out = 0
        for row in rows {
            for column in columns {
                for channel in 0..<image.channels {
                    result.data[out] = image.data[(row * image.width + column) * image.channels + channel]
                    out += 1
                }
            }
        }
        return result
    }
}
