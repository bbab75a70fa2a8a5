/// An 8-bit image: rows from the top, channels interleaved, 0..255.
struct Pixels {
    let width: Int
    let height: Int
    let channels: Int
    var data: [UInt8]

    init(width: Int, height: Int, channels: Int) {
        self.width = width
        self.height = height
        self.channels = channels
        data = [UInt8](repeating: 0, count: width * height * channels)
    }

    /// From red, green, blue and an unused byte for every pixel; with one channel ITU-R 601 luma.
    init(rgbx: [UInt8], width: Int, height: Int, channels: Int) {
        self.init(width: width, height: height, channels: channels)
        for pixel in 0..<(width * height) {
            let red = Int(rgbx[4 * pixel])
            let green = Int(rgbx[4 * pixel + 1])
            let blue = Int(rgbx[4 * pixel + 2])
            if channels == 1 {
                data[pixel] = UInt8((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)
            } else {
                data[3 * pixel] = UInt8(red)
                data[3 * pixel + 1] = UInt8(green)
                data[3 * pixel + 2] = UInt8(blue)
            }
        }
    }
}
