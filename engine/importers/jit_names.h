#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace torch::jit {
struct Node;
struct Graph;
}  // namespace torch::jit

namespace qs {

/// Qualified module path of every operator node of an inlined graph ("layer4.1.conv2", "" for the root), from
/// the call stacks that inlining leaves behind; the same for traced and scripted modules.
class JitNames {
  public:
    explicit JitNames(const torch::jit::Graph& graph);

    /// The layer's name for a node that becomes op `op`: the module's path where the module is a leaf, else
    /// the path of the containing module with the op's name behind it ("layer1.0.add").
    std::string layerName(const torch::jit::Node* node, const std::string& op) const;

  private:
    std::unordered_map<const torch::jit::Node*, std::string> paths_;
    std::unordered_map<std::string, bool> isContainer_;
};

}  // namespace qs
