package org.quantoscope.classifier;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** IMAGE WIDTH HEIGHT TENSOR: the app's input for an image of RGB bytes, as little-endian float32. */
final class RunPreprocessor {
    public static void main(String[] arguments) throws IOException {
        byte[] rgb = Files.readAllBytes(Path.of(arguments[0]));
        int[] colors = new int[rgb.length / 3];
        for (int i = 0; i < colors.length; ++i) {
            colors[i] = 0xff000000 | (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
        }
        float[] tensor =
                Preprocessor.tensor(colors, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        ByteBuffer bytes = ByteBuffer.allocate(4 * tensor.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : tensor) {
            bytes.putFloat(number);
        }
        Files.write(Path.of(arguments[3]), bytes.array());
        checkScores();
    }

    private static void checkScores() {
        List<Scores.Guess> logits = Scores.top(new float[] {1, 3, 3, -50}, 3);
        check(logits.size() == 3 && logits.get(0).index == 1 && logits.get(1).index == 2);
        check(Math.abs(logits.get(0).probability - 1 / (2 + Math.exp(-2))) < 1e-6);
        List<Scores.Guess> probabilities = Scores.top(new float[] {0.25f, 0.75f}, 5);
        check(probabilities.size() == 2 && probabilities.get(0).probability == 0.75f);
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new IllegalStateException("Scores");
        }
    }

    private RunPreprocessor() {}
}
