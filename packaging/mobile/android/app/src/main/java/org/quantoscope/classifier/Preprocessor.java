package org.quantoscope.classifier;

/** Makes the network's input of an image. Free of Android, so that it can be tested anywhere. */
public final class Preprocessor {
    /** The tensor's extents, with a batch of one. */
    public static long[] shape() {
        return Settings.CHANNELS_LAST
                ? new long[] {1, Settings.HEIGHT, Settings.WIDTH, Settings.CHANNELS}
                : new long[] {1, Settings.CHANNELS, Settings.HEIGHT, Settings.WIDTH};
    }

    /** The tensor's numbers for an image of colours 0xAARRGGBB, row after row. */
    public static float[] tensor(int[] colors, int width, int height) {
        Pixels image = Pixels.fromColors(colors, width, height, Settings.CHANNELS);
        return normalize(crop(resize(image)));
    }

    private static Pixels resize(Pixels image) {
        int width = Settings.RESIZE_WIDTH;
        int height = Settings.RESIZE_HEIGHT;
        if (Settings.RESIZE_SHORTER > 0) {
            boolean portrait = image.width <= image.height;
            width = portrait ? Settings.RESIZE_SHORTER : longer(image.width, image.height);
            height = portrait ? longer(image.height, image.width) : Settings.RESIZE_SHORTER;
        }
        return width > 0 ? Resizer.resize(image, width, height, Settings.INTERPOLATION) : image;
    }

    private static int longer(int longer, int shorter) {
        return (int) ((double) ((long) Settings.RESIZE_SHORTER * longer) / shorter);
    }

    /** Offset of the first of `wanted` pixels in the middle of `size`; negative where there are too few. */
    private static int offset(int size, int wanted) {
        return size < wanted ? -((wanted - size) / 2) : (int) Math.rint((size - wanted) / 2.0);
    }

    /** The middle, with black around what is too small. */
    private static Pixels crop(Pixels image) {
        int left = offset(image.width, Settings.WIDTH);
        int top = offset(image.height, Settings.HEIGHT);
        Pixels result = new Pixels(Settings.WIDTH, Settings.HEIGHT, image.channels);
        for (int y = Math.max(top, 0); y < Math.min(top + result.height, image.height); ++y) {
            for (int x = Math.max(left, 0); x < Math.min(left + result.width, image.width); ++x) {
                System.arraycopy(
                        image.data,
                        (y * image.width + x) * image.channels,
                        result.data,
                        ((y - top) * result.width + x - left) * image.channels,
                        image.channels);
            }
        }
        return result;
    }

    private static float[] normalize(Pixels image) {
        int pixels = image.width * image.height;
        int channels = image.channels;
        float[] tensor = new float[pixels * channels];
        for (int c = 0; c < channels; ++c) {
            int source = Settings.BLUE_FIRST ? channels - 1 - c : c;
            for (int i = 0; i < pixels; ++i) {
                int value = image.at(i * channels + source);
                // 1/255 is a division, as in torchvision: a product rounds differently.
                float scaled =
                        Settings.SCALE == 1.0 / 255 ? value / 255f : value * (float) Settings.SCALE;
                tensor[Settings.CHANNELS_LAST ? i * channels + c : c * pixels + i] =
                        (scaled - Settings.mean(c)) / Settings.std(c);
            }
        }
        return tensor;
    }

    private Preprocessor() {}
}
