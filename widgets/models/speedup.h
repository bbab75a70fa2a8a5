#pragma once

#include <QString>
#include <optional>

#include "protocol/messages.h"

namespace qs {

/// How many times faster a variant is than FP32, as it was measured.
struct Speedup {
    std::optional<double> times;  ///< absent where no latency was measured, and on a busy machine
    std::optional<double> low;    ///< 95 % interval
    std::optional<double> high;
    bool machineBusy = false;
};

Speedup speedupOf(const protocol::VariantResult& result);

/// "2.41× (2.38× to 2.44×)", "machine busy", or a dash.
QString shortText(const Speedup& speedup);

/// Why there is no speed-up, with both latencies and the interval, and what to do; empty where the machine
/// was not busy.
QString busySentence(const protocol::VariantResult& result);

}  // namespace qs
