#pragma once

#include <c10/core/impl/LocalDispatchKeySet.h>

namespace qs {

/// For as long as it lives, LibTorch's operators throw on this thread for arguments that make no sense
/// (checkRanges(), packed convolutions of a geometry that none has, inputs that do not fit packed weights),
/// instead of dividing by them or looking them up. It stands wherever LibTorch runs what a file says: while a
/// module is loaded, whose quantized parts pack their weights then, and in runs of its code, except those
/// that bench times behind a first one with it.
class CallGuard {
  public:
    CallGuard();

  private:
    c10::impl::IncludeDispatchKeyGuard included_;
};

}  // namespace qs
