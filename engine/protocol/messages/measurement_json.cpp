#include "protocol/messages/measurement.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<Measurement> auto& v) {
    visit("data", v.data);
    visit("samples", v.samples);
    visit("calib_samples", v.calib_samples);
    visit("error_samples", v.error_samples);
    visit("contribution_samples", v.contribution_samples);
    visit("cpu", v.cpu);
    visit("isa", v.isa);
    visit("threads", v.threads);
    visit("latency_runs", v.latency_runs);
    visit("seed", v.seed);
    visit("calib_data", v.calib_data);
    visit("batch", v.batch);
    visit("latency_clock", v.latency_clock);
}

QS_DEFINE_JSON(Measurement)

}  // namespace qs::protocol
