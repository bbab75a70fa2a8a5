#pragma once

#include <functional>
#include <memory>
#include <string>

#include "comparison/contestant.h"

namespace qs {

/// A runner of this process: `infer` runs one inference, and may throw what libraries throw.
std::unique_ptr<Runner> makeInProcessRunner(std::string version, std::string note,
                                            std::function<Status()> infer);

/// "oneDNN 2.6.0", the version that runs.
std::string oneDnnVersion();

}  // namespace qs
