#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace qs {

/// Which samples of one dataset to calibrate on and which to evaluate on: indices, ascending.
struct DataSplit {
    std::vector<int64_t> calibration;
    std::vector<int64_t> evaluation;
    std::string warning;  ///< where the two overlap, else empty
};

/// `samples` (all if 0 or too many) indices of `data`, ascending, chosen by `seed`: spread over the classes
/// in their shares where they are known without decoding, else over the whole set.
std::vector<int64_t> chooseSamples(const Dataset& data, int64_t samples, uint64_t seed);

/// `calibration` samples as chooseSamples() picks them, and `evaluation` of the others (0: all others), also
/// seeded. Where the set is too small for both, evaluation wins back calibration's samples: it gets what was
/// asked for (0: all), and `warning` says how many are shared.
DataSplit splitSamples(const Dataset& data, int64_t calibration, int64_t evaluation, uint64_t seed);

/// How many samples of `second` are also in `first`, judged by Dataset::sampleId, so that two sources that
/// lead to the same files are seen through. Samples without an id are compared by index, and only within the
/// same Dataset object.
int64_t overlap(const Dataset& first, std::span<const int64_t> firstIndices, const Dataset& second,
                std::span<const int64_t> secondIndices);

/// "17 of the 500 evaluated samples were also calibrated on: ..."; empty for shared = 0.
std::string overlapWarning(int64_t shared, int64_t evaluated);

}  // namespace qs
