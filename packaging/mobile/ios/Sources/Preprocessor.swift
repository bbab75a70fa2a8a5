/// Makes the network's input of an image.
enum Preprocessor {
    /// The tensor's extents, with a batch of one.
    static var shape: [Int] {
        Settings.channelsLast
            ? [1, Settings.height, Settings.width, Settings.channels]
            : [1, Settings.channels, Settings.height, Settings.width]
    }

    /// The tensor's numbers for an image of red, green, blue and an unused byte for every pixel.
    static func tensor(rgbx: [UInt8], width: Int, height: Int) -> [Float] {
        let image = Pixels(rgbx: rgbx, width: width, height: height, channels: Settings.channels)
        return normalize(crop(resize(image)))
    }

    private static func resize(_ image: Pixels) -> Pixels {
        var width = Settings.resizeWidth
        var height = Settings.resizeHeight
        if Settings.resizeShorter > 0 {
            let portrait = image.width <= image.height
            width = portrait ? Settings.resizeShorter : longer(image.width, image.height)
            height = portrait ? longer(image.height, image.width) : Settings.resizeShorter
        }
        if width == 0 {
            return image
        }
        return Resizer.resize(image, width: width, height: height, interpolation: Settings.interpolation)
    }

    private static func longer(_ longer: Int, _ shorter: Int) -> Int {
        Int(Double(Settings.resizeShorter * longer) / Double(shorter))
    }

    /// Offset of the first of `wanted` pixels in the middle of `size`; negative where there are too few.
    private static func offset(_ size: Int, _ wanted: Int) -> Int {
        size < wanted
            ? -((wanted - size) / 2)
            : Int((Double(size - wanted) / 2.0).rounded(.toNearestOrEven))
    }

    /// The middle, with black around what is too small.
    private static func crop(_ image: Pixels) -> Pixels {
        let left = offset(image.width, Settings.width)
        let top = offset(image.height, Settings.height)
        var result = Pixels(width: Settings.width, height: Settings.height, channels: image.channels)
        let rows = max(top, 0)..<min(top + result.height, image.height)
        let columns = max(left, 0)..<min(left + result.width, image.width)
        for y in rows {
            for x in columns {
                for channel in 0..<image.channels {
                    result.data[((y - top) * result.width + x - left) * image.channels + channel] =
                        image.data[(y * image.width + x) * image.channels + channel]
                }
            }
        }
        return result
    }

    private static func normalize(_ image: Pixels) -> [Float] {
        let pixels = image.width * image.height
        let channels = image.channels
        var tensor = [Float](repeating: 0, count: pixels * channels)
        for channel in 0..<channels {
            let source = Settings.blueFirst ? channels - 1 - channel : channel
            let mean = Float(Settings.mean[channel])
            let std = Float(Settings.std[channel])
            for i in 0..<pixels {
                let value = Float(image.data[i * channels + source])
                // 1/255 is a division, as in torchvision: a product rounds differently.
                let scaled = Settings.scale == 1.0 / 255 ? value / 255 : value * Float(Settings.scale)
                tensor[Settings.channelsLast ? i * channels + channel : channel * pixels + i] =
                    (scaled - mean) / std
            }
        }
        return tensor
    }
}
