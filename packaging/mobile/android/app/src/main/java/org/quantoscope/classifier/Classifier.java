package org.quantoscope.classifier;

import android.graphics.Bitmap;

/** What the app asks; JavaClassifier and KotlinClassifier answer alike. */
public interface Classifier {
    /** The network's outputs for an image, one a class. */
    float[] scores(Bitmap image);
}
