#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How good a network is.
namespace qs::protocol {

/// One figure over the evaluated samples.
struct MetricValue {
    std::string metric;           ///< "top1"
    std::string output;           ///< name of the model output that was judged
    std::string unit;             ///< "%", "dB", or empty
    std::optional<double> value;  ///< absent where it would be infinite: no error at all
    std::optional<double> low;    ///< Wilson's interval; absent where the metric is no share of samples
    std::optional<double> high;
    int64_t samples = 0;
};

/// FP32 minus INT8 in the headline metric, on the same samples.
struct MetricDrop {
    std::string metric;
    std::string unit;
    double value = 0;
    std::optional<double> low;  ///< of the paired difference; absent where the metric is no share of samples
    std::optional<double> high;
    int64_t samples = 0;
    int64_t only_fp32 = 0;  ///< samples that FP32 alone gets right
    int64_t only_variant = 0;
    std::optional<bool> distinguishable;  ///< whether the interval leaves out 0; absent without one
};

/// How one class fares: accuracy, or IoU for masks.
struct ClassResult {
    int64_t index = 0;
    std::string name;             ///< empty where nobody named the classes
    int64_t samples = 0;          ///< with this label; of a mask, pixels
    std::optional<double> value;  ///< percent; absent without samples
    std::optional<double> low;
    std::optional<double> high;
};

/// A cell of the confusion matrix off its diagonal.
struct Confusion {
    int64_t label = 0;
    int64_t predicted = 0;
    int64_t count = 0;
};

struct ClassReport {
    std::string metric;                 ///< what the values are: "class_accuracy", "mean_iou"
    std::vector<ClassResult> classes;   ///< one a class, in order
    std::vector<Confusion> confusions;  ///< most frequent first
    int64_t confusions_left_out = 0;    ///< cells beyond the first 10000
    bool confusions_counted = false;    ///< false for models of more than 1000 classes
};

}  // namespace qs::protocol
