#pragma once

namespace qs {

/// Gives the calling thread the number of OpenMP threads that setThreads() chose. OpenMP keeps that number
/// per thread: a job that runs on a thread of its own would otherwise start with the default.
void adoptThreads();

}  // namespace qs
