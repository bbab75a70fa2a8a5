#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>

#include "runtime/loops/normalization_loops.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime {

/// What owns a loop's RowSteps: tensors of one element for each of a row's.
struct ChannelSteps {
    at::Tensor weight;  ///< int32
    at::Tensor bias;    ///< int32
    at::Tensor scale;   ///< float32

    /// Of a step that ops/channel_affine.h knows, one element a channel.
    static std::optional<ChannelSteps> of(const NodeBuilder& b);

    /// Each of the tensors through `arrange`.
    ChannelSteps arranged(const std::function<at::Tensor(const at::Tensor&)>& arrange) const;
    RowSteps row() const;
};

/// What becomes of each byte in a step that ops/channel_affine.h knows and that treats all channels alike.
std::optional<ByteTable> channelTable(const NodeBuilder& b);

}  // namespace qs::runtime
