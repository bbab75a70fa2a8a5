#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "isolation/program.h"
#include "verify/file_runtime.h"

namespace qs {

/// qscope itself as a process that runs one exported file: this program where it is qscope, else the one
/// beside it or in ../bin.
Program fileProgram();

/// The file in the runtime of this name, in a process of its own: nothing that the library keeps from other
/// files reaches it, and nothing that it breaks reaches this process. Failure where the runtime does not open
/// it there.
Result<std::unique_ptr<FileSession>> openInProcess(const FileFacts& facts, const std::string& runtime,
                                                   int threads);

/// What fileProgram() does with its argument: answers lines on its standard input until that ends. Returns
/// the exit code.
int serveFile(const std::string& argument);

}  // namespace qs
