#pragma once

namespace qs {

/// Gives the calling thread the number of OpenMP threads that setThreads() chose. OpenMP keeps that number
/// per thread: a job that runs on a thread of its own would otherwise start with the default.
void adoptThreads();

/// Makes threads that wait for each other sleep after a few microseconds, where the environment does not say
/// otherwise (OMP_WAIT_POLICY, GOMP_SPINCOUNT; OPENBLAS_THREAD_TIMEOUT). By default they spin for
/// milliseconds, and on a machine that is busy with other work they then take the cores from the very threads
/// that they wait for. ResNet-18 in FP32 on two threads beside a compiler: median 192 ms spinning, 21 ms
/// sleeping; undisturbed 8.4 ms either way (`GOMP_SPINCOUNT=... qscope bench`). OpenBLAS spins on for 26 ms
/// behind each product, in the time of whatever runs next. Both libraries read this once, when they are
/// loaded: the program starts itself anew with the variables set, so call it before anything else is done.
void limitSpinning(char** argv);

}  // namespace qs
