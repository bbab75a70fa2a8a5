#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What is said about jobs, the requests that compute: one runs at a time, the others wait in order. Requests
/// that only ask what is known are no jobs: they are answered beside them, within 100 ms.
namespace qs::protocol {

/// Notification "$/progress"
struct ProgressNote {
    int64_t id = 0;  ///< of the request
    int64_t done = 0;
    int64_t total = 0;
    std::string message;
    double eta_s = -1;
};

/// Notification "$/cancelRequest". A request that waits is answered at once.
struct CancelParams {
    int64_t id = 0;
};

struct JobInfo {
    int64_t id = 0;  ///< of the request
    std::string method;
    std::string state;  ///< "running", "waiting"
    /// As in the job's last ProgressNote.
    int64_t done = 0;
    int64_t total = 0;
    std::string message = {};
    double eta_s = -1;
};

/// "jobs.list" {} -> JobList. Notification "$/jobs" whenever a job comes, starts or goes.
struct JobList {
    std::vector<JobInfo> jobs;  ///< the running one first
};

}  // namespace qs::protocol
