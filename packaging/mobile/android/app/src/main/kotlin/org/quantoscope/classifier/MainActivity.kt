package org.quantoscope.classifier

import android.content.ActivityNotFoundException
import android.graphics.Bitmap
import android.graphics.ColorSpace
import android.graphics.ImageDecoder
import android.net.Uri
import android.os.Bundle
import android.os.SystemClock
import android.widget.Button
import android.widget.ImageView
import android.widget.TextView
import androidx.activity.ComponentActivity
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts
import androidx.core.content.FileProvider
import org.json.JSONArray
import java.io.File
import java.util.concurrent.Executors

/** Takes or chooses a photograph and says what the network sees in it. */
class MainActivity : ComponentActivity() {
    private val worker = Executors.newSingleThreadExecutor()
    private lateinit var image: ImageView
    private lateinit var result: TextView

    /** Made on the worker, where it is used. */
    private val classifier: Classifier by lazy {
        if (BuildConfig.CLASSIFIER_IN_KOTLIN) KotlinClassifier(assets) else JavaClassifier(assets)
    }
    private val classes: List<String> by lazy {
        val text = assets.open(Settings.CLASSES).bufferedReader().use { it.readText() }
        val names = JSONArray(text)
        List(names.length()) { names.getString(it) }
    }

    private val gallery =
        registerForActivityResult(ActivityResultContracts.PickVisualMedia()) { uri ->
            if (uri != null) classify(uri)
        }
    private val camera =
        registerForActivityResult(ActivityResultContracts.TakePicture()) { taken ->
            if (taken) classify(photo())
        }

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_main)
        image = findViewById(R.id.image)
        result = findViewById(R.id.result)
        findViewById<Button>(R.id.gallery).setOnClickListener {
            gallery.launch(PickVisualMediaRequest(ActivityResultContracts.PickVisualMedia.ImageOnly))
        }
        findViewById<Button>(R.id.camera).setOnClickListener {
            try {
                camera.launch(photo())
            } catch (_: ActivityNotFoundException) {
                result.setText(R.string.no_camera)
            }
        }
    }

    override fun onDestroy() {
        super.onDestroy()
        worker.shutdown()
    }

    private fun photo(): Uri {
        val folder = File(cacheDir, "photos").apply { mkdirs() }
        return FileProvider.getUriForFile(this, "$packageName.photos", File(folder, "photo.jpg"))
    }

    /** The image upright, in sRGB, in memory that can be read. */
    private fun decode(uri: Uri): Bitmap =
        ImageDecoder.decodeBitmap(ImageDecoder.createSource(contentResolver, uri)) { decoder, _, _ ->
            decoder.allocator = ImageDecoder.ALLOCATOR_SOFTWARE
            decoder.setTargetColorSpace(ColorSpace.get(ColorSpace.Named.SRGB))
        }

    private fun classify(uri: Uri) {
        result.setText(R.string.working)
        worker.execute {
            try {
                val bitmap = decode(uri)
                val begin = SystemClock.elapsedRealtime()
                val scores = classifier.scores(bitmap)
                val elapsed = SystemClock.elapsedRealtime() - begin
                val text = describe(scores, elapsed)
                runOnUiThread {
                    image.setImageBitmap(bitmap)
                    result.text = text
                }
            } catch (error: Exception) {
                runOnUiThread { result.text = getString(R.string.failed, error.toString()) }
            }
        }
    }

    private fun describe(scores: FloatArray, elapsed: Long): String {
        val lines = Scores.top(scores, 5).map {
            getString(R.string.result_line, 100 * it.probability, classes[it.index])
        }
        return (lines + getString(R.string.time_line, elapsed)).joinToString("\n")
    }
}
