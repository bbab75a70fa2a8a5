import Foundation

/// The most likely classes among a network's outputs.
enum Scores {
    /// A class and how likely it is, 0..1.
    struct Guess {
        let index: Int
        let probability: Double
    }

    /// The `count` most likely ones, best first; equal ones in the order of their indices.
    static func top(_ scores: [Double], count: Int) -> [Guess] {
        let guesses = probabilities(scores).enumerated().map { Guess(index: $0.offset, probability: $0.element) }
        let ordered = guesses.sorted {
            $0.probability == $1.probability ? $0.index < $1.index : $0.probability > $1.probability
        }
        return Array(ordered.prefix(count))
    }

    /// The softmax of the scores, or they themselves where the network ends in one: not negative, sum 1.
    private static func probabilities(_ scores: [Double]) -> [Double] {
        guard let least = scores.min(), let largest = scores.max() else {
            return []
        }
        if least >= 0 && abs(scores.reduce(0, +) - 1) < 0.05 {
            return scores
        }
        let powers = scores.map { exp($0 - largest) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }
}
