#include "protocol/messages/jobs.h"

#include "protocol/json_codec.h"

namespace qs::protocol {

void members(auto& visit, codec::Is<ProgressNote> auto& v) {
    visit("id", v.id);
    visit("done", v.done);
    visit("total", v.total);
    visit("message", v.message);
    visit("eta_s", v.eta_s);
}

void members(auto& visit, codec::Is<CancelParams> auto& v) {
    visit("id", v.id);
}

void members(auto& visit, codec::Is<JobInfo> auto& v) {
    visit("id", v.id);
    visit("method", v.method);
    visit("state", v.state);
    visit("done", v.done);
    visit("total", v.total);
    visit("message", v.message);
    visit("eta_s", v.eta_s);
}

void members(auto& visit, codec::Is<JobList> auto& v) {
    visit("jobs", v.jobs);
}

QS_DEFINE_JSON(ProgressNote)
QS_DEFINE_JSON(CancelParams)
QS_DEFINE_JSON(JobInfo)
QS_DEFINE_JSON(JobList)

}  // namespace qs::protocol
