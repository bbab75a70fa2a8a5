#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace qs {

/// Writes the forward method of a torch::jit::Module as IR, and grows a tree of submodules that carry the
/// network's own layer names ("layer4.1.conv2" is submodule layer4, then 1, then conv2). IR rather than
/// source text, because source cannot say `self.layer4.1`.
class TorchScriptBuilder {
  public:
    TorchScriptBuilder();

    /// An argument of forward, called `name` as far as Python lets an argument be called that.
    torch::jit::Value* addInput(const std::string& name);
    /// Value of the attribute `name` of layer `layer`, which is added: tensors as parameters, all else as
    /// attributes.
    torch::jit::Value* addAttribute(const std::string& layer, const std::string& name,
                                    const c10::IValue& value);
    torch::jit::Value* constant(const c10::IValue& value);
    torch::jit::Value* list(const std::vector<torch::jit::Value*>& tensors);
    /// A list of integers.
    torch::jit::Value* numbers(const std::vector<torch::jit::Value*>& integers);

    /// A call of operator `op` ("aten::conv2d") on positional arguments and on `named` ones, overload chosen
    /// by them; `name` is for readers of the code. Throws torch::jit::ErrorReport where no overload fits.
    torch::jit::Value* call(const std::string& op, const std::vector<torch::jit::NamedValue>& arguments,
                            const std::string& name = {},
                            const std::vector<torch::jit::NamedValue>& named = {});

    /// The `count` tensors that a call returned: itself for one tensor, else the items of a tuple or list.
    std::vector<torch::jit::Value*> unpack(torch::jit::Value* result, size_t count);

    /// Where the attributes of `layer` are, "layer4.1.conv2": its name as far as the format can say it. Empty
    /// where it has none.
    std::string pathOf(const std::string& layer) const;

    /// What `make` returns for `source`, a tensor that outlives the builder, in the form that is called
    /// `form`; the same tensor for the same two, so that layers that share weights share them in the file.
    at::Tensor once(const at::Tensor& source, const std::string& form,
                    const std::function<at::Tensor()>& make);

    /// Ends forward: returns the tensor, or a tuple of several.
    torch::jit::Module finish(const std::vector<torch::jit::Value*>& outputs);

  private:
    using Path = std::vector<std::string>;

    /// The module at `path` and the value that holds it in forward.
    struct Site {
        torch::jit::Module module;
        torch::jit::Value* value;
    };

    torch::jit::Module makeModule(const std::string& className) const;
    Site& site(const Path& path);

    std::shared_ptr<torch::jit::CompilationUnit> unit_;
    std::shared_ptr<torch::jit::Graph> graph_;
    std::map<Path, Site> sites_;
    std::map<Path, std::string> paths_;  ///< as they are called in the module tree
    std::map<std::tuple<const void*, at::ScalarType, std::string>, at::Tensor> made_;
};

}  // namespace qs
