#pragma once

#include <time.h>

namespace qs {

/// What one inference took, in milliseconds.
struct InferenceTime {
    double wallMs = 0;
    double processorMs = 0;  ///< of the thread that asked for it: on one thread, all that it took
    /// For how long threads of this process were ready to run and other work had the processors, over all of
    /// them. Measured where several threads run, and only where the kernel tells (Linux: schedstat).
    double waitedMs = 0;

    /// What it is compared by. On one thread the time of the processor, which others on the machine cannot
    /// lengthen by taking it away; on several, whose pauses others wait for, the time that passed.
    double msOn(int threads) const { return threads == 1 ? processorMs : wallMs; }
};

/// "processor" or "wall": what InferenceTime::msOn() takes.
const char* clockFor(int threads);

/// What the clock says, in milliseconds.
double millisecondsOf(clockid_t clock);

/// Takes the time of one piece of work after the other, on the number of threads that is in force when it
/// starts. What reading the clocks takes is measured once and taken out.
class InferenceClock {
  public:
    InferenceClock();
    void start();
    InferenceTime stop();

  private:
    double processorBegin_ = 0;
    double wallBegin_ = 0;
    double waitedBegin_ = 0;
    bool countsWaiting_ = false;
    double processorCost_ = 0;
    double wallCost_ = 0;
};

}  // namespace qs
