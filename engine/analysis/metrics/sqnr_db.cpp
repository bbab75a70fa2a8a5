#include "analysis/metrics/output_error.h"
#include "core/translatable.h"

namespace qs {

void register_sqnr_db(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 70;
    def.description =
        QT_TRANSLATE_NOOP("Engine", "20 log10 of the FP32 output's norm over that of the difference to it");
    def.unit = "dB";
    def.comparesWithFp32 = true;
    def.everyOutput = true;
    def.make = [](const MetricSubject&) { return std::make_unique<OutputError>(&ErrorMetrics::sqnrDb); };
    registry.add("sqnr_db", std::move(def));
}

}  // namespace qs
