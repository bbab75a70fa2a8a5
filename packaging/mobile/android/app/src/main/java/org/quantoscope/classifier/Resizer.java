package org.quantoscope.classifier;

/**
 * Resizes as Pillow does, and with it torchvision on images: filters as wide as the reduction, rows first, in
 * fixed point with 22 fractional bits. Android's own scaling makes other pixels wherever an image shrinks.
 */
public final class Resizer {
    private static final int PRECISION_BITS = 32 - 8 - 2;
    private static final int HALF = 1 << (PRECISION_BITS - 1);

    /** The input pixels first, first + 1, ... that make one output pixel. */
    private static final class Tap {
        final int first;
        final int[] weights;

        Tap(int first, int[] weights) {
            this.first = first;
            this.weights = weights;
        }
    }

    public static Pixels resize(Pixels image, int width, int height, String interpolation) {
        if (width == image.width && height == image.height) {
            return image;
        }
        if (interpolation.equals("nearest")) {
            return nearest(image, width, height);
        }
        boolean bicubic = interpolation.equals("bicubic");
        Pixels wide = width == image.width ? image : resizeRows(image, width, bicubic);
        return height == wide.height ? wide : resizeColumns(wide, height, bicubic);
    }

    private static double triangle(double x) {
        return Math.max(1.0 - Math.abs(x), 0.0);
    }

    private static double cubic(double distance) {
        double x = Math.abs(distance);
        double a = -0.5;
        if (x < 1.0) {
            return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
        }
        return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
    }

    private static Tap[] taps(int in, int out, boolean bicubic) {
        double scale = (double) in / out;
        double widening = Math.max(scale, 1.0);
        double support = (bicubic ? 2.0 : 1.0) * widening;
        Tap[] taps = new Tap[out];
        for (int x = 0; x < out; ++x) {
            double center = (x + 0.5) * scale;
            int first = Math.max((int) (center - support + 0.5), 0);
            int last = Math.min((int) (center + support + 0.5), in);
            double[] weights = new double[last - first];
            double sum = 0;
            for (int i = first; i < last; ++i) {
                double distance = (i - center + 0.5) * (1.0 / widening);
                weights[i - first] = bicubic ? cubic(distance) : triangle(distance);
                sum += weights[i - first];
            }
            int[] fixed = new int[weights.length];
            for (int i = 0; i < fixed.length; ++i) {
                double weight = (sum != 0.0 ? weights[i] / sum : weights[i]) * (1 << PRECISION_BITS);
                fixed[i] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            taps[x] = new Tap(first, fixed);
        }
        return taps;
    }

    private static byte toPixel(int sum) {
        return (byte) Math.min(Math.max(sum >> PRECISION_BITS, 0), 255);
    }

    private static Pixels resizeRows(Pixels image, int width, boolean bicubic) {
        Tap[] taps = taps(image.width, width, bicubic);
        Pixels result = new Pixels(width, image.height, image.channels);
        int out = 0;
        for (int y = 0; y < image.height; ++y) {
            for (Tap tap : taps) {
                int in = (y * image.width + tap.first) * image.channels;
                for (int c = 0; c < image.channels; ++c) {
                    int sum = HALF;
                    for (int i = 0; i < tap.weights.length; ++i) {
                        sum += image.at(in + i * image.channels + c) * tap.weights[i];
                    }
                    result.data[out++] = toPixel(sum);
                }
            }
        }
        return result;
    }

    private static Pixels resizeColumns(Pixels image, int height, boolean bicubic) {
        Tap[] taps = taps(image.height, height, bicubic);
        Pixels result = new Pixels(image.width, height, image.channels);
        int row = image.width * image.channels;
        int out = 0;
        for (Tap tap : taps) {
            for (int x = 0; x < row; ++x) {
                int sum = HALF;
                for (int i = 0; i < tap.weights.length; ++i) {
                    sum += image.at((tap.first + i) * row + x) * tap.weights[i];
                }
                result.data[out++] = toPixel(sum);
            }
        }
        return result;
    }

    /** Which input pixel each output pixel takes: Pillow adds the step up rather than multiplying. */
    private static int[] nearestPixels(int in, int out) {
        double step = (double) in / out;
        int[] pixels = new int[out];
        double position = step * 0.5;
        for (int x = 0; x < out; ++x, position += step) {
            pixels[x] = Math.min((int) position, in - 1);
        }
        return pixels;
    }

    private static Pixels nearest(Pixels image, int width, int height) {
        int[] columns = nearestPixels(image.width, width);
        int[] rows = nearestPixels(image.height, height);
        Pixels result = new Pixels(width, height, image.channels);
        int out = 0;
        for (int row : rows) {
            for (int column : columns) {
                for (int c = 0; c < image.channels; ++c) {
                    result.data[out++] = image.data[(row * image.width + column) * image.channels + c];
                }
            }
        }
        return result;
    }

    private Resizer() {}
}
