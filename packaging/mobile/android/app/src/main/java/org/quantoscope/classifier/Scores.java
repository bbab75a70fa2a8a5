package org.quantoscope.classifier;

import java.util.ArrayList;
import java.util.List;

/** The most likely classes among a network's outputs. */
public final class Scores {
    /** A class and how likely it is, 0..1. */
    public static final class Guess {
        public final int index;
        public final float probability;

        Guess(int index, float probability) {
            this.index = index;
            this.probability = probability;
        }
    }

    /** The `count` most likely ones, best first; equal ones in the order of their indices. */
    public static List<Guess> top(float[] scores, int count) {
        float[] probabilities = probabilities(scores);
        List<Guess> guesses = new ArrayList<>();
        for (int i = 0; i < probabilities.length; ++i) {
            guesses.add(new Guess(i, probabilities[i]));
        }
        guesses.sort((a, b) -> Float.compare(b.probability, a.probability));
        return guesses.subList(0, Math.min(count, guesses.size()));
    }

    /** The softmax of the scores, or they themselves where the network ends in one: not negative, sum 1. */
    private static float[] probabilities(float[] scores) {
        double sum = 0;
        float least = Float.POSITIVE_INFINITY;
        float largest = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            sum += score;
            least = Math.min(least, score);
            largest = Math.max(largest, score);
        }
        if (least >= 0 && Math.abs(sum - 1) < 0.05) {
            return scores;
        }
        float[] result = new float[scores.length];
        double total = 0;
        for (float score : scores) {
            total += Math.exp(score - largest);
        }
        for (int i = 0; i < scores.length; ++i) {
            result[i] = (float) (Math.exp(scores[i] - largest) / total);
        }
        return result;
    }

    private Scores() {}
}
