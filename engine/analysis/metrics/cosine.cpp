#include "analysis/metrics/output_error.h"
#include "core/translatable.h"

namespace qs {

void register_cosine(Registry<MetricDef>& registry) {
    MetricDef def;
    def.rank = 80;
    def.description =
        QT_TRANSLATE_NOOP("Engine", "cosine of the angle between the output and the FP32 model's");
    def.comparesWithFp32 = true;
    def.everyOutput = true;
    def.make = [](const MetricSubject&) { return std::make_unique<OutputError>(&ErrorMetrics::cosine); };
    registry.add("cosine", std::move(def));
}

}  // namespace qs
