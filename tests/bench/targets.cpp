#include "bench/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace qs::bench {

namespace {

const std::set<std::string> kResNets = {"resnet18", "resnet50"};
const std::set<std::string> kOthers = {"mobilenet_v2",       "mobilenet_v3_large", "efficientnet_b0",
                                       "shufflenet_v2_x1_0", "densenet121",        "googlenet"};

std::optional<double> median(const Measured& table, const std::string& contestant) {
    const auto& rows = table.comparison.rows;
    const auto row = std::ranges::find(rows, contestant, &protocol::ComparisonRow::name);
    return row == rows.end() ? std::nullopt : row->median_ms;
}

std::optional<double> quotient(std::optional<double> dividend, std::optional<double> divisor) {
    return dividend && divisor ? std::optional(*dividend / *divisor) : std::nullopt;
}

std::string threads(int count) {
    return count == 1 ? "1 thread" : fmt::format("{} threads", count);
}

std::string place(const Measured& table) {
    return table.network + ", " + threads(table.comparison.measured.threads) + ": ";
}

void addResNet(const Measured& table, std::vector<Target>& targets) {
    const auto int8 = median(table, "ours-int8"), fp32 = median(table, "ours-fp32");
    targets.push_back(
        {place(table) + "INT8 over its bare primitives", quotient(int8, median(table, "bare-int8")), 1.08});
    targets.push_back({place(table) + "ONNX Runtime's INT8 over ours",
                       quotient(median(table, "onnxruntime-int8"), int8), 1.15, false});
    targets.push_back({place(table) + "our FP32 over INT8", quotient(fp32, int8), 3.8, false});
    targets.push_back({place(table) + "our FP32 over ONNX Runtime's",
                       quotient(fp32, median(table, "onnxruntime-fp32")), 1.05});
}

/// Over the networks at one number of threads.
Target geometricMean(const std::vector<Measured>& tables, int threadCount) {
    Target target{"geometric mean, " + threads(threadCount) + ": ONNX Runtime's INT8 over ours", std::nullopt,
                  1.0, false};
    double sum = 0;
    int count = 0;
    for (const Measured& table : tables) {
        if (!kOthers.contains(table.network) || table.comparison.measured.threads != threadCount) {
            continue;
        }
        const auto ratio = quotient(median(table, "onnxruntime-int8"), median(table, "ours-int8"));
        if (!ratio) {
            return target;
        }
        sum += std::log(*ratio);
        ++count;
    }
    if (count > 0) {
        target.value = std::exp(sum / count);
        target.words += fmt::format(" (of {} networks)", count);
    }
    return target;
}

void addGains(const std::vector<Measured>& tables, std::vector<Target>& targets) {
    for (const Measured& one : tables) {
        for (const Measured& two : tables) {
            if (one.network == "resnet18" && two.network == one.network &&
                one.comparison.measured.threads == 1 && two.comparison.measured.threads == 2) {
                targets.push_back({"resnet18: INT8 on one thread over two",
                                   quotient(median(one, "ours-int8"), median(two, "ours-int8")), 1.8, false});
            }
        }
    }
}

}  // namespace

std::vector<Target> speedTargets(const std::vector<Measured>& tables) {
    std::vector<Target> targets;
    std::set<int> threadCounts;
    for (const Measured& table : tables) {
        if (kResNets.contains(table.network)) {
            addResNet(table, targets);
        } else if (kOthers.contains(table.network)) {
            threadCounts.insert(table.comparison.measured.threads);
            targets.push_back({place(table) + "our FP32 over INT8",
                               quotient(median(table, "ours-fp32"), median(table, "ours-int8")), 1.0, false});
        }
    }
    for (const int count : threadCounts) {
        targets.push_back(geometricMean(tables, count));
    }
    addGains(tables, targets);
    return targets;
}

std::string text(const Target& target) {
    const std::string unit = target.unit.empty() ? "" : ' ' + target.unit;
    const std::string limit =
        fmt::format("{} {:g}{}", target.atMost ? "at most" : "at least", target.limit, unit);
    if (!target.value) {
        return fmt::format("not measured  {} ({})\n", target.words, limit);
    }
    return fmt::format("{:<12}  {}: {:.{}f}{} ({})\n", target.reached() ? "reached" : "MISSED", target.words,
                       *target.value, target.unit == "x" ? 2 : 0, unit, limit);
}

}  // namespace qs::bench
