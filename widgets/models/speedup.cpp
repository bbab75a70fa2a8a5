#include "widgets/models/speedup.h"

#include <QCoreApplication>

#include "widgets/common/format.h"

namespace qs {

namespace {

struct SpeedupText {
    Q_DECLARE_TR_FUNCTIONS(Speedup)
};

}  // namespace

Speedup speedupOf(const protocol::VariantResult& result) {
    return {result.speedup, result.speedup_low, result.speedup_high, result.machine_busy};
}

QString shortText(const Speedup& speedup) {
    if (speedup.machineBusy) {
        return SpeedupText::tr("machine busy");
    }
    if (!speedup.times || !speedup.low || !speedup.high) {
        return format::ratio(speedup.times);
    }
    return SpeedupText::tr("%1 (%2 to %3)")
        .arg(format::ratio(speedup.times), format::ratio(speedup.low), format::ratio(speedup.high));
}

QString busySentence(const protocol::VariantResult& result) {
    if (!result.machine_busy) {
        return {};
    }
    return SpeedupText::
        tr("The machine was busy, so that no speed-up can be named: FP32 took %1, the variant %2, and the "
           "ratio in turns is %3 to %4 (95 % interval). Measure again when other work has ended.")
            .arg(format::milliseconds(result.fp32.latency_ms),
                 format::milliseconds(result.variant.latency_ms), format::ratio(result.speedup_low),
                 format::ratio(result.speedup_high));
}

}  // namespace qs
