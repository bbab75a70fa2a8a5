package org.quantoscope.classifier

import android.content.res.AssetManager
import android.graphics.Bitmap
import org.pytorch.IValue
import org.pytorch.LiteModuleLoader
import org.pytorch.Tensor

/** The network in Kotlin. */
class KotlinClassifier(assets: AssetManager) : Classifier {
    private val module = LiteModuleLoader.loadModuleFromAsset(assets, Settings.MODEL)

    override fun scores(image: Bitmap): FloatArray {
        val colors = IntArray(image.width * image.height)
        image.getPixels(colors, 0, image.width, 0, 0, image.width, image.height)
        val input = Tensor.fromBlob(
            Preprocessor.tensor(colors, image.width, image.height),
            Preprocessor.shape()
        )
        return module.forward(IValue.from(input)).toTensor().dataAsFloatArray
    }
}
