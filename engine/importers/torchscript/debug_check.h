#pragma once

#include "core/result.h"
#include "importers/torchscript/pickle.h"

namespace qs {

/// Whether a .debug_pkl, which says of which lines of the author's source the code was made, names texts and
/// places that are there: LibTorch reads them for its messages, and believes them. The rest is up to
/// checkPickle(). Failure: words that go behind the record's name.
Status checkDebugInformation(const Pickle& pickle);

}  // namespace qs
