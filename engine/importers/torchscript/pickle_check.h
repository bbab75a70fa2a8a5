#pragma once

#include "importers/torchscript/pickle.h"
#include "importers/torchscript/pickled_tensors.h"

namespace qs {

/// Whether LibTorch can make values of a pickle without touching memory beyond its tensors: it names nothing
/// but what TorchScript writes, every tensor lies in a record, all tensors together are no larger than
/// `mostBytes`, and packed parameters can be packed. Failure in words to put behind the record's name.
Status checkPickle(const Pickle& pickle, const TensorRecords& records, uint64_t mostBytes);

}  // namespace qs
