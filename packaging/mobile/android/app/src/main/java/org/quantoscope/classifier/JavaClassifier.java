package org.quantoscope.classifier;

import android.content.res.AssetManager;
import android.graphics.Bitmap;

import org.pytorch.IValue;
import org.pytorch.LiteModuleLoader;
import org.pytorch.Module;
import org.pytorch.Tensor;

/** The network in Java. */
public final class JavaClassifier implements Classifier {
    private final Module module;

    public JavaClassifier(AssetManager assets) {
        module = LiteModuleLoader.loadModuleFromAsset(assets, Settings.MODEL);
    }

    @Override
    public float[] scores(Bitmap image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] colors = new int[width * height];
        image.getPixels(colors, 0, width, 0, 0, width, height);
        Tensor input = Tensor.fromBlob(Preprocessor.tensor(colors, width, height), Preprocessor.shape());
        return module.forward(IValue.from(input)).toTensor().getDataAsFloatArray();
    }
}
