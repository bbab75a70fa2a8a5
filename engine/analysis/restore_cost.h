#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/job.h"
#include "core/result.h"
#include "quant/ptq.h"
#include "runtime/executor.h"

namespace qs {

/// A variant, and how to make others like it.
struct RestoreSubject {
    const PreparedModel& model;
    const Encodings& encodings;
    const QuantizedGraph& variant;
    std::function<Result<std::unique_ptr<Executor>>(QuantizedGraph)> makeExecutor;
};

struct RestoreSettings {
    int turns = 15;
    int threads = 1;  ///< in force
};

/// Milliseconds.
struct RestoreCost {
    double ms = 0;
    /// What is known of `ms`, at 95 %: it may be this much more or less, by the spread of the steps' times.
    double uncertaintyMs = 0;
};

/// By name of the layer, for each that runs on integers: the milliseconds by which one inference of `inputs`
/// becomes longer (shorter: negative) when a rule restores it to FP32. Layers that follow it into FP32 (a
/// ReLU on its own behind it, say), boundaries that come and boundaries that go all count, and what a float
/// layer costs those that run after it, whose data it drives out of the caches.
///
/// It is measured where it happens: in networks in which every few layers are restored, so far apart that
/// they have nothing to do with each other, each in turns with the variant. The variant's executor is made
/// anew beside each of theirs: of two that are the same one is faster for as long as they live, by where
/// their memory happens to lie, and the first that a process makes most of all. A network in which they stand
/// as close as possible would be one a layer; these are about as many as a layer's surroundings have layers.
/// A layer's part is told from the times of single steps. Where these do not sum up to what whole runs of
/// the network take longer, all parts are made larger or smaller alike until they do.
/// Polls `job` for each layer and before each inference.
Result<std::map<std::string, RestoreCost>> measureRestoreCosts(const RestoreSubject& subject,
                                                               std::span<const at::Tensor> inputs,
                                                               const RestoreSettings& settings, Job& job);

/// Groups that are restored to FP32 together in one network, by index, ascending.
using RestoredTogether = std::vector<size_t>;

/// Every group that runs on integers, in as few sets as the rule allows that restoring the groups of a set
/// changes for each what restoring it alone does.
Result<std::vector<RestoredTogether>> restoredTogether(const PreparedModel& model, const Job& job);

}  // namespace qs
