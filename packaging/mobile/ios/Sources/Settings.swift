/// How an image becomes the network's input, as on the data that the network was measured on.
enum Settings {
    /// Resources: the network, and the names of its classes as a JSON list.
    static let model = "model.ptl"
    static let classes = "classes.json"

    /// 1: grey, 3: colour.
    static let channels = {{channels}}
    /// Length of the shorter side after resizing; 0: see resizeHeight.
    static let resizeShorter = {{resize_shorter}}
    /// Size after resizing, whatever the image's shape; 0: see resizeShorter.
    static let resizeHeight = {{resize_height}}
    static let resizeWidth = {{resize_width}}
    /// The part in the middle that the network sees.
    static let height = {{height}}
    static let width = {{width}}
    /// "bilinear", "bicubic" or "nearest", as in Pillow.
    static let interpolation = "{{interpolation}}"
    /// Order of the channels: blue first rather than red.
    static let blueFirst = {{blue_first}}
    /// The tensor is height x width x channels rather than channels x height x width.
    static let channelsLast = {{channels_last}}
    /// The tensor's numbers: (pixel * scale - mean) / std, with a mean and a deviation a channel.
    static let scale: Double = {{scale}}
    static let mean: [Double] = [{{mean}}]
    static let std: [Double] = [{{std}}]
}
