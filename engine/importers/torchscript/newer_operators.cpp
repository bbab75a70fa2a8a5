#include "importers/torchscript/newer_operators.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/frontend/function_schema_parser.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/jit.h>
#include <torch/library.h>

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "importers/torchscript/newer_operators_source.h"

namespace qs {

namespace {

namespace jit = torch::jit;

/// "def op3(x: Tensor, dims: List[int]) -> Tensor:" for a schema.
std::string headerOf(const c10::FunctionSchema& schema, const std::string& function) {
    std::string header = "def " + function + "(";
    for (const auto& argument : schema.arguments()) {
        header +=
            (header.back() == '(' ? "" : ", ") + argument.name() + ": " + argument.type()->annotation_str();
    }
    header += ") -> ";
    const auto& results = schema.returns();
    if (results.empty()) {
        return header + "None:\n";
    }
    std::string types;
    for (const auto& result : results) {
        types += (types.empty() ? "" : ", ") + result.type()->annotation_str();
    }
    return header + (results.size() == 1 ? types : "Tuple[" + types + "]") + ":\n";
}

/// Runs a function in place of an operator's kernel.
class CompositeKernel : public c10::OperatorKernel {
  public:
    explicit CompositeKernel(jit::Function& function) : function_(function) {}

    void operator()(const c10::OperatorHandle& op, c10::DispatchKeySet, jit::Stack* stack) {
        const size_t results = op.schema().returns().size();
        function_.run(*stack);
        if (results != 1) {
            const c10::IValue result = jit::pop(*stack);
            if (results > 1) {
                const auto& elements = result.toTupleRef().elements();
                stack->insert(stack->end(), elements.begin(), elements.end());
            }
        }
    }

  private:
    jit::Function& function_;
};

class NewerOperators {
  public:
    NewerOperators() : library_(torch::Library::FRAGMENT, "aten", c10::nullopt, __FILE__, __LINE__) {
        std::vector<std::pair<c10::FunctionSchema, std::string>> composed;
        std::string source = kSharedSource;
        for (const Composition& composition : std::span(kCompositions, kCompositionCount)) {
            composed.emplace_back(jit::parseSchema("aten::" + std::string(composition.schema)),
                                  "op" + std::to_string(composed.size()));
            source += headerOf(composed.back().first, composed.back().second) + composition.body;
        }
        unit_ = jit::compile(source);
        for (const auto& [schema, name] : composed) {
            jit::Function& function = unit_->get_function(name);
            functions_[schema.operator_name()] = &function;
            if (!jit::findOperatorFor(schema.operator_name())) {
                define(schema, function);
            }
        }
    }

    jit::Function* find(const c10::OperatorName& name) const {
        const auto found = functions_.find(name);
        return found == functions_.end() ? nullptr : found->second;
    }

  private:
    void define(const c10::FunctionSchema& schema, jit::Function& function) {
        c10::FunctionSchema pure = schema;
        pure.setAliasAnalysis(c10::AliasAnalysisKind::FROM_SCHEMA);
        library_.def(std::move(pure),
                     torch::CppFunction::makeFromBoxedFunctor(std::make_unique<CompositeKernel>(function)));
    }

    std::shared_ptr<jit::CompilationUnit> unit_;
    torch::Library library_;
    std::unordered_map<c10::OperatorName, jit::Function*> functions_;
};

const NewerOperators& newerOperators() {
    // Kernels stay registered as long as the library object lives: to the end of the process.
    static const auto* operators = new NewerOperators();
    return *operators;
}

}  // namespace

void registerNewerOperators() {
    newerOperators();
}

torch::jit::Function* compositionOf(const c10::FunctionSchema& schema) {
    return newerOperators().find(schema.operator_name());
}

}  // namespace qs
