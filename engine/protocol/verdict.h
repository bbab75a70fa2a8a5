#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace qs::protocol {

/// One thing that was measured of an exported file, held against its tolerance: what a verdict consists of,
/// for the engine and the window to put into words.
struct Judgement {
    enum class Kind {
        Classes,    ///< `value` percent of `count` samples get the same class
        Accuracy,   ///< top-1 is `value` percent in the engine and `other` in the file
        Output,     ///< output `subject` has an SQNR of `value` dB; NaN: it is equal
        LayerOut,   ///< layer `subject` is the first out of tolerance: `value` percent of it are within 1 LSB
        AllLayers,  ///< each of the `count` INT8 layers is within 1 LSB on `limit` percent of its values
        MissingLayers,   ///< the file does not show `count` of the recipe's INT8 layers: `subject`
        MissingWeights,  ///< the file holds `count` INT8 weights less than the recipe makes
    };
    Kind kind;
    bool passed = true;
    double value = 0;
    double other = 0;
    double limit = 0;  ///< least percent or dB, or most points
    int64_t count = 0;
    std::string subject = {};
};

/// Classifiers on real data: agreement and, with labels, accuracy within their tolerances, of which one
/// sample is always inside: no smaller difference can show. Otherwise: the SQNR of every output. In both
/// cases the layers, where any were compared, and what of the recipe's integers the file lacks. The file
/// passes where every judgement does.
std::vector<Judgement> judgementsOf(const VerifyResult& result);

/// Whether another program than the engine ran the file, also in results of before they said so.
bool isIndependent(const VerifyResult& result);

}  // namespace qs::protocol
