import UIKit

/// The network and the names of its classes.
final class Classifier {
    private let module: TorchModule
    private let classes: [String]

    init() throws {
        guard let model = Bundle.main.path(forResource: Settings.model, ofType: nil),
            let names = Bundle.main.url(forResource: Settings.classes, withExtension: nil)
        else {
            throw CocoaError(.fileNoSuchFile)
        }
        module = try TorchModule(path: model)
        classes = try JSONDecoder().decode([String].self, from: Data(contentsOf: names))
    }

    /// The five most likely classes of an image, best first: "93.1 %  trouser".
    func describe(_ image: UIImage) throws -> [String] {
        let (rgbx, width, height) = try pixels(of: image)
        let numbers = Preprocessor.tensor(rgbx: rgbx, width: width, height: height)
        let bytes = numbers.withUnsafeBufferPointer { Data(buffer: $0) }
        let scores = try module.run(on: bytes, shape: Preprocessor.shape.map { NSNumber(value: $0) })
        return Scores.top(scores.map { $0.doubleValue }, count: 5).map {
            String(format: "%.1f %%  %@", 100 * $0.probability, classes[$0.index])
        }
    }

    /// The image upright, in sRGB, four bytes a pixel.
    private func pixels(of image: UIImage) throws -> ([UInt8], Int, Int) {
        let format = UIGraphicsImageRendererFormat()
        format.scale = 1
        format.opaque = true
        format.preferredRange = .standard
        let size = CGSize(width: image.size.width * image.scale, height: image.size.height * image.scale)
        let upright = UIGraphicsImageRenderer(size: size, format: format).image { _ in
            image.draw(in: CGRect(origin: .zero, size: size))
        }
        guard let picture = upright.cgImage, let space = CGColorSpace(name: CGColorSpace.sRGB) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        var bytes = [UInt8](repeating: 0, count: 4 * picture.width * picture.height)
        let drawn = bytes.withUnsafeMutableBytes { buffer -> Bool in
            guard
                let context = CGContext(
                    data: buffer.baseAddress, width: picture.width, height: picture.height,
                    bitsPerComponent: 8, bytesPerRow: 4 * picture.width, space: space,
                    bitmapInfo: CGImageAlphaInfo.noneSkipLast.rawValue)
            else {
                return false
            }
            context.draw(picture, in: CGRect(x: 0, y: 0, width: picture.width, height: picture.height))
            return true
        }
        guard drawn else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return (bytes, picture.width, picture.height)
    }
}
