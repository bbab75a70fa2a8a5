#include "data/subset.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "data/loader.h"

namespace qs {

namespace {

/// Every index in a seeded order of which each prefix holds each class in about its share of the whole.
std::vector<int64_t> spreadOrder(const Dataset& data, uint64_t seed) {
    const std::vector<int64_t> order = shuffled(firstSamples(data, 0), seed);
    const std::vector<int64_t> classes = data.sampleClasses();
    if (classes.empty()) {
        return order;
    }
    std::map<int64_t, double> sizes;
    for (const int64_t label : classes) {
        ++sizes[label];
    }
    std::map<int64_t, double> seen;
    std::vector<std::pair<double, int64_t>> placed;
    for (const int64_t index : order) {
        const int64_t label = classes[size_t(index)];
        placed.emplace_back((seen[label]++ + 0.5) / sizes[label], index);
    }
    std::stable_sort(placed.begin(), placed.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<int64_t> spread;
    for (const auto& [place, index] : placed) {
        spread.push_back(index);
    }
    return spread;
}

std::vector<int64_t> sorted(std::span<const int64_t> indices) {
    std::vector<int64_t> result(indices.begin(), indices.end());
    std::sort(result.begin(), result.end());
    return result;
}

}  // namespace

std::vector<int64_t> chooseSamples(const Dataset& data, int64_t samples, uint64_t seed) {
    const std::vector<int64_t> order = spreadOrder(data, seed);
    const size_t count = samples > 0 ? std::min(size_t(samples), order.size()) : order.size();
    return sorted(std::span(order).first(count));
}

DataSplit splitSamples(const Dataset& data, int64_t calibration, int64_t evaluation, uint64_t seed) {
    const std::vector<int64_t> order = spreadOrder(data, seed);
    const size_t size = order.size();
    const size_t first = calibration > 0 ? std::min(size_t(calibration), size) : size;
    // All others; where calibration leaves none, all.
    const size_t rest = size > first ? size - first : size;
    const size_t second = evaluation > 0 ? std::min(size_t(evaluation), size) : rest;
    const size_t shared = first + second > size ? first + second - size : 0;
    DataSplit split;
    split.calibration = sorted(std::span(order).first(first));
    split.evaluation = sorted(std::span(order).subspan(first - shared, second));
    split.warning = overlapWarning(int64_t(shared), int64_t(second));
    return split;
}

int64_t overlap(const Dataset& first, std::span<const int64_t> firstIndices, const Dataset& second,
                std::span<const int64_t> secondIndices) {
    std::unordered_set<int64_t> indices;
    std::unordered_set<std::string> ids;
    for (const int64_t index : firstIndices) {
        indices.insert(index);
        ids.insert(first.sampleId(index));
    }
    ids.erase("");
    return std::count_if(secondIndices.begin(), secondIndices.end(), [&](int64_t index) {
        return (&first == &second && indices.contains(index)) || ids.contains(second.sampleId(index));
    });
}

std::string overlapWarning(int64_t shared, int64_t evaluated) {
    if (shared == 0) {
        return {};
    }
    return std::to_string(shared) + " of the " + std::to_string(evaluated) +
           " evaluated samples were also calibrated on: the accuracy may be too good. Use more data, or "
           "fewer "
           "samples";
}

}  // namespace qs
