#pragma once

#include <dnnl.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "runtime/plan/node_builder.h"

namespace qs::runtime::onednn {

/// The processor, oneDNN's only engine here.
dnnl::engine& cpuEngine();

dnnl::memory::data_type dnnlType(at::ScalarType type);
dnnl::memory::desc descOf(const Operand& operand);

/// A handle onto the operand's buffer that follows it, with the operand's own descriptor or another one of
/// the same size.
dnnl::memory memoryOf(const Operand& operand);
dnnl::memory memoryOf(const Operand& operand, const dnnl::memory::desc& desc);

using Arguments = std::vector<std::pair<int, dnnl::memory>>;

/// Adds a call of `primitive`, with memory of the node's own for its scratchpad.
void addPrimitive(NodeBuilder& b, dnnl::primitive primitive, const dnnl::memory::desc& scratchpad,
                  Arguments arguments);

/// Adds a call of the primitive that `pd` describes and returns its implementation's name; refuses oneDNN's
/// own reference implementations, which are slower than ATen.
template <typename Primitive>
Result<std::string> call(NodeBuilder& b, const typename Primitive::primitive_desc& pd, Arguments arguments) {
    const std::string name = pd.impl_info_str();
    if (name.starts_with("ref") || name.starts_with("simple")) {
        return failure("oneDNN has only " + name + " for it");
    }
    addPrimitive(b, Primitive(pd), pd.scratchpad_desc(), std::move(arguments));
    return name;
}

/// The node's constant `role` ("bias") in the format `wanted`, packed once per executor. `plain`
/// gives it in its own format and is called only when no plan has asked for `wanted` before.
dnnl::memory constantOf(NodeBuilder& b, const std::string& role, const dnnl::memory::desc& wanted,
                        const std::function<dnnl::memory()>& plain);
/// `weight` of the node, which lies in memory as `stored` says, in the format `wanted`: packed once an
/// executor for all nodes that share it.
dnnl::memory weightOf(NodeBuilder& b, const at::Tensor& weight, const dnnl::memory::desc& wanted,
                      const dnnl::memory::desc& stored);

}  // namespace qs::runtime::onednn
