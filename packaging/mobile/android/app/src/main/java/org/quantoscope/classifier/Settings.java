package org.quantoscope.classifier;

/** How an image becomes the network's input, as on the data that the network was measured on. */
public final class Settings {
    /** Assets: the network, and the names of its classes as a JSON list. */
    public static final String MODEL = "model.ptl";
    public static final String CLASSES = "classes.json";

    /** 1: grey, 3: colour. */
    public static final int CHANNELS = {{channels}};
    /** Length of the shorter side after resizing; 0: see RESIZE_HEIGHT. */
    public static final int RESIZE_SHORTER = {{resize_shorter}};
    /** Size after resizing, whatever the image's shape; 0: see RESIZE_SHORTER. */
    public static final int RESIZE_HEIGHT = {{resize_height}};
    public static final int RESIZE_WIDTH = {{resize_width}};
    /** The part in the middle that the network sees. */
    public static final int HEIGHT = {{height}};
    public static final int WIDTH = {{width}};
    /** "bilinear", "bicubic" or "nearest", as in Pillow. */
    public static final String INTERPOLATION = "{{interpolation}}";
    /** Order of the channels: blue first rather than red. */
    public static final boolean BLUE_FIRST = {{blue_first}};
    /** The tensor is height x width x channels rather than channels x height x width. */
    public static final boolean CHANNELS_LAST = {{channels_last}};
    /** The tensor's numbers: (pixel * SCALE - MEAN) / STD, with a mean and a deviation a channel. */
    public static final double SCALE = {{scale}};
    private static final double[] MEAN = { {{mean}} };
    private static final double[] STD = { {{std}} };

    public static float mean(int channel) {
        return (float) MEAN[channel];
    }

    public static float std(int channel) {
        return (float) STD[channel];
    }

    private Settings() {}
}
