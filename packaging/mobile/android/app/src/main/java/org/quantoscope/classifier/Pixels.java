package org.quantoscope.classifier;

/** An 8-bit image: rows from the top, channels interleaved, 0..255. */
public final class Pixels {
    public final int width;
    public final int height;
    public final int channels;
    public final byte[] data;

    public Pixels(int width, int height, int channels) {
        this.width = width;
        this.height = height;
        this.channels = channels;
        this.data = new byte[width * height * channels];
    }

    public int at(int index) {
        return data[index] & 0xff;
    }

    /** From colours as 0xAARRGGBB, row after row: red, green, blue, or with one channel ITU-R 601 luma. */
    public static Pixels fromColors(int[] colors, int width, int height, int channels) {
        Pixels pixels = new Pixels(width, height, channels);
        int out = 0;
        for (int color : colors) {
            int red = (color >> 16) & 0xff;
            int green = (color >> 8) & 0xff;
            int blue = color & 0xff;
            if (channels == 1) {
                pixels.data[out++] = (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
            } else {
                pixels.data[out++] = (byte) red;
                pixels.data[out++] = (byte) green;
                pixels.data[out++] = (byte) blue;
            }
        }
        return pixels;
    }
}
